"""Homes: what a site, location or peer carries once its archetype has been applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jbnet.inventory import schema
from jbnet.inventory.addressing import Space
from jbnet.inventory.declaration import LEVELS, Declaration, Item, SiteItem
from jbnet.inventory.hierarchy import dangling
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.network import Level
from jbnet.model.text import text

_DIGITS = {Level.PREFECTURE: 2, Level.COUNTY: 4, Level.TOWNSHIP: 3, Level.COMMUNITY: 3}


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A device of a home: its suffix, what it is, and where that is written."""

    suffix: str
    role: str
    platform: str | None
    place: Place
    inherited: bool = False
    """It comes from the archetype unchanged."""


@dataclass(frozen=True, slots=True)
class CircuitSpec:
    """A circuit of a home after overrides. ``at`` gives the place of a key of it."""

    key: str
    decl: schema.CircuitDecl
    place: Place
    places: Mapping[str, Place] = field(default_factory=dict)
    inherited: bool = False
    """It comes from the archetype unchanged."""

    def at(self, key: str) -> Place:
        """Return where that key of the circuit is written."""
        return self.places.get(key, self.place)


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
        dangling(report, "site", location.decl.site, list(declared.sites), location.at("site"), declared)
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
    devices = _devices(item, decl.devices, declared, report)
    circuits = {key: _spec(key, circuit, item) for key, circuit in decl.circuits.items()}
    lan = _lan(decl.lan, devices, item, declared, report)
    return Home(item.name, devices, circuits, space, down=item.name, place=item.place, lan=lan)


def site_homes(
    declared: Declaration, sites: list[SiteItem], spaces: Mapping[str, Space], report: Report
) -> dict[str, Home]:
    """Return the homes of sites by name, archetypes applied, phase inherited."""
    archetypes = {name: _archetype(item, declared, report) for name, item in declared.archetypes.items()}
    homes: dict[str, Home] = {}
    for site in sites:
        chosen = _choose(site, declared, report)
        devices, circuits, lan = archetypes.get(chosen or "", _NOTHING)
        phase = site.decl.phase or (homes[site.parent].phase if site.parent in homes else 1)
        homes[site.name] = Home(
            name=site.name,
            devices={**devices, **_devices(site, site.decl.devices, declared, report, devices)},
            circuits=_override(site, circuits),
            space=spaces.get(site.name),
            down="d" + site.decl.code[-_DIGITS.get(site.level, 2) :],
            place=site.place,
            lan=lan,
            parent=site.parent,
            level=site.level,
            site=site.name,
            archetype=chosen,
            uncertain=_uncertain(site, declared),
            status=site.decl.status or "active",
            phase=phase,
        )
    return homes


def _choose(site: SiteItem, declared: Declaration, report: Report) -> str | None:
    """Return the archetype of a site: the one it names, or the one named as its level. None for the register."""
    if site.decl.status == "register":
        return None
    named = site.decl.archetype
    if named is None:
        return site.level.value if site.level.value in declared.archetypes else None
    if named not in declared.archetypes:
        dangling(report, "archetype", named, list(declared.archetypes), site.at("archetype"), declared)
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


_Applied = tuple[Mapping[str, DeviceSpec], Mapping[str, CircuitSpec], str | None]


_NOTHING: _Applied = ({}, {}, None)


def _archetype(item: Item[schema.ArchetypeDecl], declared: Declaration, report: Report) -> _Applied:
    devices = _devices(item, item.decl.devices, declared, report)
    lan = _lan(item.decl.lan, devices, item, declared, report)
    circuits = {key: replace(_spec(key, decl, item), inherited=True) for key, decl in item.decl.circuits.items()}
    return {suffix: replace(spec, inherited=True) for suffix, spec in devices.items()}, circuits, lan


def _devices(
    item: Item[object],
    decls: Mapping[str, schema.DeviceDecl],
    declared: Declaration,
    report: Report,
    base: Mapping[str, DeviceSpec] | None = None,
) -> dict[str, DeviceSpec]:
    specs: dict[str, DeviceSpec] = {}
    for suffix, decl in decls.items():
        place = item.key_at("devices", suffix)
        inherited = (base or {}).get(suffix)
        role = decl.role or (inherited.role if inherited else None)
        if not (suffix.isascii() and suffix.isalnum() and suffix.islower() and len(suffix) <= 6):
            report.add("JB111", "the name {name} is off the standard: a-z and 0-9, a letter first", place, name=suffix)
        if role is None and not item.source.has((*item.path, "devices", suffix, "role")):
            report.add("JB106", "the key {key} is missing", place, key="role")
        elif role is not None and role not in declared.roles:
            dangling(report, "role", role, list(declared.roles), item.at("devices", suffix, "role"), declared)
        platform = decl.platform or (inherited.platform if inherited else None)
        specs[suffix] = DeviceSpec(suffix, role or "", platform, place)
    return specs


def _spec(key: str, decl: schema.CircuitDecl, item: Item[object]) -> CircuitSpec:
    return CircuitSpec(key, decl, item.key_at("circuits", key), _places(key, decl, item))


def _places(key: str, decl: schema.CircuitDecl, item: Item[object]) -> dict[str, Place]:
    written = ["from" if name == "from_" else name for name in schema.CircuitDecl.model_fields]
    path = (*item.path, "circuits", key)
    return {name: item.at("circuits", key, name) for name in written if item.source.has((*path, name))}


def _override(site: SiteItem, base: Mapping[str, CircuitSpec]) -> Mapping[str, CircuitSpec]:
    """Return the archetype's circuits with the site's changes: keys replaced, ``null`` removes the circuit."""
    if not site.decl.circuits:
        return base
    specs = dict(base)
    for key, decl in site.decl.circuits.items():
        if decl is None:
            specs.pop(key, None)
        elif key not in base:
            specs[key] = _spec(key, decl, site)
        else:
            changed = {name: getattr(decl, name) for name in decl.model_fields_set}
            places = {**base[key].places, **_places(key, decl, site)}
            specs[key] = CircuitSpec(
                key, base[key].decl.model_copy(update=changed), site.key_at("circuits", key), places
            )
    return specs


def _lan(
    suffix: str | None, devices: Mapping[str, DeviceSpec], item: Item[object], declared: Declaration, report: Report
) -> str | None:
    if suffix is not None and suffix not in devices:
        dangling(report, "device", suffix, list(devices), item.at("lan"), declared)
        return None
    return suffix


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
