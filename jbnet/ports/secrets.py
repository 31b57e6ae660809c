"""Where secrets come from."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from jbnet.model.secrets import Secret


class Secrets(Protocol):
    """Where secrets come from: what ``topology/secrets.yaml`` names, else ``--state``/secrets.yaml (mode 0600)."""

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing."""


class LoadedSecrets(Protocol):
    """What is remembered of the secrets that were last loaded on each device: never a value."""

    def is_same(self, device: str, secret: Secret) -> bool | None:
        """Say whether it is the one that was last loaded there; None: that is not known. Raises what reading raises."""

    def keep(self, device: str, secrets: Collection[Secret], names: Collection[str]) -> None:
        """Remember secrets as loaded; forget those of the device that are not among ``names``."""
