"""Names against the network's own standard (topology/naming.yaml). The hard limits are checked where names are used."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema.naming import NamingFile
from jbnet.model.findings import Place
from jbnet.model.network import Device
from jbnet.model.text import text

Named = tuple[str, str, Place | None]
"""A kind, a name of that kind, and where it is written."""


def check_names(declared: Declaration, devices: Mapping[str, Device], report: Report) -> None:
    """Report every name that is off the standard; an interface's once, however many devices have it."""
    if declared.naming is None:
        return
    seen: set[tuple[str, str]] = set()
    for kind, name, place in (*_sites(declared), *_others(declared), *_equipment(declared)):
        _check(kind, name, place, declared.naming, report)
    for kind, name, place in _interfaces(devices):
        if (kind, name) not in seen:
            seen.add((kind, name))
            _check(kind, name, place, declared.naming, report)


def _check(kind: str, name: str, place: Place | None, naming: Item[NamingFile], report: Report) -> None:
    rule = next((rule for key, rule in naming.decl.names.items() if key == kind), None)
    if rule is None:
        return
    if len(name) > rule.longest:
        report.add(
            "JB215", "the name {name} of a {kind} has {length} characters, the standard allows {limit}", place,
            [naming.at("names", kind, "longest")], name=name, kind=text(kind), length=len(name), limit=rule.longest,
        )  # fmt: skip
    if not rule.pattern.matches(name):
        report.add(
            "JB215", "the name {name} of a {kind} is off the standard {pattern}", place,
            [naming.at("names", kind, "pattern")], name=name, kind=text(kind), pattern=rule.pattern.text,
        )  # fmt: skip


def _sites(declared: Declaration) -> Iterator[Named]:
    for site in declared.sites.values():
        yield site.level.value, site.key, site.place


def _others(declared: Declaration) -> Iterator[Named]:
    sections: Mapping[str, Mapping[str, Item[object]]] = {
        "location": declared.locations,
        "peer": declared.peers,
        "carrier": declared.carriers,
        "role": declared.roles,
        "archetype": declared.archetypes,
        "service": declared.services,
        "database": declared.databases,
    }
    for kind, items in sections.items():
        for name, item in items.items():
            yield kind, name, item.place


def _equipment(declared: Declaration) -> Iterator[Named]:
    """Yield suffixes of devices and names of circuits, as written in archetypes, sites, locations and peers."""
    for items in (declared.archetypes, declared.sites, declared.locations, declared.peers):
        for item in items.values():
            for suffix in item.decl.devices:
                yield "device", suffix, item.key_at("devices", suffix)
            for key in item.decl.circuits:
                yield "circuit", key, item.key_at("circuits", key)


def _interfaces(devices: Mapping[str, Device]) -> Iterator[Named]:
    for device in devices.values():
        for interface in device.interfaces:
            yield "interface", interface.name, device.place
