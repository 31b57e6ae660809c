"""What happened lately, in monitor.db: events in the order in which they were kept, and one device's last looks."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta

from jbnet.adapters.store_samples import inflate
from jbnet.monitor.codec import micros, moment, unpack_sample, unpack_state
from jbnet.monitor.incidents import Incident
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Event, Subject, SubjectKind

_BACK = 100_000
"""Events that are looked through for those of one device: some tens of milliseconds."""
_EARLIER = timedelta(days=1)
"""An action may be kept by a clock that is not the monitor's: events of an incident are looked for from then on."""
_COLUMNS = "id, time, event, kind, device, part, data"


def store_name(database: sqlite3.Connection) -> str:
    """Return the name that the file was given when it was made: numbers mean something only with it."""
    return str(database.execute("SELECT store FROM identity").fetchone()[0])


def changes(database: sqlite3.Connection) -> int:
    """Return a number that is another one after somebody has written (``PRAGMA data_version``): cheap to ask."""
    return int(database.execute("PRAGMA data_version").fetchone()[0])


def last_event(database: sqlite3.Connection) -> int:
    """Return the number of the last event; 0: there is none."""
    return int(database.execute("SELECT max(id) FROM events").fetchone()[0] or 0)


def read_events(database: sqlite3.Connection, after: int, most: int) -> list[tuple[int, Event]]:
    """Return at most so many events behind a number, with theirs, in the order in which they were kept."""
    query = f"SELECT {_COLUMNS} FROM events WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608  a constant
    return list(_events(database.execute(query, (after, most))))


def read_history(database: sqlite3.Connection, incident: Incident) -> list[Event]:
    """Return what happened to an incident and what people did to it, oldest first; events are kept for 90 days."""
    query = f"SELECT {_COLUMNS} FROM events WHERE time >= ? AND kind = 'incident' AND device = ? ORDER BY id"  # noqa: S608  a constant
    since = micros(min(incident.opened, incident.since) - _EARLIER)
    return [event for _, event in _events(database.execute(query, (since, incident.id)))]


def read_events_of(database: sqlite3.Connection, device: str, most: int) -> list[Event]:
    """Return the last events of a device, of its interfaces and of its neighbours, latest first."""
    query = (
        f"SELECT {_COLUMNS} FROM events WHERE id > ? AND device = ?"  # noqa: S608  a constant
        " AND kind NOT IN ('incident', 'silence') ORDER BY id DESC LIMIT ?"
    )
    rows = database.execute(query, (last_event(database) - _BACK, device, most))
    return [event for _, event in _events(rows)]


def read_samples_of(database: sqlite3.Connection, device: str, since: datetime) -> list[Sample]:
    """Return the looks at one device that were kept since a time, oldest first."""
    number = database.execute("SELECT id FROM names WHERE name = ?", (device,)).fetchone()
    if number is None:
        return []
    query = (
        "SELECT r.time - s.ago, b.data, s.data FROM rounds r CROSS JOIN samples s"
        " ON s.round = r.number AND s.look IN (0, 1, 2, 3) AND s.device = ?"
        " LEFT JOIN bases b ON b.id = s.base WHERE r.time >= ? ORDER BY r.number, s.look"
    )
    rows = database.execute(query, (number[0], micros(since))).fetchall()
    return [
        unpack_sample(device, moment(time), inflate(data, None if base is None else zlib.decompress(base)))
        for time, base, data in rows
    ]


def read_state_of(database: sqlite3.Connection, device: str) -> DeviceState | None:
    """Return the state of a device with its last counters, as of the last round; None: it was never polled."""
    row = database.execute("SELECT data FROM states WHERE device = ?", (device,)).fetchone()
    if row is None:
        return None
    kept = database.execute("SELECT time, data FROM counters WHERE device = ?", (device,)).fetchone()
    last = None if kept is None else unpack_sample(device, moment(kept[0]), zlib.decompress(kept[1]))
    return unpack_state(device, row[0], last)


def _events(rows: Iterable[tuple[int, int, str, str, str, str, str]]) -> Iterable[tuple[int, Event]]:
    for number, time, event, kind, device, part, data in rows:
        yield number, Event(moment(time), event, Subject(SubjectKind(kind), device, part or ""), json.loads(data))
