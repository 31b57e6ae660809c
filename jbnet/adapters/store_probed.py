"""What probes came to, in monitor.db: one row a round that brought any."""

from __future__ import annotations

import json
import sqlite3
import zlib

from jbnet.monitor.codec import dump
from jbnet.monitor.probing_results import Probed, unpack_probed
from jbnet.monitor.samples import Round

TABLES = """
CREATE TABLE IF NOT EXISTS probed (round INTEGER PRIMARY KEY, data BLOB NOT NULL);
"""


def write_probed(database: sqlite3.Connection, turn: Round) -> None:
    """Write what a round brought. Called in a transaction."""
    if turn.probed:
        data = zlib.compress(dump([found.packed() for found in turn.probed]))
        database.execute("INSERT INTO probed VALUES (?, ?)", (turn.number, data))


def read_probed(database: sqlite3.Connection, number: int) -> tuple[Probed, ...]:
    """Return what a round brought."""
    row = database.execute("SELECT data FROM probed WHERE round = ?", (number,)).fetchone()
    return tuple(unpack_probed(one) for one in json.loads(zlib.decompress(row[0]))) if row else ()


def prune_probed(database: sqlite3.Connection, number: int) -> None:
    """Remove what a round brought."""
    database.execute("DELETE FROM probed WHERE round = ?", (number,))
