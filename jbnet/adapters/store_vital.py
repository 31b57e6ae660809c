"""What monitoring cannot be without, kept a second time: monitor.vital, a small file beside monitor.db.

Open incidents, conditions, what was told to whom. It is written whole and renamed into place, so that it is always
either the one before or the one after; its first line is a checksum. From it, or from what a damaged monitor.db still
gives, a fresh store is filled (ADR 44).
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jbnet.adapters.store_schema import BUSY_S, transaction

Rows = Sequence[Sequence[object]]
_DAY_US = 86_400_000_000
_LAST = "(SELECT coalesce(max(time), 0) FROM rounds)"
_RECENT = f"state != 'sent' OR made > {_LAST} - {_DAY_US}"
_UNTOLD = "SELECT incident FROM outbox WHERE sent IS NULL"
"""What is open, or has ended without that everybody has heard of it."""
PARTS: Mapping[str, str] = {
    # table: which of its rows
    "identity": "",
    "book": "",
    "carried": "",
    "spells": f"WHERE ends IS NULL OR ends > {_LAST} - {40 * _DAY_US}",
    "rounds": "WHERE number = (SELECT max(number) FROM rounds)",
    "incidents": f"WHERE open = 1 OR id IN ({_UNTOLD})",
    "states": "",
    "outbox": f"WHERE sent IS NULL OR time > {_LAST} - {_DAY_US}",
    "notes": "WHERE incident IN (SELECT id FROM incidents WHERE open = 1)",
    "silences": "",
    "taken": f"WHERE time > {_LAST} - {30 * _DAY_US}",
    "messages": f"WHERE {_RECENT}",
    # an item begins with its incident's number
    "told": f"WHERE message IN (SELECT key FROM messages WHERE {_RECENT}) OR CAST(item AS INTEGER) IN ({_UNTOLD})",  # noqa: S608  constants
}


@dataclass(frozen=True, slots=True)
class Vital:
    """Rows by table. ``whole``: every table could be read to its end."""

    tables: Mapping[str, Rows]
    whole: bool = True

    @property
    def store(self) -> str:
        """Return the name of the store that they are of; empty: not known."""
        return str(next((row[1] for row in self.tables.get("identity", ())), ""))

    @property
    def round(self) -> int:
        """Return the last round that they know of."""
        return int(str(next((row[0] for row in self.tables.get("rounds", ())), 0)))


def read_vital(path: Path) -> Vital | None:
    """Return what monitor.vital holds; None: it is not there, or is not what was written."""
    try:
        checksum, _, content = path.read_bytes().partition(b"\n")
        if int(checksum, 16) != zlib.crc32(content):
            return None
        tables = json.loads(content)
        return Vital({name: tables.get(name, ()) for name in PARTS})  # an earlier jbnet knew fewer tables
    except (OSError, ValueError, AttributeError):
        return None


def write_vital(database: Path, path: Path) -> None:
    """Write monitor.vital from the store as it stands. Raises OSError and sqlite3.Error."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_S)
    try:
        connection.execute("BEGIN")  # all tables as of one moment
        tables = {name: connection.execute(_query(name)).fetchall() for name in PARTS}
    finally:
        connection.close()
    content = json.dumps(tables, ensure_ascii=False, separators=(",", ":")).encode()
    temporary = path.with_suffix(f".new{threading.get_native_id()}")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as stream:
            stream.write(b"%08x\n" % zlib.crc32(content) + content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def salvage(database: Path) -> Vital:
    """Return what can be read of a damaged store, each table as far as it goes. Never raises for damage."""
    tables: dict[str, Rows] = {}
    whole = True
    try:
        connection = sqlite3.connect(database, isolation_level=None, timeout=BUSY_S)
    except sqlite3.Error:
        return Vital({}, whole=False)
    for name in PARTS:
        rows: list[Sequence[object]] = []
        tables[name] = rows
        try:
            rows.extend(_sound_rows(connection, name))
        except (sqlite3.Error, ValueError, OverflowError):
            whole = False
    connection.close()
    return Vital(tables, whole)


def restore(database: sqlite3.Connection, vital: Vital) -> None:
    """Put the rows in the place of those that are there, in one transaction."""
    with transaction(database):
        for name, rows in vital.tables.items():
            if name == "rounds":
                database.executemany("INSERT OR IGNORE INTO rounds VALUES (?, ?)", rows)
                continue
            if name not in ("incidents", "states") and rows:
                database.execute(f"DELETE FROM {name}")  # noqa: S608  a constant
            if name == "incidents":
                database.execute("UPDATE incidents SET open = 0 WHERE open = 1 AND id NOT IN (SELECT value FROM"
                                 " json_each(?))", (json.dumps([row[0] for row in rows]),))  # fmt: skip
            for row in rows:
                marks = ", ".join("?" * len(row))
                with suppress(sqlite3.Error):  # a row of another shape: what fits is better than nothing
                    database.execute(f"INSERT OR REPLACE INTO {name} VALUES ({marks})", row)  # noqa: S608  a constant


def _query(name: str) -> str:
    return f"SELECT * FROM {name} {PARTS[name]}"  # noqa: S608  constants


def _sound_rows(connection: sqlite3.Connection, name: str) -> Iterator[Sequence[object]]:
    """Yield rows until the damage; columns that hold JSON must hold JSON."""
    for row in connection.execute(_query(name)):
        for value in row:
            if isinstance(value, str) and value[:1] in "[{":
                json.loads(value)
        yield row
