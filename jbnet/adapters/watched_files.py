"""Files of a workspace that people edit while a program runs: read again when they have changed and lie still."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

from jbnet.adapters.workspace import read_files
from jbnet.model.errors import JbnetError, Missing
from jbnet.model.refusals import reason_of

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
        self._failed: str | None = None

    def changed(self) -> Mapping[str, str] | None:
        """Return the text of all files by path if something has changed for good.

        Raises JbnetError when it cannot be read: once for each reason, however often it is asked. It is tried again
        each time, for nobody touches a file to say that it can be read now.
        """
        try:
            found = self._read()
        except FileNotFoundError:
            return None  # a folder vanished while it was walked through: somebody is at work
        except OSError as error:
            path = error.filename or self._directory / self._folder
            self._fail(Missing("cannot read {path}: {reason}", path=path, reason=reason_of(error)))
            return None
        except JbnetError as error:
            self._fail(error)
            return None
        self._failed = None
        return found

    def _read(self) -> Mapping[str, str] | None:
        seen = self._look()
        known, self._last = self._last, seen
        if seen == self._taken or (self._taken is not None and seen != known and not self._still(seen)):
            return None
        found = read_files(self._directory, (self._folder,))
        if self._look() != seen:
            return None  # written meanwhile: what was read may be neither
        self._taken = seen
        return found

    def _fail(self, error: JbnetError) -> None:
        """Raise an error unless it was raised before."""
        if str(error) != self._failed:
            self._failed = str(error)
            raise error

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
