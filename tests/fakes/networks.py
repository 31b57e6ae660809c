"""A small network declared in code: the shape of the real one, without its files."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count

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


class Builder:
    """Adds homes, devices and circuits one by one; ``network`` is what came of it."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {}
        self.locations: dict[str, Location] = {}
        self.peers: dict[str, Peer] = {}
        self.devices: dict[str, Device] = {}
        self.circuits: dict[str, Circuit] = {}
        self.sessions: list[BgpSession] = []
        self._numbers = count(1)

    def site(self, name: str, level: Level, parent: str | None = None) -> None:
        code = f"63{len(self.sites):04d}"
        self.sites[name] = Site(name, name, level, code, parent, archetype=str(level))

    def device(self, name: str, home: str, role: str) -> None:
        number = next(self._numbers)
        site = home if home in self.sites else ("" if home in self.peers else "qinghai")
        loopback = IPv4Address("10.255.0.0") + number
        lo = Interface("lo", InterfaceKind.LOOPBACK, IPv4Interface(f"{loopback}/32"))
        self.devices[name] = Device(name, home, site, role, "frr", loopback, (lo,))

    def circuit(
        self, name: str, a: str, z: str, *, backup: bool = False, ospf: bool = True, session: bool = False
    ) -> None:
        base = IPv4Address("10.200.0.0") + 2 * len(self.circuits)
        role = CircuitRole.BACKUP if backup else CircuitRole.PRIMARY
        area = BACKBONE if ospf else None
        kind = InterfaceKind.CIRCUIT
        near = Interface(f"d{next(self._numbers)}", kind, IPv4Interface(f"{base}/31"), name, area=area)
        far = Interface(name.rsplit("-", 1)[1], kind, IPv4Interface(f"{base + 1}/31"), name, area=area)
        self._add(a, near)
        self._add(z, far, uplink=True)
        ends = Termination(a, near.name), Termination(z, far.name)
        self.circuits[name] = Circuit(name, *ends, role, prefix=IPv4Network(f"{base}/31"))
        if session:
            self.sessions.append(BgpSession(a, z, self.devices[z].home, name, base, base + 1, 64512, 100))

    def _add(self, device: str, interface: Interface, *, uplink: bool = False) -> None:
        old = self.devices[device]
        up = old.uplink or (interface.name if uplink and not device.startswith("core-") else None)
        self.devices[device] = replace(old, interfaces=(*old.interfaces, interface), uplink=up)

    def network(self) -> Network:
        roles = {
            name: Role(name, managed=True, monitored=True, snmp="v2c" if name == "township-cpe" else "v3")
            for name in ("core", "dc-router", "prefecture-router", "county-router", "township-cpe", "noc-server")
        }
        roles["peer-router"] = Role("peer-router", managed=False, monitored=False, snmp=None)
        db = Database(
            "production", "生产库", IPv4Address("10.3.0.1"), 5432, "xining-dc-r1", "golmud-dc-r1", "sync", 300, 0
        )
        everywhere = (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP, Level.COMMUNITY)
        return Network(
            "test",
            "试验网",
            64600,
            IPv4Network("10.0.0.0/8"),
            sites=self.sites,
            locations=self.locations,
            peers=self.peers,
            roles=roles,
            devices=self.devices,
            circuits=self.circuits,
            databases={"production": db},
            services={
                "pension": Service("pension", "养老保险", ("production",), (), everywhere),
                "hotline": Service("hotline", "12333", (), (), (Level.PREFECTURE,)),
            },
            bgp_sessions=tuple(self.sessions),
            noc="noc-s1",
        )


def small() -> Network:
    """Two cores, two data centres, NOC, ministry; one prefecture pair, three counties (one dual-homed), townships."""
    build = Builder()
    build.site("qinghai", Level.PROVINCE)
    for name in ("core", "xining-dc", "golmud-dc", "noc"):
        build.locations[name] = Location(name, name, "qinghai")
    build.peers["ministry"] = Peer("ministry", "部", 64512)
    for name in ("core-r1", "core-r2"):
        build.device(name, "core", "core")
    build.device("xining-dc-r1", "xining-dc", "dc-router")
    build.device("golmud-dc-r1", "golmud-dc", "dc-router")
    build.device("noc-s1", "noc", "noc-server")
    build.device("ministry-r1", "ministry", "peer-router")
    build.circuit("core-pair1", "core-r1", "core-r2")
    for home, device in (("xining-dc", "xining-dc-r1"), ("golmud-dc", "golmud-dc-r1"), ("noc", "noc-s1")):
        build.circuit(f"{home}-up1", "core-r1", device)
        build.circuit(f"{home}-up2", "core-r2", device, backup=True)
    build.circuit("ministry-up1", "core-r1", "ministry-r1", ospf=False, session=True)
    build.circuit("ministry-up2", "core-r2", "ministry-r1", backup=True, ospf=False, session=True)
    prefecture(build, "xining", {"chengdong": 2, "chengzhong": 1, "huangyuan": 2}, dual="chengzhong")
    return build.network()


def prefecture(build: Builder, name: str, counties: dict[str, int], dual: str = "") -> None:
    """Add a prefecture with its pair of routers and counties with so many townships each."""
    build.site(name, Level.PREFECTURE, "qinghai")
    for half in ("1", "2"):
        build.device(f"{name}-r{half}", name, "prefecture-router")
    build.circuit(f"{name}-up1", "core-r1", f"{name}-r1")
    build.circuit(f"{name}-up2", "core-r2", f"{name}-r2", backup=True)
    build.circuit(f"{name}-pair1", f"{name}-r1", f"{name}-r2")
    for county, townships in counties.items():
        build.site(county, Level.COUNTY, name)
        build.device(f"{county}-r1", county, "county-router")
        build.circuit(f"{county}-up1", f"{name}-r1", f"{county}-r1")
        if county == dual:
            build.circuit(f"{county}-up2", f"{name}-r2", f"{county}-r1", backup=True)
        for number in range(1, townships + 1):
            site = f"{county}-t{number}"
            build.site(site, Level.TOWNSHIP, county)
            build.device(f"{site}-r1", site, "township-cpe")
            build.circuit(f"{site}-up1", f"{county}-r1", f"{site}-r1", ospf=False)
