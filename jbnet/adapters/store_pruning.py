"""Removing what is older than it is kept, a little every round: no round waits for a big removal."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from jbnet.adapters.store_probed import prune_probed
from jbnet.adapters.store_rollups import SLICE

ROUNDS = 4
"""Recorded rounds that one round removes at most; it adds one."""
EVENTS = 200
MESSAGES = 20
SERIES = 50
"""Series whose old roll-ups one round removes."""
_HOUR_US = 3_600_000_000
_DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Keep:
    """How long things are kept: raw samples in hours, the rest in days. Incidents are kept for ever."""

    samples_h: float = 48.0
    fine_days: float = 90.0
    coarse_days: float = 3 * 365.0
    events_days: float = 90.0


class Pruner:
    """Knows where it was; called in a transaction."""

    def __init__(self, database: sqlite3.Connection, keep: Keep):
        self._database = database
        self._keep = keep
        self._series = 0

    def prune(self, now: int) -> None:
        """Remove some of what is too old. ``now`` in microseconds since 1970 UTC."""
        self._samples(now - int(self._keep.samples_h * _HOUR_US))
        self._events(now - int(self._keep.events_days * 24 * _HOUR_US))
        self._rollups(now // 1_000_000)

    def _samples(self, before: int) -> None:
        query = "SELECT number FROM rounds WHERE time < ? ORDER BY time LIMIT ?"
        for (number,) in self._database.execute(query, (before, ROUNDS)).fetchall():
            self._database.execute("DELETE FROM samples WHERE round = ?", (number,))
            prune_probed(self._database, number)
            self._database.execute("DELETE FROM rounds WHERE number = ?", (number,))
            self._database.execute(
                "DELETE FROM bases WHERE id IN (SELECT id FROM bases WHERE until <= ? LIMIT ?)", (number, SLICE)
            )

    def _events(self, before: int) -> None:
        old = "SELECT id FROM {table} WHERE {time} < ? ORDER BY id LIMIT ?"
        query = f"DELETE FROM events WHERE id IN ({old.format(table='events', time='time')})"  # noqa: S608  constants
        self._database.execute(query, (before, EVENTS))
        query = f"DELETE FROM outbox WHERE id IN ({old.format(table='outbox', time='sent')})"  # noqa: S608  constants
        self._database.execute(query, (before, EVENTS))

        # what was told of an incident that is still open must be known for as long as it is
        old_messages = (
            "SELECT key FROM messages WHERE state IN ('sent', 'given up') AND made < ?1"
            " AND NOT EXISTS (SELECT 1 FROM outbox WHERE sent IS NULL AND time < ?1) LIMIT ?2"
        )
        for (key,) in self._database.execute(old_messages, (before, MESSAGES)).fetchall():
            self._database.execute("DELETE FROM told WHERE message = ?", (key,))
            self._database.execute("DELETE FROM messages WHERE key = ?", (key,))

    def _rollups(self, now: int) -> None:
        query = "SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?"
        some = [row[0] for row in self._database.execute(query, (self._series, SERIES))]
        self._series = some[-1] if some else 0
        fine, coarse = int(now - self._keep.fine_days * _DAY_S), int(now - self._keep.coarse_days * _DAY_S)
        self._database.executemany("DELETE FROM fine WHERE series = ? AND start < ?", [(s, fine) for s in some])
        self._database.executemany("DELETE FROM coarse WHERE series = ? AND start < ?", [(s, coarse) for s in some])
