"""Thresholds with hysteresis: raised beyond one limit for long enough, cleared beyond another for as long."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, Said, Severity, Words
from jbnet.monitor.state import Event, Subject


@dataclass(frozen=True, slots=True)
class Threshold:
    """A limit of a measure. It is raised at ``raise_at`` and cleared at ``clear_at``: of a measure that is bad when it
    is high the first is the higher one, of one that is bad when it is low (the charge of a battery) the lower.

    ``looks`` contrary looks in a row over ``seconds`` are believed, each way. It holds for ``circuits``, and for what
    belongs to devices of ``roles``, unless another threshold for the same measure names that circuit.
    ``per_device``: of a device's parts the worst is judged for all, in place of each.
    """

    name: str
    measure: str
    raise_at: float
    clear_at: float
    severity: Severity = Severity.WARNING
    looks: int = 1
    seconds: float = 0.0
    roles: frozenset[str] = frozenset()
    circuits: frozenset[str] = frozenset()
    per_device: bool = False

    def worse(self, one: float, other: float) -> bool:
        """Say whether a value is worse than another one."""
        return one > other if self.raise_at > self.clear_at else one < other

    def beyond(self, value: float, *, raised: bool) -> bool:
        """Say whether a value is bad; while the alarm is raised, whether it is still not good again."""
        limit = self.clear_at if raised else self.raise_at
        high = self.raise_at > self.clear_at
        if raised:
            return value > limit if high else value < limit
        return value >= limit if high else value <= limit


@dataclass(frozen=True, slots=True)
class Reading:
    """A measure of a subject at a moment: the threshold that holds for it and its value (None: unknown).

    ``said``: what is expected and what is there, where figures do not say it. ``part``: of which part the value is,
    where the subject has several. ``advice``: what to do next.
    """

    threshold: Threshold
    subject: Subject
    value: float | None
    said: Said | None = None
    part: str = ""
    advice: Words | None = None


def judge(before: Alarms, readings: Iterable[Reading], now: datetime) -> tuple[Alarms, tuple[Event, ...]]:
    """Return the alarms after a round, and what was raised and cleared. What is unknown changes nothing.

    An alarm whose threshold or subject is gone from the declaration goes without a word: nobody can say that it is
    good again.
    """
    found: dict[AlarmId, Alarm] = {}
    events: list[Event] = []
    for reading in readings:
        fine = reading.value is None or not reading.threshold.beyond(reading.value, raised=False)
        if fine and not before:
            continue  # of thousands of measures nearly all are fine, and nothing is remembered of them
        key = AlarmId(reading.threshold.name, reading.subject)
        old = before.get(key)
        new = step(old, reading, now)
        if new is not None:
            found[key] = new
        was, is_raised = old is not None and old.raised is not None, new is not None and new.raised is not None
        if was != is_raised:
            events.append(_event(reading, now, raised=is_raised))
    return found, tuple(events)


def step(old: Alarm | None, reading: Reading, now: datetime) -> Alarm | None:
    """Return an alarm after one more reading, None where nothing is to be remembered."""
    limit, value = reading.threshold, reading.value
    if value is None:
        return old
    raised = old is not None and old.raised is not None
    if limit.beyond(value, raised=raised) == raised:  # nothing contrary
        if old is None or not raised:
            return None
        said, advice = (reading.said, reading.advice) if reading.said else (old.said, old.advice)
        return replace(old, value=value, doubt=None, looks=0, said=said, part=reading.part, advice=advice)
    first = (old.doubt if old is not None else None) or now
    looks = (old.looks if old is not None else 0) + 1
    sure = looks >= limit.looks and now >= first + timedelta(seconds=limit.seconds)
    if sure:
        made = Alarm(limit.severity, limit.measure, first, None, 0, value, limit.raise_at, reading.said, reading.part)
        return None if raised else replace(made, advice=reading.advice)
    kept = old or Alarm(limit.severity, limit.measure, limit=limit.raise_at)
    return replace(kept, doubt=first, looks=looks, value=value)


def _event(reading: Reading, now: datetime, *, raised: bool) -> Event:
    limit = reading.threshold
    word, held = ("raised", limit.raise_at) if raised else ("cleared", limit.clear_at)
    data: Mapping[str, object] = {
        "rule": limit.name,
        "measure": limit.measure,
        "value": reading.value,
        "limit": held,
        "severity": str(limit.severity),
    }
    if limit.seconds:
        data = {**data, "over_s": limit.seconds}
    if reading.part:
        data = {**data, "part": reading.part}
    if reading.said is not None:
        data = {**data, "expected": str(reading.said[0]), "actual": str(reading.said[1])}
    return Event(now, word, reading.subject, data)
