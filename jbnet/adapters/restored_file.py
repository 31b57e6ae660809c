"""Restores that were proved, in a file of lines: appended, never changed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from jbnet.model.errors import Missing
from jbnet.model.refusals import READ_ONLY, reason_of
from jbnet.recovery.restored import Restored, read_restored


class RestoredFile:
    """``restored.jsonl`` in the state directory."""

    def __init__(self, path: Path):
        self._path = path

    def append(self, restored: Sequence[Restored]) -> None:
        """Append them; they are on disk when this returns. Raises Missing."""
        said = "".join(f"{one.line()}\n" for one in restored)
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as stream:
                stream.write(_after_a_cut_line(stream.fileno()) + said.encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise Missing(
                "{path} cannot be written: {error}", path=self._path, error=reason_of(error), hint=READ_ONLY
            ) from error

    def all(self) -> tuple[Restored, ...]:
        """Return them, oldest first. Raises Missing where the file is there and cannot be read."""
        try:
            return read_restored(self._path.read_text(encoding="utf-8", errors="replace").splitlines())
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise Missing("{path} cannot be read: {error}", path=self._path, error=reason_of(error)) from error


def _after_a_cut_line(descriptor: int) -> bytes:
    """Return what ends a line that a power failure cut short."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""
