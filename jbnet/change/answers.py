"""Which way answers to the NOC take by static routes, before a change and after it. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.config.intent import BACKBONE, SIDEWAYS
from jbnet.config.tree import ConfigTree
from jbnet.inventory.reach import management_addresses
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.platforms.changing import Changing, changing
from jbnet.platforms.registry import platform


@dataclass(frozen=True, slots=True)
class _Static:
    """A static route of a configuration; ``via`` is an address or the name of a port."""

    line: str
    prefix: IPv4Network
    via: str
    preference: int

    @property
    def rank(self) -> tuple[int, int]:
        """What decides between routes to one address: the longest prefix, then the lowest preference."""
        return -self.prefix.prefixlen, self.preference


def diverted(
    network: Network, device: Device, running: ConfigTree, intended: ConfigTree, ways: Collection[str]
) -> Iterator[Text]:
    """Yield the static routes that would send answers to the NOC over another line than the device's way up.

    ``ways`` are headings of the interfaces over which it is reached. A router that speaks OSPF follows a static route
    where it is the narrower one: in the backbone area one inside the NOC's own block, elsewhere any that is no default,
    since no more than a default is known there (RFC 3101, 2.7).
    """
    yield from _Answers(network, device, running, intended, ways).diverted()


@dataclass(frozen=True)
class _Answers:
    """One device's change, and where answers to the NOC go."""

    network: Network
    device: Device
    running: ConfigTree
    intended: ConfigTree
    ways: Collection[str]

    @cached_property
    def _known(self) -> Changing:
        return changing(self.device.platform)

    def diverted(self) -> Iterator[Text]:
        """Yield what is told of each route, once."""
        noc = self.network.devices.get(self.network.noc or "")
        if noc is None or noc.name == self.device.name:
            return
        told: set[str] = set()
        for address in management_addresses(noc):
            for route in self._stray(IPv4Address(address)):
                if route.line not in told:
                    told.add(route.line)
                    yield text(
                        "{device}: by `{line}` answers to {noc} would leave another way than {ports}",
                        device=self.device.name, line=route.line, noc=noc.name,
                        ports=", ".join(sorted(way.removeprefix("interface ") for way in self.ways)),
                    )  # fmt: skip

    def _stray(self, address: IPv4Address) -> list[_Static]:
        before, after = (self._routes(tree, address) for tree in (self.running, self.intended))
        if any(re.fullmatch(self._known.routing, path[0]) for path in self.intended.paths if len(path) == 1):
            known = {route.line for route in before}
            used = [route for route in after if route.line not in known and self._is_used(route)]
        else:
            taken = {route.via for route in _best(before)}
            used = [route for route in _best(after) if route.via not in taken]
        return [route for route in used if not self._is_up(route.via)]

    def _is_used(self, route: _Static) -> bool:
        """Say whether a router with OSPF would follow the route on its way to the NOC."""
        if not route.prefix.prefixlen:
            return route.preference < SIDEWAYS
        noc = self.network.devices[self.network.noc or ""]
        home = self.network.locations.get(noc.home) or self.network.sites.get(noc.home)
        in_backbone = any(interface.area == BACKBONE for interface in self.device.interfaces)
        return not in_backbone or home is None or home.block is None or route.prefix.subnet_of(home.block)

    def _routes(self, tree: ConfigTree, address: IPv4Address) -> list[_Static]:
        """Return the static routes that lead to an address, those into nowhere aside."""
        lines = (path[0] for path in tree.paths if len(path) == 1)
        found = (self._route(line) for line in lines if not re.fullmatch(self._known.discards, line))
        return [route for route in found if route is not None and address in route.prefix]

    def _route(self, line: str) -> _Static | None:
        match = re.fullmatch(self._known.static_route, line) if self._known.static_route else None
        try:
            prefix = IPv4Network(f"{match['address']}/{match['mask']}", strict=False) if match else None
        except ValueError:
            return None
        if match is None or prefix is None:
            return None
        usual = platform(self.device.platform).static_preference
        return _Static(line, prefix, match["via"], int(match["preference"] or usual))

    def _is_up(self, via: str) -> bool:
        """Say whether a next hop stands on the way up, as it will be."""
        return f"interface {via}" in self.ways or any(_holds(one, via) for one in self._links)

    @cached_property
    def _links(self) -> list[IPv4Interface]:
        lines = (line for way in self.ways for line in self.intended.under(way))
        return [one for line in lines if re.fullmatch(self._known.address, line) and (one := _interface(line))]


def _best(routes: Sequence[_Static]) -> list[_Static]:
    rank = min((route.rank for route in routes), default=None)
    return [route for route in routes if route.rank == rank]


def _interface(line: str) -> IPv4Interface | None:
    """Return the address of an interface's line, with its mask or its length."""
    try:
        return IPv4Interface("/".join(line.removeprefix("ip address ").split()[:2]))
    except ValueError:
        return None


def _holds(link: IPv4Interface, via: str) -> bool:
    try:
        return IPv4Address(via) in link.network
    except ValueError:
        return False
