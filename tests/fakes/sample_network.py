"""A small whole network, built in code: one of everything the routing standard speaks about.

Two cores, a NOC, a data centre with a database host, a ministry, one prefecture with its pair of routers,
a county on two lines, a county on one line, a township and a community.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

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
    Site,
    Termination,
)

BACKBONE = "0.0.0.0"
AREA = "0.0.63.1"
SITES = {
    # By name: (level, code, parent, block, own)
    "qinghai": (Level.PROVINCE, "63", None, "10.0.0.0/16", "10.0.0.0/16"),
    "xining": (Level.PREFECTURE, "6301", "qinghai", "10.8.0.0/13", "10.8.0.0/17"),
    "chengdong": (Level.COUNTY, "630102", "xining", "10.8.128.0/17", "10.8.128.0/22"),
    "datong": (Level.COUNTY, "630121", "xining", "10.9.0.0/17", "10.9.0.0/22"),
    "chengdong-lejiawan": (Level.TOWNSHIP, "630102101", "chengdong", "10.8.132.0/22", "10.8.132.0/24"),
    "chengdong-lejiawan-a": (
        Level.COMMUNITY,
        "630102101001",
        "chengdong-lejiawan",
        "10.8.133.0/27",
        "10.8.133.0/27",
    ),
}
LOCATIONS = {"core": "10.0.0.0/16", "xining-dc": "10.1.0.0/16", "noc": "10.4.0.0/24"}
DEVICES = {
    # By name: (home, role, loopback, uplink)
    "core-r1": ("core", "core", "10.0.192.1", None),
    "core-r2": ("core", "core", "10.0.192.2", None),
    "noc-s1": ("noc", "noc-server", "10.4.0.193", "up1"),
    "xining-dc-r1": ("xining-dc", "dc-router", "10.1.192.1", "up1"),
    "xining-dc-db1": ("xining-dc", "database-server", "10.1.192.2", "up1"),
    "ministry-r1": ("ministry", "peer-router", "172.16.255.1", "up1"),
    "xining-r1": ("xining", "prefecture-router", "10.8.96.1", "up1"),
    "xining-r2": ("xining", "prefecture-router", "10.8.96.2", "up2"),
    "chengdong-r1": ("chengdong", "county-router", "10.8.131.1", "up1"),
    "datong-r1": ("datong", "county-router", "10.9.3.1", "up1"),
    "chengdong-lejiawan-r1": ("chengdong-lejiawan", "township-cpe", "10.8.132.193", "up1"),
    "chengdong-lejiawan-a-r1": ("chengdong-lejiawan-a", "township-cpe", "10.8.133.25", "up1"),
}
CIRCUITS = {
    # By name: (a device, a interface, z device, z interface, prefix, area, role, carrier)
    "core-pair1": ("core-r1", "pair1", "core-r2", "pair1", "10.0.128.0/31", BACKBONE, "primary", "telecom"),
    "noc-up1": ("core-r1", "noc-1", "noc-s1", "up1", "10.4.0.128/31", BACKBONE, "primary", None),
    "noc-up2": ("core-r2", "noc-1", "noc-s1", "up2", "10.4.0.130/31", BACKBONE, "backup", None),
    "xining-dc-up1": ("core-r1", "xining-dc-1", "xining-dc-r1", "up1", "10.1.128.0/31", BACKBONE, "primary", "telecom"),
    "xining-dc-up2": ("core-r2", "xining-dc-1", "xining-dc-r1", "up2", "10.1.128.2/31", BACKBONE, "backup", "unicom"),
    "xining-dc-db1-up1": ("xining-dc-r1", "db1-1", "xining-dc-db1", "up1", "10.1.128.8/31", BACKBONE, "primary", None),
    "ministry-up1": ("core-r1", "ministry-1", "ministry-r1", "up1", "172.16.0.0/31", None, "primary", "telecom"),
    "ministry-up2": ("core-r2", "ministry-1", "ministry-r1", "up2", "172.16.0.2/31", None, "backup", "unicom"),
    "xining-up1": ("core-r1", "d01-1", "xining-r1", "up1", "10.8.64.0/31", BACKBONE, "primary", "telecom"),
    "xining-up2": ("core-r2", "d01-1", "xining-r2", "up2", "10.8.64.2/31", BACKBONE, "primary", "unicom"),
    "xining-pair1": ("xining-r1", "pair1", "xining-r2", "pair1", "10.8.64.8/31", AREA, "primary", None),
    "chengdong-up1": ("xining-r1", "d0102-1", "chengdong-r1", "up1", "10.8.130.0/31", AREA, "primary", "telecom"),
    "chengdong-up2": ("xining-r2", "d0102-1", "chengdong-r1", "up2", "10.8.130.2/31", AREA, "backup", "unicom"),
    "datong-up1": ("xining-r1", "d0121-1", "datong-r1", "up1", "10.9.2.0/31", AREA, "primary", "telecom"),
    "chengdong-lejiawan-up1": (
        "chengdong-r1",
        "d101-1",
        "chengdong-lejiawan-r1",
        "up1",
        "10.8.132.128/31",
        None,
        "primary",
        "telecom",
    ),
    "chengdong-lejiawan-a-up1": (
        "chengdong-lejiawan-r1",
        "d001-1",
        "chengdong-lejiawan-a-r1",
        "up1",
        "10.8.133.16/31",
        None,
        "primary",
        "telecom",
    ),
}
LANS = {
    "chengdong-r1": "10.8.128.1/24",
    "datong-r1": "10.9.0.1/24",
    "chengdong-lejiawan-r1": "10.8.132.1/26",
    "chengdong-lejiawan-a-r1": "10.8.133.1/29",
    "xining-dc-r1": "10.1.0.1/24",
}
ROLES = {
    # By name: (managed, monitored, snmp)
    "core": (True, True, "v3"),
    "dc-router": (True, True, "v3"),
    "prefecture-router": (True, True, "v3"),
    "county-router": (True, True, "v3"),
    "township-cpe": (True, True, "v2c"),
    "database-server": (False, True, "v3"),
    "noc-server": (False, True, "v3"),
    "peer-router": (False, False, None),
}
MINISTRY = IPv4Network("172.16.0.0/16")


@dataclass
class _Ports:
    """Interfaces of devices under construction."""

    by_device: dict[str, list[Interface]] = field(default_factory=lambda: defaultdict(list))

    def loopback(self, device: str, address: str, area: str | None) -> None:
        self.by_device[device].append(
            Interface("lo", InterfaceKind.LOOPBACK, IPv4Interface(f"{address}/32"), area=area, passive=bool(area))
        )

    def lan(self, device: str, address: str, area: str | None) -> None:
        self.by_device[device].append(
            Interface(
                "lan1",
                InterfaceKind.LAN,
                IPv4Interface(address),
                description=f"LAN of {device}",
                area=area,
                passive=bool(area),
            )
        )

    def line(self, device: str, name: str, address: IPv4Address, circuit: str, area: str | None, backup: bool) -> None:
        cost = (100 if backup else 10) if area else None
        self.by_device[device].append(
            Interface(
                name,
                InterfaceKind.CIRCUIT,
                IPv4Interface((int(address), 31)),
                circuit=circuit,
                description=circuit,
                area=area,
                cost=cost,
            )
        )


def _loopback_area(role: str) -> str | None:
    inside = {"prefecture-router": AREA, "county-router": AREA, "township-cpe": None, "peer-router": None}
    return inside.get(role, BACKBONE)


def _ports() -> dict[str, list[Interface]]:
    ports = _Ports()
    for name, (_home, role, loopback, _uplink) in DEVICES.items():
        ports.loopback(name, loopback, _loopback_area(role))
        if name in LANS:
            ports.lan(name, LANS[name], _loopback_area(role))
    for circuit, (a, a_port, z, z_port, prefix, area, role, _carrier) in CIRCUITS.items():
        even, odd = IPv4Network(prefix)
        ports.line(a, a_port, even, circuit, area, role == "backup")
        ports.line(z, z_port, odd, circuit, area, role == "backup")
    return ports.by_device


def _sites() -> dict[str, Site]:
    return {
        name: Site(name, name, level, code, parent, block=IPv4Network(block), own=IPv4Network(own))
        for name, (level, code, parent, block, own) in SITES.items()
    }


def _device(name: str, interfaces: list[Interface]) -> Device:
    home, role, loopback, uplink = DEVICES[name]
    site = home if home in SITES else "" if home == "ministry" else "qinghai"
    return Device(name, home, site, role, "frr", IPv4Address(loopback), tuple(interfaces), uplink)


def _circuit(name: str) -> Circuit:
    a, a_port, z, z_port, prefix, _area, role, carrier = CIRCUITS[name]
    return Circuit(
        name,
        Termination(a, a_port),
        Termination(z, z_port),
        CircuitRole(role),
        carrier=carrier,
        prefix=IPv4Network(prefix),
    )


def _session(core: str, circuit: str, local_pref: int) -> BgpSession:
    ours, theirs = IPv4Network(CIRCUITS[circuit][4])
    return BgpSession(core, "ministry-r1", "ministry", circuit, ours, theirs, 64600, local_pref)


def sample_network() -> Network:
    """Return the sample network."""
    ports = _ports()
    return Network(
        name="qinghai",
        name_zh="青海",
        asn=64512,
        supernet=IPv4Network("10.0.0.0/8"),
        sites=_sites(),
        locations={name: Location(name, name, "qinghai", IPv4Network(block)) for name, block in LOCATIONS.items()},
        peers={"ministry": Peer("ministry", "部", 64600, (MINISTRY,))},
        roles={name: Role(name, *values) for name, values in ROLES.items()},
        devices={name: _device(name, ports[name]) for name in DEVICES},
        circuits={name: _circuit(name) for name in CIRCUITS},
        databases={
            "production": Database(
                "production",
                "生产库",
                IPv4Address("10.3.0.1"),
                5432,
                "xining-dc-db1",
                "xining-dc-db1",
                "sync",
                300,
                0,
            )
        },
        bgp_sessions=(_session("core-r1", "ministry-up1", 200), _session("core-r2", "ministry-up2", 100)),
        service_prefix=IPv4Network("10.3.0.0/24"),
        noc="noc-s1",
    )


def without_interface(network: Network, device: str, interface: str) -> Network:
    """Return the network in which the device has lost one interface."""
    found = network.devices[device]
    kept = tuple(i for i in found.interfaces if i.name != interface)
    return replace(network, devices={**network.devices, device: replace(found, interfaces=kept)})


def with_interface(network: Network, device: str, interface: Interface) -> Network:
    """Return the network in which the device has one interface more, or another of the same name."""
    found = network.devices[device]
    kept = tuple(i for i in found.interfaces if i.name != interface.name)
    return replace(network, devices={**network.devices, device: replace(found, interfaces=(*kept, interface))})
