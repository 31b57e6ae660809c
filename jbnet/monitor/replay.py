"""Monitoring as one function of its samples: what the monitor does live, and what replaying a record does again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jbnet.monitor.advise import advise, is_alarm
from jbnet.monitor.carried import Carried
from jbnet.monitor.correlate import correlate
from jbnet.monitor.incidents import Incident, Incidents
from jbnet.monitor.judgement import alarms_of
from jbnet.monitor.losses import spelled
from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.spells import Spell
from jbnet.monitor.state import DeviceState, Event, advance


@dataclass(frozen=True, slots=True)
class Watchbook:
    """All that monitoring remembers between two rounds."""

    states: Mapping[str, DeviceState] = field(default_factory=dict)
    incidents: Incidents = field(default_factory=Incidents)
    carried: Carried = field(default_factory=Carried)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a round came to: the new memory, what happened, and which devices' states changed."""

    book: Watchbook
    events: tuple[Event, ...]
    incidents: tuple[Incident, ...]
    """Those that opened, changed or closed."""
    spells: tuple[Spell, ...] = ()
    """Those that began or ended; a later one replaces an earlier one of the same ``id``."""


def absorb(
    states: Mapping[str, DeviceState], look: tuple[Sample, ...], policy: Policy
) -> tuple[dict[str, DeviceState], list[Event]]:
    """Return the states after one look, and what changed."""
    after = dict(states)
    events: list[Event] = []
    for sample in sorted(look, key=lambda s: s.device):
        before = after.get(sample.device) or DeviceState(sample.device)
        after[sample.device], happened = advance(before, sample, policy.confirm_looks)
        events.extend(happened)
    return after, events


def play(book: Watchbook, plant: Plant, turn: Round, policy: Policy, rules: Rules = PLAIN) -> Outcome:
    """Return what a recorded round comes to. Law: the same rounds give the same incidents, always.

    ``rules`` are those of then: thresholds, opening hours, and all maintenance windows that were ever registered.
    """
    states: Mapping[str, DeviceState] = book.states
    events: list[Event] = []
    for look in turn.looks:
        states, happened = absorb(states, look, policy)
        events.extend(happened)
    return conclude(book, states, events, plant, turn, policy, rules)


def conclude(
    book: Watchbook,
    states: Mapping[str, DeviceState],
    events: list[Event],
    plant: Plant,
    turn: Round,
    policy: Policy,
    rules: Rules = PLAIN,
) -> Outcome:
    """Return the end of a round whose looks have been absorbed: the incidents as the states have them."""
    before, were = book.carried, book.incidents
    faulty = {key: incident for key, incident in were.open.items() if not is_alarm(incident)}
    known = replace(were, open=faulty)
    found = correlate(known, plant, states, turn.time, policy, rules.calendar, before.flaps)
    alarms, raised = alarms_of(before, faulty, found.incidents, plant, states, turn, policy, rules)
    advised = advise(were.open, found.incidents, alarms, turn.time, plant, rules)
    spells = spelled(before, known, found.incidents, plant, states, turn.time, policy)
    carried = Carried(found.flaps, alarms, spells.open, turn.time, spells.ended)
    return Outcome(
        Watchbook(states, advised.incidents, carried),
        (*events, *raised, *found.events, *advised.events),
        (*found.changed, *advised.changed),
        spells.changed,
    )
