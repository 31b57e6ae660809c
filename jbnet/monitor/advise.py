"""Alarms as incidents of lower severity: one each, from when it is raised until it is cleared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, standing
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.lines import Symptom
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


def advise(before: Mapping[str, Incident], faults: Incidents, alarms: Alarms, now: datetime) -> Advised:
    """Return all open incidents, those of alarms among them.

    ``before`` are the open ones of the last round, ``faults`` those of this round. Lost redundancy has no incident
    of its own: the fault that takes it away has.
    """
    known = {i.root_cause: i for i in before.values() if is_alarm(i)}
    raised = {cause_of(key): (key, a) for key, a in standing(alarms).items() if key.rule not in EXPLAINED}
    number, fresh = faults.next_number, []
    for cause, (key, alarm) in raised.items():
        if cause not in known:
            fresh.append(_opened(str(number), cause, key, alarm, now))
            number += 1
    closed = [replace(i, cleared=now, closed=now) for cause, i in known.items() if cause not in raised]
    kept = {
        i.id: i for i in (*faults.open.values(), *known.values(), *fresh) if i.root_cause in raised or not is_alarm(i)
    }
    ordered = dict(sorted(kept.items(), key=lambda item: int(item[0])))
    changed = (*fresh, *closed)
    events = tuple(_event(incident, now) for incident in changed)
    return Advised(Incidents(ordered, number, faults.pending), changed, events)


def cause_of(key: AlarmId) -> CauseId:
    """Return the root cause by which an alarm's incident is known: the rule and the subject."""
    return CauseId(CauseKind.ALARM, f"{key.rule} {key.subject}")


def _opened(number: str, cause: CauseId, key: AlarmId, alarm: Alarm, now: datetime) -> Incident:
    symptom = Symptom(key.subject, "not as it should be")
    return Incident(number, cause, alarm.raised or now, now, symptoms=(symptom,), alarm=alarm.severity)


def _event(incident: Incident, now: datetime) -> Event:
    word = "closed" if incident.closed else "opened"
    return Event(now, word, Subject(SubjectKind.INCIDENT, incident.id), incident.as_json())
