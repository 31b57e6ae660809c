"""Every single failure of a network: the shipped province, and national networks of 1,000 to 44,703 sites.

The peer answers less: with networkx, whether devices still hang together with the core after each failure, one
search a failure. It is given the province only; on the national network it would take hours.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import national
import networkx as nx

from jbnet import wiring
from jbnet.model.business import Replication
from jbnet.model.network import (
    Circuit,
    CircuitRole,
    Database,
    Device,
    Interface,
    InterfaceKind,
    Level,
    Location,
    Network,
    Role,
    Service,
    Site,
    Termination,
)
from jbnet.topology.each import rows as each
from jbnet.topology.forecast import Forecaster

ROOT = Path(__file__).parents[2]
SIZES = (1000, 4000, 16000, 44703)
PROVINCE_GOAL_S, NATIONAL_GOAL_S = 0.5, 20.0
RUNS = 3
DEMAND = {Level.TOWNSHIP: 2.0, Level.COUNTY: 8.0, Level.PREFECTURE: 20.0}
BACKBONE = "0.0.0.0"  # an OSPF area


def rows() -> list[dict[str, object]]:
    """Measure the province beside the peer, then every size of the nation."""
    province = wiring.load_network(ROOT, ROOT / "nowhere", whole=True)
    seconds, peer = min(_sweep(province) for _ in range(RUNS)), _peer(province)
    measured = {size: _sweep(build(size)) for size in SIZES}
    found = [_row("whatif.province_s", seconds, PROVINCE_GOAL_S, peer)]
    found += [_row(f"scale.whatif_{size}_s", value, None) for size, value in measured.items()]
    found.append(_row("whatif.national_s", measured[SIZES[-1]], NATIONAL_GOAL_S))
    found.append(_row("scale.whatif_vs_nlogn", _growth(measured), 1.0, unit="times"))
    return found


def _sweep(network: Network) -> float:
    """Return the CPU seconds for every circuit and device: sites, services, loads, building the tables included."""
    began = time.process_time()
    forecaster = Forecaster(network)
    felt = sum(bool(row.forecast.devices) for kind in ("circuit", "device") for row in each(forecaster, kind))
    if not felt:
        raise RuntimeError("no failure was felt by anybody")
    return time.process_time() - began


def _peer(network: Network) -> float:
    """Return the CPU seconds that plain searches take for the same failures, connectivity alone."""
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    graph.add_nodes_from(network.devices)
    for circuit in network.circuits.values():
        graph.add_edge(circuit.a.device, circuit.z.device, key=circuit.name)
    roots = [d.name for d in network.devices.values() if d.uplink is None]
    began = time.process_time()
    for one, other, key in list(graph.edges(keys=True)):
        graph.remove_edge(one, other, key=key)
        nx.node_connected_component(graph, roots[0])
        graph.add_edge(one, other, key=key)
    for device in list(graph):
        without = graph.subgraph([other for other in graph if other != device])
        nx.node_connected_component(without, next(root for root in roots if root != device))
    return time.process_time() - began


def _growth(measured: dict[int, float]) -> float:
    """Return by how much the largest takes longer than n log n from the smallest would have it."""
    small, large = SIZES[0], SIZES[-1]
    return measured[large] / (measured[small] * (large * math.log(large)) / (small * math.log(small)))


def _row(name: str, value: float, goal: float | None, peer: float | None = None, unit: str = "s") -> dict[str, object]:
    best = peer or goal
    return {"id": name, "value": round(value, 3), "unit": unit, "better": "lower", "goal": goal or "-"} | {
        "peer": "networkx, connectivity only" if peer else None,
        "peer_value": round(peer, 3) if peer else None,
        "ratio": round(value / best, 2) if best else "-",
    }


def build(size: int) -> Network:
    """Return a national network of that many sites, built in memory from the register, areas as in the province."""
    if "JBNET_DIVISIONS" in os.environ:
        national.REGISTER = Path(os.environ["JBNET_DIVISIONS"])
    made = _Maker()
    made.device("core-r1", "core", BACKBONE)
    made.device("core-r2", "core", BACKBONE)
    made.device("dc-r1", "dc", BACKBONE)
    made.device("dc-db1", "dc", BACKBONE)
    made.line("core-r1", "core-r2", BACKBONE)
    made.pair_of_lines("dc-r1", "core", BACKBONE)
    made.line("dc-r1", "dc-db1", BACKBONE)
    for row in national._first(national._register(), size):
        made.site(row)
    return made.network()


class _Maker:
    """Adds sites, devices and lines of the usual shape: pairs down to the prefecture, one router below."""

    def __init__(self) -> None:
        self._sites: dict[str, Site] = {}
        self._devices: dict[str, tuple[str, str | None, list[Interface]]] = {}
        self._circuits: dict[str, Circuit] = {}
        self._areas: dict[str, str] = {}

    def site(self, row: national.Row) -> None:
        level, code = Level(row["level"]), row["code"]
        parent = row["parent"] or None
        self._sites[code] = Site(code, row["name_zh"], level, code, parent, demand=DEMAND.get(level, 0.0))
        if level is Level.PROVINCE:
            self._pair(code, "core", BACKBONE, BACKBONE)
        elif level is Level.PREFECTURE:
            self._areas[code] = f"0.0.{code[:2]}.{code[2:4]}"
            self._pair(code, str(parent), self._areas[code], BACKBONE)
        elif level is Level.COUNTY:
            self._areas[code] = self._areas[str(parent)]
            self.device(f"{code}-r1", code, self._areas[code])
            self.pair_of_lines(f"{code}-r1", str(parent), self._areas[code])
        else:
            self.device(f"{code}-r1", code, None)
            self.line(f"{parent}-r1", f"{code}-r1", None)

    def _pair(self, home: str, above: str, area: str, up: str) -> None:
        for number in (1, 2):
            self.device(f"{home}-r{number}", home, area)
            self.line(f"{above}-r{number}", f"{home}-r{number}", up, backup=number > 1)
        self.line(f"{home}-r1", f"{home}-r2", area)

    def pair_of_lines(self, device: str, above: str, area: str) -> None:
        self.line(f"{above}-r1", device, area)
        self.line(f"{above}-r2", device, area, backup=True)

    def device(self, name: str, home: str, area: str | None) -> None:
        lo = Interface("lo", InterfaceKind.LOOPBACK, area=area, passive=area is not None)
        self._devices[name] = (home, area, [lo])

    def line(self, upper: str, lower: str, area: str | None, *, backup: bool = False) -> None:
        name, role = f"c{len(self._circuits)}", CircuitRole.BACKUP if backup else CircuitRole.PRIMARY
        for device in (upper, lower):
            self._devices[device][2].append(Interface(name, InterfaceKind.CIRCUIT, None, name, area=area))
        self._circuits[name] = Circuit(name, Termination(upper, name), Termination(lower, name), role, bandwidth=100)

    def network(self) -> Network:
        database = Database("production", "生产库", IPv4Address(1), 5432, "dc-db1", "dc-db1", Replication.ASYNC, 1, 1)
        levels = (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)
        return Network(
            "national", "全国", 64512, IPv4Network("10.0.0.0/8"), sites=self._sites,
            locations={name: Location(name, name, "") for name in ("core", "dc")},
            roles={"router": Role("router", True, True, None)}, devices=dict(self._built()), circuits=self._circuits,
            databases={"production": database},
            services={f"s{n}": Service(f"s{n}", "业务", ("production",), (), levels) for n in range(18)},
        )  # fmt: skip

    def _built(self) -> Iterator[tuple[str, Device]]:
        for name, (home, _, ports) in self._devices.items():
            up = next((p.name for p in ports if p.circuit and self._circuits[p.circuit].z.device == name), None)
            uplink = None if name.startswith("core-") else up
            yield name, Device(name, home, home, "router", "frr", None, tuple(ports), uplink)
