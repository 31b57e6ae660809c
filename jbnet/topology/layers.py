"""The network in layers, as its routers see it: the backbone area, the other areas, and what is routed statically.

Devices and circuits are numbers here, in the order of the declaration: these are the tables that searches over
tens of thousands of sites read. What is in them follows ``jbnet.config.routing``, which writes what routers do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from ipaddress import IPv4Network

from jbnet.model.network import Circuit, CircuitRole, Device, InterfaceKind, Location, Network, Site
from jbnet.topology.homes import Homes

BACKBONE = "0.0.0.0"  # noqa: S104  the backbone area's identifier (RFC 2328, C.2), not an address to bind to
PRIMARY_COST = 10
BACKUP_COST = 100
"""OSPF costs of circuits whose interfaces name none."""
NOWHERE = -1


class Layers:
    """The tables of one network. ``names`` and ``circuits`` give numbers their names back.

    ``near[area][device]`` are the neighbours there; ``area_of`` is the area in which a device's loopback lies
    (None: it is not in OSPF); ``parent`` and ``uplink`` are the next device and the circuit of a static default
    route (``NOWHERE``: none), ``below`` the devices with such a route to this one.
    """

    def __init__(self, network: Network):
        self.network = network
        self._ports = {d.name: {port.name: port for port in d.interfaces} for d in network.devices.values()}
        self.names = list(network.devices)
        self.number = {name: number for number, name in enumerate(self.names)}
        self.homes = Homes(network, self.number)
        self.circuits = list(network.circuits)
        self.circuit_number = {name: number for number, name in enumerate(self.circuits)}
        self.backup = [c.role is CircuitRole.BACKUP for c in network.circuits.values()]
        self.ends: list[tuple[int, int]] = []
        self.area_of: list[str | None] = [_loopback_area(device) for device in network.devices.values()]
        self.near: dict[str, dict[int, list[tuple[int, int, int]]]] = {BACKBONE: {}}
        self.layer: list[str | None] = []
        self.parent = [NOWHERE] * len(self.names)
        self.uplink = [NOWHERE] * len(self.names)
        self.below: dict[int, list[int]] = {}
        self._join()
        self._hang()

    def _join(self) -> None:
        """Enter devices into their areas, and circuits between two speakers of OSPF."""
        for device in self.network.devices.values():
            for area in _areas(device):
                self.near.setdefault(area, {})[self.number[device.name]] = []
        for number, circuit in enumerate(self.network.circuits.values()):
            a, z = self.number.get(circuit.a.device, NOWHERE), self.number.get(circuit.z.device, NOWHERE)
            self.ends.append((a, z))
            layer, cost = self._adjacency(circuit) if NOWHERE not in (a, z) else (None, 0)
            self.layer.append(layer)
            if layer is not None:
                self.near[layer][a].append((z, number, cost))
                self.near[layer][z].append((a, number, cost))

    def _adjacency(self, circuit: Circuit) -> tuple[str | None, int]:
        """Return the area that a circuit's ends have in common, and its cost."""
        here, there = (self._ports[end.device].get(end.interface) for end in (circuit.a, circuit.z))
        if here is None or there is None or here.area is None or here.area != there.area:
            return None, 0
        if here.passive or there.passive:
            return None, 0
        usual = BACKUP_COST if circuit.role is CircuitRole.BACKUP else PRIMARY_COST
        return here.area, here.cost or there.cost or usual

    def _hang(self) -> None:
        """Enter the static default routes of devices that do not speak OSPF."""
        for device in self.network.devices.values():
            number = self.number[device.name]
            if device.uplink is None or device.home in self.network.peers or _areas(device):
                continue
            port = self._ports[device.name].get(device.uplink)
            line = self.circuit_number.get((port.circuit if port else None) or "", NOWHERE)
            if line == NOWHERE or NOWHERE in self.ends[line]:
                continue
            a, z = self.ends[line]
            self.uplink[number], self.parent[number] = line, a if z == number else z
            self.below.setdefault(self.parent[number], []).append(number)

    @cached_property
    def roots(self) -> tuple[int, ...]:
        """Return the devices of the core: those without an uplink, peers' aside."""
        peers = self.network.peers
        return tuple(
            self.number[d.name] for d in self.network.devices.values() if d.uplink is None and d.home not in peers
        )

    @cached_property
    def speaker(self) -> list[int]:
        """Return for every device the OSPF router over which it is reached (itself, if it is one)."""
        found = [NOWHERE] * len(self.names)
        for top, area in enumerate(self.area_of):
            if area is not None:
                found[top] = top
                for device in self.under(top):
                    found[device] = top
        return found

    def under(self, top: int) -> Iterator[int]:
        """Yield all devices whose static default routes lead to this one, over others or directly."""
        todo = list(self.below.get(top, ()))
        while todo:
            device = todo.pop()
            yield device
            if device in self.below:
                todo += self.below[device]

    @cached_property
    def borders(self) -> Mapping[int, tuple[str, ...]]:
        """Return the area border routers with the areas that they join to the backbone."""
        found: dict[int, tuple[str, ...]] = {}
        for device in self.network.devices.values():
            areas = _areas(device)
            if BACKBONE in areas and len(areas) > 1:
                found[self.number[device.name]] = tuple(area for area in areas if area != BACKBONE)
        return found

    @cached_property
    def doors(self) -> Mapping[str, tuple[int, ...]]:
        """Return the border routers of every area."""
        found: dict[str, list[int]] = {}
        for border, areas in self.borders.items():
            for area in areas:
                found.setdefault(area, []).append(border)
        return {area: tuple(borders) for area, borders in found.items()}

    @cached_property
    def ports(self) -> Mapping[int, Mapping[str, tuple[int, ...]]]:
        """Return for every border router its circuits by area; ``NOWHERE`` stands for a port that is no circuit."""
        return {border: self._ports_of(self.network.devices[self.names[border]]) for border in self.borders}

    def _ports_of(self, device: Device) -> Mapping[str, tuple[int, ...]]:
        found: dict[str, list[int]] = {}
        for port in device.interfaces:
            if port.area is not None:
                found.setdefault(port.area, []).append(self.circuit_number.get(port.circuit or "", NOWHERE))
        return {area: tuple(lines) for area, lines in found.items()}

    @cached_property
    def partners(self) -> Mapping[int, tuple[tuple[int, int], ...]]:
        """Return for every border router the border routers that it is joined to inside an area, with the circuit.

        To them it has a static default route, for when it knows no way over the backbone.
        """
        found: dict[int, list[tuple[int, int]]] = {border: [] for border in self.borders}
        for border, areas in self.borders.items():
            for area in areas:
                found[border] += [(o, line) for o, line, _ in self.near[area][border] if o in self.borders]
        return {border: tuple(others) for border, others in found.items()}

    @cached_property
    def originators(self) -> tuple[int, ...]:
        """Return the routers that announce a default route into the backbone: those of the core that lead outside."""
        devices = self.network.devices
        speakers = dict.fromkeys(s.device for s in self.network.bgp_sessions if s.device in devices)
        return tuple(self.number[name] for name in speakers if devices[name].uplink is None)

    @cached_property
    def narrow(self) -> frozenset[int]:
        """Return the statically routed devices that the rest of the network is not told of.

        Only a router inside an area announces what lies below it; below a border router they are reached through
        that very router; below one in the backbone, or outside of the blocks above them, not at all.
        """
        found: set[int] = set()
        for top, area in enumerate(self.area_of):
            if area is None or top not in self.below:
                continue
            if area == BACKBONE or top in self.borders:
                found.update(d for d in self.under(top) if self._block(d) is not None)
        return frozenset(found)

    @cached_property
    def unannounced(self) -> frozenset[int]:
        """Return the statically routed devices whose address lies outside of a block above them on their way."""
        found: set[int] = set()
        for tops in self.below.values():
            for device in tops:
                if not self._inside(device):
                    found.add(device)
                    found.update(self.under(device))
        return frozenset(found)

    def _inside(self, device: int) -> bool:
        loopback = self.network.devices[self.names[device]].loopback
        above = self.parent[device]
        while loopback is not None and above != NOWHERE:
            block = self._block(above)
            if block is not None and loopback not in block:
                return False
            above = self.parent[above]
        return True

    def _block(self, device: int) -> IPv4Network | None:
        home = self.homes.of[device]
        place: Site | Location | None = self.network.sites.get(home) or self.network.locations.get(home)
        return place.block if place else None


def _areas(device: Device) -> tuple[str, ...]:
    """Return the OSPF areas of a device, the backbone first."""
    return tuple(sorted({port.area for port in device.interfaces if port.area is not None}))


def _loopback_area(device: Device) -> str | None:
    """Return the area of the loopback; the first of the device's areas where the loopback names none."""
    for port in device.interfaces:
        if port.kind is InterfaceKind.LOOPBACK and port.area is not None:
            return port.area
    areas = _areas(device)
    return areas[0] if areas else None
