"""Incidents: one per cause, from the moment it is sure until everything behind it is back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jbnet.model.times import rfc3339 as rfc3339
from jbnet.monitor.agencies import AgencyImpact
from jbnet.monitor.alarms import Said, Severity, Words
from jbnet.monitor.causes import CauseId, CauseKind, Known, Part
from jbnet.monitor.lines import Symptom
from jbnet.monitor.measured import Measured
from jbnet.topology.needs import ServiceImpact


@dataclass(frozen=True, slots=True)
class Incident:
    """One piece of trouble with one root cause.

    ``opened`` is when it was recognised, ``since`` when the cause began. ``devices`` do not answer because of
    it; ``sites`` are cut off by it. The forecast says of it: ``degraded`` homes have fewer ways to the core than
    before, ``on_backup`` go up over a backup line, ``others`` (locations and peers) are cut off. ``cleared``: the
    cause is repaired, what lies behind it is still coming back. ``peak``: all sites that it ever cut off; a closed
    incident shows these as its ``sites``.
    ``agencies`` have offices at ``sites``.
    ``parts``: the circuits or devices that it took, where the cause is what they share.
    ``merged_into``: the incident whose cause turned out to explain this one.
    ``flapping``: the cause comes and goes; the incident stays while it does. ``maintenance``: the window that names
    the cause; while there is one nobody is called. ``reading``: what else the evidence may mean (``line or power``).
    ``alarm``: the declared severity, where the cause is an alarm. ``said``: what it expects and what is there instead,
    where it is about more than a figure, ``advice``: what to do next. ``readings``: what it was raised by, in figures.
    ``related``: the work on the cause during or soon after which it began, as ``change 0123456789ab`` or
    ``recovery 20261122-1``; it stays when that is over.
    """

    id: str
    root_cause: CauseId
    since: datetime
    opened: datetime
    cleared: datetime | None = None
    closed: datetime | None = None
    devices: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    peak: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()
    on_backup: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    services: tuple[ServiceImpact, ...] = ()
    agencies: tuple[AgencyImpact, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    merged_into: str | None = None
    flapping: bool = False
    maintenance: str | None = None
    reading: str = ""
    alarm: Severity | None = None
    said: Said | None = None
    advice: Words | None = None
    related: str = ""
    readings: tuple[Measured, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def standing(self) -> tuple[CauseId, ...]:
        """Return the circuits and devices that it takes away now: its root, or what is left of the parts of that."""
        return tuple(part.id for part in self.parts if part.cleared is None) if self.parts else (self.root_cause,)

    @property
    def state(self) -> str:
        """Return ``open``, ``closed``, or ``maintenance`` for one that nobody is called for."""
        if self.closed:
            return "closed"
        return "maintenance" if self.maintenance else "open"

    @property
    def severity(self) -> Severity:
        """Return how bad it is: critical where somebody or a service is cut off, minor where only redundancy is."""
        if self.alarm is not None:
            return self.alarm
        if self.sites or self.others or self.services:
            return Severity.CRITICAL
        return Severity.MAJOR if self.devices else Severity.MINOR

    @property
    def subject(self) -> str:
        """Return the name of the circuit or device that it is about, also where the cause is an alarm."""
        name = self.root_cause.name
        return name.partition(" ")[2].partition("/")[0] if self.root_cause.kind is CauseKind.ALARM else name

    @property
    def subjects(self) -> frozenset[str]:
        """Return the names of all that it is about: the subject, and the parts of a shared cause."""
        return frozenset((self.subject, *(part.id.name for part in self.parts)))

    @property
    def rule(self) -> str | None:
        """Return the rule that raised it, where the cause is an alarm."""
        return self.root_cause.name.partition(" ")[0] if self.root_cause.kind is CauseKind.ALARM else None

    def known(self) -> Iterator[Known]:
        """Yield what finding causes needs to know of it: of each part where there are some."""
        devices = frozenset(self.devices)
        for part in self.parts or (Part(self.root_cause, self.since),):
            yield Known(part.id, self.opened, devices, part.cleared or self.cleared)

    def as_json(self) -> dict[str, object]:
        """Return the incident for ``--json``; times are RFC 3339 in UTC."""
        return {
            "id": self.id,
            "root_cause": {"kind": str(self.root_cause.kind), "name": self.root_cause.name},
            "rule": self.rule,
            "state": self.state,
            "severity": str(self.severity),
            "since": rfc3339(self.since),
            "opened": rfc3339(self.opened),
            "cleared": rfc3339(self.cleared),
            "closed": rfc3339(self.closed),
            "sites": list(self.sites),
            "degraded": list(self.degraded),
            "on_backup": list(self.on_backup),
            "others": list(self.others),
            "devices": list(self.devices),
            "services": [{"name": s.name, "sites": s.sites} for s in self.services],
            "agencies": [{"name": a.name, "offices": a.offices} for a in self.agencies],
            "parts": [part.as_json() for part in self.parts],
            "symptoms": [symptom.as_json() for symptom in self.symptoms],
            "merged_into": self.merged_into,
            "flapping": self.flapping,
            "maintenance": self.maintenance,
            "reading": self.reading or None,
            "related": self.related or None,
            "expected": str(self.said[0]) if self.said else None,
            "actual": str(self.said[1]) if self.said else None,
            "next": str(self.advice) if self.advice else None,
            "readings": [reading.as_json() for reading in self.readings],
        }


@dataclass(frozen=True, slots=True)
class Incidents:
    """The open incidents by id, in the order in which they opened, and the number that the next one gets.

    ``pending`` are devices that are silent and not explained yet.
    """

    open: Mapping[str, Incident] = field(default_factory=dict)
    next_number: int = 1
    pending: tuple[str, ...] = ()

    def by_cause(self) -> Mapping[CauseId, Incident]:
        """Return the open incidents by root cause."""
        return {incident.root_cause: incident for incident in self.open.values()}


def heirs(incidents: Iterable[Incident], now: datetime, fold_s: float) -> tuple[Incident, ...]:
    """Return the incidents that are young enough to be folded into a cause that turns up later, oldest first."""
    window = timedelta(seconds=fold_s)
    return tuple(sorted((i for i in incidents if i.opened >= now - window), key=lambda i: (i.opened, int(i.id))))


def merged(incident: Incident, into: str, now: datetime) -> Incident:
    """Return the incident as folded into another one."""
    return replace(incident, closed=now, merged_into=into)


def event_word(before: Incident | None, after: Incident) -> str:
    """Return what happened to an incident. People are told of ``opened`` and ``closed``.

    What comes and goes under maintenance is ``planned`` and ``over``; still there when the window ends, it opens.
    """
    if after.closed:
        return "over" if after.maintenance else "closed"
    if before is not None and before.maintenance == after.maintenance:
        return "updated"
    if after.maintenance:
        return "planned"
    return "opened"
