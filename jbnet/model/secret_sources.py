"""Where secrets come from, as it is declared in ``topology/secrets.yaml``. The values are never here."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.findings import Place


@dataclass(frozen=True, slots=True)
class EnvironmentSource:
    """Variables of the environment: ``user-netops`` is ``PREFIX`` and ``USER_NETOPS``."""

    prefix: str
    place: Place | None = None

    def variable(self, name: str) -> str:
        """Return the variable that holds a secret."""
        return self.prefix + name.upper().replace("-", "_")


@dataclass(frozen=True, slots=True)
class FileSource:
    """A YAML file of mode 0600, ``NAME: VALUE`` a line. ``path`` None: ``secrets.yaml`` of the state directory."""

    path: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class CommandSource:
    """A program, called with ``{name}`` replaced in its words; no shell. What it prints is the secret.

    ``seconds`` is its deadline. Exit codes in ``absent`` mean that it has no such secret.
    """

    argv: tuple[str, ...]
    seconds: float = 10.0
    absent: tuple[int, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class PasswordSource:
    """Where a vault's password comes from: a variable, a file of mode 0600, or a program. One of them is set."""

    environment: str | None = None
    file: str | None = None
    command: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VaultSource:
    """A file of Ansible Vault: encrypted as a whole, or with values marked ``!vault``."""

    path: str
    password: PasswordSource
    place: Place | None = None


SecretSource = EnvironmentSource | FileSource | VaultSource | CommandSource
DEFAULT: tuple[SecretSource, ...] = (FileSource(),)
"""What holds where nothing is declared."""
