"""From one moment to the next: which incidents open, change, fold into one another, and close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType

from jbnet.monitor.agencies import AgencyImpact, agencies_at
from jbnet.monitor.calendar import Calendar, dormant, line_or_power
from jbnet.monitor.causes import Cause, CauseId, CauseKind, View
from jbnet.monitor.consequences import consequences, cut_off
from jbnet.monitor.diagnose import Diagnosis, diagnose, with_presumed
from jbnet.monitor.flaps import Flaps, aged
from jbnet.monitor.incidents import Incident, Incidents, event_word, heirs, merged
from jbnet.monitor.maintenance import Maintenance
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.shared import parts_after, shared
from jbnet.monitor.state import DeviceState, Event, Subject, SubjectKind
from jbnet.topology.needs import ServiceImpact
from jbnet.topology.sequence import Added


@dataclass(frozen=True, slots=True)
class Correlated:
    """The incidents after a round, those that opened, changed or closed in it, and the events that say so.

    ``flaps`` are the penalties of causes that come and go.
    """

    incidents: Incidents
    changed: tuple[Incident, ...]
    events: tuple[Event, ...]
    flaps: Flaps


ALWAYS = Calendar()
"""Nothing ever closes, and no work is announced."""


def correlate(
    before: Incidents,
    plant: Plant,
    states: Mapping[str, DeviceState],
    now: datetime,
    policy: Policy,
    calendar: Calendar = ALWAYS,
    flaps: Flaps = MappingProxyType({}),
) -> Correlated:
    """Return the incidents as the states of this moment have them.

    The same states, open incidents and penalties give the same result: nothing depends on the order of events.
    """
    all_known = [known for incident in before.open.values() for known in incident.known()]
    known = {k.id: k for k in sorted(all_known, key=lambda k: k.cleared is None)}  # what is back may have failed again
    view = with_presumed(View(plant, states, now, policy, known))
    found = diagnose(view)
    open_already = before.by_cause()
    parts = {root: incident.parts for root, incident in open_already.items() if incident.parts}
    causes = shared(view, found.causes, parts, lambda c: calendar.maintenance_of(plant, c, now) is not None)
    # who is dark because the place is closed is not news; an incident that is open already stays so
    awake = tuple(c for c in causes if c.id in open_already or not dormant(view, c, calendar.hours))
    turn = _Turn(before, view, Diagnosis(awake, found.pending), calendar, flaps)
    turn.open_or_keep()
    turn.close_or_wait()
    turn.mark_maintenance()
    turn.fill_in()
    return turn.result()


DEAD = frozenset({CauseKind.DEVICE, CauseKind.SITE})
"""Causes by which devices are dead, and take their lines along."""


class _Turn:
    """One turn of correlation: the open incidents are taken over one by one into ``kept``."""

    def __init__(self, before: Incidents, view: View, diagnosis: Diagnosis, calendar: Calendar, flaps: Flaps):
        self._before = before
        self._view = view
        self._diagnosis = diagnosis
        self._calendar = calendar
        self._taken = {i.root_cause: i.standing for i in before.open.values()}
        self._taken |= {c.id: tuple(p.id for p in c.parts) or (c.id,) for c in diagnosis.causes}
        self._flaps = aged(flaps, self._toggled(), view.now, view.policy.flap)
        self._flapping = {c for c, flap in self._flaps.items() if flap.flapping(view.now, view.policy.flap)}
        self._held = {c for c, flap in self._flaps.items() if flap.holds(view.now, view.policy.flap)}
        self._left = dict(before.by_cause())
        self._kept: dict[CauseId, Incident] = {}
        self._closed: list[Incident] = []
        self._next = before.next_number

    def _toggled(self) -> set[CauseId]:
        """Return the causes that came or went in this turn, but for work that was announced: that flaps nothing."""
        were = {i.root_cause for i in self._before.open.values() if i.cleared is None}
        changed = were.symmetric_difference(cause.id for cause in self._diagnosis.causes)
        return {cause for cause in changed if self._window(cause) is None}

    def _window(self, cause: CauseId) -> Maintenance | None:
        """Return the window that names a cause: of what is shared there must be one for every part."""
        found = [self._calendar.maintenance_of(self._view.plant, c, self._view.now) for c in self._taken[cause]]
        windows = [window for window in found if window is not None]
        return max(windows, key=lambda w: (w.ends, w.id)) if windows and len(windows) == len(found) else None

    def _related(self, cause: CauseId, since: datetime) -> str:
        """Return the work on a cause, or on a part of it, during or soon after which it began (empty: none)."""
        plant, now = self._view.plant, self._view.now
        found = (self._calendar.related(plant, taken, since, now) for taken in self._taken[cause])
        return next(filter(None, found), "")

    def open_or_keep(self) -> None:
        """Carry each cause's incident on, root a young symptom's incident in it, or open a new one."""
        for cause in self._diagnosis.causes:
            incident = self._left.pop(cause.id, None)
            if incident is not None:
                self._kept[cause.id] = replace(incident, cleared=None)
        for cause in self._diagnosis.causes:
            folded = self._foldable(cause)
            if cause.id not in self._kept and folded and not self._answered_since(cause, folded[0]):
                self._kept[cause.id] = self._inherit(cause, folded)
                folded = folded[1:]
            elif cause.id not in self._kept:
                self._kept[cause.id] = self._new(cause)
            for incident in folded:
                self._closed.append(merged(incident, self._kept[cause.id].id, self._view.now))
                del self._left[incident.root_cause]

    def _foldable(self, cause: Cause) -> Sequence[Incident]:
        """Return the young incidents whose own cause has turned out to be a symptom of this one."""
        if not self._left:
            return ()
        explained = {CauseId(CauseKind.DEVICE, device) for device in cause.devices}
        explained |= {part.id for part in cause.parts}
        explained |= {CauseId(CauseKind.CIRCUIT, self._line_of(symptom.subject)) for symptom in cause.evidence}
        mine = [i for c, i in self._left.items() if c in explained and c != cause.id]
        return heirs(mine, self._view.now, self._view.policy.fold_s)

    def _answered_since(self, cause: Cause, incident: Incident) -> bool:
        """Say whether dead devices still answered well after their line was lost: that was no symptom of their death.

        They take the line's incident along, for nobody can tell now whether the line is whole; but they died later.
        """
        line = self._view.plant.lines.get(incident.root_cause.name)
        if cause.id.kind not in DEAD or incident.root_cause.kind is not CauseKind.CIRCUIT or line is None:
            return False
        known = (self._view.states.get(end.device) for end in line.ends if end.device in cause.devices)
        later = incident.since + timedelta(seconds=self._view.policy.hold_s)
        return any(state is not None and state.last_seen is not None and state.last_seen > later for state in known)

    def _line_of(self, subject: Subject) -> str:
        """Return the circuit on which a symptom was seen (empty: none)."""
        for edge in self._view.plant.graph.adjacency.get(subject.device, ()):
            for end in self._view.plant.lines[edge.circuit].ends:
                if end.device == subject.device and subject.part in (end.interface, end.neighbour, end.session):
                    return edge.circuit
        return ""

    def _inherit(self, cause: Cause, folded: Sequence[Incident]) -> Incident:
        """Return the oldest of the folded incidents with its root cause corrected: it stays one incident."""
        oldest = folded[0]
        del self._left[oldest.root_cause]
        return replace(oldest, root_cause=cause.id, since=min(oldest.since, cause.since), cleared=None)

    def _new(self, cause: Cause) -> Incident:
        incident = Incident(str(self._next), cause.id, cause.since, self._view.now)
        self._next += 1
        return incident

    def close_or_wait(self) -> None:
        """Close an incident whose cause is gone once all behind it is back, or has had its time.

        One whose cause comes and goes stays open until that has ended.
        """
        grace = timedelta(seconds=self._view.policy.recover_s)
        blamed = {device for cause in self._diagnosis.causes for device in cause.devices}
        for cause, incident in self._left.items():
            cleared = incident.cleared or self._view.now
            dark = any(self._view.silent(d) and d not in blamed for d in incident.devices)
            waiting = dark or self._line_waits(incident)
            over = replace(incident, cleared=cleared, parts=parts_after(incident.parts, (), cleared))
            if cause in self._held or (waiting and self._view.now < cleared + grace):
                self._kept[cause] = over
            else:
                self._closed.append(self._ended(replace(over, closed=self._view.now)))

    def _line_waits(self, incident: Incident) -> bool:
        """Say whether a line is not whole again: an end misses its neighbour, or a device that is back has it down."""
        gone = [known.id for known in incident.known()]
        lines = [cause.name for cause in gone if cause.kind is CauseKind.CIRCUIT]
        if any(self._half_back(line) for line in lines if line in self._view.plant.lines):
            return True
        adjacency, kept = self._view.plant.graph.adjacency, self._kept.keys()
        devices = [cause.name for cause in gone if cause.kind is CauseKind.DEVICE]
        theirs = (edge.circuit for device in devices for edge in adjacency.get(device, ()))
        return any(self._view.down(line) and CauseId(CauseKind.CIRCUIT, line) not in kept for line in theirs)

    def _half_back(self, line: str) -> bool:
        """Say whether only one end of a line has its neighbour again: they may still lose one another."""
        return any(self._view.misses(line, end.device) for end in self._view.plant.lines[line].ends)

    def mark_maintenance(self) -> None:
        """Say of new incidents under which window they are, and open those whose window is over.

        What was an incident before the window began stays one.
        """
        for cause, incident in self._kept.items():
            if incident.id in self._before.open and incident.maintenance is None:
                continue
            window = self._window(cause)
            opened = self._view.now if incident.maintenance and window is None else incident.opened
            work = incident.related or self._related(cause, incident.since)
            under = window.id if window else None
            self._kept[cause] = replace(incident, maintenance=under, opened=opened, related=work)

    def _ended(self, incident: Incident) -> Incident:
        """Return a closed incident with all whom it touched while it was open."""
        services = self._services_of(replace(incident, sites=incident.peak))
        if not incident.peak:
            return incident
        agencies = agencies_at(self._view.plant.network, incident.peak)
        return replace(incident, sites=incident.peak, services=services, agencies=agencies)

    def fill_in(self) -> None:
        """Bring sites, services and symptoms of the open incidents up to date."""
        causes = [self._with_pending(cause) for cause in self._diagnosis.causes]
        sites = cut_off(self._view, [*self._gone(), *causes])
        for cause in causes:
            before, cut = self._kept[cause.id], sites.get(cause.id, ())
            peak = tuple(dict.fromkeys((*before.peak, *cut)))
            reading = "power" if cause.id.kind is CauseKind.SITE else ""
            reading = "line or power" if line_or_power(self._view, cause) else reading
            parts = parts_after(before.parts, cause.parts, self._view.now)
            incident = replace(before, devices=cause.devices, sites=cut, peak=peak, reading=reading, parts=parts)
            self._kept[cause.id] = replace(incident, symptoms=cause.evidence)
        for gone in self._gone():
            self._kept[gone.id] = replace(self._kept[gone.id], sites=sites.get(gone.id, ()))
        for cause_id, incident in self._kept.items():
            self._kept[cause_id] = replace(incident, flapping=cause_id in self._flapping)
        taken = {i.root_cause: i.standing for i in self._in_order()}
        if taken != {i.root_cause: i.standing for i in self._before.open.values()}:
            added = consequences(self._view.plant, taken, self._view.mute)
            for cause_id, incident in self._kept.items():
                self._kept[cause_id] = _with(incident, added[cause_id])
        for cause_id, incident in self._kept.items():
            self._kept[cause_id] = replace(
                incident, services=self._services(incident), agencies=self._agencies(incident)
            )

    def _gone(self) -> list[Cause]:
        """Return the causes of incidents that wait for what lies behind them, as far as it is still silent."""
        found = {cause.id for cause in self._diagnosis.causes}
        waiting = [i for c, i in self._kept.items() if c not in found]
        silent = self._view.silent
        return [Cause(i.root_cause, i.since, i.symptoms, tuple(filter(silent, i.devices))) for i in waiting]

    def _with_pending(self, cause: Cause) -> Cause:
        """Return the cause with those it held before that are still silent and that nothing else explains yet."""
        pending = set(self._diagnosis.pending).difference(cause.devices)
        waiting = pending.intersection(self._kept[cause.id].devices)
        return replace(cause, devices=tuple(sorted({*cause.devices, *waiting}))) if waiting else cause

    def _services(self, incident: Incident) -> tuple[ServiceImpact, ...]:
        old = self._before.open.get(incident.id)
        if old is not None and _felt_by(old) == _felt_by(incident):
            return old.services
        return self._services_of(incident)

    def _agencies(self, incident: Incident) -> tuple[AgencyImpact, ...]:
        old = self._before.open.get(incident.id)
        if old is not None and old.sites == incident.sites:
            return old.agencies
        return agencies_at(self._view.plant.network, incident.sites)

    def _services_of(self, incident: Incident) -> tuple[ServiceImpact, ...]:
        sites, devices, others = _felt_by(incident)
        return self._view.plant.forecaster.services_without(sites, frozenset(devices), others)

    def _in_order(self) -> list[Incident]:
        return sorted(self._kept.values(), key=lambda i: (i.since, i.root_cause))

    def result(self) -> Correlated:
        """Return what this turn came to."""
        kept = {i.id: i for i in sorted(self._kept.values(), key=lambda i: int(i.id))}
        fresh = [i for i in kept.values() if self._before.open.get(i.id) != i]
        changed = tuple(sorted((*fresh, *self._closed), key=lambda i: int(i.id)))
        events = tuple(self._event(incident) for incident in changed)
        return Correlated(Incidents(kept, self._next, self._diagnosis.pending), changed, events, self._flaps)

    def _event(self, incident: Incident) -> Event:
        word = event_word(self._before.open.get(incident.id), incident)
        return Event(self._view.now, word, Subject(SubjectKind.INCIDENT, incident.id), incident.as_json())


def _with(incident: Incident, added: Added) -> Incident:
    return replace(incident, degraded=added.degraded, on_backup=added.on_backup, others=added.others)


def _felt_by(incident: Incident) -> tuple[tuple[str, ...], ...]:
    """Return what the services depend on that an incident stops."""
    return incident.sites, incident.devices, incident.others
