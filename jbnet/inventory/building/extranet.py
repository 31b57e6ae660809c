"""The extranet: partners of declared kinds at every active site of their levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from jbnet.inventory.addresses.partners import Partner, partner_links
from jbnet.inventory.building.hierarchy import dangling, statuses
from jbnet.inventory.building.homes import Home
from jbnet.inventory.building.leased import leased, line_of
from jbnet.inventory.building.lines import LineReader
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.business import Peer
from jbnet.model.findings import Place
from jbnet.model.levels import Zone

Met = tuple[Item[schema.PartnerKindDecl], SiteItem, schema.PartnerDecl | None]
"""A kind of partner, the site where it is met, and what the site says about it."""


def meetings(declared: Declaration, sites: Sequence[SiteItem]) -> Iterator[Met]:
    """Yield where partners are met: every active site of a kind's levels that does not say ``null``."""
    by_level: dict[str, list[Item[schema.PartnerKindDecl]]] = {}
    for item in declared.extranet.values():
        for level in dict.fromkeys(item.decl.levels):
            by_level.setdefault(level, []).append(item)
    status = statuses(sites)
    for site in sites:
        if status[site.name] != "active":
            continue
        for item in by_level.get(site.level.value, []):
            override = site.decl.extranet.get(item.name)
            if item.name not in site.decl.extranet or override is not None:
                yield item, site, override


def declared_partners(declared: Declaration, sites: Sequence[SiteItem]) -> list[Partner]:
    """Return all partners, for the allocation of their hand-over links."""
    return [
        Partner(f"{kind.name}-{site.name}", site.decl.code, kind.name, _place(kind, site, override))
        for kind, site, override in meetings(declared, sites)
    ]


def _place(kind: Item[schema.PartnerKindDecl], site: SiteItem, override: schema.PartnerDecl | None) -> Place:
    return site.key_at("extranet", kind.name) if override is not None else site.place


def partners(
    declared: Declaration, sites: Sequence[SiteItem], homes: Mapping[str, Home], reader: LineReader, report: Report
) -> dict[str, Peer]:
    """Return the partners by name (KIND-SITE), in the order of the sites; report what is said of unknown ones."""
    _check_services(declared, report)
    for site in sites:
        if site.decl.extranet:
            _check_overrides(site, declared, report)
            home = homes.get(site.name)
            if home is not None and home.status == "planned":  # what a planned site says is judged too
                _judge(site, declared, home, reader)
    links = {}
    if declared.addresses is not None and declared.addresses.decl.extranet is not None:
        links = partner_links(declared, declared_partners(declared, sites), report)
    found: dict[str, Peer] = {}
    for kind, site, override in meetings(declared, sites):
        peer = _peer(kind, site, override, homes.get(site.name), reader)
        if peer.line is not None:
            peer = replace(peer, line=replace(peer.line, prefix=links.get(peer.name)))
        found[peer.name] = peer
    return found


def _judge(site: SiteItem, declared: Declaration, home: Home | None, reader: LineReader) -> None:
    for name, override in site.decl.extranet.items():
        if name in declared.extranet and override is not None:
            _peer(declared.extranet[name], site, override, home, reader)


def _peer(
    kind: Item[schema.PartnerKindDecl],
    site: SiteItem,
    override: schema.PartnerDecl | None,
    home: Home | None,
    reader: LineReader,
) -> Peer:
    name = f"{kind.name}-{site.name}"
    device = home.gateway if home else None
    line = leased(kind, site, "extranet", override) if device else None
    services = override.services if override and override.services is not None else kind.decl.services
    return Peer(
        name=name,
        name_zh=(override.name_zh if override else None) or f"{site.decl.name_zh}{kind.decl.name_zh}",
        asn=override.asn if override else None,
        prefixes=override.prefixes if override else (),
        zone=Zone.EXTRANET,
        kind=kind.name,
        site=site.name,
        services=services,
        line=line_of(line, f"{name}-up1", device, site, reader) if line and device else None,
        vlan=kind.decl.vlan,
        place=site.key_at("extranet", kind.name) if override else site.place,
    )


def _check_services(declared: Declaration, report: Report) -> None:
    for item in declared.extranet.values():
        for index, name in enumerate(item.decl.services):
            if name not in declared.services:
                dangling(report, "service", name, declared.services, item.at("services", index), declared)


def _check_overrides(site: SiteItem, declared: Declaration, report: Report) -> None:
    """Report what a site says about a partner that it does not have."""
    for name, override in site.decl.extranet.items():
        place = site.key_at("extranet", name)
        if name not in declared.extranet:
            dangling(report, "kind of partner", name, declared.extranet, place, declared, "JB250")
            continue
        if site.level.value not in declared.extranet[name].decl.levels:
            report.add(
                "JB251", "{kind} is not met at {name}: its levels are {levels}", place,
                [declared.extranet[name].at("levels")], kind=name, name=site.name,
                levels=", ".join(declared.extranet[name].decl.levels),
            )  # fmt: skip
        for index, service in enumerate((override.services or ()) if override else ()):
            if service not in declared.services:
                there = site.at("extranet", name, "services", index)
                dangling(report, "service", service, declared.services, there, declared)
