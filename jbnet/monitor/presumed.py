"""Lines that are presumed silent although only one end can tell: because of whom routing then loses.

A border router all of whose lines carry nothing, with their ports up, is missed by its neighbours as if it were dead.
But it goes on drawing the traffic of its area (FRR counts the backbone as long as a port in it is up; RFC 3509, section
2.1), and its static default route goes on leading into a silent line. So devices are silent that would be reached were
it dead. Where the lines take no more causes to explain all that than the devices do, the lines are down.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime

from jbnet.monitor.causes import CauseId, CauseKind, View
from jbnet.monitor.consequences import failure_of
from jbnet.monitor.lines import Judgement, LineState, Symptom
from jbnet.monitor.routing import breaks, is_missed
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.topology.graph import Edge, FailureSet


def presumed(view: View, absorbed: Callable[[View], Mapping[str, str]]) -> View:
    """Return the view with the lines that are presumed silent.

    ``absorbed`` gives the lines that are down because of a dead device; it looks at all of the network, and is asked
    only where a border router is missed.
    """
    missed = list(_missed(view))
    taken = absorbed(view) if missed else {}
    for border in missed:
        lines = _lines(view, border)
        rest = _failed_beside(view, border, lines, taken)
        if _explains_more(view, border, lines, rest):
            view = view.presuming(border, {c: j for c, j in lines.items() if not view.down(c)})
    return view


def _missed(view: View) -> Iterator[str]:
    """Yield the border routers that are silent, and that all who answer at the far ends of their lines miss."""
    for border in view.plant.forecaster.border_routers:
        known = view.known.get(CauseId(CauseKind.DEVICE, border))
        if not view.silent(border) or view.alive(border) or (known is not None and view.settled(known)):
            continue
        lines = _lines(view, border)
        if len(lines) == sum(1 for _ in _seen(view, border)) and not all(view.down(line) for line in lines):
            yield border


def _seen(view: View, device: str) -> Iterator[Edge]:
    """Yield the lines of a device that are there and whose far ends answer."""
    for edge in view.plant.graph.adjacency[device]:
        if view.answering(edge.other(device)) and view.verdicts[edge.circuit].state is not LineState.ABSENT:
            yield edge


def _lines(view: View, border: str) -> Mapping[str, Judgement]:
    """Return what would hold of a router's lines that are down or on which it is missed, if it lived."""
    found = {}
    for edge in _seen(view, border):
        far = edge.other(border)
        if view.down(edge.circuit):
            found[edge.circuit] = view.verdicts[edge.circuit]
        elif view.misses(edge.circuit, far):
            lost = Symptom(Subject(SubjectKind.NEIGHBOUR, far, _neighbour(view, edge.circuit, far)), "lost")
            found[edge.circuit] = Judgement(LineState.DOWN, _missed_since(view, edge.circuit, far), True, (lost,))
    return found


def _neighbour(view: View, circuit: str, near: str) -> str:
    ends = view.plant.lines[circuit].ends
    return next(end.neighbour or end.session or "" for end in ends if end.device == near)


def _missed_since(view: View, circuit: str, near: str) -> datetime | None:
    state, name = view.states[near], _neighbour(view, circuit, near)
    relation = state.ospf.get(name) or state.bgp.get(name)
    return relation.since if relation is not None else None


def _failed_beside(view: View, border: str, lines: Collection[str], absorbed: Mapping[str, str]) -> FailureSet:
    """Return what has failed for all that is known, beside a border router and its lines."""
    silent = (device for device in view.plant.watched if view.silent(device) and device not in view.behind)
    dead = {*absorbed.values(), *(device for device in silent if is_missed(view, device))} - {border}
    there = [cause for cause in breaks(view, absorbed, dead) if cause.name not in lines]
    absent = (c for c, verdict in view.verdicts.items() if verdict.state is LineState.ABSENT)
    return failure_of(*there, silent=view.mute) | FailureSet.of(circuits=absent)


def _explains_more(view: View, border: str, lines: Mapping[str, Judgement], rest: FailureSet) -> bool:
    """Say whether a router's lines take no more causes than the router and those who are silent beside it.

    Of these only routers count: who lies below one on a static route is silent with it. Where the numbers are equal it
    is the lines, for a router beside it that died would be missed by others.
    """
    forecaster, origin = view.plant.forecaster, view.plant.origin
    reached = forecaster.reached
    if origin is None:
        return False
    if_dead = reached(origin, rest | FailureSet.of(devices=[border]))
    beside = {d for d in if_dead & forecaster.routers if d in view.plant.watched and view.silent(d)}
    unexplained = {device for device in beside if _has_had_its_time(view, device, lines)}
    if not unexplained:
        return False
    mute = failure_of(*(CauseId(CauseKind.CIRCUIT, c) for c in lines), silent=_with_ports_up(lines))
    if_mute = reached(origin, rest | mute)
    contradicted = border in if_mute or any(view.answering(device) for device in if_dead - if_mute)
    drawn = unexplained - if_mute
    return bool(drawn) and not contradicted and len(lines) <= len(drawn) + 1


def _with_ports_up(lines: Mapping[str, Judgement]) -> list[str]:
    return [circuit for circuit, verdict in lines.items() if verdict.lost]


def _has_had_its_time(view: View, device: str, lines: Collection[str]) -> bool:
    """Say whether routing has had time to find another way to a silent device, or it is laid at the lines already."""
    known = (view.known.get(CauseId(CauseKind.CIRCUIT, circuit)) for circuit in lines)
    return view.held(device) or any(device in one.devices for one in known if one is not None)
