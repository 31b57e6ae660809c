"""Redundancy as a state of its own: which places run on a backup line, and which have fewer ways than declared."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Iterator
from datetime import datetime

from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, Severity
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.consequences import failure_of
from jbnet.monitor.plant import Plant
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.topology.graph import FailureSet

ON_BACKUP = "on-backup"
WAYS = "ways-left"
"""``value`` ways of ``limit`` are left that share no circuit."""
RULES = frozenset({ON_BACKUP, WAYS})


def redundancy(
    before: Alarms, plant: Plant, causes: Iterable[CauseId], now: datetime
) -> tuple[Alarms, tuple[Event, ...]]:
    """Return the states of redundancy that the standing causes leave, by the forecast, and what changed.

    They are asked for when the causes have changed, so that a calm network costs nothing.
    """
    found = dict(_found(plant, causes, now))
    kept = {key: _since(before.get(key), alarm) for key, alarm in found.items()}
    events = [_event(key, alarm, "raised", now) for key, alarm in kept.items() if key not in before]
    events += [_event(key, alarm, "cleared", now) for key, alarm in before.items() if key not in kept]
    return kept, tuple(events)


def _since(old: Alarm | None, new: Alarm) -> Alarm:
    return new if old is None else Alarm(new.severity, new.measure, old.raised, value=new.value, limit=new.limit)


def _found(plant: Plant, causes: Iterable[CauseId], now: datetime) -> Iterator[tuple[AlarmId, Alarm]]:
    forecaster = plant.forecaster
    failures = [failure_of(cause) for cause in causes if cause.kind is not CauseKind.ALARM]
    wide = [failure for failure in failures if forecaster.is_wide(failure)]
    if not wide:
        return
    failed = functools.reduce(operator.or_, wide, FailureSet())
    for home in forecaster.of_expanded(failed).on_backup:
        yield _id(ON_BACKUP, home), Alarm(Severity.MINOR, ON_BACKUP, now)
    for ways in forecaster.ways_left(failed):
        severity = Severity.MINOR if ways.after == 1 else Severity.WARNING
        yield _id(WAYS, ways.home), Alarm(severity, WAYS, now, value=ways.after, limit=ways.before)


def _id(rule: str, home: str) -> AlarmId:
    return AlarmId(rule, Subject(SubjectKind.SITE, home))


def _event(key: AlarmId, alarm: Alarm, word: str, now: datetime) -> Event:
    data = {"rule": key.rule, "measure": alarm.measure, "value": alarm.value, "limit": alarm.limit}
    return Event(now, word, key.subject, {**data, "severity": str(alarm.severity)})
