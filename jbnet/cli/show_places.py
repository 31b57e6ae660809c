"""What ``jbnet show`` says about places: sites and locations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_lines import called, circuits_table, speed
from jbnet.cli.show_print import Record, Table, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.network import Circuit, Line, Location, Network, Site


def site_view(network: Network, site: Site) -> View:
    """Return what is shown of a site."""
    from jbnet.inventory.addresses.uses import below

    held = below(network, site) & network.sites.keys()
    where = f"{site.lon:.4f} E, {site.lat:.4f} N" if site.lon is not None and site.lat is not None else None
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{site.name}  {site.name_zh}"),
        (text("Level"), text(site.level.value)),
        (text("Code"), site.code),
        (text("Parent"), site.parent),
        (text("Status"), text(site.status.value)),
        (text("Phase"), site.phase),
        (text("Position"), where),
        (text("Address"), site.address),
        (text("Contact"), called(site.contact)),
        (text("Opening hours"), site.opening_hours),
        (text("Demand"), f"{site.demand:g} Mbit/s" if site.demand else None),
        (text("Archetype"), site.archetype),
        (text("Gateway"), site.gateway),
        (text("Block"), site.block),
        (text("Own prefix"), site.own),
        (text("Sites below"), len(held) - 1 or None),
        (text("Declared at"), site.place),
    ]
    return View(rows, _site_tables(network, site), {"sites_below": len(held) - 1})


def _site_tables(network: Network, site: Site) -> list[Table]:
    upwards = [circuit for circuit in network.circuits.values() if _home(network, circuit.z.device) == site.name]
    used = [s for s in network.services.values() if site.level in s.levels]
    children = [other for other in network.sites.values() if other.parent == site.name]
    lying = [location for location in network.locations.values() if location.site == site.name]
    return [
        _devices(network, site.name),
        circuits_table(network, "circuits", text("Circuits upwards and inside"), upwards, upwards=True),
        Table("premises", text("Premises"), _premises(network, site), _premises_cells),
        Table("partners", text("Partners"), _partners(network, site), _partner_cells),
        Table("services", text("Services"), [{"name": s.name, "name_zh": s.name_zh} for s in used]),
        Table("locations", text("Locations"), [{"name": found.name, "name_zh": found.name_zh} for found in lying]),
        Table("sites", text("Sites directly below"), [{"name": s.name, "name_zh": s.name_zh} for s in children]),
    ]


def _home(network: Network, device: str) -> str:
    return network.devices[device].home


def _devices(network: Network, home: str) -> Table:
    records: list[Record] = [
        {"name": d.name, "role": d.role, "platform": d.platform, "loopback": d.loopback}
        for d in network.devices.values()
        if d.home == home
    ]
    return Table("devices", text("Devices"), records)


def _line(line: Line | None) -> Record:
    return {"carrier": line.carrier if line else None, "bandwidth": line.bandwidth if line else None}


def _premises(network: Network, site: Site) -> list[Record]:
    return [
        {"name": p.name, "prefix": p.prefix, "inside": p.line is None, **_line(p.line)}
        for p in network.premises.values()
        if p.site == site.name
    ]


def _premises_cells(record: Record) -> tuple[object, ...]:
    far = text("inside") if record["inside"] else record["carrier"]
    return record["name"], record["prefix"], far, speed(record["bandwidth"])


def _partners(network: Network, site: Site) -> list[Record]:
    return [
        {"name": peer.name, "name_zh": peer.name_zh, **_line(peer.line)}
        for peer in network.peers.values()
        if peer.site == site.name
    ]


def _partner_cells(record: Record) -> tuple[object, ...]:
    return record["name"], record["name_zh"], record["carrier"], speed(record["bandwidth"])


def location_view(network: Network, location: Location) -> View:
    """Return what is shown of a location: where it lies, what stands in it, what runs there, how it is reached."""
    site = network.sites[location.site]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{location.name}  {location.name_zh}"),
        (text("Site"), f"{site.name}  {site.name_zh}"),
        (text("Block"), location.block),
        (text("NOC"), network.noc if network.noc and _home(network, network.noc) == location.name else None),
        (text("Declared at"), location.place),
    ]
    facts = {"noc": network.noc is not None and _home(network, network.noc) == location.name}
    return View(rows, _location_tables(network, location), {**facts, "refers_to": {"site": site}})


def _location_tables(network: Network, location: Location) -> list[Table]:
    up, down = _circuits(network, location.name)
    return [
        _devices(network, location.name),
        Table("addresses", text("Addresses"), _addresses(network, location)),
        Table("databases", text("Databases"), _databases(network, location), _database_cells),
        Table("applications", text("Applications"), _applications(network, location)),
        circuits_table(network, "circuits", text("Circuits upwards and inside"), up, upwards=True),
        circuits_table(network, "circuits_below", text("Circuits downwards"), down, upwards=False),
    ]


def _circuits(network: Network, home: str) -> tuple[list[Circuit], list[Circuit]]:
    """Return the circuits whose lower end stands in a home, and those that only have their upper end there."""
    up, down = [], []
    for circuit in network.circuits.values():
        if _home(network, circuit.z.device) == home:
            up.append(circuit)
        elif _home(network, circuit.a.device) == home:
            down.append(circuit)
    return up, down


def _addresses(network: Network, location: Location) -> list[Record]:
    return [
        {"device": device.name, "interface": interface.name, "address": interface.address}
        for device in network.devices.values()
        if device.home == location.name
        for interface in device.interfaces
        if interface.address is not None
    ]


def _databases(network: Network, location: Location) -> list[Record]:
    return [
        {"name": found.name, "name_zh": found.name_zh, "host": host, "part": part,
         "service_address": found.service_address, "port": found.port}
        for found in network.databases.values()
        for part, host in zip(("primary", "standby", "local standby"), found.hosts, strict=False)
        if _home(network, host) == location.name
    ]  # fmt: skip


def _database_cells(record: Record) -> tuple[object, ...]:
    address = f"{record['service_address']}:{record['port']}"
    return record["name"], record["name_zh"], record["host"], text(str(record["part"])), address


def _applications(network: Network, location: Location) -> list[Record]:
    return [
        {"name": found.name, "name_zh": found.name_zh, "host": host, "port": found.port}
        for found in network.applications.values()
        for host in found.hosts
        if _home(network, host) == location.name
    ]
