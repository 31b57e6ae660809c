"""Static routes and OSPF of a device, as the routing standard decides them.

The backbone area holds the core, the data centres and the NOC. Every prefecture is a not-so-stubby
area (RFC 3101) whose two border routers announce one summary and never translate; counties bring one
aggregate into it; below the county there is no OSPF, only statics.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.config.bootstrap import DEFAULT
from jbnet.config.intent import (
    BACKBONE,
    DISCARD,
    FLOATING,
    SIDEWAYS,
    Area,
    Ospf,
    PrefixEntry,
    Redistribution,
    RouteMapEntry,
    StaticRoute,
)
from jbnet.config.links import FarEnd, block_of, circuit_interfaces, far_end, gateway, is_upper_end
from jbnet.model.findings import Place
from jbnet.model.network import Device, Network

AGGREGATE = "AGGREGATE"
PEERS = "PEERS"
SERVICE = "SERVICE"


@dataclass(frozen=True, slots=True)
class Policy:
    """Prefix lists and route maps that belong together."""

    prefix_lists: tuple[PrefixEntry, ...] = ()
    route_maps: tuple[RouteMapEntry, ...] = ()

    @staticmethod
    def filter(name: str, prefixes: Iterable[PrefixEntry]) -> Policy:
        """Return a route map that lets exactly these prefixes pass."""
        return Policy(tuple(prefixes), (RouteMapEntry(name, 10, name),))


def areas_of(device: Device) -> tuple[str, ...]:
    """Return the OSPF areas of the device's interfaces, the backbone first."""
    return tuple(sorted({i.area for i in device.interfaces if i.area is not None}))


def is_border(device: Device) -> bool:
    """Say whether the device joins the backbone with another area."""
    found = areas_of(device)
    return BACKBONE in found and len(found) > 1


def is_aggregating(device: Device) -> bool:
    """Say whether the device is inside an area and speaks for what lies below it (a county's router)."""
    found = areas_of(device)
    return bool(found) and BACKBONE not in found


def leads_outside(network: Network, device: Device) -> bool:
    """Say whether other networks are reached over the device: it knows all that is known, the rest it discards."""
    return any(session.device == device.name for session in network.bgp_sessions)


def announces_default(network: Network, device: Device) -> bool:
    """Say whether the device announces a default route: it leads outside, and nobody is above it.

    One with a way up (the standby site's router, over which a peer is reached without the core) would draw
    what nobody knows, and hand it to the core.
    """
    return device.uplink is None and leads_outside(network, device)


def carries_services(network: Network, device: Device) -> bool:
    """Say whether service addresses may live on the device: it is a declared host of a database."""
    return any(device.name in db.hosts for db in network.databases.values())


def statics(network: Network, device: Device) -> tuple[StaticRoute, ...]:
    """Return the device's static routes: upwards, downwards, and the discard route of its own block."""
    return (
        *_upward(network, device),
        *_sideways(network, device),
        *_downward(network, device),
        *_discard(network, device),
    )


def ospf(network: Network, device: Device) -> tuple[Ospf | None, Policy]:
    """Return the device's OSPF process and the filters it needs; None where it has no part in OSPF."""
    if not areas_of(device) or device.loopback is None:
        return None, Policy()
    filters = dict(_redistributions(network, device))
    sources = tuple(Redistribution(protocol, policy.route_maps[0].name) for protocol, policy in filters.items())
    process = Ospf(
        device.loopback, is_border(device), _areas(network, device), announces_default(network, device), sources,
        device.place,
    )  # fmt: skip
    return process, Policy(
        tuple(entry for policy in filters.values() for entry in policy.prefix_lists),
        tuple(entry for policy in filters.values() for entry in policy.route_maps),
    )


def _upward(network: Network, device: Device) -> Iterator[StaticRoute]:
    via = gateway(network, device)
    if via is not None and device.home not in network.peers:
        yield StaticRoute(DEFAULT, via, FLOATING, device.place)


def _sideways(network: Network, device: Device) -> Iterator[StaticRoute]:
    """Yield a default route over the link between two border routers of one area.

    A line to the core can die without its port going down. The router then stays a border router,
    still draws the area's traffic, and would drop it: summaries of its partner do not count for it
    (RFC 3509). This route hands the traffic to the partner instead.
    """
    for far in partners_of(network, device):
        yield StaticRoute(DEFAULT, far.address, SIDEWAYS, far.circuit.place)


def partners_of(network: Network, device: Device) -> Iterator[FarEnd]:
    """Yield the far ends of a border router's links, inside an area, to its other border routers."""
    if not is_border(device):
        return
    for interface in circuit_interfaces(device):
        far = far_end(network, device, interface)
        if far and far.address and interface.area not in (None, BACKBONE) and is_border(far.device):
            yield far


def _downward(network: Network, device: Device) -> Iterator[StaticRoute]:
    """Yield a route to the block of every home that hangs below over a line without a routing protocol."""
    for interface in circuit_interfaces(device):
        far = far_end(network, device, interface)
        if far is None or interface.area is not None or not is_upper_end(device, interface, far):
            continue
        block = block_of(network, far.device)
        if block is not None and far.address is not None:
            yield StaticRoute(block, far.address, origin=far.circuit.place)


def _discard(network: Network, device: Device) -> Iterator[StaticRoute]:
    """Yield the discard route that keeps packets to unused addresses from going round in circles.

    The county's is also the aggregate that it announces, so it has the ordinary distance.
    """
    block = block_of(network, device)
    if block is None:
        yield from ()
    elif is_aggregating(device):
        yield StaticRoute(block, None, origin=_home_place(network, device))
    elif not areas_of(device):
        yield StaticRoute(block, None, DISCARD, _home_place(network, device))
    if leads_outside(network, device):
        yield StaticRoute(network.supernet, None, DISCARD, device.place)
    peer = network.peers.get(device.home)
    if peer is not None:
        yield from (StaticRoute(prefix, None, DISCARD, peer.place) for prefix in peer.prefixes)


def _home_place(network: Network, device: Device) -> Place | None:
    home = network.sites.get(device.home) or network.locations.get(device.home)
    return home.place if home else device.place


def _areas(network: Network, device: Device) -> tuple[Area, ...]:
    border = is_border(device)
    summary = block_of(network, device) if border else None
    return tuple(
        Area(area, nssa=area != BACKBONE, border=border, range=summary if area != BACKBONE else None)
        for area in areas_of(device)
    )


def _redistributions(network: Network, device: Device) -> Iterator[tuple[str, Policy]]:
    block = block_of(network, device)
    if is_aggregating(device) and block is not None:
        yield "static", Policy.filter(AGGREGATE, [PrefixEntry(AGGREGATE, 5, block)])
    if network.service_prefix and carries_services(network, device):
        yield "connected", Policy.filter(SERVICE, [PrefixEntry(SERVICE, 5, network.service_prefix, le=32)])
    peers = {s.peer for s in network.bgp_sessions if s.device == device.name}
    learned = [prefix for peer in sorted(peers) for prefix in network.peers[peer].prefixes]
    if learned:
        yield "bgp", Policy.filter(PEERS, [PrefixEntry(PEERS, 5 * n, p) for n, p in enumerate(learned, 1)])
