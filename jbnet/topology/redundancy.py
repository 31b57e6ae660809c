"""How many ways are left: paths to the core that share no circuit, by the rules of the routing (Menger's theorem).

A way goes up: through the area of a home to a border router, and from there through the backbone. It never
passes through another area, because OSPF does not (RFC 2328, section 3).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.state import State

Node = tuple[int, bool]
"""A device, inside its area (False) or in the backbone (True)."""

Arc = tuple[Node, int]
"""Where a step leads, and the circuit that it takes (``NOWHERE``: none, from an area into the backbone)."""


@dataclass(frozen=True, slots=True)
class Ways:
    """A home with the number of its ways to the core that share no circuit, before and after a failure."""

    home: str
    before: int
    after: int


class Redundancy:
    """The ways of the homes of one network; ``whole`` is its state while everything works."""

    def __init__(self, whole: State):
        self._whole = whole
        self._before: dict[str, int] = {}

    def before(self, home: str) -> int:
        """Return the number of ways of a home while everything works."""
        found = self._before.get(home)
        if found is None:
            found = self._before[home] = ways(self._whole, self._whole.layers.homes.members[home])
        return found

    def beside(self, last: State, so_far: State) -> Mapping[str, int]:
        """Return the ways ``so_far`` of the homes in use to which the ``last`` failure can matter.

        These are the homes that speak OSPF in the areas that it hits, all of them where it hits the backbone.
        """
        layers = so_far.layers
        hit = {layers.layer[c] for c in last.circuits} | {layers.area_of[d] for d in last.devices}
        hit |= {BACKBONE for device in last.devices if device in layers.borders}
        wide = BACKBONE in hit
        beside = [n for n, area in enumerate(layers.area_of) if area is not None and (wide or area in hit)]
        return {home: ways(so_far, layers.homes.members[home]) for home in layers.homes.in_use(beside)}


def ways(state: State, devices: Iterable[int]) -> int:
    """Return the number of ways without a common circuit from any of a home's devices to the core."""
    layers = state.layers
    members = [device for device in devices if device not in state.devices]
    speakers = [device for device in members if layers.area_of[device] is not None]
    if not speakers:
        return max((_static_ways(state, device) for device in members), default=0)
    starts = [(device, layers.area_of[device] == BACKBONE) for device in speakers]
    if any(start[0] in layers.roots for start in starts):
        return len(layers.near[BACKBONE].get(starts[0][0], ()))
    return _Flow(state).most(starts)


def _static_ways(state: State, device: int) -> int:
    """Return 1 while the one line of a device on a static default route leads to the core, else 0."""
    layers = state.layers
    while layers.parent[device] != NOWHERE:
        if device in state.devices or layers.uplink[device] in state.circuits:
            return 0
        device = layers.parent[device]
    if device in state.devices or layers.area_of[device] is None:
        return 0
    return min(1, _Flow(state).most([(device, layers.area_of[device] == BACKBONE)], 1))


class _Flow:
    """Augmenting paths of unit capacity (Ford and Fulkerson); the numbers here are small."""

    def __init__(self, state: State):
        self._state = state
        self._layers: Layers = state.layers
        self._taken: dict[int, Node] = {}
        """For every circuit that is used the node at which it is left."""

    def most(self, starts: Iterable[Node], limit: int = 1 << 30) -> int:
        """Return the number of paths from the starts to the core, at most ``limit``."""
        count, begin = 0, list(starts)
        while count < limit and self._augment(begin):
            count += 1
        return count

    def _augment(self, starts: list[Node]) -> bool:
        came: dict[Node, Arc | None] = dict.fromkeys(starts)
        queue = deque(starts)
        while queue:
            node = queue.popleft()
            if node[1] and node[0] in self._layers.roots:
                self._take(came, node)
                return True
            for after, circuit in self._arcs(node):
                if after not in came:
                    came[after] = (node, circuit)
                    queue.append(after)
        return False

    def _arcs(self, node: Node) -> Iterator[Arc]:
        device, above = node
        state, layers = self._state, self._layers
        area = BACKBONE if above else layers.area_of[device]
        if not above and device in layers.borders and area is not None and state.is_border(device, area):
            yield (device, True), NOWHERE
        for other, circuit, _ in layers.near[area or BACKBONE].get(device, ()):
            if (
                other not in state.devices
                and circuit not in state.circuits
                and self._taken.get(circuit)
                != (
                    other,
                    above,
                )
            ):
                yield (other, above), circuit

    def _take(self, came: dict[Node, Arc | None], node: Node) -> None:
        """Mark the circuits of the path found; one that is gone back over becomes free again."""
        step = came[node]
        while step is not None:
            before, circuit = step
            if circuit != NOWHERE:
                if circuit in self._taken:
                    del self._taken[circuit]
                else:
                    self._taken[circuit] = node
            node, step = before, came[before]
