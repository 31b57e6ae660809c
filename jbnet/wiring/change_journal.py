"""The journal of changes: ``change.db`` of the state directory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jbnet.model.text import text

if TYPE_CHECKING:
    from jbnet.adapters.journal import SqliteJournal
    from jbnet.ports import Clock


def change_journal(state_dir: Path, clock: Clock, *, shared: bool = False) -> SqliteJournal:
    """Return the journal of changes; ``shared``: several processes write it, entry by entry."""
    from jbnet.adapters.journal import SqliteJournal

    path = state_dir / "change.db"
    return SqliteJournal(
        path,
        clock,
        shared=shared,
        way_out=text(
            "where the disk is full, free some room; a damaged file is moved aside with those beside it ({path}, -wal, "
            "-shm), and a new one begins. Lost are: who changed what, the way back of applied changes, and where an "
            "interrupted apply stood (plan it anew). Devices, plans and backups stay as they are",
            path=path,
        ),
    )
