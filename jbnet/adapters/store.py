"""monitor.db: the monitor's memory in SQLite (WAL). A round is in it whole or not at all, also after kill -9."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from jbnet.adapters.store_lock import Lock
from jbnet.adapters.store_messages import MESSAGE, keep_latest
from jbnet.adapters.store_probed import write_probed
from jbnet.adapters.store_pruning import Keep, Pruner
from jbnet.adapters.store_rollups import RollupWriter
from jbnet.adapters.store_samples import Names, SampleWriter
from jbnet.adapters.store_schema import broken, open_for_writing, transaction
from jbnet.adapters.store_spells import read_carried, write_carried, write_spells
from jbnet.monitor.codec import (
    dump,
    micros,
    moment,
    pack_incident,
    pack_state,
    unpack_incident,
    unpack_sample,
    unpack_state,
)
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState, differs
from jbnet.monitor.summary import Summary

_NEWS = ("opened", "closed")
"""Events of an incident that people are told about."""


class SqliteStore:
    """Implements the Store port. Inert until ``load``."""

    def __init__(self, path: Path, keep: Keep | None = None):
        self._path = path
        self._keep = keep or Keep()
        self._lock = Lock(path.with_suffix(".lock"))
        self._tables: _Tables | None = None

    def load(self) -> tuple[Watchbook, int]:
        """Take the lock, open the store, and return the memory.

        Raises Refused (another monitor has it), JbnetError (a file that is not ours) and sqlite3.Error (a broken
        file, or a full disk).
        """
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock.take()
        self.forget()
        try:
            self._tables = _Tables(open_for_writing(self._path), self._keep)
            return self._tables.load()
        except (zlib.error, ValueError, KeyError, TypeError) as error:
            self.forget()
            raise Illegible(str(error)) from error
        except sqlite3.Error:
            self.forget()  # the lock stays: whoever repairs the file is still its one writer
            raise
        except BaseException:
            self.close()
            raise

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round in one transaction. Raises JbnetError when the file cannot be written; its cause says why."""
        if self._tables is None:
            raise RuntimeError("the store is not loaded")
        try:
            self._tables.commit(turn, before, outcome, summary)
        except sqlite3.Error as error:
            raise broken(self._path, error) from error

    def forget(self) -> None:
        """Close the file and keep the lock: another file takes its place."""
        if self._tables is not None:
            self._tables.database.close()
            self._tables = None

    def close(self) -> None:
        """Close the file and let go of the lock."""
        self.forget()
        self._lock.release()


class Illegible(sqlite3.DatabaseError):
    """A sound file with rows in it that cannot be understood."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


class _Tables:
    """The open file and those who write parts of it."""

    def __init__(self, database: sqlite3.Connection, keep: Keep):
        self.database = database
        self._names = Names(database)
        self._samples = SampleWriter(database, self._names)
        self._rollups = RollupWriter(database, self._names)
        self._pruner = Pruner(database, keep)
        self._taken_back = True

    def load(self) -> tuple[Watchbook, int]:
        return read_book(self.database)

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        with transaction(self.database):
            taken_back, self._taken_back = self._taken_back, True
            if taken_back:  # also of a process that was killed: what was only in memory is made again
                self._names.forget()
                self._samples.begin(turn.number)
                self._rollups.begin()
            self._samples.write(turn)
            write_probed(self.database, turn)
            _write_states(self.database, before.states, outcome.book.states)
            _write_events(self.database, turn, outcome)
            _write_incidents(self.database, outcome.incidents)
            _write_book(self.database, outcome.book.incidents, summary)
            write_carried(self.database, outcome.book.carried)
            write_spells(self.database, outcome.spells, turn.time)
            self._rollups.note(turn, before.states, outcome.book.states)
            self._pruner.prune(micros(turn.time))
        self._taken_back = False


def read_book(database: sqlite3.Connection) -> tuple[Watchbook, int]:
    """Return the memory as of the last round, and that round's number."""
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
    incidents = Incidents(still_open, next_number, tuple(json.loads(pending)))
    return Watchbook(states, incidents, read_carried(database)), number


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
    keep_latest(database, {e.subject.device for e in outcome.events if e.event == MESSAGE})
    news = [
        (int(e.subject.device), e.event, micros(e.time), dump(e.data).decode())
        for e in outcome.events
        if e.subject.kind == "incident" and e.event in _NEWS
    ]
    database.executemany("INSERT OR IGNORE INTO outbox (incident, event, time, data) VALUES (?, ?, ?, ?)", news)


def _write_incidents(database: sqlite3.Connection, incidents: Iterable[Incident]) -> None:
    rows = [(int(i.id), i.closed is None, pack_incident(i).decode()) for i in incidents]
    database.executemany("INSERT OR REPLACE INTO incidents VALUES (?, ?, ?)", rows)


def _write_book(database: sqlite3.Connection, incidents: Incidents, summary: Summary) -> None:
    row = (incidents.next_number, json.dumps(incidents.pending), dump(summary.as_json()).decode())
    database.execute("INSERT OR REPLACE INTO book VALUES (1, ?, ?, ?)", row)
