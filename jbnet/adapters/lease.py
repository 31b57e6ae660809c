"""A lease on this machine: a lock that the kernel gives back when its holder ends, however it ends.

The lock (``flock``) decides, never the text in the file: a process id may be used again after a boot, and means
nothing in another namespace of process ids. The text (process id, boot id, holder) is for the person who is
refused, and lets a left-over be told from a live one.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from jbnet.model.errors import Missing, Refused
from jbnet.model.refusals import reason_of
from jbnet.model.text import text

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PATIENCE_S = 1.0


class FileLease:
    """Implements the Lease port with a lock file."""

    def __init__(self, path: Path):
        self.path = path

    @contextmanager
    def held(self, holder: str) -> Iterator[None]:
        """Hold it. Raises Refused while another process does, Missing when the file cannot be opened."""
        with self._open() as stream:
            if not _lock(stream):
                raise self._refusal()
            self._write(stream, {"pid": os.getpid(), "boot_id": boot_id(), "holder": holder})
            try:
                yield
            finally:
                self._write(stream, {})

    def holder(self) -> str | None:
        """Return who holds it now; None: nobody."""
        if not self.path.exists():
            return None
        with self._open() as stream:
            return str(self.note().get("holder", "")) if _is_taken(stream) else None

    def left_over(self) -> Mapping[str, object] | None:
        """Return what a holder that ended without giving it back wrote down; None when nobody did, or one lives."""
        if not self.path.exists():
            return None
        with self._open() as stream:
            return None if _is_taken(stream) else self.note() or None

    def note(self) -> Mapping[str, object]:
        """Return what the last holder wrote: ``pid``, ``boot_id``, ``holder``; empty: given back."""
        with suppress(OSError, ValueError):
            found = json.loads(self.path.read_text(encoding="utf-8"))
            if isinstance(found, dict):
                return found
        return {}

    def _refusal(self) -> Refused:
        note = self.note()
        return Refused(
            "{holder} is going on already (process {pid})",
            holder=note.get("holder", self.path.stem),
            pid=note.get("pid", "?"),
            hint=text("wait for it, or stop it with Ctrl-C; jbnet dr resume goes on from there"),
        )

    def _open(self) -> IO[str]:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.fdopen(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600), "r+", encoding="utf-8")
        except OSError as error:
            raise Missing("{path} cannot be opened: {error}", path=self.path, error=reason_of(error)) from error

    @staticmethod
    def _write(stream: IO[str], note: Mapping[str, object]) -> None:
        stream.seek(0)
        stream.truncate()
        if note:
            json.dump(note, stream)
        stream.flush()
        os.fsync(stream.fileno())


def _is_taken(stream: IO[str]) -> bool:
    """Say whether somebody holds the lock; where not, nobody can take it while the stream is open."""
    try:
        fcntl.flock(stream, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _lock(stream: IO[str]) -> bool:
    """Take the lock; wait a moment, for a look at it (``holder``) takes it for an instant too."""
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.05)
        else:
            return True


def boot_id() -> str:
    """Return the kernel's id of this boot; empty where it has none."""
    with suppress(OSError):
        return BOOT_ID.read_text(encoding="ascii").strip()
    return ""
