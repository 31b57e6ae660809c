"""The tables of monitor.db, and opening it: one writer, many readers, never a foreign or broken file."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path

from jbnet.model.errors import JbnetError, Missing, Refused
from jbnet.model.text import text

APPLICATION_ID = 0x4A424D4E
"""Marks a file as jbnet's monitor store (``JBMN``), see SQLite's ``PRAGMA application_id``."""
VERSION = 1
SCHEMA = """
CREATE TABLE book (id INTEGER PRIMARY KEY CHECK (id = 1), next_number INTEGER, pending TEXT, summary TEXT);
CREATE TABLE rounds (number INTEGER PRIMARY KEY, time INTEGER NOT NULL);
CREATE INDEX rounds_time ON rounds (time);
CREATE TABLE samples (
  round INTEGER, look INTEGER, device TEXT, time INTEGER NOT NULL, data BLOB NOT NULL,
  PRIMARY KEY (round, look, device)
) WITHOUT ROWID;
CREATE TABLE counters (device TEXT PRIMARY KEY, time INTEGER NOT NULL, data BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE states (device TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY, round INTEGER, time INTEGER NOT NULL, event TEXT, kind TEXT, device TEXT, part TEXT, data TEXT
);
CREATE TABLE incidents (id INTEGER PRIMARY KEY, open INTEGER NOT NULL, data TEXT NOT NULL);
CREATE INDEX incidents_open ON incidents (open);
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY, incident INTEGER NOT NULL, event TEXT NOT NULL, time INTEGER NOT NULL, data TEXT,
  sent INTEGER,
  UNIQUE (incident, event)
);
"""


class Lock:
    """Held by the one writer; the kernel lets go of it when the process ends, however it ends."""

    def __init__(self, path: Path):
        self._path = path
        self._handle: int | None = None

    def take(self) -> None:
        """Take the lock. Raises Refused, naming the process that holds it."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 32).decode(errors="replace").strip() or "?"
            os.close(handle)
            raise Refused(
                "another monitor (process {pid}) writes to {path}; a store has one writer",
                pid=holder,
                path=self._path.with_suffix(".db"),
                hint=text("stop it first, or give this one a state directory of its own with --state"),
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode())
        self._handle = handle

    def release(self) -> None:
        """Let go of the lock."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the store, making it if there is none. Raises JbnetError for a file that is not a sound store."""
    try:
        database = sqlite3.connect(path, isolation_level=None, timeout=5.0)
        fresh = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
        if fresh and _pragma(database, "application_id") == 0:
            database.execute("PRAGMA journal_mode=WAL")
            made = f"PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={VERSION};"
            database.executescript(f"BEGIN IMMEDIATE; {SCHEMA} {made} COMMIT;")
        _require_ours(database, path)
        database.execute("PRAGMA synchronous=NORMAL")  # with WAL: nothing committed is lost when the process dies
        _require_sound(database, path)
    except sqlite3.DatabaseError as error:
        raise broken(path, error) from error
    return database


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the store for reading beside a running monitor. Raises Missing where there is none."""
    if not path.exists():
        raise Missing(
            "nothing was ever monitored here: {path} does not exist",
            path=path,
            hint=text("start it with: jbnet monitor"),
        )
    try:
        database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5.0)
        _require_ours(database, path)
    except sqlite3.DatabaseError as error:
        raise broken(path, error) from error
    return database


def broken(path: Path, error: Exception) -> JbnetError:
    """Return the error for a store that SQLite cannot read."""
    return JbnetError(
        "the monitor's store {path} cannot be used: {error}",
        path=path,
        error=error,
        hint=text("move it away to start afresh; open incidents are then found again from the network"),
    )


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def _require_ours(database: sqlite3.Connection, path: Path) -> None:
    if _pragma(database, "application_id") != APPLICATION_ID:
        database.close()
        raise JbnetError(
            "{path} is a database, but not the monitor's store",
            path=path,
            hint=text("move it away, or give another state directory with --state"),
        )
    version = _pragma(database, "user_version")
    if version != VERSION:
        database.close()
        raise JbnetError(
            "the monitor's store {path} has version {found}; expected {expected}",
            path=path,
            found=version,
            expected=VERSION,
            hint=text("use the jbnet that wrote it, or move it away to start afresh"),
        )


def _require_sound(database: sqlite3.Connection, path: Path) -> None:
    """Look at the structure of the file once, at the start: a monitor must not find out in the night."""
    found = database.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise sqlite3.DatabaseError(str(found))
