"""actions.db: what people did to incidents, appended by commands and the page while the monitor runs or not."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from jbnet.adapters.store_schema import BUSY_S, transaction
from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.codec import micros, moment

APPLICATION_ID = 0x4A424143
"""Marks a file as jbnet's actions (``JBAC``)."""
_TABLE = """CREATE TABLE IF NOT EXISTS actions (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, time INTEGER NOT NULL, who TEXT NOT NULL, deed TEXT NOT NULL,
  target TEXT NOT NULL, data TEXT NOT NULL
)"""


class ActionFile:
    """Implements the ActionLog port. Opened for each use, so that nobody holds it."""

    def __init__(self, path: Path):
        self._path = path

    def append(self, actions: Sequence[Action]) -> None:
        """Append actions in one transaction, synchronously. Raises JbnetError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        rows = [(a.id, micros(a.time), a.who, str(a.deed), a.target, _pack(a)) for a in actions]
        try:
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=BUSY_S)) as database:
                database.execute("PRAGMA journal_mode=WAL")
                database.execute("PRAGMA synchronous=FULL")
                with transaction(database):
                    database.execute(_TABLE)
                    database.execute(f"PRAGMA application_id={APPLICATION_ID}")
                    query = (
                        "INSERT OR IGNORE INTO actions (id, time, who, deed, target, data) VALUES (?, ?, ?, ?, ?, ?)"
                    )
                    database.executemany(query, rows)
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from error

    def after(self, number: int) -> Sequence[tuple[int, Action]]:
        """Return the actions behind that number; none where nobody ever did anything. Raises JbnetError."""
        if not self._path.exists():
            return ()
        query = "SELECT number, id, time, who, deed, target, data FROM actions WHERE number > ? ORDER BY number"
        try:
            uri = f"{self._path.as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as database:
                rows = database.execute(query, (number,)).fetchall()
        except sqlite3.Error as error:
            raise _unusable(self._path, error) from error
        return tuple((row[0], _unpack(*row[1:])) for row in rows)


def _pack(action: Action) -> str:
    known = {"comment": action.comment, "owner": action.owner}
    until = {"until": micros(action.until)} if action.until is not None else {}
    return json.dumps({**action.data, **known, **until}, ensure_ascii=False)


def _unpack(identity: str, time: int, who: str, deed: str, target: str, data: str) -> Action:
    packed = json.loads(data)
    comment, owner, until = packed.pop("comment", ""), packed.pop("owner", ""), packed.pop("until", None)
    when = None if until is None else moment(until)
    return Action(identity, moment(time), who, Deed(deed), target, comment, owner, when, packed)


def _unusable(path: Path, error: Exception) -> JbnetError:
    return JbnetError(
        "{path} cannot be used: {error}",
        path=path,
        error=error,
        hint=text("it holds what people did to incidents; move it away if it is damaged: what was taken stays"),
    )
