"""The alarms that probes raise: from the results that a round brought, and what is known of faults.

Bad news of what stands on a device that a known fault silences is no news. Nothing is said of it, and what was said
before the fault was known is taken back: one cause, one incident.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from jbnet.monitor import probing_paths, thresholds
from jbnet.monitor.alarms import Alarms
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident
from jbnet.monitor.measures import OF_PATHS
from jbnet.monitor.plant import Plant
from jbnet.monitor.probing import NO_PROBES, ProbeKind, Probes, Target
from jbnet.monitor.probing_paths import PathMemory
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.probing_rules import MISSING, OWN_WORD, WAY, readings_of, rules_of
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState, Event, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

SURE_OF_NO_WAY = 2
"""Tries in a row for which our own kernel must know no way before that counts against a service."""

Judged = tuple[Alarms, tuple[Event, ...]]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class ProbeRules:
    """What is probed, and the thresholds of paths (``loss`` and the like)."""

    probes: Probes = NO_PROBES
    limits: tuple[Threshold, ...] = ()
    paths: PathMemory = field(default_factory=PathMemory, compare=False, repr=False)

    @cached_property
    def targets(self) -> Mapping[Key, Target]:
        """Return the targets of all kinds but echo, by probe, device and part."""
        return {(t.probe.name, t.device, t.part): t for t in self.probes.services()}


@dataclass(frozen=True)
class Standing:
    """What is known to be wrong in a round: who is held by a fault or not known to answer, and which causes stand."""

    held: frozenset[str]
    causes: tuple[CauseId, ...]

    @property
    def circuits(self) -> frozenset[str]:
        """Return the circuits that are causes."""
        return frozenset(cause.name for cause in self.causes if cause.kind is CauseKind.CIRCUIT)


def standing(
    plant: Plant, states: Mapping[str, DeviceState], incidents: Iterable[Incident], causes: Iterable[CauseId]
) -> Standing:
    """Return what is known to be wrong. Where the place one looks from is blamed, all are held."""
    found = tuple(sorted(causes))
    if plant.origin is not None and CauseId(CauseKind.DEVICE, plant.origin) in found:
        return Standing(plant.watched, found)
    held = {device for incident in incidents for device in incident.devices}
    held.update(cause.name for cause in found if cause.kind is CauseKind.DEVICE)
    held.update(name for name, state in states.items() if not state.answer.up or state.answer.doubtful)
    held |= plant.watched - states.keys()
    return Standing(frozenset(held), found)


def judge(before: Alarms, rules: ProbeRules, plant: Plant, turn: Round, now_wrong: Standing) -> Judged:
    """Return the alarms of probes after a round, raised or in doubt, and what was raised and cleared in it."""
    targets = rules.targets
    known = _kept(before, rules, targets.values(), now_wrong)
    fresh = {(p.probe, p.device, p.part): p for p in turn.probed}
    readings = [r for key, target in targets.items() if key in fresh for r in _unheld(target, fresh[key], now_wrong)]
    asked = {(r.threshold.name, r.subject) for r in readings}
    mine = {key: alarm for key, alarm in known.items() if (key.rule, key.subject) in asked}
    found, events = thresholds.judge(mine, readings, turn.time)
    alarms = {**{key: alarm for key, alarm in known.items() if key not in mine}, **found}
    echoes = _echoes(rules.probes, turn.probed, now_wrong.held, plant)
    if echoes is not None:
        names = {limit.name for limit in rules.limits}
        paths = rules.paths.of(plant, now_wrong.causes)
        laid, happened = probing_paths.judge(known, rules.limits, plant, paths, echoes, turn.time)
        alarms = {**{key: alarm for key, alarm in alarms.items() if key.rule not in names}, **laid}
        events += happened
    return alarms, events


def _kept(before: Alarms, rules: ProbeRules, targets: Iterable[Target], wrong: Standing) -> Alarms:
    """Return the alarms of probes that are still declared and that no fault explains."""
    paths = {limit.name for limit in rules.limits if limit.measure in OF_PATHS}
    hosts = {rule: on for target in targets for rule, on in _names(target)}
    found = {}
    for key, alarm in before.items():
        gone = key.subject.device in (wrong.circuits if key.subject.kind is SubjectKind.CIRCUIT else wrong.held)
        if (key.rule in paths and not gone) or (key.rule, key.subject) in hosts:
            stands_on = hosts.get((key.rule, key.subject), ())
            if wrong.held.isdisjoint(stands_on):
                found[key] = alarm
    return found


def _names(target: Target) -> Iterable[tuple[tuple[str, Subject], tuple[str, ...]]]:
    """Yield each alarm that a target may raise, with the devices whose fault explains it.

    That a database goes on alone, or without its lease, is no symptom of a fault but what the fault puts at stake.
    """
    for measure, limit in rules_of(target.probe, target.behind_s).items():
        hosts = () if measure in OWN_WORD else target.hosts
        if measure != MISSING:
            yield (limit.name, target.subject), hosts
        else:
            sites = target.probe.expected.values()
            yield from (((limit.name, Subject(SubjectKind.SITE, site)), hosts) for site in sites)


def _unheld(target: Target, result: Probed, wrong: Standing) -> Iterable[Reading]:
    """Yield what a result says; only what is good where a device that it stands on is held by a fault.

    Where our own kernel knows no way, one try says nothing of the service: our own line may have gone this instant.
    A second one does, while all that it stands on answers: then it is the service's address that is gone.
    """
    held = not wrong.held.isdisjoint(target.hosts)
    for reading in readings_of(target, result):
        if reading.value is None or not reading.threshold.beyond(reading.value, raised=False):
            yield reading
        elif reading.threshold.measure in OWN_WORD:
            yield reading  # the database itself said so
        elif held:
            yield replace(reading, value=None)
        elif result.values.get(WAY) == 0.0:
            limit = reading.threshold
            yield replace(reading, threshold=replace(limit, looks=max(limit.looks, SURE_OF_NO_WAY)))
        else:
            yield reading


def _echoes(
    probes: Probes, probed: Iterable[Probed], held: Collection[str], plant: Plant
) -> Mapping[str, Mapping[str, float]] | None:
    """Return the echoes of a round by device; None: none were counted."""
    names = {probe.name for probe in probes.declared if probe.kind is ProbeKind.ECHO}
    counted = [p for p in probed if p.probe in names]
    if not counted:
        return None
    return {p.device: p.values for p in counted if p.values and p.device not in held and p.device in plant.watched}
