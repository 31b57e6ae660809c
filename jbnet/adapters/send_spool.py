"""Requests that wait to be written elsewhere, each in a file of its own: they outlive the process, and kill -9.

A file appears whole or not at all (rename). It is not flushed to the disk: what a power failure damages is found by
its checksum and dropped. Where nothing can be written (a full disk) a request waits in memory.
"""

from __future__ import annotations

import os
import re
import stat
import zlib
from pathlib import Path

from jbnet.monitor.send_buffer import Parcel

_NAME = re.compile(r"(0\d{11})-(\d{1,16})-(\d{1,9})-([0-9a-f]{8})", re.ASCII)
"""Number, time of the samples in milliseconds, samples, CRC-32 of the body."""


class SendSpool:
    """A folder of requests (mode 0700, files 0600), or None: in memory alone. Inert until ``load``."""

    def __init__(self, folder: Path | None):
        self._folder = folder
        self._next = 1

    def load(self, now_ms: int) -> list[Parcel]:
        """Return what waits there, the oldest first; what another process began to write and did not end is removed.

        What is of a later time than ``now_ms`` was written while the clock was wrong: it makes nothing else too old.
        """
        try:
            files = sorted(self._folder.iterdir()) if self._folder is not None else []
        except OSError:  # none yet, or none that can be used: then it is memory
            return []
        found = [parcel for file in files if (parcel := self._found(file, now_ms)) is not None]
        self._next = 1 + max((int(parcel.name[:12]) for parcel in found), default=0)
        return found

    def _found(self, file: Path, now_ms: int) -> Parcel | None:
        """Return the request that a file is; None: it is none, or nobody can say."""
        try:
            status = file.lstat()
            if not stat.S_ISREG(status.st_mode):
                return None
            if file.suffix == ".new":
                file.unlink()
        except OSError:
            return None
        parts = _NAME.fullmatch(file.name)
        if parts is None:
            return None
        time_ms, samples = int(parts[2]), int(parts[3])
        return Parcel(file.name, samples, status.st_size, min(time_ms, now_ms))

    def keep(self, body: bytes, samples: int, time_ms: int) -> Parcel:
        """Return a request as it waits from now on."""
        name = f"{self._next:012}-{time_ms}-{samples}-{zlib.crc32(body):08x}"
        self._next += 1
        in_memory = Parcel(name, samples, len(body), time_ms, body)
        if self._folder is None:
            return in_memory
        try:
            _write(self._folder, name, body)
        except OSError:
            return in_memory
        return Parcel(name, samples, len(body), time_ms)

    def read(self, parcel: Parcel) -> bytes | None:
        """Return what is to be sent; None: it is gone, or is not what was written."""
        if parcel.body is not None or self._folder is None:
            return parcel.body
        try:
            body = (self._folder / parcel.name).read_bytes()
        except OSError:
            return None
        return body if zlib.crc32(body) == int(parcel.name[-8:], 16) else None

    def forget(self, parcel: Parcel) -> None:
        """Remove what was taken or dropped."""
        if parcel.body is None and self._folder is not None:
            try:
                (self._folder / parcel.name).unlink(missing_ok=True)
            except OSError:
                return  # it is sent once more after a restart: the same samples, with the same times


def _write(folder: Path, name: str, body: bytes) -> None:
    """Write a file, whole or not at all. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f"{name}.new"
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(body)
        draft.replace(folder / name)
    except OSError:
        draft.unlink(missing_ok=True)
        raise
