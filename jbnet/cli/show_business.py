"""What ``jbnet show`` says about services, applications, databases, agencies, premises and partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jbnet.cli.show_network import called, line_rows
from jbnet.cli.show_print import Rows, View
from jbnet.model.text import Text, text

if TYPE_CHECKING:
    from jbnet.model.network import Agency, Application, Database, Network, Objective, Peer, Premises, Service


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
    return View(rows)


def _objective_rows(objective: Objective) -> list[tuple[Text, object]]:
    return [
        (text("Recovery time objective"), f"{objective.rto_s:g} s" if objective.rto_s is not None else None),
        (text("Recovery point objective"), f"{objective.rpo_s:g} s" if objective.rpo_s is not None else None),
        (text("Availability"), f"{objective.availability:g} %" if objective.availability is not None else None),
    ]


def application_view(network: Network, application: Application) -> View:
    """Return what is shown of an application."""
    users: Rows = [(s.name, s.name_zh) for s in network.services.values() if application.name in s.applications]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{application.name}  {application.name_zh}"),
        (text("Runs on"), application.hosts),
        (text("Port"), application.port),
        (text("Databases"), application.databases),
        (text("Declared at"), application.place),
    ]
    return View(rows, [(text("Services"), users)])


def database_view(network: Network, database: Database) -> View:
    """Return what is shown of a database."""
    users = [found.name for found in network.services.values() if database.name in found.databases]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{database.name}  {database.name_zh}"),
        (text("Service address"), f"{database.service_address}:{database.port}"),
        (text("Primary"), database.primary),
        (text("Standby"), database.standby),
        (text("Replication"), text(database.replication)),
        (text("Recovery time objective"), f"{database.rto_s:g} s"),
        (text("Recovery point objective"), f"{database.rpo_s:g} s"),
        (text("Applications"), [a.name for a in network.applications.values() if database.name in a.databases]),
        (text("Services"), users),
        (text("Declared at"), database.place),
    ]
    return View(rows)


def agency_view(network: Network, agency: Agency) -> View:
    """Return what is shown of an agency: its VRF, and where its premises are."""
    vrf = network.vrfs.get(agency.vrf)
    found = [premises for premises in network.premises.values() if premises.agency == agency.name]
    rows: list[tuple[Text, object]] = [
        (text("Name"), f"{agency.name}  {agency.name_zh}"),
        (text("VRF"), f"{vrf.name}  RD {vrf.rd}  VLAN {vrf.vlan}" if vrf else agency.vrf),
        (text("Levels"), [text(level.value) for level in agency.levels]),
        (text("With a leased line"), sum(premises.line is not None for premises in found)),
        (text("Declared at"), agency.place),
    ]
    listed: Rows = [(p.name, str(p.prefix), p.line.carrier or "" if p.line else text("inside")) for p in found]
    return View(rows, [(text("Premises"), listed)])


def premises_view(network: Network, premises: Premises) -> View:
    """Return what is shown of an agency's office."""
    line = premises.line
    rows: list[tuple[Text, object]] = [
        (text("Name"), premises.name),
        (text("Site"), premises.site),
        (text("Agency"), f"{premises.agency}  {network.agencies[premises.agency].name_zh}"),
        (text("VRF"), network.agencies[premises.agency].vrf),
        (text("Prefix"), premises.prefix),
        (text("Address"), premises.address),
        (text("Contact"), called(premises.contact)),
        (text("Line"), line.name if line else text("none: in the site's own building")),
        (text("Ends on"), line.device if line else None),
        *(line_rows(network, line) if line else []),
        (text("Declared at"), premises.place),
    ]
    return View(rows)


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
        *(line_rows(network, line) if line else []),
        (text("Declared at"), peer.place),
    ]
    circuits: Rows = [
        (c.name, c.a.device, text(c.role.value), c.carrier or "")
        for c in network.circuits.values()
        if network.devices[c.z.device].home == peer.name
    ]
    return View(rows, [(text("Circuits"), circuits)])
