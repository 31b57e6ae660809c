"""Agencies: their VRFs, and their premises at every active site of their levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.building.homes import Home
from jbnet.inventory.building.leased import leased, line_of
from jbnet.inventory.building.lines import LineReader
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.business import Agency, Premises, Vrf
from jbnet.model.levels import Level
from jbnet.model.places import Contact


def contact_of(decl: schema.ContactDecl | None) -> Contact | None:
    """Return a declared contact as a noun."""
    return Contact(decl.name, decl.phone) if decl is not None else None


def vrfs(declared: Declaration) -> dict[str, Vrf]:
    """Return the VRFs by name."""
    return {n: Vrf(n, item.decl.rd, item.decl.vlan, item.place) for n, item in declared.vrfs.items()}


def agencies(declared: Declaration, report: Report) -> dict[str, Agency]:
    """Return the agencies by name; report VRFs that are not declared."""
    found: dict[str, Agency] = {}
    for name, item in declared.agencies.items():
        if item.decl.vrf not in declared.vrfs:
            dangling(report, "VRF", item.decl.vrf, declared.vrfs, item.at("vrf"), declared, "JB240")
        levels = tuple(Level(level) for level in item.decl.levels)
        found[name] = Agency(name, item.decl.name_zh, item.decl.vrf, levels, item.place)
    return found


def premises(
    declared: Declaration, sites: Sequence[SiteItem], homes: Mapping[str, Home], reader: LineReader, report: Report
) -> dict[str, Premises]:
    """Return the agencies' premises by name (SITE-AGENCY), in the order of the sites.

    Every active site of an agency's levels has one; its prefix is the agency's slot of the site's own prefix.
    """
    by_level: dict[str, list[Item[schema.AgencyDecl]]] = {}
    for item in declared.agencies.values():
        for level in dict.fromkeys(item.decl.levels):
            by_level.setdefault(level, []).append(item)
    found: dict[str, Premises] = {}
    for site in sites:
        here = by_level.get(site.level.value, [])
        home = homes.get(site.name)
        if site.decl.premises:
            _check_overrides(site, home, [item.name for item in here], declared, report)
        if home is None or not (home.status == "active" or site.decl.premises):
            continue
        for item in here:  # what a planned site says is judged too
            one = _premises(item, site, home, reader, report)
            if one is not None and home.status == "active":
                found[one.name] = one
    return found


def _premises(
    agency: Item[schema.AgencyDecl], site: SiteItem, home: Home, reader: LineReader, report: Report
) -> Premises | None:
    prefix = home.space.agency(agency.decl.slot) if home.space else None
    if prefix is None:
        if home.space is not None:
            report.add(
                "JB125", "{prefix} of {name} has no room for the agency {agency}", site.place, [home.space.place],
                prefix=home.space.own, name=site.name, agency=agency.name,
            )  # fmt: skip
        return None
    name = f"{site.name}-{agency.name}"
    inside = agency.name in site.decl.premises and site.decl.premises[agency.name] is None
    override = site.decl.premises.get(agency.name)
    line = None if inside or home.gateway is None else leased(agency, site, "premises", override)
    return Premises(
        name=name,
        site=site.name,
        agency=agency.name,
        prefix=prefix,
        line=line_of(line, f"{name}-up1", home.gateway, site, reader) if line and home.gateway else None,
        address=override.address if override else None,
        contact=contact_of(override.contact) if override else None,
        place=site.key_at("premises", agency.name) if agency.name in site.decl.premises else site.place,
    )


def _check_overrides(
    site: SiteItem, home: Home | None, here: Sequence[str], declared: Declaration, report: Report
) -> None:
    """Report premises of a site that no agency has there: unknown, or not at this level, or not in use."""
    for name in site.decl.premises:
        place = site.key_at("premises", name)
        if name not in declared.agencies:
            dangling(report, "agency", name, declared.agencies, place, declared, "JB241")
        elif name not in here:
            report.add(
                "JB242", "{agency} has no premises at {name}: its levels are {levels}", place,
                [declared.agencies[name].at("levels")], agency=name, name=site.name,
                levels=", ".join(declared.agencies[name].decl.levels),
            )  # fmt: skip
        elif home is not None and home.status == "register":
            report.add("JB243", "{name} is in the register only; what is said of its premises means nothing", place,
                       name=site.name)  # fmt: skip
