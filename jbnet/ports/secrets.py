"""Where secrets come from."""

from __future__ import annotations

from typing import Protocol

from jbnet.model.secrets import Secret


class Secrets(Protocol):
    """Where secrets come from: what ``topology/secrets.yaml`` names, else ``--state``/secrets.yaml (mode 0600)."""

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing."""
