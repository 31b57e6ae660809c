"""The nouns of the declared network, after archetypes and roles have been applied.

Terms are NetBox's (Site, Location, Device, Interface, Circuit, Prefix) and those of the RFCs.
Everything is frozen; a Network is built once by ``jbnet.inventory`` and only read afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.model.findings import Place


class Level(StrEnum):
    """The five levels of the hierarchy, top down."""

    PROVINCE = "province"
    PREFECTURE = "prefecture"
    COUNTY = "county"
    TOWNSHIP = "township"
    COMMUNITY = "community"


class Status(StrEnum):
    """How far a site is: in the register only, planned, or in use."""

    REGISTER = "register"
    PLANNED = "planned"
    ACTIVE = "active"


class CircuitRole(StrEnum):
    """What a circuit is for. A backup carries traffic only while no primary does."""

    PRIMARY = "primary"
    BACKUP = "backup"


class Zone(StrEnum):
    """Which side of us another's network stands on."""

    UPSTREAM = "upstream"
    """The ministry: above the province."""
    EXTRANET = "extranet"
    """Partners beside us: finance, tax, banks, hospitals and so on."""


class DeviceKind(StrEnum):
    """What a device is to the network."""

    ROUTER = "router"
    SERVER = "server"


class InterfaceKind(StrEnum):
    """What an interface is for."""

    LOOPBACK = "loopback"
    CIRCUIT = "circuit"
    LAN = "lan"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or desk to call."""

    name: str
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """An administrative unit: province, prefecture, county, township or community.

    ``code`` is GB/T 2260 down to the county, the statistical division code below; always text.
    ``name`` is ASCII and unique, for devices and DNS. ``parent`` (a site's name) is administrative:
    it decides rights and reports, never how the site is homed. ``block`` is everything allocated
    to the site and to those below it; ``own`` is the part the site itself uses.
    ``archetype`` names what carries its devices and circuits (None: no equipment of its own).
    ``status`` ``planned`` and ``register`` sites are declared in full, but not deployed, polled or counted as
    reachable. ``address`` is the postal one; ``opening_hours`` is written as in OpenStreetMap's key of that name
    ("Mo-Fr 08:30-17:30"). ``demand`` is the busy-hour traffic in Mbit/s that the site's own users exchange with
    the data centres, those of sites below it not included.
    """

    name: str
    name_zh: str
    level: Level
    code: str
    parent: str | None
    status: Status = Status.ACTIVE
    phase: int = 1
    lon: float | None = None
    lat: float | None = None
    address: str | None = None
    contact: Contact | None = None
    opening_hours: str | None = None
    demand: float = 0.0
    archetype: str | None = None
    block: IPv4Network | None = None
    own: IPv4Network | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """A data centre, the backbone core or the NOC: lies in a site and is not counted as one."""

    name: str
    name_zh: str
    site: str
    block: IPv4Network | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody else's network at the other end of a circuit or line: the ministry, a bank.

    ``asn`` is theirs (None: routed statically). ``site`` is where an extranet partner is handed over; ``kind`` the
    kind of partner (``tax``), ``services`` the business services that it may use: what its filter lets through.
    An upstream peer's circuits stand in ``Network.circuits``; a partner's line is its own ``line``.
    """

    name: str
    name_zh: str
    asn: int | None = None
    prefixes: tuple[IPv4Network, ...] = ()
    zone: Zone = Zone.UPSTREAM
    kind: str | None = None
    site: str | None = None
    services: tuple[str, ...] = ()
    line: Line | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What devices of one kind have in common. ``managed``: jbnet deploys its configuration.

    ``snmp`` is ``v2c`` or ``v3`` or None (no agent). ``monitored``: it is polled. ``platform`` is what its devices
    run where they do not say otherwise.
    """

    name: str
    managed: bool
    monitored: bool
    snmp: str | None
    kind: DeviceKind = DeviceKind.ROUTER
    platform: str = "frr"
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Interface:
    """A port of a device. ``circuit`` names the circuit it terminates (kind ``circuit`` only).

    ``cost`` is the OSPF cost (RFC 2328), ``area`` the OSPF area in dotted form or None (not in OSPF);
    ``passive``: announced, no neighbour expected.
    """

    name: str
    kind: InterfaceKind
    address: IPv4Interface | None = None
    circuit: str | None = None
    description: str = ""
    area: str | None = None
    cost: int | None = None
    passive: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A router or server. ``home`` is the name of the site, location or peer that houses it; ``site`` the site.

    For a peer's device ``site`` is the empty string. ``uplink`` is the interface through which the
    device is first reached (see ``jbnet.lab``): None for the root of the tree (the core).
    ``loopback`` is its management address once deployed. ``platform`` is what the real device runs
    (``jbnet.platforms``); its copy in a lab runs ``frr``.
    """

    name: str
    home: str
    site: str
    role: str
    platform: str
    loopback: IPv4Address | None
    interfaces: tuple[Interface, ...]
    uplink: str | None = None
    asn: int | None = None
    place: Place | None = None

    def interface(self, name: str) -> Interface:
        """Return the interface of that name. Raises KeyError."""
        for interface in self.interfaces:
            if interface.name == name:
                return interface
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Termination:
    """One end of a circuit."""

    device: str
    interface: str


@dataclass(frozen=True, slots=True)
class Srlg:
    """A shared risk link group (RFC 4202, section 2.3): what fails together, and why ("one duct along the G6").

    ``underlay`` is true of the group that an underlay makes of itself.
    """

    name: str
    name_zh: str
    underlay: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Underlay:
    """A network run by others that carries circuits of ours and cannot be polled: the e-government intranet.

    All circuits over it share its risk (``srlg``, the underlay's own name) unless a circuit names other ``srlgs``.
    ``mtu`` is what it hands over, in bytes of IP packet; ``operator`` and ``phone`` say whom to call.
    """

    name: str
    name_zh: str
    operator: str
    phone: str | None = None
    mtu: int = 1500
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A leased metropolitan line to premises or to a partner: one end is ours, the far end is not a device of ours.

    ``name`` is unique among circuits and lines; ``device`` is ours that it ends on. Units as in Circuit.
    """

    name: str
    device: str
    carrier: str | None = None
    line_number: str | None = None
    bandwidth: int | None = None
    media: str = "fibre"
    monthly_cost: int | None = None
    payer: str | None = None
    srlgs: tuple[str, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Circuit:
    """A line with two ends; ``a`` is the end nearer to the core. ``carrier`` None: a cable inside a building.

    ``bandwidth`` is in Mbit/s, ``latency_ms`` one-way times two (round trip, RFC 2681), ``srlgs`` name what
    fails together with it (that of its underlay included). ``monthly_cost`` is in yuan (CNY) a month, ``payer``
    the site whose finance pays it. ``underlay`` names the network of others that carries it, ``handoff`` the
    underlay's port where it is handed over at the lower end.
    """

    name: str
    a: Termination
    z: Termination
    role: CircuitRole
    carrier: str | None = None
    line_number: str | None = None
    bandwidth: int | None = None
    media: str = "fibre"
    latency_ms: float = 0.0
    srlgs: tuple[str, ...] = ()
    prefix: IPv4Network | None = None
    monthly_cost: int | None = None
    payer: str | None = None
    underlay: str | None = None
    handoff: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who leases a line to us, and whom to call."""

    name: str
    name_zh: str
    phone: str | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Vrf:
    """A routing table of its own (RFC 4364). ``rd`` is its route distinguisher, ``vlan`` its 802.1Q id on a LAN."""

    name: str
    rd: str
    vlan: int
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Agency:
    """A business body with offices at sites: pension, medical, employment. It is kept apart in its ``vrf``.

    ``levels`` are those at which every active site has it.
    """

    name: str
    name_zh: str
    vrf: str
    levels: tuple[Level, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Premises:
    """An agency's office at a site: its prefix in the agency's VRF, and the metro line that joins it to the site.

    ``name`` is the site's and the agency's (``xining-pension``). ``line`` None: it sits in the site's own building.
    """

    name: str
    site: str
    agency: str
    prefix: IPv4Network
    line: Line | None = None
    address: str | None = None
    contact: Contact | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Application:
    """A program that services consist of, and the devices (hosts) it runs on; any one of them is enough.

    ``databases`` are those it writes to or reads from; ``port`` its TCP port.
    """

    name: str
    name_zh: str
    hosts: tuple[str, ...] = ()
    databases: tuple[str, ...] = ()
    port: int | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Objective:
    """What a service promises: recovery time and point in seconds, availability in percent of a month."""

    rto_s: float | None = None
    rpo_s: float | None = None
    availability: float | None = None


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL cluster: production, exchange or decision.

    ``service_address`` is the /32 that clients use; it is announced by whichever host is primary.
    ``port`` is unique per host. ``replication`` is ``sync`` or ``async``; ``rto_s`` and ``rpo_s`` are its
    objectives in seconds. ``primary`` and ``standby`` are device names as declared (not who leads today).
    """

    name: str
    name_zh: str
    service_address: IPv4Address
    port: int
    primary: str
    standby: str
    replication: str
    rto_s: float
    rpo_s: float
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A business service: what it needs, where it is used, and whom its failure touches.

    ``databases``, ``applications``, ``needs`` (other services) and ``peers`` (kinds of partners, or peers by name,
    that it exchanges data with) are names; ``levels`` are the levels of sites using it.
    """

    name: str
    name_zh: str
    databases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    applications: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    objective: Objective = Objective()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class BgpSession:
    """An eBGP session (RFC 4271) over a circuit to a peer. ``local_pref`` prefers the main line."""

    device: str
    peer_device: str
    peer: str
    circuit: str
    local_address: IPv4Address
    peer_address: IPv4Address
    peer_asn: int
    local_pref: int


@dataclass(frozen=True, slots=True)
class Network:
    """The whole declared network. Mappings are keyed by name, in the order of the declaration."""

    name: str
    name_zh: str
    asn: int
    supernet: IPv4Network
    sites: Mapping[str, Site] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)
    peers: Mapping[str, Peer] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    devices: Mapping[str, Device] = field(default_factory=dict)
    circuits: Mapping[str, Circuit] = field(default_factory=dict)
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    databases: Mapping[str, Database] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    applications: Mapping[str, Application] = field(default_factory=dict)
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    vrfs: Mapping[str, Vrf] = field(default_factory=dict)
    premises: Mapping[str, Premises] = field(default_factory=dict)
    underlays: Mapping[str, Underlay] = field(default_factory=dict)
    srlgs: Mapping[str, Srlg] = field(default_factory=dict)
    bgp_sessions: tuple[BgpSession, ...] = ()
    service_prefix: IPv4Network | None = None
    noc: str | None = None
    """Name of the device on which jbnet runs: the default vantage."""
