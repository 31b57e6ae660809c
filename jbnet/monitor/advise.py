"""Alarms as incidents of lower severity: one each, from when it is raised until it is cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jbnet.monitor.alarm_words import word_for
from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, standing
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident, Incidents, event_word
from jbnet.monitor.lines import Symptom
from jbnet.monitor.maintenance import Maintenance
from jbnet.monitor.measured import Measured
from jbnet.monitor.plant import Plant
from jbnet.monitor.rules import Rules
from jbnet.monitor.standing import RULES as EXPLAINED
from jbnet.monitor.state import Event, Subject, SubjectKind


@dataclass(frozen=True, slots=True)
class Advised:
    """The open incidents of alarms, those that opened or closed in this round, and the events that say so."""

    incidents: Incidents
    changed: tuple[Incident, ...]
    events: tuple[Event, ...]


def is_alarm(incident: Incident) -> bool:
    """Say whether an incident is about an alarm rather than a fault."""
    return incident.root_cause.kind is CauseKind.ALARM


def advise(
    before: Mapping[str, Incident], faults: Incidents, alarms: Alarms, now: datetime, plant: Plant, rules: Rules
) -> Advised:
    """Return all open incidents, those of alarms among them.

    ``before`` are the open ones of the last round, ``faults`` those of this round. Lost redundancy has no incident
    of its own: the fault that takes it away has. An alarm about what a maintenance window names is kept as a record,
    as a fault is.
    """
    calendar = rules.calendar
    known = {i.root_cause: i for i in before.values() if is_alarm(i)}
    raised = {cause_of(key): (key, a) for key, a in standing(alarms).items() if key.rule not in EXPLAINED}
    number, kept = faults.next_number, dict[CauseId, Incident]()
    for cause, (key, alarm) in raised.items():
        if cause not in known:
            kept[cause] = _opened(str(number), cause, key, alarm, now, rules.over_s(key.rule))
            number += 1
        else:
            kept[cause] = _said_now(known[cause], alarm)
        window = calendar.maintenance_of(plant, _subject(key), now)
        if cause not in known or kept[cause].maintenance:
            work = kept[cause].related or calendar.related(plant, _subject(key), kept[cause].since, now)
            kept[cause] = replace(_under(kept[cause], window, now), related=work)
    closed = [replace(i, cleared=now, closed=now) for cause, i in known.items() if cause not in raised]
    whole = {i.id: i for i in (*faults.open.values(), *kept.values())}
    changed = tuple(i for i in (*kept.values(), *closed) if before.get(i.id) != i)
    events = tuple(_event(before.get(i.id), i, now) for i in changed)
    ordered = dict(sorted(whole.items(), key=lambda item: int(item[0])))
    return Advised(Incidents(ordered, number, faults.pending), changed, events)


def _said_now(incident: Incident, alarm: Alarm) -> Incident:
    """Return an incident with what its alarm says now."""
    if (incident.said, incident.advice) == (alarm.said, alarm.advice):
        return incident
    return replace(incident, said=alarm.said, advice=alarm.advice)


def _subject(key: AlarmId) -> CauseId:
    """Return what an alarm is about, as a window names it."""
    kind = CauseKind.CIRCUIT if key.subject.kind is SubjectKind.CIRCUIT else CauseKind.DEVICE
    return CauseId(kind, key.subject.device)


def _under(incident: Incident, window: Maintenance | None, now: datetime) -> Incident:
    """Return an incident under a window, or opened now because its window is over."""
    opened = now if incident.maintenance and window is None else incident.opened
    return replace(incident, maintenance=window.id if window else None, opened=opened)


def cause_of(key: AlarmId) -> CauseId:
    """Return the root cause by which an alarm's incident is known: the rule and the subject."""
    return CauseId(CauseKind.ALARM, f"{key.rule} {key.subject}")


def _opened(number: str, cause: CauseId, key: AlarmId, alarm: Alarm, now: datetime, over_s: float) -> Incident:
    symptom = Symptom(key.subject, word_for(alarm.measure))
    made = Incident(number, cause, alarm.raised or now, now, symptoms=(symptom,), alarm=alarm.severity, said=alarm.said)
    made = replace(made, advice=alarm.advice)
    if alarm.value is None or alarm.limit is None:
        return made
    return replace(made, readings=(Measured(alarm.measure, alarm.value, alarm.limit, over_s, alarm.part),))


def _event(before: Incident | None, after: Incident, now: datetime) -> Event:
    return Event(now, event_word(before, after), Subject(SubjectKind.INCIDENT, after.id), after.as_json())
