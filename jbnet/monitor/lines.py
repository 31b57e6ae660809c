"""Whether a line works, from what its two ends report. Only what an end saw lately counts; silence says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from jbnet.monitor.plant import End, Line
from jbnet.monitor.policy import Policy
from jbnet.monitor.state import DeviceState, InterfaceState, Subject, SubjectKind
from jbnet.monitor.watch import Watch


class LineState(StrEnum):
    """What is known of a line.

    ``absent``: an end was looked at and has no such interface, so there may be no such line yet;
    ``unseen``: neither end has ever answered. A line that is absent explains nothing and carries nothing.
    """

    UP = "up"
    DOWN = "down"
    ABSENT = "absent"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something observed that an incident explains: ``state`` is ``down``, ``lost`` or ``unreachable``."""

    subject: Subject
    state: str

    def as_json(self) -> dict[str, str]:
        """Return it for ``--json``."""
        return {"kind": str(self.subject.kind), "subject": str(self.subject), "state": self.state}


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on a line. ``since``: when it went down. ``ever_up``: it worked once.

    ``settling``: the evidence is only that a neighbour is missing, on a device that has just come back.
    """

    state: LineState
    since: datetime | None = None
    ever_up: bool = False
    evidence: tuple[Symptom, ...] = ()
    settling: bool = False

    @property
    def down(self) -> bool:
        """Say whether the line is known to be down."""
        return self.state is LineState.DOWN

    @property
    def lost(self) -> bool:
        """Say whether all that tells of it is that neighbours miss one another: its interfaces look well."""
        return self.down and all(symptom.state == "lost" for symptom in self.evidence)


@dataclass(frozen=True, slots=True)
class _Report:
    """What one end says: the interface, and its neighbour or session where one is expected."""

    end: End
    fresh: bool
    answering_since: datetime | None
    interface: InterfaceState | None
    relation: Watch | None
    kind: SubjectKind


def judge(
    line: Line, states: Mapping[str, DeviceState], watched: frozenset[str], now: datetime, policy: Policy
) -> Judgement:
    """Return the verdict on a line.

    An interface that is down at an answering end is proof. A missing neighbour is proof only where every
    watched end answers and misses it: one end alone may have lost its routing daemon's agent, and a far end
    that is silent may be dead itself. With no answering end the last known condition stands.
    """
    reports = [_report(end, states) for end in line.ends]
    seen = [r for r in reports if r is not None and r.interface is not None]
    ever_up = any(r.interface.watch.ever_up for r in seen if r.interface)
    if not seen:
        looked = any(r is not None for r in reports)
        return Judgement(LineState.ABSENT if looked else LineState.UNSEEN)
    told = [r for r in seen if r.fresh] or seen
    broken = [r for r in told if r.interface and r.interface.watch.down]
    if broken:
        since = min(r.interface.watch.since for r in broken if r.interface and r.interface.watch.since)
        evidence = tuple(Symptom(Subject(SubjectKind.INTERFACE, r.end.device, r.end.interface), "down") for r in broken)
        return Judgement(LineState.DOWN, since, ever_up, evidence)
    working = any(r.interface.watch.up for r in told if r.interface)
    return _adjacency(line, seen, watched, now, policy) or Judgement(
        LineState.UP if working else LineState.ABSENT, None, ever_up
    )


def _report(end: End, states: Mapping[str, DeviceState]) -> _Report | None:
    """Return what an end says, None where its device never answered."""
    state = states.get(end.device)
    if state is None or state.last_seen is None:
        return None
    relation, kind = None, SubjectKind.NEIGHBOUR
    if end.neighbour is not None:
        relation = state.ospf.get(end.neighbour)
    elif end.session is not None:
        relation, kind = state.bgp.get(end.session), SubjectKind.SESSION
    return _Report(end, state.answer.up, state.answer.since, state.interfaces.get(end.interface), relation, kind)


def _adjacency(
    line: Line, seen: list[_Report], watched: frozenset[str], now: datetime, policy: Policy
) -> Judgement | None:
    """Return a verdict from missing neighbours, None where they prove nothing."""
    expected = [r for r in seen if r.end.device in watched and (r.end.neighbour or r.end.session)]
    owed = sum(1 for e in line.ends if e.device in watched and (e.neighbour or e.session))
    if not expected or len(expected) < owed or not all(_lost(r) for r in expected):
        return None
    since = max(r.relation.since for r in expected if r.relation and r.relation.since)
    hold = timedelta(seconds=policy.hold_s)
    settling = any(r.answering_since is None or now < r.answering_since + hold for r in expected)
    evidence = tuple(Symptom(Subject(r.kind, r.end.device, _far(r.end)), "lost") for r in expected)
    return Judgement(LineState.DOWN, since, ever_up=True, evidence=evidence, settling=settling)


def _lost(report: _Report) -> bool:
    relation = report.relation
    return report.fresh and relation is not None and relation.down and relation.ever_up


def _far(end: End) -> str:
    return end.neighbour or end.session or ""
