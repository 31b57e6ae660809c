"""What a device's configuration says, before any vendor's syntax: the view that templates print.

An Intent holds only what is decided; defaults of the operating system are left out, so that a
rendered text equals what the device shows when it runs. ``origin`` of a noun is where the declaration says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.config.filters import Filter
from jbnet.config.tunnel import Tunnel
from jbnet.model.authentication import Proof
from jbnet.model.findings import Place
from jbnet.model.management import Management
from jbnet.model.routes import FLOATING as FLOATING
from jbnet.model.traffic import Video

BACKBONE = "0.0.0.0"  # noqa: S104  the backbone area's identifier (RFC 2328, C.2), not an address to bind to
SIDEWAYS = 240
"""Distance of a border router's default route to its partner: used only while OSPF knows no way to the core."""
OWN_PARTNER = 109
"""Distance of a discard route for a partner's network where its line ends: behind the static route over the line, and
before what the area's other border router announces by OSPF (110, externals 150 where they differ)."""
DISCARD = 254
"""Distance of a discard route for an own block: only where nothing more specific is known."""
HELLO_S = 1
DEAD_S = 4
"""OSPF timers in seconds (RFC 2328, 9.5), equal on both ends of every link."""
LOGINS = 2000
"""Number of the access list of networks from which people log in (basic lists are 2000 to 2999 on VRP and Comware)."""
MANAGERS = 2001
"""Number of the access list of hosts that may ask the SNMP agent."""


@dataclass(frozen=True, slots=True)
class StaticRoute:
    """A static route; ``via`` None discards. ``distance`` None is the system's default (1)."""

    prefix: IPv4Network
    via: IPv4Address | None
    distance: int | None = None
    origin: Place | None = field(default=None, compare=False)
    description: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """An interface as configured. ``area`` None: not in OSPF.

    ``only_own``: addresses that are added to the interface later (service addresses that move) stay out of
    OSPF's interfaces and come in by redistribution, as external routes, which appear and go without the
    pause between two instances of a router's LSA (MinLSInterval, RFC 2328, appendix B).
    """

    name: str
    description: str = ""
    address: IPv4Interface | None = None
    area: str | None = None
    cost: int | None = None
    passive: bool = False
    point_to_point: bool = False
    bfd: bool = False
    only_own: bool = False
    hello_interval: int = HELLO_S
    dead_interval: int = DEAD_S
    dot1q: int | None = None
    """The VLAN's id (IEEE 802.1Q) where the interface is a part of a port that several lines share."""
    shape: int | None = None
    """The rate in Mbit/s to which what leaves is held; None: the port's own."""
    proof: Proof | None = None
    """How OSPF packets are signed; None: they are not."""
    mtu: int | None = None
    """Bytes of IP packet, where they are declared."""
    tunnel: Tunnel | None = None
    """Set at the interface of a tunnel: what is sent there travels encrypted."""
    filter_in: Filter | None = None
    filter_out: Filter | None = None
    origin: Place | None = field(default=None, compare=False)
    origins: Mapping[str, Place] = field(default_factory=dict, compare=False)
    """Where values that have a place of their own are declared, by attribute."""


@dataclass(frozen=True, slots=True)
class Area:
    """An OSPF area as this device sees it. ``border``: this device is an area border router (RFC 3101, 2328).

    ``range`` is announced as one summary of a fixed cost: left to the protocol, the cost is that of the
    farthest network inside and so every event in a county would be heard in the whole province.
    """

    id: str
    nssa: bool
    border: bool
    range: IPv4Network | None = None
    range_cost: int = 10


@dataclass(frozen=True, slots=True)
class Redistribution:
    """Routes of another protocol brought into OSPF, filtered by a route map."""

    protocol: str
    route_map: str


@dataclass(frozen=True, slots=True)
class Ospf:
    """The OSPF process (RFC 2328). ``default``: it announces the default route, whatever it knows itself."""

    router_id: IPv4Address
    border: bool
    areas: tuple[Area, ...]
    default: bool = False
    redistribute: tuple[Redistribution, ...] = ()
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A BGP neighbour (RFC 4271). ``internal``: of our own AS, reached by loopback.

    ``shutdown``: no session with it is had, on purpose (RFC 4486, 4).
    """

    address: IPv4Address
    asn: int
    description: str
    internal: bool = False
    route_map_in: str | None = None
    route_map_out: str | None = None
    secret: str | None = None
    """The name of the secret that segments are signed with (RFC 2385); None: they are not."""
    origin: Place | None = field(default=None, compare=False)
    shutdown: bool = False


@dataclass(frozen=True, slots=True)
class Bgp:
    """The BGP process and the prefixes that it announces."""

    asn: int
    router_id: IPv4Address
    networks: tuple[IPv4Network, ...]
    neighbors: tuple[Neighbor, ...]
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class PrefixEntry:
    """One permitting line of a prefix list; ``le`` admits longer prefixes up to that length."""

    name: str
    seq: int
    prefix: IPv4Network
    le: int | None = None
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class RouteMapEntry:
    """One permitting clause of a route map: what it matches and what it sets."""

    name: str
    seq: int
    match: str
    local_preference: int | None = None
    metric: int | None = None
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SourceList:
    """A numbered list of networks from which something is accepted; nothing else is."""

    number: int
    name: str
    sources: tuple[IPv4Network, ...]
    origin: Place | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Intent:
    """Everything that one device's configuration has to say."""

    hostname: str
    interfaces: tuple[Port, ...]
    statics: tuple[StaticRoute, ...] = ()
    ospf: Ospf | None = None
    bgp: Bgp | None = None
    prefix_lists: tuple[PrefixEntry, ...] = ()
    route_maps: tuple[RouteMapEntry, ...] = ()
    agentx: bool = False
    loopback: str = "lo"
    """The name of the loopback interface: where sessions, notifications and time come from."""
    management: Management | None = None
    snmp: str | None = None
    """``v3`` or ``v2c``; None: no agent."""
    source_lists: tuple[SourceList, ...] = ()
    filters: tuple[Filter, ...] = ()
    video: Video | None = None
    """What goes first on the ports that are held to a rate; None where there are none."""
    origin: Place | None = field(default=None, compare=False)

    @property
    def tunnels(self) -> tuple[Tunnel, ...]:
        """Return the tunnels that end here."""
        return tuple(port.tunnel for port in self.interfaces if port.tunnel is not None)
