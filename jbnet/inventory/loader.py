"""The pipeline from text to network: read, validate, merge, hierarchy, addresses, devices, business."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from jbnet.inventory import rules
from jbnet.inventory.addresses.addressing import Space, check_plan, home_spaces, site_spaces
from jbnet.inventory.addresses.checks import check_addresses
from jbnet.inventory.addresses.exceptions import apply_exceptions
from jbnet.inventory.building import agencies, assemble, business, extranet, lines
from jbnet.inventory.building.authentication import authentication
from jbnet.inventory.building.bounds import fits
from jbnet.inventory.building.dns import DnsReader
from jbnet.inventory.building.encryption import profiles
from jbnet.inventory.building.expand import Expander, Expansion
from jbnet.inventory.building.hierarchy import check_hierarchy, dangling
from jbnet.inventory.building.homes import Home, location_homes, site_homes
from jbnet.inventory.building.management import ManagementReader
from jbnet.inventory.building.naming import check_names
from jbnet.inventory.building.ownership import OwnershipReader
from jbnet.inventory.building.permissions import PermissionReader
from jbnet.inventory.building.ports import PortAssigner
from jbnet.inventory.building.routes import RouteReader
from jbnet.inventory.declaration import Declaration, SiteItem, declare
from jbnet.inventory.report import Report
from jbnet.inventory.rules.world import World
from jbnet.inventory.scale import check_scales
from jbnet.model.findings import Finding, Place
from jbnet.model.network import Network
from jbnet.model.text import text


@dataclass(frozen=True, slots=True)
class Loaded:
    """What the text came to. ``network`` is None when there are errors."""

    network: Network | None
    findings: tuple[Finding, ...]


def load(files: Mapping[str, str], report: Report | None = None) -> Loaded:
    """Return the network and every finding. Keys of ``files`` are paths relative to the workspace; never raises."""
    report = report or Report()
    declared = declare(files, report)
    _require(declared, report)
    sites = check_hierarchy(declared, report)
    if not fits(declared, sites, report):
        return Loaded(None, report.sorted())
    spaces = {**home_spaces(declared, report), **site_spaces(declared, sites, report)}
    check_plan(declared, sites, spaces, report)
    homes = _homes(declared, sites, spaces, report)
    expansion = _expand(declared, homes, report)
    apply_exceptions(declared, expansion, report)
    network = _assemble(declared, sites, homes, expansion, report)
    check_names(declared, expansion.devices, report)
    findings = report.sorted()
    return Loaded(None if report.has_errors else network, findings)


def _require(declared: Declaration, report: Report) -> None:
    unusable = {finding.place.file for finding in report.sorted() if finding.place}
    parts = {
        "inventory/network.yaml": declared.network,
        "topology/addresses.yaml": declared.addresses,
        "topology/allocations.yaml": declared.allocations,
        "topology/routing.yaml": declared.routing,
    }
    for file, part in parts.items():
        if part is None and file not in unusable:
            what = text("the section network") if file.startswith("inventory") else text("the file")
            report.add("JB117", "{what} is missing: {file}", Place(file), what=what, file=file)


def _homes(
    declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space], report: Report
) -> dict[str, Home]:
    housed = site_homes(declared, sites, spaces, report)
    fixed = [home for home in location_homes(declared, spaces, report) if home.name not in housed]
    return {**{home.name: home for home in fixed}, **housed}


def _expand(declared: Declaration, homes: Mapping[str, Home], report: Report) -> Expansion:
    if declared.routing is None:
        return Expansion()
    return Expander(declared, homes, declared.routing.decl, report).run()


def _assemble(
    declared: Declaration, sites: list[SiteItem], homes: Mapping[str, Home], expansion: Expansion, report: Report
) -> Network | None:
    databases = business.databases(declared, expansion.devices.keys(), report)
    applications = business.applications(declared, expansion.devices.keys(), report)
    services = business.services(declared, report)
    reader = lines.LineReader(declared, report)
    partners = extranet.partners(declared, sites, homes, reader, report)
    bodies = agencies.agencies(declared, report)
    premises = agencies.premises(declared, sites, homes, reader, report)
    _check_gateways(declared, expansion, report)
    assigner = PortAssigner(declared, expansion.parts, report)
    ports = assigner.run(expansion.devices)
    management = ManagementReader(declared, expansion.devices, report).run()
    if declared.network is None or declared.addresses is None:
        return None
    decl = declared.network.decl
    if decl.noc is not None and decl.noc not in expansion.devices:
        dangling(report, "device", decl.noc, expansion.devices, declared.network.at("noc"), declared)
    network = Network(
        name=decl.name,
        name_zh=decl.name_zh,
        asn=decl.asn,
        supernet=decl.supernet,
        sites={site.name: assemble.site(site, homes[site.name]) for site in sites if site.name in homes},
        locations=assemble.locations(declared, homes),
        peers={**assemble.upstream_peers(declared), **partners},
        roles=assemble.roles(declared),
        devices=expansion.devices,
        circuits=expansion.circuits,
        carriers=assemble.carriers(declared),
        databases=databases,
        services=services,
        applications=applications,
        agencies=bodies,
        vrfs=agencies.vrfs(declared),
        premises=premises,
        underlays=lines.underlays(declared),
        srlgs=lines.srlgs(declared, report),
        device_types=assigner.types,
        ports=ports,
        management=management,
        video=assemble.video(declared),
        encryption=profiles(declared),
        ownership=OwnershipReader(declared, expansion.devices, report).run(),
        authentication=authentication(declared),
        bgp_sessions=tuple(expansion.sessions),
        service_prefix=declared.addresses.decl.services,
        noc=decl.noc,
    )
    network = replace(
        network,
        routes=RouteReader(declared, network, expansion.parts, report).run(),
        permissions=PermissionReader(declared, network, report).run(),
        dns=DnsReader(declared, network, report).run(),
    )
    check_addresses(declared, network, report)
    check_scales(declared, network, report)
    rules.check(World(declared, network, expansion.specs, report))
    return network


def _check_gateways(declared: Declaration, expansion: Expansion, report: Report) -> None:
    for site in declared.sites.values():
        named = site.decl.gateway
        if named is not None and named not in expansion.devices:
            dangling(report, "device", named, expansion.devices, site.at("gateway"), declared)
