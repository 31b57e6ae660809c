"""Zones: whether a name leads to where it is said to, and whether clients hear of a move in time."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address

from jbnet.inventory.building.dns import APEX, address_of
from jbnet.inventory.declaration import Item
from jbnet.inventory.reach import management_addresses
from jbnet.inventory.rules.world import World
from jbnet.inventory.schema.dns import DnsZoneDecl
from jbnet.model.dns import DnsKind, DnsZone, MovableName
from jbnet.model.network import Network


def check(world: World) -> None:
    """Report names that cannot be moved, that lead elsewhere, or that clients hold too long; zones of one place."""
    owners = _owners(world.network) if world.network.dns else {}
    for zone in world.network.dns.values():
        item = world.declared.dns[zone.name]
        _check_places(world, zone, item)
        for key in item.decl.names:
            name = zone.names.get(zone.name if key == APEX else f"{key}.{zone.name}")
            if name is not None:
                _check_values(world, name, item, key, owners)
                _check_move(world, name, item, key)
                _check_ttl(world, name, item, key)


def _owners(network: Network) -> dict[IPv4Address, str | None]:
    """Return who has each address: a device's home; None for a service address, which moves by itself."""
    found: dict[IPv4Address, str | None] = {
        address: device.home for device in network.devices.values() for address in management_addresses(device)
    }
    return found | dict.fromkeys((database.service_address for database in network.databases.values()), None)


def _check_places(world: World, zone: DnsZone, item: Item[DnsZoneDecl]) -> None:
    """Report a zone all of whose name servers stand in the home of its primary."""
    homes = [home_of_server(world.network, server) for server in zone.servers]
    if homes[0] is not None and set(homes) == {homes[0]}:
        world.report.add("JB423", "all name servers of {zone} stand in {home}: with it the zone is lost",
                         item.at("primary"), zone=zone.name, home=homes[0])  # fmt: skip


def home_of_server(network: Network, server: str) -> str | None:
    """Return the home of a name server; None for an address that is no device's."""
    if server in network.devices:
        return network.devices[server].home
    address = address_of(server)
    devices = network.devices.values()
    return next((device.home for device in devices if address in management_addresses(device)), None)


def _check_values(
    world: World, name: MovableName, item: Item[DnsZoneDecl], key: str, owners: Mapping[IPv4Address, str | None]
) -> None:
    """Report addresses that nobody has, or somebody elsewhere, and a CNAME that is not alone (RFC 1034, 3.6.2)."""
    homes = {**world.network.locations, **world.network.sites}
    for home, words in item.decl.names[key].at.items():
        if home not in homes:
            continue  # which was reported
        records = name.values[home]
        if any(record.kind is DnsKind.CNAME for record in records) and len(records) > 1:
            world.report.add("JB421", "{name} at {home}: another name stands alone, or not at all",
                             item.at("names", key, "at", home), name=name.name, home=home)  # fmt: skip
        for index, word in enumerate(words):
            place = item.at("names", key, "at", home, index)
            device, address = world.network.devices.get(word), address_of(word)
            if isinstance(address, IPv4Address) and address not in owners:
                world.report.add("JB421", "{name} at {home}: {address} is no address of a declared host or service",
                                 place, name=name.name, home=home, address=address)  # fmt: skip
                continue
            owner = device.home if device is not None else owners.get(address) if address is not None else None  # type: ignore[arg-type]  # an IPv6 address is no key, and finds nothing
            if owner is not None and owner != home:
                world.report.add("JB421", "{name} at {home}: {address} stands in {owner}", place, name=name.name,
                                 home=home, address=word, owner=owner)  # fmt: skip


def _check_move(world: World, name: MovableName, item: Item[DnsZoneDecl], key: str) -> None:
    """Report a name that says nothing somewhere, or the same everywhere."""
    for home, words in item.decl.names[key].at.items():
        if not words:
            world.report.add("JB424", "{name} says nothing at {home}", item.at("names", key, "at", home),
                             name=name.name, home=home)  # fmt: skip
    said = [frozenset(values) for values in name.values.values()]
    if len(set(said)) < max(2, len(said)) and all(said):  # what is nothing was reported
        world.report.add("JB424", "{name} does not say something else at each of two places or more: there is nothing"
                         " to move", item.at("names", key, "at"), name=name.name)  # fmt: skip


def _check_ttl(world: World, name: MovableName, item: Item[DnsZoneDecl], key: str) -> None:
    """Report a TTL that uses up the objective of a service: clients ask again only when it has run out."""
    for one in name.services:
        service = world.network.services.get(one)
        rto_s = service.objective.rto_s if service is not None else None
        if service is not None and rto_s is not None and name.ttl >= rto_s:
            world.report.add(
                "JB422", "{name}: clients keep the old answer for up to {ttl} s, and {service} is to be back within"
                " {rto_s:g} s", item.at("names", key, "ttl"), [service.place] if service.place else [], name=name.name,
                ttl=name.ttl, service=one, rto_s=rto_s,
            )  # fmt: skip
