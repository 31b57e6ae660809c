"""From the state of a network to the causes of its trouble: one cause for everything that it explains.

A device is cut off at the moment when its last path breaks, and a path breaks at its earliest cut. So the cause
of a device's silence is the bottleneck of its widest path to the monitor, where a line is as wide as it lived:
for ever while it works, until its cut otherwise. One search (Dijkstra's, over the silent devices only) finds all.
"""

from __future__ import annotations

import heapq
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from jbnet.monitor.causes import Cause, CauseId, CauseKind, View
from jbnet.monitor.lines import LineState, Symptom
from jbnet.monitor.looked import looked_into
from jbnet.monitor.presumed import presumed
from jbnet.monitor.routing import rerouted
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.topology.graph import Edge

_NEVER = 1e12
"""Seconds by which a line that never worked is narrower than any that did: it is named only if nothing else is."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The causes, oldest first, and the devices that are silent without one yet (they are given time)."""

    causes: tuple[Cause, ...]
    pending: tuple[str, ...]


class _Way(NamedTuple):
    """A way to a device, widest first, then shortest: the heap's order. ``cause`` None: nothing in the way."""

    narrowness: float
    hops: int
    rank: tuple[bool, str]
    device: str
    cause: CauseId | None


def with_presumed(view: View) -> View:
    """Return the view with the verdicts on lines that only routing tells of."""
    return presumed(view, _dead_devices)


def diagnose(view: View) -> Diagnosis:
    """Return the causes of everything that is down or silent. The result depends on the state alone.

    ``view`` is as ``with_presumed`` gives it back.
    """
    absorbed = _dead_devices(view)
    explained = _explain(view, absorbed)
    explained |= rerouted(view, explained, absorbed)
    dead = set(absorbed.values())
    devices: dict[CauseId, list[str]] = defaultdict(list)
    pending = []
    for device, cause in explained.items():
        if not _active(view, cause, dead):
            continue  # repaired: the device is given time to come back, see View.recovering
        if cause.name in dead or _ripe(view, cause):
            devices[cause].append(device)
        else:
            pending.append(device)
    for circuit in view.verdicts:
        cause = CauseId(CauseKind.CIRCUIT, circuit)
        if view.down(circuit) and circuit not in absorbed and _ripe(view, cause):
            devices.setdefault(cause, [])
    for name in absorbed.values():
        devices.setdefault(CauseId(CauseKind.DEVICE, name), [])
    causes = [_cause(view, cause, sorted(held), absorbed) for cause, held in devices.items()]
    return Diagnosis(tuple(sorted(causes, key=lambda c: (c.since, c.id))), tuple(sorted(pending)))


def _active(view: View, cause: CauseId, dead: set[str]) -> bool:
    if cause.kind is CauseKind.CIRCUIT:
        return view.down(cause.name)
    return cause.name in dead or view.silent(cause.name) or (cause.name == view.plant.origin and view.blind)


def _ripe(view: View, cause: CauseId) -> bool:
    """Say whether a cause may be named: a device silent behind working lines is given time, a line is looked into."""
    if cause in view.known:
        return True
    if cause.kind is CauseKind.CIRCUIT:
        return looked_into(view, cause.name) and not view.returning(cause.name)
    if cause.name == view.plant.origin:
        return any(view.held(device) for device in view.plant.watched if view.silent(device))
    return not view.silent(cause.name) or view.held(cause.name)


def _dead_devices(view: View) -> dict[str, str]:
    """Return the lines that are down because the device at one end is dead, with that device.

    A device that does not answer is dead if every line of it that can be seen from its far end is down or misses
    the device as a neighbour, two lines or more, and those that are down went down together. Lines that went
    down one after another are causes of their own. A device that is already blamed keeps its lines, unless its
    incident is young and the only line that can be seen goes down: then that line was the cause.
    """
    absorbed: dict[str, str] = {}
    for device, edges in view.plant.graph.adjacency.items():
        if view.alive(device) or device in view.behind:
            continue
        seen = [e for e in edges if view.answering(e.other(device)) and _exists(view, e.circuit)]
        down = [e.circuit for e in seen if view.down(e.circuit)]
        missed = [e for e in seen if not view.down(e.circuit) and view.misses(e.circuit, e.other(device))]
        known = view.known.get(CauseId(CauseKind.DEVICE, device))
        if known is not None and view.silent(device) and (len(seen) > 1 or view.settled(known)):
            together = [c for c in down if CauseId(CauseKind.CIRCUIT, c) not in view.known]
        elif len(down) + len(missed) == len(seen) > 1:
            together = _together(view, down, others=len(missed))
        else:
            together = []
        absorbed.update(dict.fromkeys(together, device))
        absorbed.update(dict.fromkeys(_last_words(view, device, together), device))
    return absorbed


def _last_words(view: View, device: str, dead_by: list[str]) -> list[str]:
    """Return the lines that a device said were down when it began to lose those by which it is found dead."""
    began = [since for circuit in dead_by if (since := view.verdicts[circuit].since)]
    if not began:
        return []
    earliest = min(began) - timedelta(seconds=view.policy.together_s)
    own = (e.circuit for e in view.plant.graph.adjacency[device] if not view.answering(e.other(device)))
    fresh = (c for c in own if view.down(c) and CauseId(CauseKind.CIRCUIT, c) not in view.known)
    return [c for c in fresh if (since := view.verdicts[c].since) is not None and since >= earliest]


def _exists(view: View, circuit: str) -> bool:
    return view.verdicts[circuit].state is not LineState.ABSENT


def _together(view: View, circuits: list[str], others: int) -> list[str]:
    """Return the lines that went down with the last of them, if with ``others`` they are two or more; else none.

    One after another with no pause longer than ``together_s`` between two of them: a large router takes its time. A
    neighbour that is missed was heard last at any time up to a keepalive before (RFC 4271, 4.4: a third of the hold
    time): where that is all that is known of a line, the pause may be ``fold_s``.
    """
    began = sorted(((since, c) for c in circuits if (since := view.verdicts[c].since)), reverse=True)
    last, found = view.now, list[str]()
    for number, (since, circuit) in enumerate(began):
        pause = view.policy.fold_s if view.verdicts[circuit].lost else view.policy.together_s
        if number and last - since > timedelta(seconds=pause):
            break
        found.append(circuit)
        last = since
    return found if len(found) + others > 1 else []


def _explain(view: View, absorbed: Mapping[str, str]) -> dict[str, CauseId]:
    """Return the cause of each silent device's silence."""
    search = _Search(view, absorbed)
    ways = search.run()
    found: dict[str, CauseId] = {}
    for device in view.plant.graph.devices:
        if view.silent(device):
            way = ways.get(device)
            found[device] = search.own(device) if way is None or way.cause is None else way.cause
    for device, cause in found.items():
        # a path that never existed explains nothing that once answered
        if view.states[device].answer.ever_up and _never_worked(view, cause):
            found[device] = search.own(device)
    return _seen_from_nowhere(view, found) or found


def _never_worked(view: View, cause: CauseId) -> bool:
    if cause.kind is CauseKind.CIRCUIT:
        return not view.verdicts[cause.name].ever_up
    state = view.states.get(cause.name)
    return state is not None and view.silent(cause.name) and not state.answer.ever_up


def _seen_from_nowhere(view: View, found: Mapping[str, CauseId]) -> dict[str, CauseId] | None:
    """Blame the place from which jbnet looks when nobody answers, though its own lines are not known to be down."""
    origin = view.plant.origin
    frontier = {cause for cause in found.values() if cause.kind is CauseKind.DEVICE}
    if origin is None or len(frontier) < 2 or len(frontier) < len(set(found.values())):
        return None
    if not view.blind:
        return None
    return dict.fromkeys(found, CauseId(CauseKind.DEVICE, origin))


class _Search:
    """The widest-path search from everything that is alive to everything that is silent."""

    def __init__(self, view: View, absorbed: Mapping[str, str]):
        self._view = view
        self._absorbed = absorbed
        self._recovering = view.recovering()
        self._dead = {
            known.id.name: view.silent_since(known.id.name).timestamp()
            for known in view.known.values()
            if known.id.kind is CauseKind.DEVICE and view.silent(known.id.name) and view.settled(known)
        }

    def own(self, device: str) -> CauseId:
        """Return the cause of a device whose silence nothing else explains: a repaired one for a while, or itself."""
        return self._recovering.get(device, CauseId(CauseKind.DEVICE, device))

    def run(self) -> Mapping[str, _Way]:
        """Return the best way to every device that is not alive."""
        best: dict[str, _Way] = {}
        heap = list(self._starts())
        heapq.heapify(heap)
        while heap:
            way = heapq.heappop(heap)
            if way.device in best:
                continue
            best[way.device] = way
            for edge in self._view.plant.graph.adjacency[way.device]:
                other = edge.other(way.device)
                if other not in best and not self._view.alive(other):
                    self._push(heap, self._step(way, edge, other))
        return best

    def _starts(self) -> Iterator[_Way]:
        view = self._view
        for device, edges in view.plant.graph.adjacency.items():
            if view.alive(device):
                at = _Way(-math.inf, 0, (False, ""), device, None)
                for edge in edges:
                    if not view.alive(edge.other(device)):
                        step = self._step(at, edge, edge.other(device))
                        if step is not None:
                            yield step

    @staticmethod
    def _push(heap: list[_Way], way: _Way | None) -> None:
        if way is not None:
            heapq.heappush(heap, way)

    def _step(self, way: _Way, edge: Edge, device: str) -> _Way | None:
        """Return the way on over one more line, None where there is no such line."""
        view = self._view
        if not _exists(view, edge.circuit):
            return None
        narrowness, cause = way.narrowness, way.cause
        line, blamed = self._line(edge.circuit)
        if line > narrowness:
            narrowness, cause = line, blamed
        dead_since = self._dead.get(device)
        if dead_since is not None and -dead_since > narrowness:
            narrowness, cause = -dead_since, CauseId(CauseKind.DEVICE, device)
        if narrowness == -math.inf and view.silent(device):
            cause = self._recovering.get(device) or cause or CauseId(CauseKind.DEVICE, device)
        rank = view.plant.lines[edge.circuit].primary_first
        return _Way(narrowness, way.hops + 1, rank, device, cause)

    def _line(self, circuit: str) -> tuple[float, CauseId | None]:
        """Return how narrow a line is (the later it went down, the wider), and what is to blame for that."""
        view = self._view
        verdict = view.verdicts[circuit]
        if not view.down(circuit) or verdict.since is None:
            return -math.inf, None
        lived = verdict.since.timestamp() - (0.0 if verdict.ever_up else _NEVER)
        dead = self._absorbed.get(circuit)
        blamed = CauseId(CauseKind.DEVICE, dead) if dead else CauseId(CauseKind.CIRCUIT, circuit)
        return -lived, blamed


def _cause(view: View, cause: CauseId, devices: list[str], absorbed: Mapping[str, str]) -> Cause:
    """Return the cause with its evidence and since when it holds."""
    lines = [cause.name] if cause.kind is CauseKind.CIRCUIT else [c for c, d in absorbed.items() if d == cause.name]
    verdicts = [view.verdicts[line] for line in lines if view.down(line)]
    times = [verdict.since for verdict in verdicts if verdict.since]
    evidence = [symptom for verdict in verdicts for symptom in verdict.evidence]
    if cause.kind is CauseKind.DEVICE and view.silent(cause.name):
        times.append(view.silent_since(cause.name))
    evidence.extend(Symptom(Subject(SubjectKind.DEVICE, device), _silence(view, cause, device)) for device in devices)
    return Cause(cause, min(times, default=view.now), tuple(evidence), tuple(devices))


def _silence(view: View, cause: CauseId, device: str) -> str:
    """Return the word for a device's silence: it is unreachable when a nearer cause explains it."""
    if cause != CauseId(CauseKind.DEVICE, device):
        return "unreachable"
    return "agent silent" if view.alive(device) else "down"
