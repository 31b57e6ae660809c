"""Who has which address, and by which rule: every prefix of the finished network with its owner and its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network

from jbnet.inventory.addresses.space import Space
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.schema.plan import PartDecl
from jbnet.model.findings import Place
from jbnet.model.network import Device, Interface, InterfaceKind, Network, Site
from jbnet.model.text import Text, text


class Kind(StrEnum):
    """What a prefix is. The first ones hold others, in this order; from ``lan`` on they are in use."""

    SUPERNET = "supernet"
    POOL = "pool"
    BLOCK = "block"
    OWN = "own"
    PART = "part"
    RESERVED = "reserved"
    SERVICES = "services"
    EXTRANET = "extranet"
    LAN = "lan"
    AGENCY = "agency"
    LINK = "link"
    LOOPBACK = "loopback"
    SERVICE = "service"
    INTERFACE = "interface"
    FOREIGN = "foreign"


HOLDERS = frozenset(list(Kind)[: list(Kind).index(Kind.LAN)])


@dataclass(frozen=True, slots=True)
class Use:
    """A prefix and its owner. ``home`` is the site, location or peer that it belongs to; ``rule`` says why."""

    prefix: IPv4Network
    kind: Kind
    owner: str
    rule: Text
    place: Place | None = None
    home: str | None = None


def uses(network: Network, declared: Declaration) -> Iterator[Use]:
    """Yield every prefix from the supernet down to interfaces; ``declared`` gives the plan and the records."""
    place = declared.network.at("supernet") if declared.network else None
    yield Use(network.supernet, Kind.SUPERNET, network.name, text("the network's supernet"), place)
    yield from _plan(network, declared)
    yield from _sites(network, declared)
    yield from _lines(network)
    yield from _interfaces(network, declared)


def _plan(network: Network, declared: Declaration) -> Iterator[Use]:
    if declared.addresses is None:
        return
    plan, item = declared.addresses.decl, declared.addresses
    for index, pool in enumerate(plan.pools):
        rule = text("a pool: the highest sites with blocks take theirs from it")
        yield Use(pool, Kind.POOL, "pools", rule, item.at("pools", index))
    for section in ("locations", "provinces", "peers"):
        for name, prefix in getattr(plan, section).items():
            rule = text("given by name under {section} in the plan", section=section)
            yield Use(prefix, Kind.BLOCK, name, rule, item.at(section, name), name)
    yield Use(plan.services, Kind.SERVICES, "services", text("the prefix of all databases"), item.at("services"))
    for database in network.databases.values():
        single = IPv4Network(database.service_address)
        rule = text("service address of the database; its leading host announces it")
        yield Use(single, Kind.SERVICE, database.name, rule, database.place)
    if plan.extranet is not None:
        rule = text("hand-over links to partners, a /{length} each", length=plan.extranet.link)
        yield Use(plan.extranet.pool, Kind.EXTRANET, "extranet", rule, item.at("extranet", "pool"))
    if declared.allocations is not None:
        for reason, prefix in declared.allocations.decl.reserved.items():
            rule = text("reserved: given to nobody until the line is removed")
            yield Use(prefix, Kind.RESERVED, reason, rule, declared.allocations.at("reserved", reason))


def _sites(network: Network, declared: Declaration) -> Iterator[Use]:
    if declared.addresses is None or declared.allocations is None:
        return
    plan, item, records = declared.addresses.decl, declared.addresses, declared.allocations
    for site in network.sites.values():
        if site.block is None or site.own is None or site.level.value not in plan.levels:
            continue
        length = plan.levels[site.level.value].block
        rule = text(
            "recorded for the code {code}; a {level} has a /{length}",
            code=site.code, level=text(site.level.value), length=length,
        )  # fmt: skip
        yield Use(site.block, Kind.BLOCK, site.name, rule, records.at("blocks", site.code), site.name)
        rule = text("what the site uses itself: the first /{length} of its block", length=site.own.prefixlen)
        yield Use(site.own, Kind.OWN, site.name, rule, item.at("levels", site.level.value, "own"), site.name)
    for key in records.decl.blocks.keys() - _codes(network):
        prefix = records.decl.blocks[key]
        yield Use(prefix, Kind.RESERVED, key, text("recorded for a code that no site has"), records.at("blocks", key))


def _codes(network: Network) -> set[str]:
    return {site.code for site in network.sites.values()}


def parts(space: Space, home: str, declared: Declaration) -> Iterator[Use]:
    """Yield the parts that an own prefix is cut into."""
    if declared.addresses is None:
        return
    scheme, item = space.scheme, declared.addresses
    found: tuple[tuple[str, PartDecl], ...] = (
        ("lan", scheme.lan), ("agencies", scheme.agencies), ("links", scheme.links), ("loopbacks", scheme.loopbacks),
    )  # fmt: skip
    for name, part in found:
        prefix = space.part(part)
        if prefix is not None:
            rule = text("part {part} of {of} of the own prefix: {what}", part=part.part, of=part.of, what=text(name))
            yield Use(prefix, Kind.PART, name, rule, item.at("scheme", name), home)


def _lines(network: Network) -> Iterator[Use]:
    for circuit in network.circuits.values():
        if circuit.prefix is not None:
            rule = text("the addresses of the circuit, in the space of its lower end")
            home = network.devices[circuit.z.device].home
            yield Use(circuit.prefix, Kind.LINK, circuit.name, rule, circuit.place, home)
        outer = circuit.encryption.outer if circuit.encryption is not None else None
        if outer is not None:
            rule = text("the ports below the tunnel of the encrypted circuit")
            home = network.devices[circuit.z.device].home
            yield Use(outer, Kind.LINK, circuit.name, rule, circuit.place, home)
    for premises in network.premises.values():
        rule = text("premises of the agency {agency}", agency=premises.agency)
        yield Use(premises.prefix, Kind.AGENCY, premises.name, rule, premises.place, premises.site)
    for peer in network.peers.values():
        link = peer.line.prefix if peer.line else None
        if link is not None:
            rule = text("hand-over to a partner: the first host address is ours, the second theirs")
            yield Use(link, Kind.LINK, peer.name, rule, peer.place, peer.site)
        for prefix in peer.prefixes:
            yield Use(prefix, Kind.FOREIGN, peer.name, text("another's network"), peer.place, peer.name)


def _interfaces(network: Network, declared: Declaration) -> Iterator[Use]:
    exceptions = declared.addresses.decl.exceptions if declared.addresses else {}
    for device in network.devices.values():
        for interface in device.interfaces:
            if interface.address is None:
                continue
            odd = interface.name in exceptions.get(device.name, {})
            rule = text("an exception to the plan") if odd else _interface_rule(network, device, interface)
            place = device.place
            if odd and declared.addresses is not None:
                place = declared.addresses.at("exceptions", device.name, interface.name)
            name = f"{device.name}:{interface.name}"
            if interface.kind is InterfaceKind.LAN and device.home not in network.peers:
                lan, rule_lan = interface.address.network, text("the LAN: hosts of the site itself")
                yield Use(lan, Kind.LAN, device.home, rule_lan, device.place, device.home)
            single = IPv4Network(interface.address.ip)
            kind = Kind.LOOPBACK if interface.kind is InterfaceKind.LOOPBACK else Kind.INTERFACE
            yield Use(single, kind, name, rule, place, device.home)


def _interface_rule(network: Network, device: Device, interface: Interface) -> Text:
    circuit = network.circuits.get(interface.circuit or "")
    if circuit is not None:
        upper = (circuit.a.device, circuit.a.interface) == (device.name, interface.name)
        end = text("upper end") if upper else text("lower end")
        return text("{end} of {circuit}", end=end, circuit=circuit.name)
    if interface.kind is InterfaceKind.LAN:
        return text("the first host address of the LAN")
    return text("loopback, by which the device is managed")


def below(network: Network, site: Site) -> frozenset[str]:
    """Return the names of a site and all below it, and of the locations that lie in them."""
    children: dict[str | None, list[str]] = {}
    for other in network.sites.values():
        children.setdefault(other.parent, []).append(other.name)
    found, pending = set(), [site.name]
    while pending:
        name = pending.pop()
        found.add(name)
        pending += children.get(name, [])
    return frozenset(found | {loc.name for loc in network.locations.values() if loc.site in found})
