"""Networks of the real one's shape, drawn by hypothesis: more border routers, fewer lines, other costs than usual."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface, IPv4Network
from itertools import count

from hypothesis import strategies as st

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
ROLES = ("core", "dc-router", "database-server", "noc-server", "prefecture-router", "county-router", "township-cpe")


class Drawer:
    """Collects a network; addresses follow the plan: blocks within blocks, a loopback each, a /31 for every line."""

    def __init__(self) -> None:
        self.sites: dict[str, Site] = {"qinghai": Site("qinghai", "省", Level.PROVINCE, "63", None)}
        self.locations: dict[str, Location] = {}
        self.peers: dict[str, Peer] = {}
        self.devices: dict[str, Device] = {}
        self.circuits: dict[str, Circuit] = {}
        self.sessions: list[BgpSession] = []
        self._links = count(0)

    def location(self, name: str, number: int) -> None:
        block = IPv4Network(f"10.{number}.0.0/16")
        self.locations[name] = Location(name, name, "qinghai", block)

    def site(self, name: str, level: Level, parent: str, block: str, demand: int = 0) -> None:
        network = IPv4Network(block)
        self.sites[name] = Site(name, name, level, "", parent, demand=demand, block=network, own=network)

    def device(self, name: str, home: str, role: str, loopback: IPv4Address, area: str | None) -> None:
        lo = Interface(
            "lo", InterfaceKind.LOOPBACK, IPv4Interface(f"{loopback}/32"), area=area, passive=area is not None
        )
        site = home if home in self.sites else "qinghai"
        self.devices[name] = Device(name, home, site, role, "frr", loopback, (lo,))

    def line(self, name: str, upper: str, lower: str, role: CircuitRole, area: str | None, *, up: bool = True) -> None:
        """Join two devices. Links' addresses need not be in a block: nobody looks for them."""
        number = next(self._links)
        first = IPv4Address("10.254.0.0") + 2 * number
        cost = COSTS[role] if area else None
        kind = InterfaceKind.CIRCUIT
        ports = [
            Interface(f"p{number}", kind, IPv4Interface(f"{first + end}/31"), name, area=area, cost=cost)
            for end in (0, 1)
        ]
        for device, port in zip((upper, lower), ports, strict=True):
            old = self.devices[device]
            self.devices[device] = replace(old, interfaces=(*old.interfaces, port))
        if up and self.devices[lower].uplink is None:
            self.devices[lower] = replace(self.devices[lower], uplink=ports[1].name)
        ends = Termination(upper, ports[0].name), Termination(lower, ports[1].name)
        self.circuits[name] = Circuit(name, *ends, role, bandwidth=10, prefix=IPv4Network((int(first), 31)))

    def network(self) -> Network:
        database = Database("db", "库", IPv4Address("10.3.0.1"), 5432, "dc-db1", "dc-db1", "async", 1, 1)
        levels = (Level.PREFECTURE, Level.COUNTY, Level.TOWNSHIP)
        return Network(
            "drawn", "抽", 64600, IPv4Network("10.0.0.0/8"), sites=self.sites, locations=self.locations,
            peers=self.peers, roles={name: Role(name, True, True, "v3") for name in ROLES}, devices=self.devices,
            circuits=self.circuits, databases={"db": database}, bgp_sessions=tuple(self.sessions), noc="noc-s1",
            services={
                "pension": Service("pension", "养老", ("db",), (), levels),
                "hotline": Service("hotline", "热线", (), ("pension",), (Level.COUNTY,)),
            },
        )  # fmt: skip


ROLE = st.sampled_from([CircuitRole.PRIMARY, CircuitRole.BACKUP])


@st.composite
def networks(draw: st.DrawFn) -> Network:
    """Draw a network: one or two cores, a data centre, the NOC, up to three prefectures with counties below."""
    made = Drawer()
    cores = _middle(draw, made)
    for number in range(draw(st.integers(1, 2))):
        _prefecture(draw, made, f"p{number}", 8 * (number + 1), [*cores, "dc-r1"])
    _sessions(made, cores)
    return made.network()


def _middle(draw: st.DrawFn, made: Drawer) -> list[str]:
    for number, name in enumerate(("core", "dc", "noc")):
        made.location(name, number)
    cores = [f"core-r{n}" for n in range(1, draw(st.integers(1, 2)) + 1)]
    for number, name in enumerate(cores, 1):
        made.device(name, "core", "core", IPv4Address(f"10.0.192.{number}"), BACKBONE)
    made.device("dc-r1", "dc", "dc-router", IPv4Address("10.1.192.1"), BACKBONE)
    made.device("dc-db1", "dc", "database-server", IPv4Address("10.1.192.2"), BACKBONE)
    made.device("noc-s1", "noc", "noc-server", IPv4Address("10.2.192.1"), BACKBONE)
    if len(cores) > 1 and draw(st.booleans()):
        made.line("core-pair1", cores[0], cores[1], CircuitRole.PRIMARY, BACKBONE, up=False)
    for name in ("dc-r1", "noc-s1"):
        for number, core in enumerate(draw(_some(cores))):
            role = CircuitRole.BACKUP if number else CircuitRole.PRIMARY
            made.line(f"{name}-up{number + 1}", core, name, role, BACKBONE)
    made.line("dc-db1-up1", "dc-r1", "dc-db1", CircuitRole.PRIMARY, BACKBONE)
    return cores


def _prefecture(draw: st.DrawFn, made: Drawer, name: str, octet: int, uppers: list[str]) -> None:
    area = f"0.0.63.{octet}"
    made.site(name, Level.PREFECTURE, "qinghai", f"10.{octet}.0.0/13", draw(st.integers(0, 9)))
    doors = [f"{name}-r{n}" for n in range(1, draw(st.integers(1, 3)) + 1)]
    for number, door in enumerate(doors, 1):
        made.device(door, name, "prefecture-router", IPv4Address(f"10.{octet}.96.{number}"), area)
        for line, upper in enumerate(draw(_some(uppers)), 1):
            made.line(f"{door}-up{line}", upper, door, draw(ROLE), BACKBONE)
    for number, (one, other) in enumerate(zip(doors, doors[1:], strict=False), 1):
        if draw(st.booleans()):
            made.line(f"{name}-pair{number}", one, other, draw(ROLE), area, up=False)
    counties: list[str] = []
    for number in range(draw(st.integers(0, 3))):
        county = f"{name}c{number}"
        made.site(county, Level.COUNTY, name, f"10.{octet + 1}.{128 * (number % 2)}.0/17" if number < 2 else
                  f"10.{octet + 2}.0.0/17", draw(st.integers(0, 9)))  # fmt: skip
        _county(draw, made, county, area, [*doors, *counties])
        counties.append(f"{county}-r1")


def _county(draw: st.DrawFn, made: Drawer, county: str, area: str, uppers: list[str]) -> None:
    block = made.sites[county].block
    assert block is not None
    router = f"{county}-r1"
    made.device(router, county, "county-router", block[0x301], area)
    for line, upper in enumerate(draw(_some(uppers)), 1):
        made.line(f"{county}-up{line}", upper, router, draw(ROLE), area)
    for number in range(draw(st.integers(0, 2))):
        town, inside = f"{county}t{number}", block[0x400 * (number + 1)]
        made.site(town, Level.TOWNSHIP, county, f"{inside}/22", draw(st.integers(0, 9)))
        made.device(f"{town}-r1", town, "township-cpe", inside + 0xC1, None)
        made.line(f"{town}-up1", router, f"{town}-r1", CircuitRole.PRIMARY, None)


def _sessions(made: Drawer, cores: list[str]) -> None:
    """Give every core a session to a peer's router: so each announces a default into the backbone."""
    made.peers["ministry"] = Peer("ministry", "部", 64512, (IPv4Network("172.20.0.0/16"),))
    made.device("ministry-r1", "ministry", "core", IPv4Address("10.5.0.193"), None)
    made.devices["ministry-r1"] = replace(made.devices["ministry-r1"], site="")
    for number, core in enumerate(cores):
        name = f"ministry-up{number + 1}"
        role = CircuitRole.BACKUP if number else CircuitRole.PRIMARY
        made.line(name, core, "ministry-r1", role, None)
        prefix = made.circuits[name].prefix
        assert prefix is not None
        made.sessions.append(
            BgpSession(core, "ministry-r1", "ministry", name, prefix[0], prefix[1], 64512, 200 - 100 * number)
        )


def _some(names: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)
