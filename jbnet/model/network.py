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


class InterfaceKind(StrEnum):
    """What an interface is for."""

    LOOPBACK = "loopback"
    CIRCUIT = "circuit"
    LAN = "lan"


@dataclass(frozen=True, slots=True)
class Site:
    """An administrative unit: province, prefecture, county, township or community.

    ``code`` is GB/T 2260 down to the county, the statistical division code below; always text.
    ``name`` is ASCII and unique, for devices and DNS. ``parent`` (a site's name) is administrative:
    it decides rights and reports, never how the site is homed. ``block`` is everything allocated
    to the site and to those below it; ``own`` is the part the site itself uses.
    ``archetype`` names what carries its devices and circuits (None: no equipment of its own).
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
    """Somebody else's network at the other end of a circuit: the ministry, a bank. ``asn`` is theirs."""

    name: str
    name_zh: str
    asn: int
    prefixes: tuple[IPv4Network, ...] = ()
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Role:
    """What devices of one kind have in common. ``managed``: jbnet deploys its configuration.

    ``snmp`` is ``v2c`` or ``v3`` or None (no agent). ``monitored``: it is polled.
    """

    name: str
    managed: bool
    monitored: bool
    snmp: str | None
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
    ``loopback`` is its management address once deployed.
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
class Circuit:
    """A line with two ends; ``a`` is the end nearer to the core. ``carrier`` None: a cable inside a building.

    ``bandwidth`` is in Mbit/s, ``latency_ms`` one-way times two (round trip, RFC 2681), ``srlgs`` name what
    fails together with it.
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
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """Who leases a line to us, and whom to call."""

    name: str
    name_zh: str
    phone: str | None = None
    place: Place | None = None


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

    ``databases`` and ``needs`` (other services) are names; ``levels`` are the levels of sites using it.
    """

    name: str
    name_zh: str
    databases: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
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
    bgp_sessions: tuple[BgpSession, ...] = ()
    service_prefix: IPv4Network | None = None
    noc: str | None = None
    """Name of the device on which jbnet runs: the default vantage."""
