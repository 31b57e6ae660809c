"""Secrets from Ansible Vault: a YAML file that is encrypted as a whole, or has values marked ``!vault``."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from jbnet.adapters.secret_sources import output
from jbnet.adapters.secret_values import values_of
from jbnet.adapters.secrets import read_private
from jbnet.model.errors import Missing, Refused
from jbnet.model.secret_sources import PasswordSource
from jbnet.model.secrets import Secret
from jbnet.model.text import text

PASSWORD_S = 30.0
_MARK = "$ANSIBLE_VAULT;"
_ENCRYPTED = "!vault"


class VaultSecrets:
    """Implements Secrets. Neither file nor password is read before the first use."""

    def __init__(self, path: Path, password: Callable[[], str]):
        self._path, self._password = path, password

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing, and Refused where the password does not open the vault."""
        if name not in self._values:
            raise Missing("secret {name} is not in {path}", name=name, path=self._path,
                          hint=text("add it with: ansible-vault edit {path}", path=self._path))  # fmt: skip
        value = self._values[name]
        value = self._decrypted(value.strip()) if value.startswith(_MARK) else value
        if not value:
            raise Missing("secret {name} has no value in {path}", name=name, path=self._path,
                          hint=text("write it with: ansible-vault edit {path}", path=self._path))  # fmt: skip
        return Secret(name, value)

    @cached_property
    def _values(self) -> Mapping[str, str]:
        try:
            content = self._path.read_text(encoding="utf-8")
        except (OSError, UnicodeError) as error:
            raise Missing("the vault {path} cannot be read: {reason}", path=self._path,
                          reason=getattr(error, "strerror", None) or "no text") from error  # fmt: skip
        return values_of(self._decrypted(content) if content.startswith(_MARK) else content, self._path, (_ENCRYPTED,))

    @cached_property
    def _vault(self) -> Any:
        VaultLib, VaultSecret = _library()  # noqa: N806  classes, under their own names
        return VaultLib([("default", VaultSecret(self._password().encode()))])

    def _decrypted(self, content: str) -> str:
        from ansible.errors import AnsibleError

        vault = self._vault
        try:
            return str(vault.decrypt(content.encode()).decode("utf-8"))
        except (AnsibleError, UnicodeError) as error:
            raise Refused(
                "the vault {path} cannot be opened: the password is wrong, or the file is damaged", path=self._path,
                hint=text("ansible-vault view {path} tries the same by hand", path=self._path),
            ) from error  # fmt: skip


def vault_password(source: PasswordSource, directory: Path, environment: Mapping[str, str]) -> str:
    """Return a vault's password. Raises Missing, Refused (a file that others can read) and CommandFailed."""
    if source.file is not None:
        return read_private(directory / source.file).strip()
    if source.command:
        return output(source.command, directory, PASSWORD_S, secret="vault-password")  # noqa: S106  its name
    value = environment.get(source.environment or "")
    if not value:
        raise Missing("the password of the vault is missing: {variable} is not set", variable=source.environment)
    return value


def _library() -> tuple[Any, Any]:
    """Import Ansible's vault; at its import Ansible makes a folder for itself, which shall not be in the home."""
    before = os.environ.get("ANSIBLE_LOCAL_TEMP")
    os.environ["ANSIBLE_LOCAL_TEMP"] = tempfile.gettempdir()
    try:
        from ansible.parsing.vault import VaultLib, VaultSecret
    finally:
        if before is None:
            del os.environ["ANSIBLE_LOCAL_TEMP"]
        else:
            os.environ["ANSIBLE_LOCAL_TEMP"] = before
    return VaultLib, VaultSecret
