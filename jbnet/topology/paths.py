"""Which circuits a packet crosses on its way from one device to another, as the routers would send it."""

from __future__ import annotations

from collections.abc import Iterable

from jbnet.topology.graph import FailureSet
from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.spf import INFINITY
from jbnet.topology.state import AnyTree, State

Path = tuple[int, ...]


class Paths:
    """The ways from one device, the vantage, to the others in one state of the network.

    Of several equally good ways it is the one over the circuit that is declared first: which one the routers take for
    a packet nobody can say. The ways to all devices together are a tree.
    """

    def __init__(self, state: State, vantage: int):
        layers = state.layers
        self._state = state
        self._vantage = vantage
        self._start = layers.speaker[vantage]
        self._known: dict[int, Path | None] = {}

    def to(self, device: int) -> Path | None:
        """Return the circuits to a device, the vantage's own first; None where no packet arrives."""
        layers, top = self._state.layers, self._state.layers.speaker[device]
        gone = self._state.silenced
        if NOWHERE in (top, self._start) or device in gone or self._vantage in gone:
            return None
        if top not in self._known:
            self._known[top] = self._to_speaker(top)
        across = self._known[top]
        if across is None:
            return None
        up, down = _hung(layers, self._vantage), _hung(layers, device)
        while up and down and up[-1] == down[-1]:  # both hang on the same line: nothing goes up it and down again
            up, down = up[:-1], down[:-1]
            across = ()
        return (*up, *across, *reversed(down))

    def _to_speaker(self, top: int) -> Path | None:
        state, area = self._state, self._state.layers.area_of[top]
        own = state.layers.area_of[self._start]
        if own is None or area is None or {top, self._start} & set(state.devices):
            return None
        if area == own:
            return walk(state.tree(own, self._start), self._start, top)
        launches = state.launches(self._start)
        if not launches:
            return None
        ways = (self._inside(own, self._start, launches[0]), self._from_backbone(launches[0], top, area))
        return None if None in ways else tuple(circuit for way in ways for circuit in way or ())

    def _inside(self, area: str, source: int, target: int) -> Path | None:
        return walk(self._state.tree(area, source), source, target)

    def _from_backbone(self, launch: int, top: int, area: str) -> Path | None:
        """Return the way from a device of the backbone: over the nearest of the area's border routers."""
        if area == BACKBONE:
            return self._inside(BACKBONE, launch, top)
        tree = self._state.tree(BACKBONE, launch)
        doors = [(tree.cost(door), door) for door in self._state.borders(area)]
        cost, door = min(doors, default=(INFINITY, NOWHERE))
        if cost == INFINITY:
            return None
        first, last = walk(tree, launch, door), self._inside(area, door, top)
        return None if first is None or last is None else (*first, *last)


def walk(tree: AnyTree, source: int, target: int) -> Path | None:
    """Return the circuits of a tree from its source to a device; None where it does not reach it."""
    found: list[int] = []
    while target != source:
        step = tree.via(target)
        if step is None:
            return None
        target = step[0]
        found.append(step[1])
    return tuple(reversed(found))


def _hung(layers: Layers, device: int) -> Path:
    """Return the circuits of the static default routes from a device up to its speaker of OSPF."""
    found: list[int] = []
    while device != layers.speaker[device] and layers.parent[device] != NOWHERE:
        found.append(layers.uplink[device])
        device = layers.parent[device]
    return tuple(found)


def paths_from(whole: State, vantage: str, failure: FailureSet, devices: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the circuits to each of the devices that packets arrive at, by name.

    ``whole`` is the state without failures; ``failure`` is given as devices and circuits that there are.
    """
    layers = whole.layers
    gone = frozenset(layers.number[name] for name in failure.devices)
    cut = frozenset(layers.circuit_number[name] for name in failure.circuits)
    ways = Paths(State(layers, gone, cut, whole), layers.number[vantage])
    found = ((device, ways.to(layers.number[device])) for device in devices)
    return {device: tuple(layers.circuits[c] for c in way) for device, way in found if way is not None}
