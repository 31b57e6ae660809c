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
from jbnet.config.intent import BACKBONE, Ospf, Port, PrefixEntry, Redistribution, RouteMapEntry, StaticRoute
from jbnet.config.offices import Office, Partner, here
from jbnet.config.permissions import permitted
from jbnet.model.business import Application
from jbnet.model.errors import TargetError
from jbnet.model.findings import Place
from jbnet.model.network import Device, InterfaceKind, Network
from jbnet.model.text import text

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
    routes = [route for partner in found.partners for route in _partner_routes(partner)]
    entries = [PrefixEntry(PARTNERS, 5 * n, route.prefix, origin=route.origin) for n, route in enumerate(routes, 1)]
    announces = bool(entries) and any(i.area == BACKBONE for i in device.interfaces)
    maps = (RouteMapEntry(PARTNERS, 10, PARTNERS, origin=entries[0].origin),) if announces else ()
    return Zones(tuple(ports), tuple(filters), tuple(routes), tuple(entries) if announces else (), maps)


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
    peer, link = partner.peer, partner.link
    address = IPv4Interface((int(link.network_address) + (1 if link.prefixlen < 31 else 0), link.prefixlen))
    sources = [link, *peer.prefixes]
    ping = Permit("icmp", link, IPv4Network(address.ip))
    inward = (ping, *_to_services(network, sources, peer.services), *permitted(network, sources))
    port = _base(network, device, "extranet")
    return _port(port, partner.vlan, f"ext-{peer.kind}", f"partner {peer.name}", address, inward, peer.place, None)


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
    inward = tuple(dict.fromkeys(inward))
    back = tuple(dict.fromkeys(rule.back() for rule in inward))
    return Port(
        f"{base}.{vlan}", description, address, area, passive=area is not None, dot1q=vlan, origin=place,
        filter_in=Filter(INWARD + vlan, f"{kind.upper()}-IN", inward, place),
        filter_out=Filter(OUTWARD + vlan, f"{kind.upper()}-OUT", back, place),
    )  # fmt: skip


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


def _partner_routes(partner: Partner) -> Iterator[StaticRoute]:
    via = partner.link.network_address + (2 if partner.link.prefixlen < 31 else 1)
    yield from (StaticRoute(prefix, via, origin=partner.peer.place) for prefix in partner.peer.prefixes)
