"""The network after a failure: who can exchange packets with whom, as the routers would forward them.

A circuit that is cut fails at both ends: a port loses its carrier. Of a dead device its neighbours' ports do not know,
nor do they of a silent circuit: a leased line ends on the carrier's equipment. This decides whether a border router
still is one (RFC 3509, section 2.1; FRR counts an area as long as a port in it is up), and if a static route stays.
A state is made from the whole network and computes only what the failure changes.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cached_property

from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.spf import INFINITY, Mended, Tree

AnyTree = Tree | Mended
EMPTY: frozenset[int] = frozenset()


class State:
    """What works once ``devices`` and ``circuits`` have failed. ``whole`` is the state without any failure.

    ``silent`` are those of the circuits whose ports are up all the same.
    """

    def __init__(
        self,
        layers: Layers,
        devices: Collection[int] = EMPTY,
        circuits: Collection[int] = EMPTY,
        whole: State | None = None,
        silent: Collection[int] = EMPTY,
    ):
        self.layers = layers
        self.devices = devices
        self.circuits = circuits
        self.silent = silent
        self._whole = whole
        self._trees: dict[tuple[str, int], AnyTree] = {}
        self._hit = self._areas_hit()
        self._borders: dict[str, list[int]] = {}
        self._exits: dict[tuple[int, str], tuple[int, ...]] = {}

    @property
    def fails(self) -> bool:
        """Say whether anything has failed."""
        return bool(self.devices or self.circuits)

    @cached_property
    def silenced(self) -> frozenset[int]:
        """Return the devices that failed, and those below a failed device or line on a static default route."""
        layers = self.layers
        dead = set(self.devices)
        for circuit in self.circuits:
            if layers.layer[circuit] is None:
                dead.update(end for end in layers.ends[circuit] if end != NOWHERE and layers.uplink[end] == circuit)
        for top in tuple(dead):
            dead.update(layers.under(top))
        return frozenset(dead)

    def tree(self, area: str, source: int) -> AnyTree:
        """Return the shortest paths of an area from one of its devices; none lead from a device that failed."""
        found = self._trees.get((area, source))
        if found is None:
            found = self._trees[(area, source)] = self._tree(area, source)
        return found

    def is_border(self, device: int, area: str) -> bool:
        """Say whether a device is a border router of the area now: ports of it and of the backbone are up."""
        return device not in self.devices and all(
            any(self._has_port_up(line) for line in self.layers.ports[device][side]) for side in (area, BACKBONE)
        )

    def _has_port_up(self, line: int) -> bool:
        return line == NOWHERE or line not in self.circuits or line in self.silent

    def borders(self, area: str) -> list[int]:
        """Return the border routers that an area has now."""
        found = self._borders.get(area)
        if found is None:
            found = self._borders[area] = [d for d in self.layers.doors.get(area, ()) if self.is_border(d, area)]
        return found

    def exits(self, device: int, area: str) -> tuple[int, ...]:
        """Return the border routers to which a device of the area sends what it does not know: the nearest."""
        found = self._exits.get((device, area))
        if found is None:
            found = self._exits[(device, area)] = self._nearest_doors(device, area)
        return found

    def launches(self, device: int) -> tuple[int, ...]:
        """Return where packets of a speaker of OSPF enter the backbone; empty where they do not."""
        if device in self.devices:
            return ()
        area = self.layers.area_of[device]
        if area is None or area == BACKBONE:
            return (device,) if area else ()
        return self.exits(device, area)

    def sideways(self, border: int) -> tuple[int, ...]:
        """Return the partners that a border router turns to when it knows no way over the backbone.

        None where one of them is behind a silent line: its static route stays, and what takes it is lost.
        """
        joined = [(o, line) for o, line in self.layers.partners.get(border, ()) if self._has_port_up(line)]
        return () if any(line in self.silent for _, line in joined) else tuple(partner for partner, _ in joined)

    def _nearest_doors(self, device: int, area: str) -> tuple[int, ...]:
        costs = {door: self.tree(area, door).cost(device) for door in self.borders(area)}
        best = min(costs.values(), default=INFINITY)
        return tuple(door for door, cost in costs.items() if cost == best) if best < INFINITY else ()

    def _areas_hit(self) -> frozenset[str]:
        """Return the areas in which something failed."""
        layers = self.layers
        found = {area for area in (layers.layer[circuit] for circuit in self.circuits) if area is not None}
        for device in self.devices:
            found.update(layers.borders.get(device, ()))
            found.update(area for area in (layers.area_of[device], BACKBONE) if area is not None)
        return frozenset(found)

    def _tree(self, area: str, source: int) -> AnyTree:
        if self._whole is None:
            fresh = Tree(self.layers.near[area], (source,))
            return fresh.without(self.devices, self.circuits) if self.fails else fresh
        whole = self._whole.tree(area, source)
        if area not in self._hit or not isinstance(whole, Tree):
            return whole
        return whole.without(self.devices, self.circuits)
