"""RTO and lost transactions, from the record of a client outside, not from the tool's opinion.

The client writes one line of JSON before and after each write: ``{"t", "db", "id", "event"}``; ``t`` in seconds
on a clock that never steps, ``event`` one of sent, acked, failed. It fsyncs, so what it recorded as acknowledged
was acknowledged.

- RTO: from the first failed write to the first acknowledged one after it, the outage as a
  user sees it. Where a record holds several outages, the longest counts.
- Lost: acknowledged, and absent afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

EVENTS = frozenset({"sent", "acked", "failed"})


@dataclass(frozen=True, slots=True)
class ClientEvent:
    """One line of the client's record. ``t`` is in seconds on its monotonic clock."""

    t: float
    db: str
    id: int
    event: str


@dataclass(frozen=True, slots=True)
class Outage:
    """From the first failed write to the first acknowledged one after it; ``end`` None: it has not ended."""

    start: float
    end: float | None

    @property
    def seconds(self) -> float | None:
        """How long it lasted; None: unknown, because it has not ended."""
        return None if self.end is None else self.end - self.start


@dataclass(frozen=True, slots=True)
class DatabaseMeasure:
    """What the client saw of one database.

    ``rto_s``: the longest outage; 0.0 when no write failed, None when writing never came back. ``longest_gap_s``:
    the longest time between two acknowledged writes, which also shows a write that hung without failing.
    ``unsure``: sent, neither acknowledged nor failed (the client was cut off). ``rpo_s``: how long before the longest
    outage the first lost write was acknowledged; 0.0 when none is lost, None when some are and no write ever failed.
    """

    database: str
    rto_s: float | None
    outages: tuple[Outage, ...]
    longest_gap_s: float | None
    sent: int
    acknowledged: int
    failed: int
    unsure: int
    lost_ids: tuple[int, ...]
    rpo_s: float | None = None

    @property
    def lost(self) -> int:
        """How many acknowledged writes are absent."""
        return len(self.lost_ids)


@dataclass(frozen=True, slots=True)
class Measured:
    """The measures by database, and how many lines of the record could not be read."""

    databases: Mapping[str, DatabaseMeasure]
    unreadable: int = 0

    @property
    def rto_s(self) -> Mapping[str, float | None]:
        """RTO in seconds by database; None: writing never came back."""
        return {name: found.rto_s for name, found in self.databases.items()}

    @property
    def lost(self) -> Mapping[str, int]:
        """Acknowledged and absent writes by database."""
        return {name: found.lost for name, found in self.databases.items()}

    @property
    def acknowledged(self) -> Mapping[str, int]:
        """Acknowledged writes by database."""
        return {name: found.acknowledged for name, found in self.databases.items()}


def parse_record(content: str) -> tuple[tuple[ClientEvent, ...], int]:
    """Return the events of a record and the number of unreadable lines. A torn last line is not one of them."""
    lines = content.split("\n")
    lines.pop()
    parsed = [_event(line) for line in lines if line.strip()]
    events = tuple(event for event in parsed if event is not None)
    return events, len(parsed) - len(events)


def measure(
    records: Iterable[ClientEvent],
    present: Mapping[str, AbstractSet[int]],
    *,
    since: float | None = None,
    until: float | None = None,
    unreadable: int = 0,
) -> Measured:
    """Measure a record against the ids found in each database afterwards.

    ``since`` and ``until`` (on the client's clock) cut out one recovery for the outages; acknowledged writes up to
    ``until`` must be present whenever they were made. Raises KeyError for a database that was not looked at:
    not having looked is not the same as nothing lost.
    """
    by_database: dict[str, list[ClientEvent]] = {}
    for event in records:
        if until is None or event.t <= until:
            by_database.setdefault(event.db, []).append(event)
    found = {
        name: _measure_one(name, sorted(events, key=lambda e: e.t), present[name], since)
        for name, events in sorted(by_database.items())
    }
    return Measured(found, unreadable)


def outages(events: Sequence[ClientEvent]) -> tuple[Outage, ...]:
    """Return the outages of one database's events, which are in order of time."""
    found: list[Outage] = []
    start: float | None = None
    for event in events:
        if event.event == "failed" and start is None:
            start = event.t
        elif event.event == "acked" and start is not None:
            found.append(Outage(start, event.t))
            start = None
    if start is not None:
        found.append(Outage(start, None))
    return tuple(found)


def _measure_one(
    name: str, events: Sequence[ClientEvent], present: AbstractSet[int], since: float | None
) -> DatabaseMeasure:
    window = [event for event in events if since is None or event.t >= since]
    ids = {kind: {event.id for event in events if event.event == kind} for kind in EVENTS}
    found = outages(window)
    lengths = [outage.seconds for outage in found]
    known = [length for length in lengths if length is not None]
    acks = [event.t for event in window if event.event == "acked"]
    lost = ids["acked"] - present
    return DatabaseMeasure(
        database=name,
        rto_s=None if len(known) < len(lengths) else max(known, default=0.0),
        outages=found,
        longest_gap_s=max((after - before for before, after in zip(acks, acks[1:], strict=False)), default=None),
        sent=len(ids["sent"]),
        acknowledged=len(ids["acked"]),
        failed=len(ids["failed"]),
        unsure=len(ids["sent"] - ids["acked"] - ids["failed"]),
        lost_ids=tuple(sorted(lost)),
        rpo_s=_rpo(events, found, lost),
    )


def _rpo(events: Sequence[ClientEvent], found: Sequence[Outage], lost: AbstractSet[int]) -> float | None:
    """Return how long before the longest outage (one without an end is the longest) the first lost write was acked."""
    if not lost:
        return 0.0
    if not found:
        return None
    begun = max(found, key=lambda outage: (outage.seconds is None, outage.seconds or 0.0)).start
    return max(0.0, begun - min(event.t for event in events if event.event == "acked" and event.id in lost))


def _event(line: str) -> ClientEvent | None:
    try:
        data = json.loads(line)
        event = ClientEvent(float(data["t"]), str(data["db"]), int(data["id"]), str(data["event"]))
    except (ValueError, KeyError, TypeError):
        return None
    return event if event.event in EVENTS else None
