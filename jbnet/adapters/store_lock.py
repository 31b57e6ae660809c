"""One writer a file: a lock that the kernel lets go of when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from jbnet.model.errors import Refused
from jbnet.model.text import text


class Lock:
    """Held by the one process that writes to a store."""

    def __init__(self, path: Path):
        self._path = path
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock, if it is not ours yet. Raises Refused, naming the process that holds it."""
        if self._handle is not None:
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "?"
            os.close(handle)
            raise Refused(
                "another monitor (process {pid}) writes to {path}; a store has one writer",
                pid=holder,
                path=self._path.with_suffix(".db"),
                hint=text("stop it first, or give this one a state directory of its own with --state"),
            ) from error
        try:
            os.ftruncate(handle, 0)
            os.write(handle, f"{os.getpid()}\n".encode())
        except OSError:
            pass  # a full disk: the lock holds without the number of its process
        self._handle = handle

    def release(self) -> None:
        """Let go of the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
