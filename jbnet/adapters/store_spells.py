"""What is carried from round to round, and the spells of which availability is worked out, in monitor.db."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from jbnet.monitor.carried import Carried
from jbnet.monitor.codec import micros
from jbnet.monitor.codec_carried import pack_carried, pack_spell, unpack_carried, unpack_spell
from jbnet.monitor.spells import Spell

KEEP = timedelta(days=3 * 366)
"""How long spells are kept: as long as the coarser graphs."""
TABLES = """
CREATE TABLE carried (id INTEGER PRIMARY KEY CHECK (id = 1), data TEXT NOT NULL);
CREATE TABLE spells (
  kind TEXT, name TEXT, incident TEXT, loss TEXT, begins INTEGER, ends INTEGER, data TEXT NOT NULL,
  PRIMARY KEY (kind, name, incident, loss, begins)
) WITHOUT ROWID;
CREATE INDEX spells_ends ON spells (ends);
"""


def write_carried(database: sqlite3.Connection, carried: Carried) -> None:
    """Write what is carried. In a transaction of the caller's, as all of these."""
    database.execute("INSERT OR REPLACE INTO carried VALUES (1, ?)", (pack_carried(carried).decode(),))


def read_carried(database: sqlite3.Connection) -> Carried:
    """Return what is carried."""
    row = database.execute("SELECT data FROM carried").fetchone()
    return unpack_carried(row[0] if row else None)


def write_spells(database: sqlite3.Connection, spells: Iterable[Spell], now: datetime) -> None:
    """Write the spells that began or ended, and remove what is too old."""
    rows = [
        (
            s.kind.value,
            s.name,
            s.incident,
            s.loss.value,
            micros(s.begins),
            s.ends and micros(s.ends),
            pack_spell(s).decode(),
        )
        for s in spells
    ]
    if rows:
        database.executemany("INSERT OR REPLACE INTO spells VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
        database.execute("DELETE FROM spells WHERE ends < ?", (micros(now - KEEP),))


def read_spells(database: sqlite3.Connection, begins: datetime, ends: datetime) -> Sequence[Spell]:
    """Return the spells that touch a span, by when they began."""
    query = "SELECT data FROM spells WHERE begins < ? AND (ends IS NULL OR ends > ?) ORDER BY begins, kind, name"
    return [unpack_spell(row[0]) for row in database.execute(query, (micros(ends), micros(begins)))]
