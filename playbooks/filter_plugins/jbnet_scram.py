"""Ansible filter: what PostgreSQL stores for a password, by jbnet's own rule: Ansible runs where jbnet is installed."""

from __future__ import annotations

from collections.abc import Callable

from jbnet.model.secrets import Secret
from jbnet.services.database_accounts import scram_verifier


class FilterModule:
    """``{{ password | scram_verifier('production jbnet_client') }}``: the second is what the salt follows from."""

    def filters(self) -> dict[str, Callable[[str, str], str]]:
        """Return the filters by name."""
        return {"scram_verifier": lambda password, salt_for: scram_verifier(Secret("password", password), salt_for)}
