"""Shortest paths (RFC 2328, 16.1) that are mended after a failure instead of being computed anew."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

INFINITY = float("inf")

Step = tuple[int, int]
"""The neighbour that a path comes through, and the circuit to it."""

Neighbours = Mapping[int, Sequence[tuple[int, int, int]]]
"""For each device its neighbours in one area: (device, circuit, cost)."""

_SOURCE: Step = (-1, -1)


class Tree:
    """Distances from one device, or from the nearest of several, to all that it reaches in one area.

    Devices and circuits are numbers. Of several best ways the one over the circuit with the lowest number is
    kept, so that a mended tree equals one grown anew.
    """

    __slots__ = ("_children", "_dist", "_near", "_over", "_via")

    def __init__(self, near: Neighbours, sources: Iterable[int]):
        self._near = near
        self._dist: dict[int, int] = {}
        self._via: dict[int, Step] = {}
        self._children: dict[int, list[int]] | None = None
        self._over: dict[int, int] | None = None
        _grow(near, [(0, source, *_SOURCE) for source in sources], self._dist, self._via, None, _NONE)

    def cost(self, device: int) -> float:
        """Return the distance of a device; infinite where there is no way."""
        return self._dist.get(device, INFINITY)

    def via(self, device: int) -> Step | None:
        """Return the last step towards a device as seen from the source; None for a source and for no way."""
        step = self._via.get(device)
        return None if step is None or step[1] < 0 else step

    def without(self, devices: Collection[int], circuits: Collection[int]) -> Tree | Mended:
        """Return the tree after these failed; itself when nothing in it changes."""
        affected = self._below(self._broken(devices, circuits))
        if not affected:
            return self
        dist: dict[int, int] = {}
        via: dict[int, Step] = {}
        gone = _Gone(affected, devices, circuits)
        _grow(self._near, self._boundary(gone), dist, via, affected, gone)
        return Mended(self, affected, dist, via)

    def _broken(self, devices: Collection[int], circuits: Collection[int]) -> list[int]:
        """Return the devices whose own way is gone."""
        if self._over is None:
            self._over = {circuit: device for device, (_, circuit) in self._via.items()}
        found = [device for device in devices if device in self._dist]
        return found + [self._over[circuit] for circuit in circuits if circuit in self._over]

    def _below(self, tops: Iterable[int]) -> set[int]:
        children = self._descent()
        found: set[int] = set()
        todo = list(tops)
        while todo:
            device = todo.pop()
            if device not in found:
                found.add(device)
                todo += children.get(device, ())
        return found

    def _descent(self) -> Mapping[int, list[int]]:
        if self._children is None:
            self._children = {}
            for device, (near, _) in self._via.items():
                if near >= 0:
                    self._children.setdefault(near, []).append(device)
        return self._children

    def _boundary(self, gone: _Gone) -> list[tuple[int, int, int, int]]:
        """Return the ways from what is still connected into what is not."""
        found = []
        for device in gone.affected:
            if device in gone.devices:
                continue
            for near, circuit, cost in self._near[device]:
                if near not in gone.affected and near in self._dist and circuit not in gone.circuits:
                    found.append((self._dist[near] + cost, device, near, circuit))
        return found


@dataclass(frozen=True, slots=True)
class Mended:
    """A tree after a failure: what changed, over what did not. Same questions as Tree."""

    whole: Tree
    affected: set[int]
    dist: Mapping[int, int]
    steps: Mapping[int, Step]

    def cost(self, device: int) -> float:
        """Return the distance of a device; infinite where there is no way."""
        return self.dist.get(device, INFINITY) if device in self.affected else self.whole.cost(device)

    def via(self, device: int) -> Step | None:
        """Return the last step towards a device as seen from the source."""
        return self.steps.get(device) if device in self.affected else self.whole.via(device)


@dataclass(frozen=True, slots=True)
class _Gone:
    """What a search must not use."""

    affected: Collection[int]
    devices: Collection[int]
    circuits: Collection[int]


_NONE = _Gone((), (), ())


def _grow(
    near: Neighbours,
    heap: list[tuple[int, int, int, int]],
    dist: dict[int, int],
    via: dict[int, Step],
    within: Collection[int] | None,
    gone: _Gone,
) -> None:
    """Dijkstra's search from the (distance, device, neighbour, circuit) of the heap; ``within`` bounds it."""
    heapq.heapify(heap)
    while heap:
        distance, device, step, circuit = heapq.heappop(heap)
        known = dist.get(device)
        if known is not None:
            if distance == known and circuit < via[device][1]:
                via[device] = (step, circuit)
            continue
        dist[device], via[device] = distance, (step, circuit)
        for other, line, cost in near[device]:
            if other in dist or (within is not None and other not in within):
                continue
            if other not in gone.devices and line not in gone.circuits:
                heapq.heappush(heap, (distance + cost, other, device, line))
