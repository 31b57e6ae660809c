"""What a configuration says of which packets go where, whatever the platform: the nouns.

Unlike an ``Intent`` they hold what somebody typed, not what the standard decides: a port that is shut, a summary that
is not announced, a filter that denies. What nobody said is None: what the system then does is data
(``jbnet.platforms.routing_facts``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.config.tree import Path


@dataclass(frozen=True, slots=True)
class Key:
    """What signs OSPF packets: its number, its algorithm, its secret as it stands in the text."""

    id: int
    algorithm: str
    secret: str


@dataclass(frozen=True, slots=True)
class Place:
    """One end of what a rule of a list speaks of; None: any port."""

    network: IPv4Network
    port: int | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of an access list; ``protocol`` None: any."""

    number: int
    permit: bool
    protocol: str | None
    source: Place
    destination: Place


@dataclass(frozen=True, slots=True)
class PortFacts:
    """An interface. ``area`` None: not in OSPF; ``filters`` are names of lists by ``in`` and ``out``.

    ``vpn``: it is not in the common table; ``point_to_point`` None: nobody said. ``signed``: keys count.
    """

    name: str
    addresses: tuple[IPv4Interface, ...] = ()
    vpn: str = ""
    shut: bool = False
    area: str | None = None
    cost: int | None = None
    passive: bool = False
    point_to_point: bool | None = None
    hello: int | None = None
    dead: int | None = None
    bfd: bool = False
    signed: bool = False
    keys: tuple[Key, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """A prefix that an area is announced by, or hidden by; ``cost`` None: that of what lies in it."""

    prefix: IPv4Network
    cost: int | None = None
    announced: bool = True


@dataclass(frozen=True, slots=True)
class AreaFacts:
    """An OSPF area. ``kind``: "", ``nssa`` or ``stub`` (RFC 2328, 3101); ``translates``: type 7 LSAs go to area 0."""

    id: str
    kind: str = ""
    no_summary: bool = False
    translates: bool = True
    summaries: tuple[Summary, ...] = ()


@dataclass(frozen=True, slots=True)
class Import:
    """Routes of another protocol that are brought in: ``connected``, ``static``, ``bgp`` or ``ospf``."""

    protocol: str
    route_map: str | None = None
    metric: int | None = None
    type: int = 2


@dataclass(frozen=True, slots=True)
class DefaultRoute:
    """The default route that is announced; ``always``: also where there is none."""

    always: bool
    metric: int | None = None


@dataclass(frozen=True, slots=True)
class OspfFacts:
    """The OSPF process. ``distances``: internal and external, None where nobody said."""

    router_id: IPv4Address | None
    areas: tuple[AreaFacts, ...] = ()
    default: DefaultRoute | None = None
    imports: tuple[Import, ...] = ()
    suppressed: tuple[IPv4Network, ...] = ()
    distances: tuple[int | None, int | None] = (None, None)


@dataclass(frozen=True, slots=True)
class StaticFacts:
    """A static route; with neither ``via`` nor ``port`` it discards."""

    prefix: IPv4Network
    via: IPv4Address | None = None
    port: str = ""
    distance: int | None = None


@dataclass(frozen=True, slots=True)
class PeerFacts:
    """A BGP neighbour. ``source``: the port whose address it is spoken to from; ``hops`` for external ones."""

    address: IPv4Address
    asn: int
    source: str = ""
    secret: str = ""
    hops: int | None = None
    ignored: bool = False
    active: bool = False
    next_hop_self: bool = False
    map_in: str | None = None
    map_out: str | None = None


@dataclass(frozen=True, slots=True)
class BgpFacts:
    """The BGP process. ``distances``: of external, internal and local routes."""

    asn: int
    router_id: IPv4Address | None = None
    networks: tuple[IPv4Network, ...] = ()
    peers: tuple[PeerFacts, ...] = ()
    imports: tuple[Import, ...] = ()
    distances: tuple[int, int, int] | None = None


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """A line of a prefix list; lengths from ``ge`` to ``le``, None: the prefix's own."""

    name: str
    seq: int
    permit: bool
    prefix: IPv4Network
    ge: int | None = None
    le: int | None = None


@dataclass(frozen=True, slots=True)
class ClauseFacts:
    """A clause of a route map; ``match`` None: everything."""

    name: str
    seq: int
    permit: bool
    match: str | None = None
    local_preference: int | None = None
    metric: int | None = None


@dataclass(frozen=True)
class RoutingText:
    """What one configuration says of which packets go where.

    ``lists`` are the rules of access lists by name; ``broken`` names lists of which a line was not understood;
    ``unread`` are the lines of which it is not known what they do to packets.
    """

    ports: Mapping[str, PortFacts] = field(default_factory=dict)
    ospf: OspfFacts | None = None
    bgp: BgpFacts | None = None
    statics: tuple[StaticFacts, ...] = ()
    entries: tuple[EntryFacts, ...] = ()
    clauses: tuple[ClauseFacts, ...] = ()
    lists: Mapping[str, tuple[Rule, ...]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()
    unread: tuple[Path, ...] = ()
