"""By which line a home goes up to the core, and whether that is a backup line. Costs are OSPF's."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass

from jbnet.topology.layers import BACKBONE, NOWHERE
from jbnet.topology.spf import INFINITY, Mended, Tree
from jbnet.topology.state import AnyTree, State


@dataclass(frozen=True, slots=True)
class Way:
    """A device's way to the core: its cost, the circuit that it leaves by, and where it enters the backbone."""

    cost: float
    circuit: int
    door: int


NO_WAY = Way(INFINITY, NOWHERE, NOWHERE)


class Uplinks:
    """The ways up of a state. ``whole`` are those of the network without failures."""

    def __init__(self, state: State, whole: Uplinks | None = None):
        self.state = state
        self.core = self._core_tree(whole)
        self._ways: dict[int, Way] = {}

    def way(self, speaker: int) -> Way:
        """Return the way up of a speaker of OSPF; that of others is their static default route."""
        found = self._ways.get(speaker)
        if found is None:
            found = self._ways[speaker] = self._way(speaker)
        return found

    @property
    def affected(self) -> Set[int]:
        """Return the devices of the backbone whose way to the core changed."""
        return self.core.affected if isinstance(self.core, Mended) else frozenset()

    def line_of(self, devices: Iterable[int]) -> int:
        """Return the circuit over which a home's devices go up: that of the one which is nearest to the core."""
        return self.best_of(devices)[1].circuit

    def best_of(self, devices: Iterable[int]) -> tuple[int, Way]:
        """Return the device of a home that is nearest to the core, and its way; ``NOWHERE`` where there is none."""
        layers = self.state.layers
        ways = [(d, self.way(d)) for d in devices if layers.area_of[d] is not None and d not in self.state.devices]
        best = min(ways, key=lambda found: (found[1].cost, found[1].circuit), default=(NOWHERE, NO_WAY))
        return best if best[1].cost < INFINITY else (NOWHERE, NO_WAY)

    def equals(self, device: int, way: Way) -> tuple[int, ...]:
        """Return the circuits that lead up from a device as well as this way does, its own first."""
        near = self.state.layers.near[BACKBONE].get(device, ()) if way.cost == self.core.cost(device) else ()
        working = ((o, c, cost) for o, c, cost in near if o not in self.state.devices and c not in self.state.circuits)
        others = (circuit for other, circuit, cost in working if self.core.cost(other) + cost == way.cost)
        return tuple(dict.fromkeys((way.circuit, *others)))

    def core_cost(self, device: int) -> float:
        """Return the distance of a device of the backbone to the core."""
        return self.core.cost(device)

    def core_line(self, device: int) -> tuple[int, int] | None:
        """Return the next device and circuit from a device of the backbone to the core; None at the core."""
        return self.core.via(device)

    def _core_tree(self, whole: Uplinks | None) -> AnyTree:
        near = self.state.layers.near[BACKBONE]
        mendable = whole.core if whole and isinstance(whole.core, Tree) else None
        tree = mendable or Tree(near, [root for root in self.state.layers.roots if root in near])
        return tree.without(self.state.devices, self.state.circuits) if self.state.fails else tree

    def _way(self, speaker: int) -> Way:
        layers = self.state.layers
        cost = self.core.cost(speaker)
        if cost < INFINITY:
            step = self.core.via(speaker)
            return Way(cost, step[1] if step else NOWHERE, speaker)
        area = layers.area_of[speaker]
        if area is None or area == BACKBONE or speaker in self.state.devices:
            return NO_WAY
        if speaker in layers.borders and self.state.is_border(speaker, area):
            return self._sideways(speaker)
        return self._inside(speaker, area)

    def _sideways(self, border: int) -> Way:
        """Return the way of a border router without a core over its partner."""
        layers = self.state.layers
        for partner, line in layers.partners[border]:
            cost = self.core.cost(partner)
            if line not in self.state.circuits and cost < INFINITY:
                return Way(cost + self._line_cost(border, line), line, partner)
        return NO_WAY

    def _line_cost(self, device: int, line: int) -> int:
        area = self.state.layers.layer[line] or BACKBONE
        return next(cost for _, circuit, cost in self.state.layers.near[area][device] if circuit == line)

    def _inside(self, speaker: int, area: str) -> Way:
        """Return the way of a router inside an area: to the nearest border router, and on from there."""
        ways = []
        for door in self.state.exits(speaker, area):
            tree, beyond = self.state.tree(area, door), self.way(door)
            step = tree.via(speaker)
            if step is not None and beyond.cost < INFINITY:
                ways.append(Way(tree.cost(speaker) + beyond.cost, step[1], beyond.door))
        return min(ways, key=lambda way: (way.cost, way.circuit), default=NO_WAY)
