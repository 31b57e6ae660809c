"""All files together: every declared thing by name, still as it was written, with its places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from jbnet.inventory.reading.prune import ANY, words
from jbnet.inventory.reading.source import Path, Source, read
from jbnet.inventory.reading.validate import validate
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.inventory.schema.dns import is_domain
from jbnet.inventory.schema.encryption import EncryptionFile
from jbnet.inventory.schema.ownership import OwnershipFile
from jbnet.inventory.schema.values import Declared
from jbnet.model.findings import Place
from jbnet.model.network import Level

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

LEVELS: tuple[Level, ...] = tuple(Level)
_SECTIONS: Mapping[str, Level] = {
    "provinces": Level.PROVINCE,
    "prefectures": Level.PREFECTURE,
    "counties": Level.COUNTY,
    "townships": Level.TOWNSHIP,
    "communities": Level.COMMUNITY,
}
NAMED = (
    "carriers", "underlays", "srlgs", "vrfs", "agencies", "extranet", "peers", "roles", "archetypes", "locations",
    "databases", "applications", "services", "permissions", "dns",
)  # fmt: skip
"""Sections whose things are known by their name alone."""
_ZONES = "dns"
"""The section whose things are called by domain names."""
_NAME = re.compile(r"[a-z][a-z0-9]*\Z")
_LONG_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*\Z")
MOST_VALUES = 1_000_000
"""Keys and values of all files, three times what a network of all 44,703 townships of China takes."""
_MAX_NAME = 56
"""A host name has 63 characters at most (RFC 1035); a device adds its suffix."""


@dataclass(frozen=True, slots=True)
class Item(Generic[T_co]):
    """One declared thing: its name, what was written, and where."""

    name: str
    decl: T_co
    source: Source = field(repr=False)
    path: Path = ()

    @property
    def place(self) -> Place:
        """Where its name stands."""
        return self.source.key_place(self.path)

    def at(self, *keys: str | int) -> Place:
        """Where the value below it stands, or the nearest place around."""
        return self.source.place((*self.path, *keys))

    def key_at(self, *keys: str | int) -> Place:
        """Where the key below it stands, or the nearest place around."""
        return self.source.key_place((*self.path, *keys))


@dataclass(frozen=True, slots=True)
class SiteItem(Item[schema.SiteDecl]):
    """A declared site; ``name`` is the full one, ``key`` the one written. ``parent`` is the parent's full name."""

    key: str = ""
    level: Level = Level.PROVINCE
    parent: str | None = None


@dataclass
class Declaration:
    """Everything declared, by section and name."""

    network: Item[schema.NetworkDecl] | None = None
    carriers: dict[str, Item[schema.CarrierDecl]] = field(default_factory=dict)
    peers: dict[str, Item[schema.PeerDecl]] = field(default_factory=dict)
    roles: dict[str, Item[schema.RoleDecl]] = field(default_factory=dict)
    archetypes: dict[str, Item[schema.ArchetypeDecl]] = field(default_factory=dict)
    locations: dict[str, Item[schema.LocationDecl]] = field(default_factory=dict)
    underlays: dict[str, Item[schema.UnderlayDecl]] = field(default_factory=dict)
    srlgs: dict[str, Item[schema.SrlgDecl]] = field(default_factory=dict)
    vrfs: dict[str, Item[schema.VrfDecl]] = field(default_factory=dict)
    agencies: dict[str, Item[schema.AgencyDecl]] = field(default_factory=dict)
    extranet: dict[str, Item[schema.PartnerKindDecl]] = field(default_factory=dict)
    applications: dict[str, Item[schema.ApplicationDecl]] = field(default_factory=dict)
    databases: dict[str, Item[schema.DatabaseDecl]] = field(default_factory=dict)
    services: dict[str, Item[schema.ServiceDecl]] = field(default_factory=dict)
    permissions: dict[str, Item[schema.PermissionDecl]] = field(default_factory=dict)
    dns: dict[str, Item[schema.DnsZoneDecl]] = field(default_factory=dict)
    sites: dict[str, SiteItem] = field(default_factory=dict)
    addresses: Item[schema.AddressesFile] | None = None
    allocations: Item[schema.AllocationsFile] | None = None
    routing: Item[schema.RoutingFile] | None = None
    lab: Item[schema.LabFile] | None = None
    naming: Item[schema.NamingFile] | None = None
    hardware: Item[schema.HardwareFile] | None = None
    ports: Item[schema.PortsFile] | None = None
    management: Item[schema.ManagementFile] | None = None
    traffic: Item[schema.TrafficFile] | None = None
    encryption: Item[EncryptionFile] | None = None
    ownership: Item[OwnershipFile] | None = None
    doubtful: set[str] = field(default_factory=set)
    """Names of what was left out because of a finding: references to them are not judged."""


_WHOLE: Mapping[str, type[Declared]] = {
    "addresses": schema.AddressesFile,
    "allocations": schema.AllocationsFile,
    "routing": schema.RoutingFile,
    "lab": schema.LabFile,
    "naming": schema.NamingFile,
    "hardware": schema.HardwareFile,
    "ports": schema.PortsFile,
    "management": schema.ManagementFile,
    "traffic": schema.TrafficFile,
    "encryption": EncryptionFile,
    "ownership": OwnershipFile,
}
"""Files of topology/ by name, which is that of their attribute of a Declaration too."""


def declare(files: Mapping[str, str], report: Report) -> Declaration:
    """Read, validate and merge all files. Files outside inventory/ and topology/ are only read."""
    declared = Declaration()
    values = 0
    for file, content in sorted(files.items()):
        if values > MOST_VALUES:
            report.add("JB187", "the files together have more than {limit} keys and values; this one is not read",
                       Place(file), limit=MOST_VALUES)  # fmt: skip
            declared.doubtful.add(ANY)
            continue
        source = read(file, content, report)
        values += source.values if source is not None else 0
        usable = source is not None and _add(declared, source, report)
        if not usable and ANY not in declared.doubtful:
            declared.doubtful |= words(content)
    return declared


def _add(declared: Declaration, source: Source, report: Report) -> bool:
    """Take over a file; False when nothing of it can be used."""
    declared.doubtful |= source.lost
    if source.file.startswith("inventory/"):
        return _add_inventory(declared, source, report)
    return _add_topology(declared, source, report)


def _add_topology(declared: Declaration, source: Source, report: Report) -> bool:
    """Take over a file of topology/ that is one whole; of others it is only judged that they are YAML."""
    name = source.file.removeprefix("topology/").removesuffix(".yaml")
    model = _WHOLE.get(name) if source.file == f"topology/{name}.yaml" else None
    if model is None:
        return True
    decl = validate(source, model, report, declared.doubtful)
    setattr(declared, name, None if decl is None else Item(source.file, decl, source))
    return decl is not None


def _add_inventory(declared: Declaration, source: Source, report: Report) -> bool:
    found = validate(source, schema.InventoryFile, report, declared.doubtful)
    if found is None:
        return False
    if found.network is not None:
        item = Item(found.network.name, found.network, source, ("network",))
        if declared.network is not None:
            report.add("JB112", "the network is declared twice", item.place, [declared.network.place])
        declared.network = declared.network or item
    for section in NAMED:
        _merge(getattr(declared, section), getattr(found, section), source, section, report)
    for section, level in _SECTIONS.items():
        for site in _sites(source, section, level, getattr(found, section), (), None):
            _add_site(declared.sites, site, report)
    return True


def _merge(into: dict[str, Item[T]], found: Mapping[str, T], source: Source, section: str, report: Report) -> None:
    for name, decl in found.items():
        item = Item(name, decl, source, (section, name))
        if section == _ZONES:
            _check_domain(name, item.place, report)
        else:
            _check_name(name, item.place, report, _LONG_NAME)
        if name in into:
            report.add("JB112", "{name} is declared twice", item.place, [into[name].place], name=name)
        into.setdefault(name, item)


def _sites(
    source: Source, section: str, level: Level, found: Mapping[str, schema.SiteDecl], above: Path, parent: str | None
) -> Iterator[SiteItem]:
    """Yield the sites of a section and all below them, parents first."""
    below = LEVELS.index(level) + 1
    for key, decl in found.items():
        path = (*above, section, key)
        own_parent = decl.parent or parent
        name = f"{own_parent}-{key}" if level in (Level.TOWNSHIP, Level.COMMUNITY) and own_parent else key
        yield SiteItem(name, decl, source, path, key, level, own_parent)
        for inner, inner_level in list(_SECTIONS.items())[below : below + 1]:
            yield from _sites(source, inner, inner_level, getattr(decl, inner, {}), path, name)


def _add_site(into: dict[str, SiteItem], site: SiteItem, report: Report) -> None:
    _check_name(site.key, site.place, report, _NAME)
    if len(site.name) > _MAX_NAME:
        report.add(
            "JB111", "{name} has {length} characters, {limit} are allowed", site.place,
            name=site.name, length=len(site.name), limit=_MAX_NAME,
        )  # fmt: skip
    if site.name in into:
        report.add("JB112", "{name} is declared twice", site.place, [into[site.name].place], name=site.name)
    into.setdefault(site.name, site)


def is_site_key(key: str) -> bool:
    """Say whether a site may be called so, within the site above it."""
    return _NAME.match(key) is not None


def _check_domain(name: str, place: Place, report: Report) -> None:
    if not is_domain(name):
        report.add("JB111", "{name} is no domain name in lower case without its last dot", place, name=name)


def _check_name(name: str, place: Place, report: Report, standard: re.Pattern[str]) -> None:
    if not standard.match(name):
        report.add("JB111", "the name {name} is off the standard: a-z and 0-9, a letter first", place, name=name)
