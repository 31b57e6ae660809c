"""What is wrong, as people need it: worst and unattended first, grouped by cause, with what was said of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.inventory.select import select
from jbnet.model.errors import UsageError
from jbnet.model.network import Network
from jbnet.monitor.actions import NO_NOTES, Desk, Notes, Picks, Silence
from jbnet.monitor.alarms import Severity
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.topology.homes import homes_of

_ORDER = {severity: number for number, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Entry:
    """An incident with what people noted on it. ``group`` says what causes of its kind have in common."""

    incident: Incident
    notes: Notes = NO_NOTES
    silence: Silence | None = None
    group: tuple[str, str] = ("", "")

    @property
    def marks(self) -> tuple[str, ...]:
        """Return the words for what is special about it: they tell what colours tell, too."""
        incident = self.incident
        found = (
            ("closed", incident.closed is not None),
            ("maintenance", incident.maintenance is not None),
            ("flapping", incident.flapping),
            ("recovering", incident.cleared is not None and not incident.flapping and incident.closed is None),
            ("silenced", self.silence is not None),
            ("acknowledged", self.notes.acknowledged is not None),
        )
        return tuple(word for word, holds in found if holds)

    @property
    def calls(self) -> bool:
        """Say whether somebody has to take it on: nobody has, and it is not planned, silenced or over."""
        quiet = {"closed", "maintenance", "recovering", "silenced", "acknowledged"}
        return quiet.isdisjoint(self.marks)

    def as_json(self) -> dict[str, object]:
        """Return the incident with what people noted on it, for ``--json`` and the API."""
        silenced = {"silenced": None if self.silence is None else self.silence.as_json()}
        return {**self.incident.as_json(), **self.notes.as_json(), **silenced}

    @property
    def rank(self) -> tuple[object, ...]:
        """Return the sort key: what calls for somebody first, then the worst, the widest, the oldest."""
        incident = self.incident
        planned = incident.maintenance is not None
        return (planned, not self.calls, _ORDER[incident.severity], -len(incident.sites), incident.since, incident.id)


@dataclass(frozen=True, slots=True)
class Group:
    """The incidents whose causes have something in common: lines of a carrier, devices of a role, one rule."""

    kind: str
    what: str
    entries: tuple[Entry, ...]

    @property
    def sites(self) -> int:
        """Return how many sites they cut off; a site counts in one incident."""
        return sum(len(entry.incident.sites) for entry in self.entries)

    @property
    def since(self) -> datetime:
        """Return when the oldest began."""
        return min(entry.incident.since for entry in self.entries)

    @property
    def calling(self) -> int:
        """Return how many nobody is on."""
        return sum(entry.calls for entry in self.entries)

    @property
    def worst(self) -> Severity:
        """Return the worst severity among them."""
        return min((entry.incident.severity for entry in self.entries), key=_ORDER.__getitem__)


def entries(
    incidents: Iterable[Incident], desk: Desk, now: datetime, picks: Picks, network: Network | None
) -> tuple[Entry, ...]:
    """Return the incidents with what was noted, in the order in which somebody should look at them.

    ``network`` None: the declaration cannot be read; then groups are by kind alone.
    """
    found = (Entry(i, desk.of(i.id), desk.silenced(i, now, picks), group_of(i, network)) for i in incidents)
    return tuple(sorted(found, key=lambda entry: entry.rank))


def by_urgency(found: Iterable[Entry]) -> tuple[Entry, ...]:
    """Return the incidents by how bad they are, whoever is on them: the order for reading once.

    ``entries`` has the order for working off, in which what somebody is on stands behind what calls.
    """
    return tuple(sorted(found, key=lambda e: (e.incident.maintenance is not None, _ORDER[e.incident.severity], e.rank)))


def group_of(incident: Incident, network: Network | None) -> tuple[str, str]:
    """Return the kind of the cause, and the carrier of a circuit (empty: own), role of a device or rule of an alarm."""
    cause = incident.root_cause
    if cause.kind is CauseKind.ALARM:
        return str(cause.kind), cause.name.partition(" ")[0]
    if network is None:
        return str(cause.kind), ""
    if cause.kind is CauseKind.CIRCUIT:
        circuit = network.circuits.get(cause.name)
        return str(cause.kind), (circuit.carrier or "") if circuit else ""
    device = network.devices.get(cause.name)
    return str(cause.kind), device.role if device else ""


def grouped(found: Iterable[Entry]) -> tuple[Group, ...]:
    """Return the groups, those with the worst and most incidents first."""
    by: dict[tuple[str, str], list[Entry]] = {}
    for entry in found:
        by.setdefault(entry.group, []).append(entry)
    made = (Group(kind, what, tuple(members)) for (kind, what), members in by.items())
    return tuple(sorted(made, key=lambda g: (_ORDER[g.worst], -len(g.entries), g.kind, g.what)))


def by_severity(found: Sequence[Entry]) -> dict[Severity, int]:
    """Return how many there are of each severity, worst first, none left out."""
    return {severity: sum(e.incident.severity is severity for e in found) for severity in Severity}


Wanted = Callable[[Entry], bool]
"""Says whether an incident is among those that are looked for."""


def everything(_entry: Entry) -> bool:
    """Want every incident."""
    return True


def wanted(said: str, network: Network | None) -> Wanted:
    """Return what a filter wants: a SELECTOR (also ``under:CODE``) what it touches, else a text in its names.

    Raises UsageError for a selector that cannot be read.
    """
    said = said.strip()
    if not said:
        return everything
    if network is not None and (":" in said or "=" in said):
        return _touching(said, network)
    return _named(said.casefold(), network)


def _touching(selector: str, network: Network) -> Wanted:
    picked = frozenset(device.name for device in select(network, selector))
    lines = {c.name for c in network.circuits.values() if picked.intersection((c.a.device, c.z.device))}
    homes = {home for home, devices in homes_of(network).items() if picked.intersection(devices)}

    def want(entry: Entry) -> bool:
        incident = entry.incident
        touched = (*incident.sites, *incident.degraded, *incident.on_backup, *incident.others)
        return (
            not picked.isdisjoint(incident.subjects)
            or not lines.isdisjoint(incident.subjects)
            or not picked.isdisjoint(incident.devices)
            or not homes.isdisjoint(touched)
        )

    return want


def _named(said: str, network: Network | None) -> Wanted:
    def names(entry: Entry) -> Iterable[str]:
        incident = entry.incident
        yield from incident.subjects
        yield from (f"#{incident.id}", incident.root_cause.name, entry.notes.owner, *entry.marks, *entry.group)
        yield from (*incident.sites, *incident.degraded, *incident.others, *incident.devices)
        if network is not None:
            yield from (network.sites[s].name_zh for s in incident.sites if s in network.sites)

    return lambda entry: any(said in name.casefold() for name in names(entry))


def readable(said: str, network: Network | None) -> Wanted | None:
    """Return what a filter wants; None where it cannot be read (yet: somebody may be typing it)."""
    try:
        return wanted(said, network)
    except UsageError:
        return None
