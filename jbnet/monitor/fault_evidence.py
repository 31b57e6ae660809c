"""What can be shown of a fault of a leased line: what its two ends saw, and which of our own parts are ruled out.

Only what was looked at proves something. What nobody saw is not ruled out: that, too, is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import pairwise

from jbnet.monitor.actions import Deed
from jbnet.monitor.incidents import Incident, rfc3339
from jbnet.monitor.lines import Symptom
from jbnet.monitor.plant import End, Line
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Event, Subject, SubjectKind
from jbnet.snmp.mibs import AdminStatus, InterfaceRow, OperStatus, OspfState

BEFORE = timedelta(minutes=10)
"""A restart so long before a fault may be its cause."""
LOOKED_BACK = timedelta(hours=1)
"""How long before a fault the last good look is searched for."""
_DEEDS = frozenset(str(deed) for deed in Deed)


class Doubt(StrEnum):
    """Why our own equipment at an end of a line is not ruled out."""

    SHUT = "shut"
    """Its port is switched off by ourselves (ifAdminStatus, RFC 2863)."""
    RESTARTED = "restarted"
    SILENT = "silent"
    """It does not answer: it may be dead, or without power, or only cut off."""
    UNWATCHED = "unwatched"
    UNSEEN = "unseen"
    """No look of that time is kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the store has of one device: looks from ``LOOKED_BACK`` before the fault on, oldest first, and events."""

    samples: Sequence[Sample] = ()
    state: DeviceState | None = None
    events: Sequence[Event] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A symptom and when it was noted first. ``end`` is 0 (nearer to the core), 1, or None: at neither end."""

    time: datetime
    kind: SubjectKind
    state: str
    end: int | None

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``: without addresses, for it is sent to others."""
        end = None if self.end is None else "AB"[self.end]
        return {"at": rfc3339(self.time), "end": end, "kind": str(self.kind), "state": self.state}


@dataclass(frozen=True, slots=True)
class AtEnd:
    """What one end shows. ``answered`` of ``looks`` during the fault; ``last_good``: the last look that found it well.

    ``others`` are our other lines on the same device, ``others_up`` those that work (both 0: not asked, or none).
    """

    looks: int
    answered: int
    last_good: datetime | None
    doubts: tuple[Doubt, ...]
    others: int = 0
    others_up: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it for ``--json``."""
        return {
            "last_good": rfc3339(self.last_good),
            "looks": self.looks,
            "answered": self.answered,
            "other_lines": self.others,
            "other_lines_up": self.others_up,
            "own_equipment_ruled_out": not self.doubts,
            "not_ruled_out_because": [str(doubt) for doubt in self.doubts],
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure of the line that passed its limit: ``loss`` is a share, times are in seconds."""

    time: datetime
    measure: str
    value: float | None
    limit: float | None


def sightings(incident: Incident, history: Iterable[Event], line: Line) -> tuple[Sighting, ...]:
    """Return what was seen, each when it was noted first; devices behind the line have no end."""
    found: dict[tuple[Subject, str], Sighting] = {}
    for time, symptom in (*_noted(history), *((incident.opened, symptom) for symptom in incident.symptoms)):
        made = Sighting(time, symptom.subject.kind, symptom.state, _end_of(symptom.subject, line))
        found.setdefault((symptom.subject, symptom.state), made)
    return tuple(sorted(found.values(), key=lambda s: (s.time, s.end is None, s.end or 0, s.kind, s.state)))


def figures(events: Iterable[Event], since: datetime, until: datetime) -> tuple[Figure, ...]:
    """Return the measures of a line that passed their limits during a fault, from the events of the line."""
    raised = (e for e in events if e.event == "raised" and since <= e.time <= until)
    made = (
        Figure(e.time, str(e.data.get("measure")), _number(e.data, "value"), _number(e.data, "limit")) for e in raised
    )
    return tuple(sorted(made, key=lambda figure: figure.time))


def at_end(
    end: End, kept: Kept, since: datetime, until: datetime, *, watched: bool, others: Iterable[str] = ()
) -> AtEnd:
    """Return what one end shows of a fault. ``others``: interfaces of the same device at which other lines end."""
    during = [sample for sample in kept.samples if since <= sample.time <= until]
    ports = kept.state.interfaces if kept.state is not None and kept.state.answer.up else {}
    known = [ports[name].watch for name in others if name in ports]
    return AtEnd(
        looks=len(during),
        answered=sum(1 for sample in during if _there(sample)),
        last_good=max((s.time for s in kept.samples if s.time < since and _good(s, end)), default=None),
        doubts=tuple(_doubts(end, kept, during, since, until)) if watched else (Doubt.UNWATCHED,),
        others=len(known),
        others_up=sum(1 for watch in known if watch.up),
    )


def _figure(event: Event) -> Figure:
    data = event.data
    return Figure(event.time, str(data.get("measure")), _number(data, "value"), _number(data, "limit"))


def _noted(history: Iterable[Event]) -> Iterator[tuple[datetime, Symptom]]:
    """Yield the symptoms that the incident had, each time that it was kept."""
    for event in history:
        symptoms = event.data.get("symptoms") if event.event not in _DEEDS else None
        for said in symptoms if isinstance(symptoms, list) else ():
            device, _, part = str(said["subject"]).partition("/")
            yield event.time, Symptom(Subject(SubjectKind(said["kind"]), device, part), str(said["state"]))


def _end_of(subject: Subject, line: Line) -> int | None:
    for number, end in enumerate(line.ends):
        if subject.device == end.device and subject.part in ("", end.interface, end.neighbour, end.session):
            return number
    return None


def _doubts(end: End, kept: Kept, during: Sequence[Sample], since: datetime, until: datetime) -> Iterator[Doubt]:
    if any(row.admin is AdminStatus.DOWN for sample in during if (row := _port(sample, end)) is not None):
        yield Doubt.SHUT
    if any(e.event == "restarted" and since - BEFORE <= e.time <= until for e in kept.events):
        yield Doubt.RESTARTED
    answer = kept.state.answer if kept.state is not None else None
    if any(not _there(a) and not _there(b) for a, b in pairwise(during)):
        yield Doubt.SILENT
        return
    reaching_back = kept.samples[0].time <= since if kept.samples else False
    if reaching_back and any(map(_there, during)):
        return
    if answer is not None and answer.down and answer.since is not None and answer.since <= until:
        yield Doubt.SILENT
    elif answer is None or not answer.up or answer.since is None or answer.since > since:
        yield Doubt.UNSEEN


def _there(sample: Sample) -> bool:
    """Say whether a device showed itself: its agent answered, or it answered an echo request."""
    return sample.answered or bool(sample.pinged)


def _good(sample: Sample, end: End) -> bool:
    """Say whether a look found an end well: its port up, and the far end heard where that was looked at."""
    row = _port(sample, end)
    if row is None or row.oper is not OperStatus.UP:
        return False
    if end.neighbour is None or sample.ospf is None:
        return True
    return any(n.address == end.neighbour and n.state is OspfState.FULL for n in sample.ospf)


def _port(sample: Sample, end: End) -> InterfaceRow | None:
    return next((row for row in sample.interfaces or () if row.name == end.interface), None)


def _number(data: Mapping[str, object], name: str) -> float | None:
    value = data.get(name)
    return float(value) if isinstance(value, (int, float)) else None
