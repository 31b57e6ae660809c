"""What is lost at a moment, from the open incidents: the spells of sites, circuits and services."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from jbnet.monitor.carried import Carried
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.spells import Loss, Open, Spell, SpellKind, turned
from jbnet.monitor.state import DeviceState

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def spelled(
    before: Carried,
    were: Incidents,
    incidents: Incidents,
    plant: Plant,
    states: Mapping[str, DeviceState],
    now: datetime,
    policy: Policy,
) -> tuple[Open, tuple[Spell, ...]]:
    """Return the spells that go on after a round, and those that began or ended in it.

    ``were`` and ``incidents`` are those before and after the round.
    """
    lost = [spell for i in incidents.open.values() for spell in _lost(i, i.id not in were.open, plant, states, now)]
    spells, changed = turned(before.spells, lost, now)
    return spells, (*changed, *_unwatched(before.last, now, policy))


def _lost(
    incident: Incident, fresh: bool, plant: Plant, states: Mapping[str, DeviceState], now: datetime
) -> Iterator[Spell]:
    """Yield what an incident takes away now, each with when that began if it is news."""
    cause, loss = incident.root_cause, _loss(incident, plant)
    began = incident.since if fresh else now
    for site in incident.sites:
        silent = [states[d].answer.since or now for d in plant.homes[site] if d in states and states[d].answer.down]
        yield Spell(SpellKind.SITE, site, loss, min(now, max(silent, default=now)), None, incident.id, cause)
    if cause.kind is CauseKind.CIRCUIT and incident.cleared is None:
        yield Spell(SpellKind.CIRCUIT, cause.name, loss, began, None, incident.id, cause)
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
