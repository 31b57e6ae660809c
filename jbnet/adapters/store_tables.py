"""The tables of monitor.db, by version, and how an older file becomes a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from uuid import uuid4

from jbnet.adapters.store_probed import TABLES as NEW_IN_4
from jbnet.adapters.store_spells import TABLES as NEW_IN_3

APPLICATION_ID = 0x4A424D4E
"""Marks a file as jbnet's monitor store (``JBMN``), see SQLite's ``PRAGMA application_id``."""
VERSION = 4

_KEPT_SINCE_1 = """
CREATE TABLE book (id INTEGER PRIMARY KEY CHECK (id = 1), next_number INTEGER, pending TEXT, summary TEXT);
CREATE TABLE rounds (number INTEGER PRIMARY KEY, time INTEGER NOT NULL);
CREATE INDEX rounds_time ON rounds (time);
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
# samples: the time is that of the round minus ``ago``; data is compressed against the device's base (none: by itself).
# rollups: low, mean and high as float32, weight as uint16 in 1/8 (see store_rollups).
_NEW_IN_2 = """
CREATE INDEX events_time ON events (time);
CREATE TABLE identity (id INTEGER PRIMARY KEY CHECK (id = 1), store TEXT NOT NULL);
CREATE TABLE names (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE bases (id INTEGER PRIMARY KEY, device INTEGER NOT NULL, until INTEGER, data BLOB NOT NULL);
CREATE INDEX bases_until ON bases (until);
CREATE TABLE samples (
  round INTEGER, look INTEGER, device INTEGER, ago INTEGER NOT NULL, base INTEGER, data BLOB NOT NULL,
  PRIMARY KEY (round, look, device)
) WITHOUT ROWID;
CREATE TABLE series (
  id INTEGER PRIMARY KEY, device INTEGER NOT NULL, part TEXT NOT NULL, variable TEXT NOT NULL,
  UNIQUE (device, part, variable)
);
CREATE TABLE fine (series INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;
CREATE TABLE coarse (series INTEGER, start INTEGER, data BLOB NOT NULL, PRIMARY KEY (series, start)) WITHOUT ROWID;
CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE notes (incident INTEGER PRIMARY KEY, data TEXT NOT NULL);
CREATE TABLE silences (id TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE taken (action TEXT PRIMARY KEY, time INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE messages (
  key TEXT PRIMARY KEY, contact TEXT NOT NULL, channel TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
  due INTEGER NOT NULL, made INTEGER NOT NULL, data TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX messages_state ON messages (state);
CREATE TABLE told (
  item TEXT, contact TEXT, channel TEXT, message TEXT, PRIMARY KEY (item, contact, channel)
) WITHOUT ROWID;
CREATE INDEX told_message ON told (message);
"""


def make_tables(database: sqlite3.Connection) -> None:
    """Make the tables of a fresh file. In a transaction of the caller's."""
    _script(database, _KEPT_SINCE_1 + _NEW_IN_2 + NEW_IN_3 + NEW_IN_4)
    _mark(database)


def migrate(database: sqlite3.Connection, found: int) -> None:
    """Bring a file of an older version up to date, in a transaction of the caller's: whole or not at all."""
    for version in range(found, VERSION):
        MIGRATIONS[version](database)
    database.execute(f"PRAGMA user_version={VERSION}")


def _to_2(database: sqlite3.Connection) -> None:
    """Version 2: devices by number, samples against a base, roll-ups, actions and messages."""
    database.execute("ALTER TABLE samples RENAME TO samples_1")
    _script(database, _NEW_IN_2)
    database.execute("INSERT INTO names (name) SELECT DISTINCT device FROM samples_1")
    database.execute(
        "INSERT INTO samples SELECT s.round, s.look, n.id, r.time - s.time, NULL, s.data"
        " FROM samples_1 s JOIN names n ON n.name = s.device JOIN rounds r ON r.number = s.round"
    )
    database.execute("DROP TABLE samples_1")
    # What version 1 put into the outbox was never sent to anybody: telling of it now would be telling old news.
    database.execute("UPDATE outbox SET sent = time WHERE sent IS NULL")
    _name(database)


def _to_3(database: sqlite3.Connection) -> None:
    """Version 3: what is carried from round to round, and spells."""
    _script(database, NEW_IN_3)


def _to_4(database: sqlite3.Connection) -> None:
    """Version 4: what probes came to."""
    _script(database, NEW_IN_4)


MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], None]] = {1: _to_2, 2: _to_3, 3: _to_4}


def _mark(database: sqlite3.Connection) -> None:
    database.execute(f"PRAGMA application_id={APPLICATION_ID}")
    database.execute(f"PRAGMA user_version={VERSION}")
    _name(database)


def _name(database: sqlite3.Connection) -> None:
    """Give the file a name of its own: incident 1 of a fresh store is not incident 1 of the one before."""
    database.execute("INSERT INTO identity VALUES (1, ?)", (uuid4().hex[:12],))


def _script(database: sqlite3.Connection, script: str) -> None:
    """Run several statements; ``executescript`` would commit what is open."""
    for statement in script.split(";"):
        if statement.strip():
            database.execute(statement)
