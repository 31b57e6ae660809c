"""Who reaches whom, by brute force: from the configuration that every router is given to its table, packet by packet.

Nothing of jbnet's topology is used here. Per failure all is built anew: adjacencies, shortest paths, summaries,
defaults, statics, tables; a packet is then forwarded hop by hop over every equal way. It knows what RFC 2328, 3101
and 3509 say as FRR does it, for the kinds of routes that jbnet configures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

import networkx as nx

from jbnet.config.intent import BACKBONE, Intent
from jbnet.config.render import intent
from jbnet.model.network import InterfaceKind, Network

CONNECTED, STATIC, OSPF = 0, 1, 110
DEFAULT = IPv4Network("0.0.0.0/0")

Hop = tuple[str, str]
"""The neighbour, and the circuit to it."""


@dataclass
class Table:
    """A router's routes: for every prefix the best distance and its ways; no way: the packet is dropped."""

    routes: dict[IPv4Network, tuple[tuple[float, ...], frozenset[Hop]]] = field(default_factory=dict)
    own: set[IPv4Address] = field(default_factory=set)

    def add(self, prefix: IPv4Network, preference: tuple[float, ...], hops: frozenset[Hop]) -> None:
        known = self.routes.get(prefix)
        if known is None or preference < known[0]:
            self.routes[prefix] = (preference, hops)
        elif preference == known[0]:
            self.routes[prefix] = (preference, known[1] | hops)

    def lookup(self, address: IPv4Address) -> frozenset[Hop]:
        found = [prefix for prefix in self.routes if address in prefix]
        return self.routes[max(found, key=lambda p: p.prefixlen)][1] if found else frozenset()


class Oracle:
    """One network in one state of failure."""

    def __init__(self, network: Network, devices: Collection[str] = (), circuits: Collection[str] = ()):
        self.network = network
        self.dead = set(devices)
        self.cut = set(circuits)
        self.intents = {d.name: intent(network, d) for d in network.devices.values() if d.name not in self.dead}
        self.areas = {area: self._adjacencies(area) for area in self._all_areas()}
        self.borders = {name for name in self.intents if self._is_border(name)}
        self.tables = {name: self._table(name) for name in self.intents}

    def exchanges(self, one: str, other: str) -> bool:
        """Say whether loopbacks reach each other."""
        if one in self.dead or other in self.dead:
            return False
        return one == other or (self._delivers(one, other) and self._delivers(other, one))

    def next_circuits(self, device: str, address: IPv4Address) -> set[str]:
        return {circuit for _, circuit in self.tables[device].lookup(address)}

    def _delivers(self, source: str, target: str) -> bool:
        address = self.network.devices[target].loopback
        return address is not None and self._forward(source, address, frozenset())

    def _forward(self, device: str, address: IPv4Address, seen: frozenset[str]) -> bool:
        if device in self.dead or device in seen:
            return False
        table = self.tables[device]
        if address in table.own:
            return True
        hops = table.lookup(address)
        return bool(hops) and all(
            circuit not in self.cut and self._forward(hop, address, seen | {device}) for hop, circuit in hops
        )

    def _all_areas(self) -> set[str]:
        return {port.area for i in self.intents.values() for port in i.interfaces if port.area is not None}

    def _up(self, device: str, port: str) -> bool:
        """A port is up unless its circuit is cut; a dead neighbour does not take it down."""
        circuit = self.network.devices[device].interface(port).circuit
        return circuit is None or circuit not in self.cut

    def _adjacencies(self, area: str) -> nx.MultiDiGraph[str]:
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for name, config in self.intents.items():
            if any(port.area == area for port in config.interfaces):
                graph.add_node(name)
        for circuit in self.network.circuits.values():
            if circuit.name in self.cut or {circuit.a.device, circuit.z.device} & self.dead:
                continue
            ports = [
                next(p for p in self.intents[end.device].interfaces if p.name == end.interface)
                for end in (circuit.a, circuit.z)
            ]
            if all(p.area == area and not p.passive for p in ports):
                graph.add_edge(circuit.a.device, circuit.z.device, key=circuit.name, weight=ports[0].cost)
                graph.add_edge(circuit.z.device, circuit.a.device, key=circuit.name, weight=ports[1].cost)
        return graph

    def _is_border(self, name: str) -> bool:
        config = self.intents[name]
        up = {port.area for port in config.interfaces if port.area and self._up(name, port.name)}
        return config.ospf is not None and config.ospf.border and BACKBONE in up and len(up) > 1

    def _distances(self, area: str, source: str) -> dict[str, float]:
        graph = self.areas[area]
        return dict(nx.single_source_dijkstra_path_length(graph, source)) if source in graph else {}

    def _hops(self, area: str, source: str, target: str) -> frozenset[Hop]:
        """Return the first steps of all shortest paths."""
        graph = self.areas[area]
        whole = self._distances(area, source)
        found = set()
        for _, near, circuit, data in graph.out_edges(source, keys=True, data=True):
            rest = self._distances(area, near)
            if target in rest and data["weight"] + rest[target] == whole.get(target):
                found.add((near, circuit))
        return frozenset(found)

    def _table(self, name: str) -> Table:
        table, config = Table(), self.intents[name]
        for port in config.interfaces:
            if port.address is not None:
                table.own.add(port.address.ip)
                if self._up(name, port.name):
                    table.add(port.address.network, (CONNECTED,), self._across(name, port.name))
        self._add_statics(table, name, config)
        if config.ospf is not None:
            self._add_intra(table, name)
            self._add_inter(table, name)
            self._add_external(table, name)
        return table

    def _across(self, name: str, port: str) -> frozenset[Hop]:
        interface = self.network.devices[name].interface(port)
        if interface.kind is not InterfaceKind.CIRCUIT or interface.circuit is None:
            return frozenset()
        circuit = self.network.circuits[interface.circuit]
        far = circuit.z.device if circuit.a.device == name else circuit.a.device
        return frozenset({(far, circuit.name)})

    def _add_statics(self, table: Table, name: str, config: Intent) -> None:
        for route in config.statics:
            distance = route.distance or STATIC
            if route.via is None:
                table.add(route.prefix, (distance,), frozenset())
                continue
            for port in config.interfaces:
                if port.address and route.via in port.address.network and self._up(name, port.name):
                    table.add(route.prefix, (distance,), self._across(name, port.name))

    def _areas_of(self, name: str) -> Iterator[str]:
        yield from sorted({port.area for port in self.intents[name].interfaces if port.area is not None})

    def _add_intra(self, table: Table, name: str) -> None:
        for area in self._areas_of(name):
            for other, cost in self._distances(area, name).items():
                for prefix in self._prefixes(other, area) if other != name else ():
                    table.add(prefix, (OSPF, 0, cost), self._hops(area, name, other))

    def _prefixes(self, name: str, area: str) -> Iterator[IPv4Network]:
        for port in self.intents[name].interfaces:
            if port.area == area and port.address is not None and self._up(name, port.name):
                yield port.address.network

    def _add_inter(self, table: Table, name: str) -> None:
        """Summaries: a border router's ranges in the backbone, its default in the area (RFC 2328, 12.4.3; 3101)."""
        config = self.intents[name]
        assert config.ospf is not None
        if name in self.borders:
            for area in config.ospf.areas:
                if area.range is not None:
                    table.add(area.range, (OSPF, 1, 0), frozenset())
        for area_id in self._areas_of(name):
            if name in self.borders and area_id != BACKBONE:
                continue
            for border, cost in self._distances(area_id, name).items():
                if border in self.borders and border != name:
                    for prefix, metric in self._summaries(border, area_id):
                        if not self._has_range(name, prefix):
                            table.add(prefix, (OSPF, 1, cost + metric), self._hops(area_id, name, border))

    def _has_range(self, name: str, prefix: IPv4Network) -> bool:
        process = self.intents[name].ospf
        assert process is not None
        return name in self.borders and any(area.range == prefix for area in process.areas)

    def _summaries(self, border: str, into: str) -> Iterator[tuple[IPv4Network, int]]:
        process = self.intents[border].ospf
        assert process is not None
        if into != BACKBONE:
            yield DEFAULT, 1
            return
        for area in process.areas:
            if area.range is not None:
                yield area.range, area.range_cost

    def _add_external(self, table: Table, name: str) -> None:
        """Externals: a county's aggregate inside its area, the cores' default in the backbone."""
        for area in self._areas_of(name):
            for other, cost in self._distances(area, name).items():
                process = self.intents[other].ospf
                if other == name or process is None:
                    continue
                if area == BACKBONE and process.default:
                    table.add(DEFAULT, (OSPF, 2, cost), self._hops(area, name, other))
                if area != BACKBONE and any(r.protocol == "static" for r in process.redistribute):
                    for prefix in self._aggregates(other):
                        table.add(prefix, (OSPF, 2, cost), self._hops(area, name, other))

    def _aggregates(self, name: str) -> Iterator[IPv4Network]:
        permitted = {entry.prefix for entry in self.intents[name].prefix_lists}
        yield from (route.prefix for route in self.intents[name].statics if route.prefix in permitted)
