"""actions.db: what commands and the page write for the monitor to read. Opened for each use: nobody holds it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from jbnet.adapters.disk import full, is_for_room, sqlite_way_out
from jbnet.adapters.store_schema import BUSY_S, transaction
from jbnet.model.errors import JbnetError
from jbnet.model.text import text

APPLICATION_ID = 0x4A424143
"""Marks a file as jbnet's actions (``JBAC``)."""
_TABLES = (
    """CREATE TABLE IF NOT EXISTS actions (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL, who TEXT NOT NULL, deed TEXT NOT NULL,
  target TEXT NOT NULL, data TEXT NOT NULL
)""",
    "CREATE TABLE IF NOT EXISTS windows (id TEXT PRIMARY KEY, ends INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID",
)


@contextmanager
def written(path: Path) -> Iterator[sqlite3.Connection]:
    """Give the file for one transaction, which is on disk at the end of the ``with``. Raises JbnetError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            with transaction(database):
                for table in _TABLES:
                    database.execute(table)
                database.execute(f"PRAGMA application_id={APPLICATION_ID}")
                yield database
    except sqlite3.Error as error:
        raise _unusable(path, error) from error


def rows(path: Path, table: str, query: str, given: Sequence[object] = ()) -> Sequence[tuple[Any, ...]]:
    """Return what a query finds in a table; nothing where nobody ever wrote there. Raises JbnetError."""
    if not path.exists():
        return ()
    try:
        uri = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as database:
            there = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (table,))
            return database.execute(query, given).fetchall() if there.fetchone() else ()
    except sqlite3.Error as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: Exception) -> JbnetError:
    if is_for_room(path, error):
        return full(path)
    return JbnetError(
        "{path} cannot be used: {error}",
        path=path,
        error=error,
        hint=sqlite_way_out(path, error)
        or text("it holds what people did to incidents; move it away if it is damaged: what was taken stays"),
    )
