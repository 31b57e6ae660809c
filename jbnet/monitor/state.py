"""The state of one device and all that it reports; ``advance`` takes one sample in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from jbnet.model.times import rfc3339
from jbnet.monitor.quality import Qualities
from jbnet.monitor.quality import after as quality_after
from jbnet.monitor.rates import UNKNOWN, Rate, agent_seconds, continuous, interface_rate, restarted
from jbnet.monitor.samples import Sample
from jbnet.monitor.watch import NEW, Condition, Watch, observe
from jbnet.snmp.gauges import Gauges
from jbnet.snmp.lldp import Lldp
from jbnet.snmp.mibs import AdminStatus, BgpState, InterfaceRow, OperStatus, OspfState, System


class SubjectKind(StrEnum):
    """What an event or a symptom is about."""

    DEVICE = "device"
    INTERFACE = "interface"
    NEIGHBOUR = "neighbour"
    SESSION = "session"
    BFD = "bfd"
    CIRCUIT = "circuit"
    INCIDENT = "incident"
    SITE = "site"
    SILENCE = "silence"
    """What a person did about telling; no state of the network."""
    MONITOR = "monitor"
    """The watching itself: the rules that it judges by."""


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A watched thing: the device, and the interface's name or the far end's address on it."""

    kind: SubjectKind
    device: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.device}/{self.part}" if self.part else self.device


@dataclass(frozen=True, slots=True)
class Event:
    """Something that changed: ``event`` is a word such as ``down``, ``up``, ``restarted``, ``opened``, ``closed``."""

    time: datetime
    event: str
    subject: Subject
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InterfaceState:
    """An interface: its condition (ifOperStatus), whether somebody shut it, last counters and rates."""

    watch: Watch = NEW
    shut: bool = False
    row: InterfaceRow | None = None
    read: datetime | None = None
    rate: Rate = UNKNOWN


_UNSEEN = InterfaceState()


@dataclass(frozen=True, slots=True)
class DeviceState:
    """All that is known of a device. OSPF neighbours and BGP sessions are keyed by the far end's address.

    ``answer`` is its agent; ``alive`` says whether a silent one still answers echo requests (None: not tried).
    ``last_seen`` is the time of its last answer: what it reported is no fresher than that. ``rtt_s`` is the last
    round trip, ``jitter_s`` its smoothed variation (RFC 3550, 6.4.1); ``gauges`` are other measures by name.
    """

    device: str
    answer: Watch = NEW
    alive: bool | None = None
    last_seen: datetime | None = None
    system: System | None = None
    interfaces: Mapping[str, InterfaceState] = field(default_factory=dict)
    ospf: Mapping[str, Watch] = field(default_factory=dict)
    bgp: Mapping[str, Watch] = field(default_factory=dict)
    rtt_s: float | None = None
    jitter_s: float | None = None
    gauges: Mapping[str, float] = field(default_factory=dict)
    quality: Qualities = field(default_factory=dict)
    lldp: Lldp | None = None
    vitals: Mapping[str, Gauges] = field(default_factory=dict)
    vitals_read: datetime | None = None
    bfd: Mapping[str, Watch] = field(default_factory=dict)

    @property
    def doubtful(self) -> bool:
        """Say whether anything here waits for a second look."""
        if self.answer.doubt is not None:
            return True
        for interface in self.interfaces.values():  # asked of every device in every round: plain loops are quickest
            if interface.watch.doubt is not None:
                return True
        return any(watch.doubt is not None for relations in (self.ospf, self.bgp) for watch in relations.values())


def differs(before: DeviceState, after: DeviceState) -> bool:
    """Say whether a condition changed (counters aside). Unchanged watches stay the same objects."""
    if before.answer is not after.answer or before.alive != after.alive:
        return True
    if before.ospf.keys() != after.ospf.keys() or before.bgp.keys() != after.bgp.keys():
        return True
    if before.interfaces.keys() != after.interfaces.keys():
        return True
    return (
        any(before.interfaces[name].watch is not state.watch for name, state in after.interfaces.items())
        or any(before.ospf[address] is not watch for address, watch in after.ospf.items())
        or any(before.bgp[address] is not watch for address, watch in after.bgp.items())
        or any(before.bfd.get(address) is not watch for address, watch in after.bfd.items())
    )


def advance(state: DeviceState, sample: Sample, confirm: int = 2) -> tuple[DeviceState, list[Event]]:
    """Return the state after a sample, and what changed. ``confirm``: contrary looks in a row that are believed.

    A silent device's interfaces and neighbours keep their last known condition: nobody saw them change.
    """
    events: list[Event] = []
    seen = Condition.UP if sample.answered else Condition.DOWN
    answer = observe(state.answer, seen, sample.time, confirm)
    if answer is not state.answer:
        _note(events, state.answer, answer, Subject(SubjectKind.DEVICE, state.device), sample)
    if not sample.answered:
        alive = sample.pinged if sample.pinged is not None else state.alive
        gauges = {**state.gauges, **sample.gauges} if sample.gauges else state.gauges
        return replace(state, answer=answer, alive=alive, rtt_s=None, gauges=gauges), events
    elapsed = _elapsed(state.last_seen, sample.time)
    again = restarted(state.system, sample.system, elapsed)
    trusted = continuous(state.system, sample.system, elapsed)
    if again:
        events.append(Event(sample.time, "restarted", Subject(SubjectKind.DEVICE, state.device)))
    apart = _apart(state, sample, elapsed)
    interfaces = _interfaces(state, sample, confirm, events, apart, agent_restarted=not trusted)
    ospf = {n.address: n.state is OspfState.FULL for n in sample.ospf} if sample.ospf is not None else None
    bgp = {p.remote: p.state is BgpState.ESTABLISHED for p in sample.bgp} if sample.bgp is not None else None
    return (
        DeviceState(
            device=state.device,
            answer=answer,
            last_seen=sample.time,
            system=sample.system or state.system,
            interfaces=interfaces,
            ospf=_relations(state.ospf, ospf, SubjectKind.NEIGHBOUR, sample, confirm, events),
            bgp=_relations(state.bgp, bgp, SubjectKind.SESSION, sample, confirm, events),
            rtt_s=sample.rtt_s,
            jitter_s=_jitter(state, sample.rtt_s),
            gauges={**state.gauges, **sample.gauges} if sample.gauges else state.gauges,
            quality=quality_after(state.quality, sample.quality, sample.time, continuous=trusted),
            lldp=sample.lldp or state.lldp,
            vitals={**state.vitals, **sample.vitals} if sample.vitals else state.vitals,
            vitals_read=sample.time if sample.vitals else state.vitals_read,
            bfd=_relations(state.bfd, _bfd(state, sample), SubjectKind.BFD, sample, confirm, events),
        ),
        events,
    )


def _bfd(state: DeviceState, sample: Sample) -> Mapping[str, bool] | None:
    """Return which sessions of BFD are up; one in a state that nobody knows is as it was."""
    if sample.bfd is None:
        return None
    known = {s.remote: state.bfd[s.remote].up for s in sample.bfd if s.up is None and s.remote in state.bfd}
    return {**known, **{s.remote: s.up for s in sample.bfd if s.up is not None}}


def _apart(state: DeviceState, sample: Sample, elapsed: float) -> float:
    """Return how many seconds lie between this answer and the one before it.

    By the agent's own clock where it tells: a sample has the time at which it was asked for, and an answer that came
    late, or was asked for twice, counted for longer than that.
    """
    return agent_seconds(state.system, sample.system) or elapsed


def _elapsed(before: datetime | None, now: datetime) -> float:
    return (now - before).total_seconds() if before is not None else 0.0


def _jitter(state: DeviceState, rtt_s: float | None) -> float | None:
    """Return the smoothed variation of the round trip, a sixteenth of each new difference at a time."""
    if rtt_s is None or state.rtt_s is None:
        return state.jitter_s
    before = state.jitter_s or 0.0
    return before + (abs(rtt_s - state.rtt_s) - before) / 16


def _note(events: list[Event], before: Watch, after: Watch, subject: Subject, sample: Sample) -> None:
    """Add an event when a condition changed; coming up for the first time is no news."""
    first_sight = after.up and before.condition is Condition.UNKNOWN
    if before.condition is not after.condition and not first_sight:
        data = {"since": rfc3339(after.since)} if after.since else {}
        events.append(Event(sample.time, str(after.condition), subject, data))


def _interfaces(
    state: DeviceState, sample: Sample, confirm: int, events: list[Event], apart: float, *, agent_restarted: bool
) -> Mapping[str, InterfaceState]:
    """Return the interfaces after a sample. One that the agent no longer lists is down: it is gone.

    ``apart``: seconds since the answer before this one. ``agent_restarted``: its counters, too, may have begun anew.
    """
    if sample.interfaces is None:
        return _uncounted(state.interfaces) if agent_restarted else state.interfaces
    rows = {row.name: row for row in sample.interfaces}
    found: dict[str, InterfaceState] = {}
    for name in {**state.interfaces, **rows}:
        before = state.interfaces.get(name, _UNSEEN)
        lately = before.read is not None and before.read == state.last_seen
        seconds = apart if lately else _elapsed(before.read, sample.time)
        after = _interface(before, rows.get(name), sample.time, seconds, confirm, agent_restarted=agent_restarted)
        if before.watch is not after.watch:
            _note(events, before.watch, after.watch, Subject(SubjectKind.INTERFACE, state.device, name), sample)
        found[name] = after
    return found


def _uncounted(interfaces: Mapping[str, InterfaceState]) -> Mapping[str, InterfaceState]:
    """Return the interfaces without their counters: a restart is known of before they are read again."""
    return {name: replace(found, row=None, read=None, rate=UNKNOWN) for name, found in interfaces.items()}


def _interface(
    before: InterfaceState,
    row: InterfaceRow | None,
    time: datetime,
    seconds: float,
    confirm: int,
    *,
    agent_restarted: bool,
) -> InterfaceState:
    if row is None:
        return InterfaceState(observe(before.watch, Condition.DOWN, time, confirm))
    rate = UNKNOWN
    if before.row is not None:
        rate = interface_rate(before.row, row, seconds, agent_restarted=agent_restarted)
    shut = row.admin is AdminStatus.DOWN
    return InterfaceState(observe(before.watch, oper_condition(row), time, confirm), shut, row, time, rate)


def oper_condition(row: InterfaceRow) -> Condition:
    """Return what ifOperStatus (RFC 2863) says of an interface; testing, unknown and no answer say nothing."""
    if row.oper is OperStatus.UP:
        return Condition.UP
    if row.oper in (None, OperStatus.UNKNOWN, OperStatus.TESTING):
        return Condition.UNKNOWN
    return Condition.DOWN


def _relations(
    before: Mapping[str, Watch],
    seen: Mapping[str, bool] | None,
    kind: SubjectKind,
    sample: Sample,
    confirm: int,
    events: list[Event],
) -> Mapping[str, Watch]:
    """Return the neighbours (or sessions) after a sample. One that is no longer listed is lost."""
    if seen is None:
        return before
    found: dict[str, Watch] = {}
    for address in _both(before, seen):
        old = before.get(address, NEW)
        condition = Condition.UP if seen.get(address, False) else Condition.DOWN
        new = observe(old, condition, sample.time, confirm)
        if new is not old:
            _note(events, old, new, Subject(kind, sample.device, address), sample)
        found[address] = new
    return found


def _both(first: Iterable[str], second: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys((*first, *second))
