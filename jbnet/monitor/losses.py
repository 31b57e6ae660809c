"""What is lost at a moment, from the open incidents: the spells of sites, circuits and services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from jbnet.monitor.carried import Carried
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.spells import Ended, Loss, Open, Spell, SpellKind, turned
from jbnet.monitor.state import DeviceState
from jbnet.monitor.watch import Watch

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Spelled:
    """The spells that go on after a round, those that began or ended in it, and when what is still broken last did."""

    open: Open
    changed: tuple[Spell, ...]
    ended: Ended


def spelled(
    before: Carried,
    were: Incidents,
    incidents: Incidents,
    plant: Plant,
    states: Mapping[str, DeviceState],
    now: datetime,
    policy: Policy,
) -> Spelled:
    """Return what a round does to the spells.

    ``were`` and ``incidents`` are those before and after the round.
    """
    lost = [spell for i in incidents.open.values() for spell in _lost(i, i.id not in were.open, plant, states, now)]
    spells, changed = turned(before.spells, lost, now, before.ended)
    ends = {(s.kind, s.name): s.ends for s in changed if s.ends and s.kind is not SpellKind.SERVICE}
    known = dict(before.ended) | ends
    ended = {(kind, name): at for (kind, name), at in known.items() if _broken(kind, name, at, plant, states)}
    return Spelled(spells, (*changed, *_unwatched(before.last, now, policy)), ended)


def _broken(kind: SpellKind, name: str, at: datetime, plant: Plant, states: Mapping[str, DeviceState]) -> bool:
    """Say whether anything by which a site or circuit is found lost has been so since before a moment.

    If so it may be blamed once more, with a beginning for which it has been charged already.
    """
    if kind is SpellKind.SITE:
        watches = [states[device].answer for device in plant.homes.get(name, ()) if device in states]
    else:
        watches = list(_watches(name, plant, states))
    return any(watch.down and watch.since is not None and watch.since < at for watch in watches)


def _watches(circuit: str, plant: Plant, states: Mapping[str, DeviceState]) -> Iterator[Watch]:
    """Yield what the two ends say of a circuit."""
    for end in plant.lines[circuit].ends if circuit in plant.lines else ():
        if (state := states.get(end.device)) is None:
            continue
        if end.interface in state.interfaces:
            yield state.interfaces[end.interface].watch
        for relation in (state.ospf.get(end.neighbour or ""), state.bgp.get(end.session or "")):
            if relation is not None:
                yield relation


def _lost(
    incident: Incident, fresh: bool, plant: Plant, states: Mapping[str, DeviceState], now: datetime
) -> Iterator[Spell]:
    """Yield what an incident takes away now, each with when that began if it is news."""
    cause, loss = incident.root_cause, _loss(incident, plant)
    began = incident.since if fresh else now
    for site in incident.sites:
        silent = [states[d].answer.since or now for d in plant.homes[site] if d in states and states[d].answer.down]
        yield Spell(SpellKind.SITE, site, loss, min(now, max(silent, default=now)), None, incident.id, cause)
    lines = [(part.id, part.since) for part in incident.parts if part.cleared is None] or [(cause, began)]
    for taken, since in lines if incident.cleared is None else ():
        if taken.kind is CauseKind.CIRCUIT:
            yield Spell(SpellKind.CIRCUIT, taken.name, loss, since, None, incident.id, cause)
    for service in incident.services:
        yield Spell(SpellKind.SERVICE, service.name, loss, began, None, incident.id, cause, service.sites)


def _loss(incident: Incident, plant: Plant) -> Loss:
    """Return what the time counts as: where the place one looks from is blamed nobody knows about the others."""
    if incident.root_cause.kind is CauseKind.DEVICE and incident.root_cause.name == plant.origin:
        return Loss.UNKNOWN
    return Loss.MAINTENANCE if incident.maintenance else Loss.DOWN


def _unwatched(last: datetime | None, now: datetime, policy: Policy) -> Iterator[Spell]:
    """Yield the time before this round in which nobody looked: all that was before the first, or a long pause."""
    begins = last or _NEVER
    if now - begins > timedelta(seconds=policy.blind_s):
        yield Spell(SpellKind.MONITOR, "", Loss.UNKNOWN, begins, now)
