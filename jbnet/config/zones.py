"""Agencies and partners at their gateway: a VLAN each, and filters that keep them apart (requirements R3 and R4).

An agency's office reaches the applications of the services that its site uses, offices of its own agency above and
below it, and nobody else; a partner reaches the applications of its own services alone. What comes back is let through
by the same rules turned round. Their routes are in the common table: see ADR 24.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface, IPv4Network

from jbnet.config.filters import Filter, Permit
from jbnet.config.intent import (
    BACKBONE,
    OWN_PARTNER,
    Ospf,
    Port,
    PrefixEntry,
    Redistribution,
    RouteMapEntry,
    StaticRoute,
)
from jbnet.config.offices import Office, Partner, here
from jbnet.config.permissions import permitted
from jbnet.config.routing import partners_of
from jbnet.model.business import Application
from jbnet.model.errors import TargetError
from jbnet.model.findings import Place
from jbnet.model.network import Device, InterfaceKind, Network
from jbnet.model.text import text
from jbnet.platforms.registry import platform

INWARD, OUTWARD = 3000, 3500
"""An access list's number is this plus the VLAN's id, so neither changes when others come and go."""
LAST_VLAN = OUTWARD - INWARD - 1
PARTNERS = "PARTNERS"


@dataclass(frozen=True, slots=True)
class Zones:
    """What agencies and partners bring to a device's configuration."""

    ports: tuple[Port, ...] = ()
    filters: tuple[Filter, ...] = ()
    statics: tuple[StaticRoute, ...] = ()
    prefix_lists: tuple[PrefixEntry, ...] = ()
    route_maps: tuple[RouteMapEntry, ...] = ()


def zones(network: Network, device: Device) -> Zones:
    """Return the zones at the device. Raises TargetError where its model has no port for them."""
    found = here(network, device.name)
    ports = [_office_port(network, device, office) for office in found.offices]
    ports += [_partner_port(network, device, partner) for partner in found.partners]
    if not ports:
        return Zones()
    _refuse_shared(device, ports)
    filters = [each for port in ports for each in (port.filter_in, port.filter_out) if each is not None]
    routed = _routed(device, _routes_to(network, device, found.partners))
    return replace(routed, ports=tuple(ports), filters=tuple(filters))


def beside(network: Network, device: Device) -> Zones:
    """Return the routes to the networks of partners behind the device's partner: the area's other border router.

    A partner's line ends on one of the two. That one loses the backbone with its own line to the core, or with the
    core; a network outside the area's summary, announced by it alone, would be gone with it. The other one announces
    it, too, and hands what comes over to the first; nearer to the core, the first one is preferred.
    """
    routes: list[StaticRoute] = []
    for far in partners_of(network, device):
        real = platform(far.device.platform).zones
        met = [m for m in here(network, far.device.name).partners if real or _has_host(network, m)]
        routes += (StaticRoute(p, far.address, origin=m.peer.place) for m in met for p in m.peer.prefixes)
    return _routed(device, routes)


def hosted(network: Network, device: Device) -> Zones:
    """Return the routes to partners whose line is a circuit here: in a lab, where they have a host.

    The port is the circuit's, and the filters are the lab's (``partner_filters``).
    """
    met = [partner for partner in here(network, device.name).partners if _has_host(network, partner)]
    return _routed(device, _routes_to(network, device, met))


def partner_filters(network: Network, device: Device) -> dict[str, tuple[Filter, Filter]]:
    """Return what passes at the ports of partners whose line is a circuit here, in and out, by the interface's name."""
    found: dict[str, tuple[Filter, Filter]] = {}
    ports = {interface.circuit: interface.name for interface in device.interfaces if interface.circuit}
    for partner in here(network, device.name).partners:
        if _has_host(network, partner):
            _, inward = _partner_permits(network, partner)
            line = partner.peer.line.name if partner.peer.line else ""
            found[ports[line]] = _filters(partner.vlan, f"ext-{partner.peer.kind}", inward, partner.peer.place)
    return found


def both(one: Zones, other: Zones) -> Zones:
    """Return the zones of both, as one list of partners' networks."""
    entries = (*one.prefix_lists, *other.prefix_lists)
    return Zones(
        one.ports + other.ports, one.filters + other.filters, one.statics + other.statics,
        tuple(replace(entry, seq=5 * number) for number, entry in enumerate(entries, 1)),
        one.route_maps or other.route_maps,
    )  # fmt: skip


def _has_host(network: Network, partner: Partner) -> bool:
    return partner.peer.line is not None and partner.peer.line.name in network.circuits


def _routed(device: Device, statics: Iterable[StaticRoute]) -> Zones:
    """Return static routes to partners' networks, with what brings them into OSPF from a device in the backbone."""
    routes = tuple(statics)
    known = {route.prefix: route.origin for route in reversed(routes)}
    listed = enumerate(dict.fromkeys(route.prefix for route in routes), 1)
    entries = tuple(PrefixEntry(PARTNERS, 5 * n, prefix, origin=known[prefix]) for n, prefix in listed)
    if not entries or all(i.area != BACKBONE for i in device.interfaces):
        return Zones(statics=routes)
    maps = (RouteMapEntry(PARTNERS, 10, PARTNERS, origin=entries[0].origin),)
    return Zones(statics=routes, prefix_lists=entries, route_maps=maps)


def _refuse_shared(device: Device, ports: Iterable[Port]) -> None:
    """Raise TargetError where two lines would be one VLAN of one port: two sites with one gateway."""
    first: dict[str, Port] = {}
    for port in ports:
        other = first.setdefault(port.name, port)
        if other is not port:
            hint = text("give one of the sites another gateway, or another VLAN")
            raise TargetError("{one} and {other} would share {port} of {device}", hint=hint, device=device.name,
                              one=other.description, other=port.description, port=port.name)  # fmt: skip


def with_partners(ospf: Ospf) -> Ospf:
    """Return the OSPF process that brings in the partners' networks, too."""
    return replace(ospf, redistribute=(*ospf.redistribute, Redistribution("static", PARTNERS)))


def _office_port(network: Network, device: Device, office: Office) -> Port:
    premises, vlan = office.premises, office.vlan
    address = IPv4Interface((int(premises.prefix.network_address) + 1, premises.prefix.prefixlen))
    inward = tuple(_office_permits(network, office, address))
    port = _base(network, device, "agencies" if premises.line else "lan")
    return _port(
        port, vlan, premises.agency, f"premises {premises.name}", address, inward, premises.place, _area(device)
    )


def _office_permits(network: Network, office: Office, own: IPv4Interface) -> Iterator[Permit]:
    prefix = office.premises.prefix
    agency = network.agencies.get(office.premises.agency)
    yield Permit("icmp", prefix, IPv4Network(own.ip), origin=agency.place if agency else None)
    level = network.sites[office.premises.site].level
    yield from _to_services(network, [prefix], (s.name for s in network.services.values() if level in s.levels))
    yield from (Permit("ip", prefix, other.prefix, origin=other.place) for other in office.kin)
    yield from permitted(network, [prefix])


def _partner_port(network: Network, device: Device, partner: Partner) -> Port:
    peer = partner.peer
    address, inward = _partner_permits(network, partner)
    port = _base(network, device, "extranet")
    return _port(port, partner.vlan, f"ext-{peer.kind}", f"partner {peer.name}", address, inward, peer.place, None)


def _partner_permits(network: Network, partner: Partner) -> tuple[IPv4Interface, tuple[Permit, ...]]:
    """Return our address on the hand-over link, and what the partner may send."""
    peer, link = partner.peer, partner.link
    address = IPv4Interface((int(link.network_address) + (1 if link.prefixlen < 31 else 0), link.prefixlen))
    sources = [link, *peer.prefixes]
    ping = Permit("icmp", link, IPv4Network(address.ip))
    return address, (ping, *_to_services(network, sources, peer.services), *permitted(network, sources))


def _to_services(network: Network, sources: Iterable[IPv4Network], services: Iterable[str]) -> Iterator[Permit]:
    """Yield a rule for each source, host and port of the services' applications, each once."""
    names = dict.fromkeys(a for s in services if s in network.services for a in network.services[s].applications)
    targets: dict[tuple[IPv4Network, int | None], Place | None] = {}
    for application in (network.applications[name] for name in names if name in network.applications):
        for host in _hosts(network, application):
            if host.loopback is not None:
                targets.setdefault((IPv4Network(host.loopback), application.port), application.place)
    for source in sources:
        for (target, port), place in targets.items():
            yield Permit("tcp" if port else "ip", source, target, None, port, place)


def _hosts(network: Network, application: Application) -> Iterator[Device]:
    return (network.devices[host] for host in application.hosts if host in network.devices)


def _port(
    base: str, vlan: int, kind: str, description: str, address: IPv4Interface, inward: tuple[Permit, ...],
    place: Place | None, area: str | None,
) -> Port:  # fmt: skip
    if vlan > LAST_VLAN:
        hint = text("choose one from 2 to {last}", last=LAST_VLAN)
        raise TargetError("the VLAN {vlan} of {name} has no access list number", hint=hint, vlan=vlan, name=kind)
    filter_in, filter_out = _filters(vlan, kind, inward, place)
    return Port(
        f"{base}.{vlan}", description, address, area, passive=area is not None, dot1q=vlan, origin=place,
        filter_in=filter_in, filter_out=filter_out,
    )  # fmt: skip


def _filters(vlan: int, kind: str, inward: Iterable[Permit], place: Place | None) -> tuple[Filter, Filter]:
    """Return the filter inwards, and the one outwards: the same turned round."""
    rules = tuple(dict.fromkeys(inward))
    back = tuple(dict.fromkeys(rule.back() for rule in rules))
    return (
        Filter(INWARD + vlan, f"{kind.upper()}-IN", rules, place),
        Filter(OUTWARD + vlan, f"{kind.upper()}-OUT", back, place),
    )


def _base(network: Network, device: Device, use: str) -> str:
    """Return the port at which lines of that use arrive."""
    kind = network.device_types.get(device.device_type or "")
    named = kind.ports.get(use, ()) if kind else ()
    if not named:
        hint = text("give its model one in topology/hardware.yaml")
        raise TargetError("{device} has no port for {use}", hint=hint, device=device.name, use=use)
    return named[0]


def _area(device: Device) -> str | None:
    """Return the area in which the device announces its LAN; for one that has none, that of its loopback."""
    kinds = {interface.kind: interface.area for interface in device.interfaces}
    return kinds[InterfaceKind.LAN] if InterfaceKind.LAN in kinds else kinds.get(InterfaceKind.LOOPBACK)


def _routes_to(network: Network, device: Device, met: Iterable[Partner]) -> Iterator[StaticRoute]:
    """Yield the routes to partners whose lines end here.

    Where another border router announces them, too, a route that discards stands behind each: with the line's port
    down, packets would otherwise go round between the two.
    """
    shared = any(True for _ in partners_of(network, device))
    for partner in met:
        for route in _partner_routes(partner):
            yield route
            if shared:
                yield StaticRoute(route.prefix, None, OWN_PARTNER, route.origin)


def _partner_routes(partner: Partner) -> Iterator[StaticRoute]:
    via = partner.link.network_address + (2 if partner.link.prefixlen < 31 else 1)
    yield from (StaticRoute(prefix, via, origin=partner.peer.place) for prefix in partner.peer.prefixes)
