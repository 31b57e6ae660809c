"""monitor.db: the monitor's memory in SQLite (WAL). A round is in it whole or not at all, also after kill -9."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any

from jbnet.adapters.store_schema import Lock, broken, open_for_reading, open_for_writing
from jbnet.monitor.codec import (
    dump,
    micros,
    moment,
    pack_incident,
    pack_sample,
    pack_state,
    unpack_incident,
    unpack_sample,
    unpack_state,
)
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.state import DeviceState, Event, differs
from jbnet.monitor.summary import Summary
from jbnet.monitor.watch import Condition

PRUNE_EVERY = 600
"""Rounds between two removals of old samples."""

Row = tuple[Any, ...]
_HOUR_US = 3_600_000_000
_ANSWERS = {Condition.UP: True, Condition.DOWN: False, Condition.UNKNOWN: None}
_NEWS = ("opened", "closed")
"""Events of an incident that people are told about."""


class SqliteStore:
    """Implements the Store port. Inert until ``load``. ``keep_hours``: how long raw samples and events are kept."""

    def __init__(self, path: Path, keep_hours: float = 24.0):
        self._path = path
        self._keep_us = int(keep_hours * _HOUR_US)
        self._lock = Lock(path.with_suffix(".lock"))
        self._database: sqlite3.Connection | None = None

    def load(self) -> tuple[Watchbook, int]:
        """Take the lock, open the store, and return the memory. Raises Refused and JbnetError."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        try:
            self._database = open_for_writing(self._path)
            return _read_book(self._database)
        except (sqlite3.DatabaseError, zlib.error, ValueError, KeyError) as error:
            self.close()
            raise broken(self._path, error) from error
        except BaseException:
            self.close()
            raise

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round in one transaction. Raises JbnetError when the file cannot be written (a full disk)."""
        database = self._database
        if database is None:
            raise RuntimeError("the store is not loaded")
        try:
            with _transaction(database):
                _write_samples(database, turn)
                _write_states(database, before.states, outcome.book.states)
                _write_events(database, turn, outcome)
                _write_incidents(database, outcome.incidents)
                pending = json.dumps(outcome.book.incidents.pending)
                database.execute(
                    "INSERT OR REPLACE INTO book VALUES (1, ?, ?, ?)",
                    (outcome.book.incidents.next_number, pending, dump(summary.as_json()).decode()),
                )
                if turn.number % PRUNE_EVERY == 0:
                    _prune(database, micros(turn.time) - self._keep_us)
        except sqlite3.Error as error:
            raise broken(self._path, error) from error

    def close(self) -> None:
        """Close the file and let go of the lock."""
        if self._database is not None:
            self._database.close()
            self._database = None
        self._lock.release()


class SqliteStoreView:
    """Implements the StoreView port. Opens on construction: making one is asking. Raises Missing, JbnetError."""

    def __init__(self, path: Path):
        self._path = path
        self._database = open_for_reading(path)

    def summary(self) -> Mapping[str, object] | None:
        """Return the last round's summary."""
        row = self._one("SELECT summary FROM book")
        return None if row is None else json.loads(row[0])

    def incidents(self, *, only_open: bool) -> Sequence[Incident]:
        """Return the incidents, latest first."""
        condition = "WHERE open = 1" if only_open else ""
        rows = self._all(f"SELECT id, data FROM incidents {condition} ORDER BY id DESC")  # noqa: S608  two constants
        return [unpack_incident(str(number), data) for number, data in rows]

    def answers(self) -> Mapping[str, bool | None]:
        """Say of every polled device whether its agent answers; None: not known yet."""
        rows = self._all("SELECT device, data FROM states")
        return {device: _ANSWERS[unpack_state(device, data, None).answer.condition] for device, data in rows}

    def rounds(self) -> Iterable[Round]:
        """Return the recorded rounds, oldest first."""
        times: dict[int, int] = dict(self._all("SELECT number, time FROM rounds"))
        rows = self._all("SELECT round, look, device, time, data FROM samples ORDER BY round, look, device")
        for number, of_round in groupby(rows, key=lambda row: row[0]):
            looks = tuple(tuple(_sample(row) for row in look) for _, look in groupby(of_round, key=lambda row: row[1]))
            yield Round(number, moment(times[number]), looks)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _one(self, query: str) -> tuple[str, ...] | None:
        return next(iter(self._all(query)), None)

    def _all(self, query: str) -> list[Row]:
        try:
            return self._database.execute(query).fetchall()
        except sqlite3.DatabaseError as error:
            raise broken(self._path, error) from error


@contextmanager
def _transaction(database: sqlite3.Connection) -> Iterator[None]:
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _sample(row: Row) -> Sample:
    _, _, device, time, data = row
    return unpack_sample(device, moment(time), zlib.decompress(data))


def _read_book(database: sqlite3.Connection) -> tuple[Watchbook, int]:
    number = database.execute("SELECT max(number) FROM rounds").fetchone()[0] or 0
    last = {
        device: unpack_sample(device, moment(time), zlib.decompress(data))
        for device, time, data in database.execute("SELECT device, time, data FROM counters")
    }
    states = {
        device: unpack_state(device, data, last.get(device))
        for device, data in database.execute("SELECT device, data FROM states")
    }
    row = database.execute("SELECT next_number, pending FROM book").fetchone()
    rows = database.execute("SELECT id, data FROM incidents WHERE open = 1 ORDER BY id")
    still_open = {str(key): unpack_incident(str(key), data) for key, data in rows}
    next_number, pending = row or (1, "[]")
    return Watchbook(states, Incidents(still_open, next_number, tuple(json.loads(pending)))), number


def _write_samples(database: sqlite3.Connection, turn: Round) -> None:
    rows, latest = [], {}
    for number, look in enumerate(turn.looks):
        for sample in look:
            data = zlib.compress(pack_sample(sample), 1)
            rows.append((turn.number, number, sample.device, micros(sample.time), data))
            if sample.answered and sample.interfaces is not None:
                latest[sample.device] = (sample.device, micros(sample.time), data)
    database.execute("INSERT INTO rounds VALUES (?, ?)", (turn.number, micros(turn.time)))
    database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?)", rows)
    database.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", latest.values())


def _write_states(
    database: sqlite3.Connection, before: Mapping[str, DeviceState], after: Mapping[str, DeviceState]
) -> None:
    rows = [
        (device, pack_state(state).decode())
        for device, state in after.items()
        if device not in before or differs(before[device], state)
    ]
    database.executemany("INSERT OR REPLACE INTO states VALUES (?, ?)", rows)


def _write_events(database: sqlite3.Connection, turn: Round, outcome: Outcome) -> None:
    rows = [
        (
            turn.number,
            micros(e.time),
            e.event,
            str(e.subject.kind),
            e.subject.device,
            e.subject.part,
            dump(e.data).decode(),
        )
        for e in outcome.events
    ]
    query = "INSERT INTO events (round, time, event, kind, device, part, data) VALUES (?, ?, ?, ?, ?, ?, ?)"
    database.executemany(query, rows)
    news = [
        (int(e.subject.device), e.event, micros(e.time), dump(e.data).decode())
        for e in outcome.events
        if e.subject.kind == "incident" and e.event in _NEWS
    ]
    database.executemany("INSERT OR IGNORE INTO outbox (incident, event, time, data) VALUES (?, ?, ?, ?)", news)


def _subject(event: Event) -> tuple[str, str, str]:
    return str(event.subject.kind), event.subject.device, event.subject.part


def _write_incidents(database: sqlite3.Connection, incidents: Iterable[Incident]) -> None:
    rows = [(int(i.id), i.closed is None, pack_incident(i).decode()) for i in incidents]
    database.executemany("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?)", rows)


def _prune(database: sqlite3.Connection, before: int) -> None:
    """Remove samples and events that are older; the last reading of each device stays in ``counters``."""
    edge = database.execute("SELECT max(number) FROM rounds WHERE time < ?", (before,)).fetchone()[0]
    if edge is not None:
        database.execute("DELETE FROM samples WHERE round <= ?", (edge,))
        database.execute("DELETE FROM rounds WHERE number <= ?", (edge,))
        database.execute("DELETE FROM events WHERE round <= ?", (edge,))
