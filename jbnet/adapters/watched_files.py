"""Files of a workspace that people edit while a program runs: read again when they have changed and lie still."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from jbnet.adapters.workspace import read_files

STILL_S = 2.0
"""A file that was written so long ago is not being written any more."""

_Seen = tuple[tuple[str, int, int, int], ...]


class WatchedFolder:
    """Implements the RuleFiles port for one folder of a workspace. The first time it is asked it returns what is there.

    An editor may empty a file before it fills it, or move it away and put another one there: what changed is taken when
    two looks see the same, or when it was written ``STILL_S`` before.
    """

    def __init__(self, directory: Path, folder: str, wall: Callable[[], float] = time.time):
        self._directory, self._folder, self._wall = directory, folder, wall
        self._taken: _Seen | None = None
        self._last: _Seen | None = None

    def changed(self) -> Mapping[str, str] | None:
        """Return the text of all files by path if something has changed for good. Raises JbnetError, once a change."""
        seen = self._look()
        if seen == self._taken:
            self._last = seen
            return None
        if self._taken is not None and seen != self._last and not self._still(seen):
            self._last = seen
            return None
        self._last = seen
        self._taken = seen  # also where it cannot be read: that is said once
        found = read_files(self._directory, (self._folder,))
        if self._look() != seen:
            self._taken = ()  # written meanwhile: what was read may be neither
            return None
        return found

    def _still(self, seen: _Seen) -> bool:
        """Say whether all was written some time ago; what vanished was not written at all."""
        if self._taken is not None and len(seen) < len(self._taken):
            return False
        newest = max((changed for _, changed, _, _ in seen), default=0)
        return self._wall() - newest / 1e9 - STILL_S >= 0

    def _look(self) -> _Seen:
        """Return name, time of change, size and inode of every file below the folder."""
        found = []
        for path in sorted((self._directory / self._folder).rglob("*.yaml")):
            try:
                stat = path.stat()
            except OSError:
                continue  # it vanished between the two
            found.append((str(path), stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)
