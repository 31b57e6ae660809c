"""Homes: what a site, location or peer carries once its archetype has been applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from jbnet.inventory.addresses.addressing import Space
from jbnet.inventory.building.equipment import (
    NOTHING,
    CircuitSpec,
    DeviceSpec,
    archetype_of,
    circuit_of,
    devices_of,
    lan_of,
    override,
)
from jbnet.inventory.building.hierarchy import dangling, statuses
from jbnet.inventory.declaration import LEVELS, Declaration, Item, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.findings import Place
from jbnet.model.network import Level
from jbnet.model.text import text

T = TypeVar("T")
_DIGITS = {Level.PREFECTURE: 2, Level.COUNTY: 4, Level.TOWNSHIP: 3, Level.COMMUNITY: 3}


@dataclass(frozen=True, slots=True)
class Home:
    """Something that houses devices. ``down`` names the port towards it at the upper device.

    ``parent`` is the home above (sites only); ``level`` and ``site`` are None for peers.
    """

    name: str
    devices: Mapping[str, DeviceSpec]
    circuits: Mapping[str, CircuitSpec]
    space: Space | None
    down: str
    place: Place
    lan: str | None = None
    parent: str | None = None
    level: Level | None = None
    site: str = ""
    archetype: str | None = None
    peer: schema.PeerDecl | None = None
    status: str = "active"
    phase: int = 1
    demand: float = 0.0
    opening_hours: str | None = None
    gateway: str | None = None
    """The device where lines to premises and partners end."""
    uncertain: bool = False
    """Its archetype could not be used, so what it houses is not known."""


def location_homes(declared: Declaration, spaces: Mapping[str, Space], report: Report) -> list[Home]:
    """Return the homes of locations and peers."""
    homes: list[Home] = []
    for name, location in declared.locations.items():
        _check_site(location, declared, report)
        home = _plain(location, location.decl, declared, spaces.get(name), report)
        homes.append(replace(home, site=location.decl.site))
    for name, peer in declared.peers.items():
        _check_unique(peer, {**declared.sites, **declared.locations}, report)
        homes.append(replace(_plain(peer, peer.decl, declared, spaces.get(name), report), peer=peer.decl))
    return homes


def _check_site(location: Item[schema.LocationDecl], declared: Declaration, report: Report) -> None:
    if location.decl.site not in declared.sites:
        dangling(report, "site", location.decl.site, declared.sites, location.at("site"), declared)
    _check_unique(location, declared.sites, report)


def _check_unique(item: Item[object], others: Mapping[str, Item[object]], report: Report) -> None:
    """Report a home that bears the name of a site or of another home."""
    if item.name in others:
        report.add("JB112", "{name} is declared twice", item.place, [others[item.name].place], name=item.name)


def _plain(
    item: Item[object],
    decl: schema.LocationDecl | schema.PeerDecl,
    declared: Declaration,
    space: Space | None,
    report: Report,
) -> Home:
    devices = devices_of(item, decl.devices, declared, report)
    circuits = {key: circuit_of(key, circuit, item) for key, circuit in decl.circuits.items()}
    lan = lan_of(decl.lan, devices, item, declared, report)
    return Home(item.name, devices, circuits, space, down=item.name, place=item.place, lan=lan)


def site_homes(
    declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space], report: Report
) -> dict[str, Home]:
    """Return the homes of sites by name, archetypes applied, phase and status inherited.

    A site of the register has no archetype: nothing is known of its equipment.
    """
    archetypes = {name: archetype_of(item, declared, report) for name, item in declared.archetypes.items()}
    homes: dict[str, Home] = {}
    status = statuses(sites)
    for site in sites:
        chosen = None if status[site.name] == "register" else _choose(site, declared, report)
        devices, circuits, lan = archetypes.get(chosen or "", NOTHING)
        archetype = declared.archetypes[chosen].decl if chosen else None
        phase = site.decl.phase or (homes[site.parent].phase if site.parent in homes else 1)
        homes[site.name] = Home(
            name=site.name,
            devices={**devices, **devices_of(site, site.decl.devices, declared, report, devices)},
            circuits=override(site, circuits),
            space=spaces.get(site.name),
            down="d" + site.decl.code[-_DIGITS.get(site.level, 2) :],
            place=site.place,
            lan=lan,
            parent=site.parent,
            level=site.level,
            site=site.name,
            archetype=chosen,
            uncertain=_uncertain(site, declared),
            status=status[site.name],
            phase=phase,
            demand=_default(site.decl.demand, archetype.demand if archetype else None) or 0.0,
            opening_hours=_default(site.decl.opening_hours, archetype.opening_hours if archetype else None),
            gateway=site.decl.gateway or (f"{site.name}-{lan}" if lan else None),
        )
    return homes


def _default(written: T | None, otherwise: T | None) -> T | None:
    return otherwise if written is None else written


def _choose(site: SiteItem, declared: Declaration, report: Report) -> str | None:
    """Return the archetype of a site: the one it names, or the one named as its level."""
    named = site.decl.archetype
    if named is None:
        return site.level.value if site.level.value in declared.archetypes else None
    if named not in declared.archetypes:
        dangling(report, "archetype", named, declared.archetypes, site.at("archetype"), declared)
        return None
    archetype = declared.archetypes[named]
    if archetype.decl.level != site.level.value:
        report.add(
            "JB135", "the archetype {archetype} is for the level {expected}; {name} is a {level}", site.at("archetype"),
            [archetype.place], archetype=named, expected=text(archetype.decl.level), name=site.name,
            level=text(site.level.value),
        )  # fmt: skip
    return named


def _uncertain(site: SiteItem, declared: Declaration) -> bool:
    wanted = site.decl.archetype or (site.level.value if site.level.value in declared.doubtful else None)
    return wanted is not None and wanted not in declared.archetypes


def area_site(home: Home, homes: Mapping[str, Home], level: str) -> Home | None:
    """Return the site of that level at or above a home: the one that makes its OSPF area."""
    current: Home | None = home
    while current is not None and current.level is not None:
        if current.level.value == level:
            return current
        if LEVELS.index(current.level) < LEVELS.index(Level(level)):
            return None
        current = homes.get(current.parent) if current.parent else None
    return None
