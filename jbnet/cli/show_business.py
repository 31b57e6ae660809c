"""What ``jbnet show`` says about services, applications, databases, agencies, premises and partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_lines import called, circuits_table, line_rows, references
from jbnet.cli.show_print import Record, Table, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from ipaddress import IPv4Network

    from jbnet.model.dns import DnsZone
    from jbnet.model.network import Agency, Application, Database, Network, Objective, Peer, Premises, Service
    from jbnet.model.permissions import Permission


def service_view(network: Network, service: Service) -> View:
    """Return what is shown of a service."""
    users = [other.name for other in network.services.values() if service.name in other.needs]
    sites = sum(found.level in service.levels for found in network.sites.values())
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{service.name}  {service.name_zh}"),
        (text("Applications"), service.applications),
        (text("Databases"), service.databases),
        (text("Needs"), service.needs),
        (text("Needed by"), users),
        (text("Exchanges with"), service.peers),
        (text("Used at"), [text(level.value) for level in service.levels]),
        (text("Sites using it"), sites),
        *_objective_rows(service.objective),
        (text("Declared at"), service.place),
    ]
    return View(rows, facts={"needed_by": users, "sites_using_it": sites})


def _objective_rows(objective: Objective) -> list[tuple[Text, object]]:
    return [
        (text("Recovery time objective"), f"{objective.rto_s:g} s" if objective.rto_s is not None else None),
        (text("Recovery point objective"), f"{objective.rpo_s:g} s" if objective.rpo_s is not None else None),
        (text("Availability"), f"{objective.availability:g} %" if objective.availability is not None else None),
    ]


def permission_view(network: Network, permission: Permission) -> View:
    """Return what is shown of a permission."""
    rows: list[tuple[Text, object]] = [
        (text("Name"), permission.name),
        (text("From"), _end(permission.source, permission.sources)),
        (text("To"), _end(permission.target, permission.targets)),
        (text("Protocol"), permission.protocol),
        (text("Port"), permission.port),
        (text("Until"), permission.until.isoformat()),
        (text("Reason"), permission.reason),
        (text("Declared at"), permission.place),
    ]
    return View(rows)


def _end(name: str, prefixes: Sequence[IPv4Network]) -> list[str]:
    """Return somebody by name and what it comes to; a prefix that was declared as one is said once."""
    said = [str(prefix) for prefix in prefixes]
    return said if [name] == [one.removesuffix("/32") for one in said] or [name] == said else [name, *said]


def application_view(network: Network, application: Application) -> View:
    """Return what is shown of an application."""
    users: list[Record] = [
        {"name": s.name, "name_zh": s.name_zh}
        for s in network.services.values()
        if application.name in s.applications
    ]  # fmt: skip
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{application.name}  {application.name_zh}"),
        (text("Runs on"), application.hosts),
        (text("Port"), application.port),
        (text("Databases"), application.databases),
        (text("Declared at"), application.place),
    ]
    return View(rows, [Table("services", text("Services"), users)])


def database_view(network: Network, database: Database) -> View:
    """Return what is shown of a database."""
    services = [found.name for found in network.services.values() if database.name in found.databases]
    applications = [found.name for found in network.applications.values() if database.name in found.databases]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{database.name}  {database.name_zh}"),
        (text("Service address"), f"{database.service_address}:{database.port}"),
        (text("Primary"), database.primary),
        (text("Standby"), database.standby),
        *([(text("Local standby"), database.local_standby)] if database.local_standby else []),
        (text("Replication"), text(database.replication)),
        (text("Recovery time objective"), f"{database.rto_s:g} s"),
        (text("Recovery point objective"), f"{database.rpo_s:g} s"),
        (text("Applications"), applications),
        (text("Services"), services),
        (text("Declared at"), database.place),
    ]
    return View(rows, facts={"applications": applications, "services": services})


def dns_zone_view(network: Network, zone: DnsZone) -> View:
    """Return what is shown of a zone: its servers, its key by name, and where its names may lead."""
    rows: list[tuple[Text, object]] = [
        (text("Name"), zone.name),
        (text("Primary name server"), zone.primary),
        (text("Secondaries"), zone.secondaries),
        (text("Port"), zone.port),
        (text("Key"), f"{zone.key}  {zone.algorithm}"),
        (text("Secret"), zone.secret),
        (text("Declared at"), zone.place),
    ]
    records: list[Record] = [
        {"name": name.name, "ttl": name.ttl, "at": home, "says": [str(one) for one in values],
         "services": name.services}
        for name in zone.names.values()
        for home, values in name.values.items()
    ]  # fmt: skip
    return View(rows, [Table("movable", text("Names that may be moved"), records, _name_cells)])


def _name_cells(record: Record) -> tuple[object, ...]:
    said, services = (", ".join(map(str, found)) for found in (record["says"], record["services"]))  # type: ignore[call-overload]  # both are lists
    return record["name"], record["at"], said, f"{record['ttl']} s", services


def agency_view(network: Network, agency: Agency) -> View:
    """Return what is shown of an agency: its VRF, and where its premises are."""
    vrf = network.vrfs.get(agency.vrf)
    found = [premises for premises in network.premises.values() if premises.agency == agency.name]
    leased = sum(premises.line is not None for premises in found)
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{agency.name}  {agency.name_zh}"),
        (text("VRF"), f"{vrf.name}  RD {vrf.rd}  VLAN {vrf.vlan}" if vrf else agency.vrf),
        (text("Levels"), [text(level.value) for level in agency.levels]),
        (text("With a leased line"), leased),
        (text("Declared at"), agency.place),
    ]
    records: list[Record] = [
        {"name": p.name, "site": p.site, "prefix": p.prefix, "inside": p.line is None,
         "carrier": p.line.carrier if p.line else None}
        for p in found
    ]  # fmt: skip
    listed = Table("premises", text("Premises"), records, _premises_cells)
    return View(rows, [listed], {"with_a_leased_line": leased, "refers_to": {"vrf": vrf}})


def _premises_cells(record: Record) -> tuple[object, ...]:
    return record["name"], record["prefix"], text("inside") if record["inside"] else record["carrier"]


def premises_view(network: Network, premises: Premises) -> View:
    """Return what is shown of an agency's office."""
    line, agency = premises.line, network.agencies[premises.agency]
    rows: list[tuple[Text, object]] = [
        (text("Name"), premises.name),
        (text("Site"), premises.site),
        (text("Agency"), f"{agency.name}  {agency.name_zh}"),
        (text("VRF"), agency.vrf),
        (text("Prefix"), premises.prefix),
        (text("Address"), premises.address),
        (text("Contact"), called(premises.contact)),
        (text("Line"), line.name if line else text("none: in the site's own building")),
        (text("Ends on"), line.device if line else None),
        *(line_rows(network, line) if line else []),
        (text("Declared at"), premises.place),
    ]
    return View(rows, facts={"vrf": agency.vrf, "refers_to": {"agency": agency, **references(network, line)}})


def peer_view(network: Network, peer: Peer) -> View:
    """Return what is shown of somebody else's network."""
    line = peer.line
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{peer.name}  {peer.name_zh}"),
        (text("Zone"), text(peer.zone.value)),
        (text("Kind"), peer.kind),
        (text("Site"), peer.site),
        (text("AS number"), peer.asn),
        (text("Networks"), peer.prefixes),
        (text("May use"), peer.services),
        (text("Line"), line.name if line else None),
        (text("Ends on"), line.device if line else None),
        (text("Hand-over link"), line.prefix if line else None),
        (text("VLAN"), peer.vlan),
        *(line_rows(network, line) if line else []),
        (text("Declared at"), peer.place),
    ]
    ours = [c for c in network.circuits.values() if network.devices[c.z.device].home == peer.name]
    listed = circuits_table(network, "circuits", text("Circuits"), ours, upwards=True)
    return View(rows, [listed], {"refers_to": references(network, line)})
