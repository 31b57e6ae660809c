"""A folder of rendered configurations: private files, and a list of them, so that nobody else's is overwritten."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path

from jbnet.model.errors import Missing, Refused
from jbnet.model.refusals import reason_of
from jbnet.model.text import text

LIST = ".jbnet-rendered.json"
"""Names of the files that were written here, with the SHA-256 of their content."""


class RenderedFolder:
    """Writes files of mode 0600, each whole or not at all, and only over what it wrote itself and nobody changed."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, files: Mapping[str, str]) -> tuple[Path, ...]:
        """Write the files by name and return their paths.

        Raises Refused, having written nothing, when a file is there that was not written by this class or was changed
        since; Missing when the folder cannot be written.
        """
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            written = self._written()
            for name in files:
                self._check_own(name, written)
            for name, content in files.items():
                self._put(name, content)
            self._put(LIST, json.dumps({**written, **{n: _hash(c.encode()) for n, c in files.items()}}, indent=1))
        except OSError as error:
            raise Missing("cannot write {path}: {reason}", path=self._path, reason=reason_of(error)) from error
        return tuple(self._path / name for name in files)

    def remove(self, names: Collection[str]) -> tuple[Path, ...]:
        """Remove files that were written here, changed since or not; return the paths of those that were there."""
        gone = []
        for name in names:
            path = self._path / name
            if path.is_file() or path.is_symlink():
                path.unlink()
                gone.append(path)
        return tuple(gone)

    def _written(self) -> dict[str, str]:
        try:
            found = json.loads((self._path / LIST).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except ValueError as error:
            hint = text("remove it, or choose an empty directory")
            raise Refused("{path} is damaged: whose the files here are is not known", hint=hint,
                          path=self._path / LIST) from error  # fmt: skip
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def _check_own(self, name: str, written: Mapping[str, str]) -> None:
        path = self._path / name
        if path.is_symlink() or (path.exists() and written.get(name) != _hash(path.read_bytes())):
            hint = text("choose an empty directory, or move the file away")
            raise Refused("{path} was not written by jbnet render, or was changed since", hint=hint, path=path)

    def _put(self, name: str, content: str) -> None:
        draft = self._path / f".{name}.{os.getpid()}.tmp"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
            stream.write(content)
        draft.replace(self._path / name)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
