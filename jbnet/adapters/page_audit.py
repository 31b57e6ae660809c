"""The audit log in page.db: append-only by triggers, hash-chained as the journals are (``jbnet.recovery.chain``)."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from jbnet.model.text import Text
from jbnet.ports.accounts import AuditEntry
from jbnet.recovery.canonical import GENESIS, canonical_json
from jbnet.recovery.chain import ChainCheck, sealed

_COLUMNS = "seq, time, kind, subject, data, hash"


def write_down(database: sqlite3.Connection, entry: AuditEntry) -> None:
    """Append an entry within the transaction of what it tells of."""
    last = database.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    said = canonical_json({"who": entry.who, "address": entry.address, "data": entry.data})
    row = sealed(_handed_out(database) + 1, entry.time.isoformat(), entry.deed, entry.subject, said,
                 GENESIS if last is None else str(last[1]))  # fmt: skip
    database.execute(f"INSERT INTO audit ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608  constant


def entries(database: sqlite3.Connection, limit: int) -> Sequence[AuditEntry]:
    """Return the last entries, latest first."""
    query = f"SELECT {_COLUMNS} FROM audit ORDER BY seq DESC LIMIT ?"  # noqa: S608  constant
    return [_entry(*row[:5]) for row in database.execute(query, (max(limit, 0),))]


def faults(database: sqlite3.Connection) -> tuple[Text, ...]:
    """Return what is wrong with the chain; empty: nothing."""
    check = ChainCheck()
    for row in database.execute(f"SELECT {_COLUMNS} FROM audit ORDER BY seq"):  # noqa: S608  constant
        check.feed(row)
    check.expect_up_to(_handed_out(database))
    return tuple(check.faults)


def _entry(seq: int, time: str, kind: str, subject: str, data: str) -> AuditEntry:
    said = json.loads(data)
    return AuditEntry(datetime.fromisoformat(time), said["who"], kind, subject, said["address"], said["data"], seq)


def _handed_out(database: sqlite3.Connection) -> int:
    row = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return int(row[0]) if row else 0
