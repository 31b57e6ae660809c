"""Secrets from one YAML file of the state directory: ``name: value``, mode 0600."""

from __future__ import annotations

import os
import secrets as token_source
from collections.abc import Iterable
from pathlib import Path

import yaml

from jbnet.adapters.secret_values import values_of
from jbnet.model.errors import Missing, Refused
from jbnet.model.secrets import Secret
from jbnet.model.text import text

MODE_OTHERS = 0o077


class SecretsFile:
    """Implements the Secrets port. The file is read on first use."""

    def __init__(self, path: Path):
        self._path = path
        self._values: dict[str, str] | None = None

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing (no file, name or value) and Refused (others may read the file)."""
        if self._values is None:
            self._values = self._read()
        if name not in self._values:
            raise Missing(
                "secret {name} is not in {path}",
                name=name,
                path=self._path,
                hint=text("add a line: {name}: VALUE", name=name),
            )
        if not self._values[name]:
            raise Missing(
                "secret {name} has no value in {path}",
                name=name,
                path=self._path,
                hint=text("write it behind the name: {name}: VALUE", name=name),
            )
        return Secret(name, self._values[name])

    def create_missing(self, names: Iterable[str], characters: int = 32) -> None:
        """Add a random value, of an even number of characters, for every name without one in the file."""
        values = self._read() if self._path.exists() else {}
        wanted = {name: values.get(name) or token_source.token_hex(characters // 2) for name in names}
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        temporary = self._path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
            yaml.safe_dump({**values, **wanted}, stream)
        temporary.replace(self._path)
        self._values = None

    def _read(self) -> dict[str, str]:
        return dict(values_of(read_private(self._path), self._path))


def read_private(path: Path) -> str:
    """Return the text of a file that nobody else may read. Raises Missing, and Refused where others may."""
    try:
        with path.open(encoding="utf-8") as stream:
            if os.fstat(stream.fileno()).st_mode & MODE_OTHERS:
                raise Refused(
                    "{path} can be read by others; expected mode 0600",
                    path=path,
                    hint=text("chmod 600 {path}", path=path),
                )
            return stream.read()
    except FileNotFoundError as error:
        raise Missing(
            "no secrets: {path} does not exist",
            path=path,
            hint=text("make it with mode 0600: one line NAME: VALUE a secret"),
        ) from error
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no UTF-8 text"
        raise Missing("{path} cannot be read: {reason}", path=path, reason=reason) from error
