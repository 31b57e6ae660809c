"""Reading the events of monitor.db in the order in which they were written, from any of them on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jbnet.adapters.store_schema import broken, open_for_reading
from jbnet.monitor.codec import moment
from jbnet.monitor.cursor import Cursor, Recorded
from jbnet.monitor.state import Event, Subject

_COLUMNS = "id, round, time, event, kind, device, part, data"


class SqliteEventLog:
    """Implements the EventLog port. The file is opened for each call: a damaged one may be replaced between two."""

    def __init__(self, path: Path):
        self._path = path

    def after(self, cursor: Cursor | None, most: int) -> Sequence[Recorded]:
        """Return the events behind the cursor (None: from the first on). Raises Missing and JbnetError."""
        try:
            database = open_for_reading(self._path)
            try:
                database.execute("BEGIN")
                return _after(database, cursor, most)
            finally:
                database.close()
        except sqlite3.DatabaseError as error:
            raise broken(self._path, error) from error

    def latest(self, most: int) -> Sequence[Recorded]:
        """Return the last so many events, oldest first. Raises as ``after``."""
        try:
            database = open_for_reading(self._path)
            try:
                rows = database.execute(
                    f"SELECT {_COLUMNS} FROM (SELECT * FROM events ORDER BY id DESC LIMIT ?) ORDER BY id",  # noqa: S608  a constant
                    (most,),
                ).fetchall()
                return [_recorded(_name(database), row) for row in rows]
            finally:
                database.close()
        except sqlite3.DatabaseError as error:
            raise broken(self._path, error) from error

    def end(self) -> Cursor:
        """Return where the next event will be behind. Raises as ``after``."""
        last = self.latest(1)
        if last:
            return last[0].cursor
        database = open_for_reading(self._path)
        try:
            return Cursor(_name(database))
        finally:
            database.close()


def _after(database: sqlite3.Connection, cursor: Cursor | None, most: int) -> Sequence[Recorded]:
    """Return events, the first with a gap where some that the reader has not seen are gone."""
    store = _name(database)
    condition, value, gap = "id > ?", 0, False
    if cursor is not None and cursor.store != store:
        gap = True
    elif cursor is not None and cursor.number and not _is_place(database, cursor):
        condition, value, gap = "round > ?", cursor.round, True
    elif cursor is not None:
        value, gap = cursor.number, _aged(database, cursor.number)
    query = f"SELECT {_COLUMNS} FROM events WHERE {condition} ORDER BY id LIMIT ?"  # noqa: S608  constants
    found = [_recorded(store, row) for row in database.execute(query, (value, most))]
    return [replace(one, gap=gap and one is found[0]) for one in found]


def _is_place(database: sqlite3.Connection, cursor: Cursor) -> bool:
    """Say whether a cursor is of this file: its event, or where that one is gone with age, its place among others.

    A store that went on in place of a damaged one has its name and knows its last round, but begins to number anew.
    """
    around = "SELECT round FROM events WHERE id {} ? ORDER BY id {} LIMIT 1"
    before = database.execute(around.format("<=", "DESC"), (cursor.number,)).fetchone()
    behind = database.execute(around.format(">=", "ASC"), (cursor.number,)).fetchone()
    if behind is None:
        return False
    return (before is None or (before[0] or 0) <= cursor.round) and cursor.round <= (behind[0] or 0)


def _aged(database: sqlite3.Connection, number: int) -> bool:
    """Say whether events behind a number have gone with age."""
    first = database.execute("SELECT min(id) FROM events").fetchone()[0]
    return bool(number and first and number + 1 < first)


def _name(database: sqlite3.Connection) -> str:
    return str(database.execute("SELECT store FROM identity").fetchone()[0])


def _recorded(store: str, row: tuple[Any, ...]) -> Recorded:
    number, turn, time, word, kind, device, part, data = row
    # an event of the telling side is about a silence, which is no kind of subject of the rounds
    subject = Subject(kind, device, part)
    return Recorded(Cursor(store, turn or 0, number), Event(moment(time), word, subject, json.loads(data)))
