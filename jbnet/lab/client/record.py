"""The client's record: one line of JSON an event, on disk before anything else happens."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path


class Record:
    """An append-only file. ``write`` returns when the line is on disk (fdatasync), unless it is not ``forced`` there;
    then the machine has it, which outlives every process. Safe for several threads.

    Every line has ``t`` (seconds on the monotonic clock, which all processes of a machine share) and ``wall``
    (seconds since 1970).
    """

    def __init__(self, path: Path, *, forced: bool = True):
        self._forced = forced
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._lock = threading.Lock()

    def write(self, **fields: object) -> None:
        """Append an event; its time is now."""
        with self._lock:
            line = {"t": time.monotonic(), "wall": time.time(), **fields}
            os.write(self._file, (json.dumps(line) + "\n").encode())
        if self._forced:
            os.fdatasync(self._file)

    def close(self) -> None:
        """Close the file; nothing is left to flush."""
        os.close(self._file)
