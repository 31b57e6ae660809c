"""Silence that no broken line explains, but routing does: a way is left, and routers do not take it.

A border router whose core died behind a port that stays up goes on drawing its area's traffic; an area is no way
between two others. The lines of a device that is silent for such a reason work, so that it would be blamed itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from jbnet.monitor.causes import CauseId, CauseKind, View
from jbnet.monitor.consequences import failure_of
from jbnet.monitor.lines import LineState
from jbnet.topology.graph import FailureSet


def rerouted(view: View, blamed: Mapping[str, CauseId], absorbed: Mapping[str, str]) -> dict[str, CauseId]:
    """Return whom routing explains: silent devices that are blamed themselves, with the break that cuts them off.

    ``blamed`` are the causes found so far, ``absorbed`` the lines that are down because of a dead device. The break
    is the one, in the order in which they happened, after which the forecast has no way to the device any more.
    """
    if view.plant.origin is None:
        return {}
    dead = set(absorbed.values()) | {d for d, cause in blamed.items() if cause.name == d and is_missed(view, d)}
    certain = {CauseId(CauseKind.DEVICE, name) for name in (*dead, view.plant.origin)} | _standing(view)
    asked = {d for d, cause in blamed.items() if cause.kind is CauseKind.DEVICE and cause not in certain}
    if not asked:
        return {}
    one_by_one = _Breaks(view, breaks(view, absorbed, dead))
    return dict(one_by_one.first(asked, 0, len(one_by_one.causes)))


def breaks(view: View, absorbed: Mapping[str, str], dead: Collection[str]) -> list[CauseId]:
    """Return what is broken, in the order in which it broke: lines that no dead device took along, and the ``dead``."""
    return [cause for _, cause in sorted(_breaks(view, absorbed, dead))]


def _standing(view: View) -> set[CauseId]:
    """Return the causes of incidents that are not to be rooted elsewhere: settled, or about to end."""
    return {known.id for known in view.known.values() if view.settled(known) or view.cleared(known)}


def is_missed(view: View, device: str) -> bool:
    """Say whether all that answer at the far ends of a device's lines that are up (one at least) miss it."""
    near = [e for e in view.plant.graph.adjacency[device] if view.answering(e.other(device))]
    seen = [e for e in near if view.verdicts[e.circuit].state is not LineState.ABSENT and not view.down(e.circuit)]
    return bool(seen) and all(view.misses(e.circuit, e.other(device)) for e in seen)


def _breaks(
    view: View, absorbed: Mapping[str, str], dead: Collection[str]
) -> Iterator[tuple[tuple[datetime, CauseId], CauseId]]:
    """Yield what is broken, each with when it broke."""
    for circuit, verdict in view.verdicts.items():
        if view.down(circuit) and circuit not in absorbed and verdict.since is not None:
            cause = CauseId(CauseKind.CIRCUIT, circuit)
            yield (verdict.since, cause), cause
    for device in dead:
        if view.silent(device):
            cause = CauseId(CauseKind.DEVICE, device)
            yield (view.silent_since(device), cause), cause


class _Breaks:
    """What broke, one after another, and whom the forecast has left after the first so many."""

    def __init__(self, view: View, causes: Sequence[CauseId]):
        self.causes = causes
        self._view = view
        self._absent = [c for c, verdict in view.verdicts.items() if verdict.state is LineState.ABSENT]
        self._reached: dict[int, frozenset[str]] = {}

    def first(self, asked: Collection[str], low: int, high: int) -> Iterator[tuple[str, CauseId]]:
        """Yield the devices that are reached after ``low`` breaks and not after ``high``, with the break between."""
        lost = {device for device in asked if device in self._left(low) and device not in self._left(high)}
        if lost and high - low == 1:
            yield from ((device, self.causes[low]) for device in lost)
        elif lost:
            middle = (low + high) // 2
            still = lost & self._left(middle)
            yield from self.first(lost - still, low, middle)
            yield from self.first(still, middle, high)

    def _left(self, count: int) -> frozenset[str]:
        """Return the devices that the place one looks from reaches after so many breaks."""
        if count not in self._reached:
            broken = self.causes[:count]
            failure = failure_of(*broken, silent=self._view.mute) | FailureSet.of(circuits=self._absent)
            origin = self._view.plant.origin or ""
            self._reached[count] = self._view.plant.forecaster.reached(origin, failure)
        return self._reached[count]
