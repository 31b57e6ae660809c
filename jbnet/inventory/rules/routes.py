"""Declared static routes: whether they would work, and whether they would take anything from anybody."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from ipaddress import IPv4Address, IPv4Network
from itertools import islice

from jbnet.inventory.addresses.connected import connected
from jbnet.inventory.rules.martians import martian
from jbnet.inventory.rules.world import World
from jbnet.model.findings import Place
from jbnet.model.network import Device, Location, Network, Site
from jbnet.model.routes import FLOATING, Route
from jbnet.platforms.registry import names, platform

_BACKBONE = "0.0.0.0"  # noqa: S104  the backbone area's identifier (RFC 2328, C.2), not an address to bind to


def check(world: World) -> None:
    """Report routes that hide a network of ours, that clash with derived ones, and that nobody hears of."""
    blocks = _Blocks(world.network)
    for name, routes in world.network.routes.items():
        device = world.network.devices[name]
        _check_managed(world, device, routes[:1])
        _check_twice(world, routes)
        for route in routes:
            _check_martian(world, route)
            _check_own(world, device, route)
            _check_elsewhere(world, device, route, blocks)
            _check_derived(world, device, route)
            _check_default(world, device, route)
            _check_announced(world, device, route)


def _related(*places: Place | None) -> list[Place]:
    return [place for place in places if place is not None]


def _check_managed(world: World, device: Device, routes: tuple[Route, ...]) -> None:
    role = world.network.roles.get(device.role)
    for route in routes if role is not None and not role.managed else ():
        world.report.add("JB406", "{device} is not configured by jbnet: its role is {role}", route.place,
                         device=device.name, role=device.role)  # fmt: skip


def _check_twice(world: World, routes: tuple[Route, ...]) -> None:
    first: dict[tuple[IPv4Network, IPv4Address | None], Route] = {}
    for route in routes:
        other = first.setdefault((route.prefix, route.via), route)
        if other is not route:
            world.report.add("JB405", "{device} has the route to {prefix} by {next_hop} twice", route.place,
                             _related(other.place), device=route.device, prefix=route.prefix,
                             next_hop=route.said)  # fmt: skip


def _check_martian(world: World, route: Route) -> None:
    block = martian(route.prefix)
    if block is not None:
        world.report.add("JB409", "no router sends on what goes to {prefix}: it lies in {block}", route.at("prefix"),
                         prefix=route.prefix, block=block)  # fmt: skip


def _check_own(world: World, device: Device, route: Route) -> None:
    for one in connected(world.network, device):
        if route.prefix.subnet_of(one.prefix):
            world.report.add(
                "JB403", "{prefix} lies in {own}, to which {device} is connected itself ({name})", route.at("prefix"),
                _related(one.place),
                prefix=route.prefix, own=one.prefix, device=device.name, name=one.owner,
            )  # fmt: skip
            return


class _Blocks:
    """Whose block a prefix lies in, or holds; few prefixes are asked about, each by many sites of an archetype."""

    def __init__(self, network: Network) -> None:
        homes: list[Site | Location] = [*network.sites.values(), *network.locations.values()]
        self._blocks = [(home.block, home.name, home.place) for home in homes if home.block is not None]
        if network.service_prefix is not None:
            self._blocks.append((network.service_prefix, "services", None))
        self.around = cache(self._around)
        self.inside = cache(self._inside)

    def _around(self, prefix: IPv4Network) -> tuple[IPv4Network, str, Place | None] | None:
        """Return the smallest block in which the prefix lies."""
        holders = [one for one in self._blocks if prefix.subnet_of(one[0])]
        return max(holders, key=lambda one: one[0].prefixlen, default=None)

    def _inside(self, prefix: IPv4Network) -> tuple[tuple[IPv4Network, str, Place | None], ...]:
        """Return the blocks that lie in the prefix."""
        return tuple(one for one in self._blocks if one[0].subnet_of(prefix))


def _check_elsewhere(world: World, device: Device, route: Route, blocks: _Blocks) -> None:
    """Report a route that hides a block of ours: packets to it would go another way than the network's, or nowhere.

    A prefix that is wider than others' blocks hides none where these are known: the longest match wins. They are not
    outside the backbone: devices there follow a default route (RFC 3101, 2.7).
    """
    home = world.network.sites.get(device.home) or world.network.locations.get(device.home)
    own = home.block if home is not None else None
    found = [one for one in (blocks.around(route.prefix),) if one is not None]
    if route.prefix.prefixlen and not _in_backbone(device):
        found += blocks.inside(route.prefix)
    taken = (one for one in found if own is None or not one[0].subnet_of(own))
    for block, name, place in islice(taken, 1):
        world.report.add(
            "JB402", "{prefix} meets {block} of {name}: {device} would send its packets to {next_hop}",
            route.at("prefix"), _related(place),
            prefix=route.prefix, block=block, name=name, device=device.name, next_hop=route.said,
        )  # fmt: skip


def _in_backbone(device: Device) -> bool:
    return any(interface.area == _BACKBONE for interface in device.interfaces)


def _check_derived(world: World, device: Device, route: Route) -> None:
    """Report a prefix to which the device has a route anyway."""
    for prefix, why in _derived(world.network, device):
        if route.prefix == prefix:
            world.report.add("JB405", "{device} has a route to {prefix} anyway: that of {name}", route.at("prefix"),
                             device=device.name, prefix=prefix, name=why)  # fmt: skip


def _derived(network: Network, device: Device) -> Iterator[tuple[IPv4Network, str]]:
    home = network.sites.get(device.home) or network.locations.get(device.home)
    if home is not None and home.block is not None and not _in_backbone(device):
        yield home.block, home.name
    owners = {one.owner for one in connected(network, device)}
    yield from ((prefix, name) for name in owners if name in network.peers for prefix in network.peers[name].prefixes)


def _check_default(world: World, device: Device, route: Route) -> None:
    """Report a default route that would be used before the derived one, by which the device is reached and managed."""
    if route.prefix.prefixlen or device.uplink is None or device.home in world.network.peers:
        return
    usual = platform(device.platform).static_preference if device.platform in names() else 1
    preference = route.preference or usual
    if preference <= FLOATING:
        line = device.interface(device.uplink).circuit or device.uplink
        circuit = world.network.circuits.get(line)
        world.report.add(
            "JB404", "{device} has a default route by {line} with the preference {derived}; this one, with"
            " {preference}, would be used before it", route.at("preference"),
            _related(circuit.place if circuit else None),
            device=device.name, line=line, derived=FLOATING, preference=preference,
        )  # fmt: skip


def _check_announced(world: World, device: Device, route: Route) -> None:
    if not route.announce:
        return
    areas = {interface.area for interface in device.interfaces} - {None}
    place = route.at("announce")
    if not areas:
        world.report.add("JB407", "{device} does not speak OSPF and cannot announce {prefix}", place,
                         device=device.name, prefix=route.prefix)  # fmt: skip
    elif not route.prefix.prefixlen:
        world.report.add("JB407", "{device}: OSPF takes no default route from static ones", place,
                         device=device.name)  # fmt: skip
    elif _BACKBONE not in areas:
        world.report.add("JB408", "{prefix} is announced by {device} inside the area {area} alone", place,
                         prefix=route.prefix, device=device.name, area=", ".join(sorted(map(str, areas))))  # fmt: skip
