"""The maintenance windows that changes, drills and people register, beside people's deeds in actions.db."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from jbnet.adapters.actions_file import rows, written
from jbnet.monitor.codec import micros
from jbnet.monitor.codec_carried import pack_maintenance, unpack_maintenance
from jbnet.monitor.maintenance import Maintenance

KEPT = timedelta(days=30)
"""How long after its end a window is kept: no round that is still replayed was recorded before that."""


class WindowFile:
    """Implements the Windows port."""

    def __init__(self, path: Path):
        self._path = path

    def windows(self) -> Sequence[Maintenance]:
        """Return every window that may still matter. Raises JbnetError."""
        found = rows(self._path, "windows", "SELECT data FROM windows ORDER BY ends, id")
        return tuple(unpack_maintenance(data) for (data,) in found)

    def register(self, window: Maintenance) -> None:
        """Keep a window in place of one of the same ``id``; those that ended long ago go. Raises JbnetError."""
        with written(self._path) as database:
            database.execute("DELETE FROM windows WHERE ends < ?", (micros(window.begins - KEPT),))
            database.execute(
                "INSERT OR REPLACE INTO windows (id, ends, data) VALUES (?, ?, ?)",
                (window.id, micros(window.ends), pack_maintenance(window)),
            )
