"""Declares networks in code, thing by thing: every network of the tests that is not read from files is made so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count
from typing import Any

from jbnet.model.business import Replication
from jbnet.model.network import (
    BgpSession,
    Circuit,
    CircuitRole,
    Database,
    Device,
    Interface,
    InterfaceKind,
    Level,
    Location,
    Network,
    Peer,
    Role,
    Service,
    Site,
    Termination,
)

BACKBONE = "0.0.0.0"  # an OSPF area
COSTS = {CircuitRole.PRIMARY: 10, CircuitRole.BACKUP: 100}
SNMP = {"township-cpe": "v2c", "peer-router": None}
UNMANAGED = ("database-server", "noc-server", "peer-router")
ROLES = ("core", "dc-router", "database-server", "noc-server", "prefecture-router", "county-router", "township-cpe",
         "peer-router")  # fmt: skip
EVERYWHERE = (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.COMMUNITY)


class NetworkBuilder:
    """Homes, devices and lines are added one by one; ``network`` is what came of it.

    What is not said is numbered: loopbacks from 10.255.0.0 on, the /31 of lines from 10.254.0.0 on. Nobody looks for
    lines' addresses in a block. A province of the name ``province`` is there from the start.
    """

    def __init__(self, province: str = "qinghai", **fields: Any) -> None:
        self.province = province
        self.sites: dict[str, Site] = {}
        self.locations: dict[str, Location] = {}
        self.peers: dict[str, Peer] = {}
        self.devices: dict[str, Device] = {}
        self.circuits: dict[str, Circuit] = {}
        self.sessions: list[BgpSession] = []
        self._links, self._ports, self._loopbacks = count(0), count(1), count(1)
        self.site(province, Level.PROVINCE, None, **fields)

    def site(self, name: str, level: Level, parent: str | None, block: str | None = None, **fields: Any) -> None:
        """Add a site; its own prefix is its whole block unless ``own`` says otherwise."""
        network = IPv4Network(block) if block else None
        known = {"code": f"63{len(self.sites):04d}", "block": network, "own": network} | fields
        self.sites[name] = Site(name, known.pop("name_zh", name), level, known.pop("code"), parent, **known)

    def location(self, name: str, block: str | None = None) -> None:
        """Add a location of the province."""
        self.locations[name] = Location(name, name, self.province, IPv4Network(block) if block else None)

    def peer(self, name: str, asn: int, *prefixes: str) -> None:
        """Add a peer with its AS and its networks."""
        self.peers[name] = Peer(name, name, asn, tuple(IPv4Network(prefix) for prefix in prefixes))

    def device(
        self, name: str, home: str, role: str, loopback: IPv4Address | str | None = None, area: str | None = None
    ) -> None:
        """Add a device; its loopback is announced passively in its area."""
        address = IPv4Address(loopback) if loopback else IPv4Address("10.255.0.0") + next(self._loopbacks)
        lo = Interface("lo", InterfaceKind.LOOPBACK, IPv4Interface(f"{address}/32"), area=area, passive=bool(area))
        site = home if home in self.sites else "" if home in self.peers else self.province
        self.devices[name] = Device(name, home, site, role, "frr", address, (lo,))

    def lan(self, device: str, address: str) -> None:
        """Give a device a LAN, in the area of its loopback."""
        area = self.devices[device].interface("lo").area
        lan = Interface("lan1", InterfaceKind.LAN, IPv4Interface(address), description=f"LAN of {device}", area=area,
                        passive=bool(area))  # fmt: skip
        self._add(device, lan)

    def line(
        self, name: str, upper: str, lower: str, *, area: str | None = BACKBONE, backup: bool = False, up: bool = True,
        prefix: str | None = None, ports: tuple[str, str] | None = None, **fields: Any,
    ) -> None:  # fmt: skip
        """Join two devices. The first line that is a way ``up`` for the lower one is its uplink.

        Ports are named by the circuit at the lower end (``xining-up1`` ends on ``up1``) and numbered at the upper.
        """
        net = (
            IPv4Network(prefix) if prefix else IPv4Network((int(IPv4Address("10.254.0.0")) + 2 * next(self._links), 31))
        )
        role = CircuitRole.BACKUP if backup else CircuitRole.PRIMARY
        names = ports or (f"d{next(self._ports)}", name.rsplit("-", 1)[1])
        for device, port, address in zip((upper, lower), names, net, strict=True):
            self._add(device, Interface(port, InterfaceKind.CIRCUIT, IPv4Interface(f"{address}/31"), name, name, area,
                                        COSTS[role] if area else None))  # fmt: skip
        if up and self.devices[lower].uplink is None:
            self.devices[lower] = replace(self.devices[lower], uplink=names[1])
        ends = Termination(upper, names[0]), Termination(lower, names[1])
        self.circuits[name] = Circuit(name, *ends, role, prefix=net, **fields)

    def session(self, circuit: str, local_pref: int) -> None:
        """Speak BGP over a line to a peer."""
        line = self.circuits[circuit]
        home = self.devices[line.z.device].home
        assert line.prefix is not None
        self.sessions.append(
            BgpSession(line.a.device, line.z.device, home, circuit, line.prefix[0], line.prefix[1],
                       self.peers[home].asn or 0, local_pref)
        )  # fmt: skip

    def network(
        self, *, databases: Iterable[Database] = (), services: Iterable[Service] = (),
        roles: Mapping[str, Role] | None = None, **fields: Any,
    ) -> Network:  # fmt: skip
        """Return the network; the NOC's host is ``noc-s1``."""
        return Network(
            "test", "试验网", 64600, IPv4Network("10.0.0.0/8"), sites=self.sites, locations=self.locations,
            peers=self.peers, roles=roles or {name: _role(name) for name in ROLES}, devices=self.devices,
            circuits=self.circuits, databases={d.name: d for d in databases}, services={s.name: s for s in services},
            bgp_sessions=tuple(self.sessions), noc="noc-s1", **fields,
        )  # fmt: skip

    def _add(self, device: str, interface: Interface) -> None:
        old = self.devices[device]
        self.devices[device] = replace(old, interfaces=(*old.interfaces, interface))


def _role(name: str) -> Role:
    snmp = SNMP.get(name, "v3")
    return Role(name, managed=name not in UNMANAGED, monitored=snmp is not None, snmp=snmp)


def database(name: str, primary: str, standby: str) -> Database:
    """Return a synchronous database at the service address 10.3.0.1."""
    return Database(name, name, IPv4Address("10.3.0.1"), 5432, primary, standby, Replication.BLOCK, 300, 0)
