"""The alarms of a round: thresholds, what is declared against what there is, and redundancy."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from jbnet.monitor import expected, probing_judge, ready_judge, self_watch, standing, thresholds
from jbnet.monitor.alarms import Alarms
from jbnet.monitor.carried import Carried
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState, Event


def alarms_of(
    before: Carried,
    were: Mapping[str, Incident],
    faults: Incidents,
    plant: Plant,
    states: Mapping[str, DeviceState],
    turn: Round,
    policy: Policy,
    rules: Rules,
) -> tuple[Alarms, tuple[Event, ...]]:
    """Return the alarms after a round, raised or in doubt, and what was raised and cleared in it.

    ``were`` are the incidents that were open before, ``faults`` those of this round.
    """
    now, causes = turn.time, _standing(faults.open)
    blamed = {cause.name for cause in causes if cause.kind is CauseKind.CIRCUIT}
    measured = rules.meters(plant).read(states, before.alarms, before.last)
    declared, happened = thresholds.judge(before.alarms, measured, now)
    events = list(happened)
    compared: Alarms = _of(before.alarms, expected.RULES)
    if expected.due(before.last, now):
        compared, happened = thresholds.judge(compared, _compared(plant, states, blamed, policy, rules), now)
        events += happened
    redundant: Alarms = _of(before.alarms, standing.RULES)
    if set(causes) != set(_standing(were)):
        redundant, happened = standing.redundancy(redundant, plant, causes, now)
        events += happened
    probed: Alarms = {}
    if rules.probes.targets:
        wrong = probing_judge.standing(plant, states, faults.open.values(), causes)
        probed, happened = probing_judge.judge(before.alarms, rules.probing, plant, turn, wrong)
        events += happened
    ready, happened = ready_judge.judge(
        before.alarms, rules.ready, turn, lambda: _silent(plant, states, faults, causes)
    )
    events += happened
    itself = self_watch.readings(states.get(self_watch.SELF))
    own, happened = thresholds.judge(_of(before.alarms, self_watch.RULES), itself, now)
    events += happened
    return {**declared, **compared, **redundant, **probed, **ready, **own}, tuple(events)


def _silent(
    plant: Plant, states: Mapping[str, DeviceState], faults: Incidents, causes: list[CauseId]
) -> frozenset[str]:
    """Return the devices that a fault holds. One whose agent alone is silent can be logged in to, and is none."""
    held = probing_judge.standing(plant, states, faults.open.values(), causes).held
    return frozenset(d for d in held if d not in states or not states[d].alive)


def _compared(
    plant: Plant, states: Mapping[str, DeviceState], blamed: Collection[str], policy: Policy, rules: Rules
) -> Iterator[thresholds.Reading]:
    return expected.expected(plant, states, blamed, policy, rules.meters(plant).cabling)


def _standing(incidents: Mapping[str, Incident]) -> list[CauseId]:
    """Return the causes that stand: those that are repaired, or up between two flaps, take nothing away."""
    faults = (i for i in incidents.values() if i.cleared is None and i.root_cause.kind is not CauseKind.ALARM)
    return [cause for incident in faults for cause in incident.standing]


def _of(alarms: Alarms, rules: Collection[str]) -> Alarms:
    return {key: alarm for key, alarm in alarms.items() if key.rule in rules}
