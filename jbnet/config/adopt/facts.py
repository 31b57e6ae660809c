"""What was read out of a running configuration: the nouns of an adoption."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.config.lines import Line
from jbnet.model.findings import Place
from jbnet.model.text import Text


@dataclass(frozen=True, slots=True)
class Source:
    """A text that somebody gave: where it is from (a file, a device), what it says, its platform if that is known."""

    name: str
    content: str
    platform: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the draft could not take over, or had to guess; ``refused``: the whole text was left out.

    ``silent``: there is no text; the place names the device that gave none.
    """

    place: Place
    text: Text
    refused: bool = False
    silent: bool = False


@dataclass(frozen=True, slots=True)
class RunningPort:
    """An interface as it runs. ``also`` are further addresses; ``rate`` is the shaper in Mbit/s."""

    name: str
    line: int
    address: IPv4Interface | None = None
    also: tuple[IPv4Interface, ...] = ()
    vlan: int | None = None
    vpn: str | None = None
    area: str | None = None
    cost: int | None = None
    bfd: bool = False
    rate: int | None = None


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """A neighbour of BGP (RFC 4271) and where it stands."""

    address: IPv4Address
    asn: int
    line: int


@dataclass(frozen=True, slots=True)
class RunningRoute:
    """A static route as it runs: ``via`` None discards; ``preference`` None: the system's own."""

    prefix: IPv4Network
    via: IPv4Address | None
    line: int
    preference: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """One device's configuration, as far as it was understood.

    ``understood`` are the numbers of lines whose meaning was read. ``blocks`` are prefixes that it announces as one or
    discards as a whole; ``vrfs`` route distinguishers by name; ``areas`` those of OSPF that it names.
    """

    source: str
    platform: str
    name: str
    name_line: int
    content: str
    lines: tuple[Line, ...] = field(repr=False)
    ports: Mapping[str, RunningPort] = field(default_factory=dict)
    router_id: IPv4Address | None = None
    speaks_ospf: bool = False
    areas: tuple[str, ...] = ()
    blocks: tuple[IPv4Network, ...] = ()
    asn: int | None = None
    peers: tuple[BgpPeer, ...] = ()
    vrfs: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[RunningRoute, ...] = ()
    agent: bool = False
    understood: frozenset[int] = frozenset()

    def at(self, line: int) -> Place:
        """Return the place of a line."""
        return Place(self.source, line)
