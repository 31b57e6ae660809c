"""What is declared against what there is: interfaces, neighbours, the speed of ports.

A line that is down or a device that is silent is no such case: it has an incident already.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from jbnet.monitor.alarms import Severity
from jbnet.monitor.cabling import Cabling, Verdict
from jbnet.monitor.plant import End, Line, Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.state import DeviceState, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

LOOK_EVERY_S = 10
"""Seconds between two comparisons: what is declared does not go missing for a moment."""

INTERFACE = Threshold("interface-missing", "interface", raise_at=0, clear_at=1, severity=Severity.MINOR, looks=2)
NEIGHBOUR = Threshold("neighbour-missing", "neighbour", raise_at=0, clear_at=1, severity=Severity.MINOR, looks=2)
CABLING = Threshold("cabling", "cabling", raise_at=0, clear_at=1, severity=Severity.MINOR, looks=2)
"""LLDP sees another device, or another port, than is declared (``jbnet.monitor.cabling``)."""
BFD = Threshold("bfd-missing", "bfd", raise_at=0, clear_at=1, severity=Severity.MINOR, looks=2)
"""A session of BFD (RFC 5880) was up and is not, over a line that is up."""
SPEED = Threshold("port-too-slow", "speed", raise_at=0.99, clear_at=1, severity=Severity.WARNING, looks=2)
"""The port's speed (ifHighSpeed) as a share of the declared bandwidth; a faster port is no finding."""
RULES = frozenset({INTERFACE.name, NEIGHBOUR.name, SPEED.name, CABLING.name, BFD.name})

States = Mapping[str, DeviceState]


def due(last: datetime | None, now: datetime) -> bool:
    """Say whether it is time to compare: once in each ten seconds, whatever the rounds are."""
    return last is None or int(last.timestamp()) // LOOK_EVERY_S != int(now.timestamp()) // LOOK_EVERY_S


def expected(
    plant: Plant, states: States, blamed: Collection[str], policy: Policy, cabling: Cabling
) -> Iterator[Reading]:
    """Yield for every circuit whether its interfaces, its neighbours, its ports and its cabling are as declared.

    ``blamed`` are the circuits that are root causes: of them nothing else is said.
    """
    held = (replace(rule, seconds=policy.expect_s) for rule in (INTERFACE, NEIGHBOUR, SPEED, CABLING, BFD))
    interface, neighbour, speed, cables, bfd = held
    chassis = cabling.chassis(states)
    for name, line in plant.lines.items():
        subject = Subject(SubjectKind.CIRCUIT, name)
        quiet = name in blamed
        yield Reading(interface, subject, None if quiet else _interfaces(line, states))
        yield Reading(neighbour, subject, None if quiet else _neighbours(line, states))
        yield Reading(speed, subject, _speed(line, states, plant.network.circuits[name].bandwidth))
        yield Reading(bfd, subject, None if quiet else _bfd(line, states))
        seen = None if quiet else cabling.judge(line, states, chassis)
        yield _cabling(cables, subject, seen)


def _cabling(rule: Threshold, subject: Subject, seen: Verdict | None) -> Reading:
    if seen is None:
        return Reading(rule, subject, None)
    return Reading(rule, subject, float(seen.right), None if seen.right else (seen.expected, seen.actual))


def _interfaces(line: Line, states: States) -> float | None:
    """Return 0 where an end answers, lists interfaces, and this one is not among them."""
    seen = [(end, state) for end in line.ends if (state := _answering(end, states)) is not None and state.interfaces]
    return float(all(_listed(end, state) for end, state in seen)) if seen else None


def _listed(end: End, state: DeviceState) -> bool:
    found = state.interfaces.get(end.interface)
    return found is not None and (found.row is not None or found.watch.ever_up)


def _neighbours(line: Line, states: States) -> float | None:
    """Return 0 where an end whose routing runs misses its neighbour, over interfaces that are up at both ends."""
    found = []
    for end in line.ends:
        state = _answering(end, states)
        if state is None or not (end.interface in state.interfaces and state.interfaces[end.interface].watch.up):
            return None
        for far, relations in ((end.neighbour, state.ospf), (end.session, state.bgp)):
            if far is not None and any(watch.up for watch in relations.values()):
                found.append(far in relations and relations[far].up)
                break
    return float(all(found)) if found else None


def _bfd(line: Line, states: States) -> float | None:
    """Return 0 where an end lost the session over a line that is up at both ends; who never had one says nothing."""
    found = []
    for end in line.ends:
        state = _answering(end, states)
        if state is None or not (end.interface in state.interfaces and state.interfaces[end.interface].watch.up):
            return None
        watch = state.bfd.get(end.neighbour or end.session or "")
        if watch is not None and watch.ever_up:
            found.append(watch.up)
    return float(all(found)) if found else None


def _speed(line: Line, states: States, bandwidth: int | None) -> float | None:
    if not bandwidth:
        return None
    speeds = [
        quality.row.speed_mbps
        for end in line.ends
        if (state := _answering(end, states)) is not None
        and (quality := state.quality.get(end.interface)) is not None
        and quality.row.speed_mbps
    ]
    return min(speeds) / bandwidth if speeds else None


def _answering(end: End, states: States) -> DeviceState | None:
    state = states.get(end.device)
    return state if state is not None and state.answer.up else None
