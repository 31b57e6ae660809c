"""From a configuration to what it says of which packets go where, by the patterns of its platform."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from ipaddress import AddressValueError, NetmaskValueError

from jbnet.config.standin.access import Access
from jbnet.config.standin.facts import PortFacts, RoutingText
from jbnet.config.standin.reading_ospf import OspfReader
from jbnet.config.standin.reading_ports import PortReader
from jbnet.config.standin.reading_routes import BgpReader, RouteReader
from jbnet.config.standin.saying import Said
from jbnet.config.tree import Path
from jbnet.platforms.registry import platform
from jbnet.platforms.routing_facts import routing_facts
from jbnet.platforms.sections import sections


def read(platform_name: str, lines: Iterable[Path]) -> RoutingText:
    """Return what the lines of a configuration (``jbnet.config.lines.paths_of``) say."""
    reader = _Reader(platform_name)
    for path in lines:
        reader.take(path)
    return reader.done()


def is_elsewhere(platform_name: str, path: Path) -> bool:
    """Say whether a line is about something else than where packets go, as far as its section tells."""
    return sections(platform_name).of(path) in routing_facts(platform_name).elsewhere


@dataclass
class _Reader:
    """Reads one configuration; one use."""

    platform: str
    ports: PortReader = field(default_factory=PortReader)
    ospf: OspfReader = field(default_factory=OspfReader)
    bgp: BgpReader = field(default_factory=BgpReader)
    routes: RouteReader = field(default_factory=RouteReader)
    access: Access = field(default_factory=Access)
    unread: list[Path] = field(default_factory=list)

    def take(self, path: Path) -> None:
        """Take a line in; what nobody knows is kept, unless it is about other things."""
        found = routing_facts(self.platform).facts_of(path)
        if not found or not all(self._taken(fact, said) for fact, said in found):
            self.access.miss(path)
            if not is_elsewhere(self.platform, path):
                self.unread.append(path)

    def _taken(self, fact: str, said: Said) -> bool:
        """Say whether a fact could be taken over: one with a value that is none could not."""
        try:
            if not any(reader.take(fact, said) for reader in (self.ports, self.ospf, self.bgp, self.routes)):
                self.access.take(fact, said)
        except (AddressValueError, NetmaskValueError, ValueError, KeyError):
            return False
        return True

    def done(self) -> RoutingText:
        """Return what was read, every port with what is said of it elsewhere."""
        return RoutingText(
            ports={name: self._whole(port) for name, port in self.ports.ports.items()},
            ospf=self.ospf.process(),
            bgp=self.bgp.process(),
            statics=tuple(self.routes.statics),
            entries=tuple(self.routes.entries),
            clauses=tuple(self.routes.clauses.values()),
            lists=self.access.lists(),
            broken=frozenset(self.access.broken),
            unread=tuple(self.unread),
        )

    def _whole(self, port: PortFacts) -> PortFacts:
        """Return a port as it is in the end: in an area by its address, silent, signed by a key of its area's."""
        area, keys = self.ospf.area_of(port), self.ports.keys(port)
        signed = port.signed or port.name in self.ports.chained
        if area in self.ospf.area_keys and not signed:
            keys, signed = (self.ospf.area_keys[area],), True
        is_loopback = port.name == (platform(self.platform).loopback or "lo")
        joins = routing_facts(self.platform).usual.point_to_point.fullmatch(port.name) is not None
        return replace(
            port,
            area=area,
            point_to_point=joins if port.point_to_point is None else port.point_to_point,
            keys=keys,
            signed=signed,
            passive=area is not None and (port.passive or self.ospf.silences(port) or is_loopback),
            filters={way: self.access.resolved(name) for way, name in port.filters.items()},
        )
