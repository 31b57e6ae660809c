"""Equipment as declared: devices and circuits of archetypes and homes, before names and addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.report import Report
from jbnet.inventory.schema import inventory as schema
from jbnet.model.findings import Place

_SUFFIX = re.compile(r"[a-z][a-z0-9]{0,5}\Z")


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """A static route as it is written: in which item, beside which device, which one of its list."""

    decl: schema.RouteDecl
    item: Item[object]
    suffix: str
    index: int

    def at(self, *keys: str) -> Place:
        """Return where that key of the route is written; without a key, where the route is."""
        return self.item.at("devices", self.suffix, "routes", self.index, *keys)


@dataclass(frozen=True, slots=True)
class DeviceSpec:
    """A device of a home: its suffix, what it is, and where that is written."""

    suffix: str
    role: str
    platform: str | None
    place: Place
    inherited: bool = False
    """It comes from the archetype unchanged."""
    device_type: str | None = None
    serial: str | None = None
    ports: Mapping[str, str] = field(default_factory=dict)
    """Interfaces with a port of their own, and where that is written."""
    item: Item[object] | None = None
    routes: tuple[RouteSpec, ...] = ()

    def at(self, *keys: str) -> Place:
        """Return where that key of the device is written."""
        return self.item.at("devices", self.suffix, *keys) if self.item else self.place


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


Equipment = tuple[Mapping[str, DeviceSpec], Mapping[str, CircuitSpec], str | None]


"""Devices by suffix, circuits by key, and the suffix of the device that carries the LAN."""

NOTHING: Equipment = ({}, {}, None)


def archetype_of(item: Item[schema.ArchetypeDecl], declared: Declaration, report: Report) -> Equipment:
    """Return what an archetype brings."""
    devices = devices_of(item, item.decl.devices, declared, report)
    lan = lan_of(item.decl.lan, devices, item, declared, report)
    circuits = {key: replace(circuit_of(key, decl, item), inherited=True) for key, decl in item.decl.circuits.items()}
    return {suffix: replace(spec, inherited=True) for suffix, spec in devices.items()}, circuits, lan


def devices_of(
    item: Item[object],
    decls: Mapping[str, schema.DeviceDecl],
    declared: Declaration,
    report: Report,
    base: Mapping[str, DeviceSpec] | None = None,
) -> dict[str, DeviceSpec]:
    """Return declared devices by suffix; ``base`` holds those of the archetype that they change."""
    specs: dict[str, DeviceSpec] = {}
    for suffix, decl in decls.items():
        place = item.key_at("devices", suffix)
        inherited = (base or {}).get(suffix)
        role = decl.role or (inherited.role if inherited else None)
        if not _SUFFIX.match(suffix):
            report.add("JB111", "the name {name} is off the standard: a-z and 0-9, a letter first", place, name=suffix)
        if role is None and not item.source.has((*item.path, "devices", suffix, "role")):
            report.add("JB106", "the key {key} is missing", place, key="role")
        elif role is not None and role not in declared.roles:
            dangling(report, "role", role, declared.roles, item.at("devices", suffix, "role"), declared)
        platform = decl.platform or (inherited.platform if inherited else None)
        device_type = decl.device_type or (inherited.device_type if inherited else None)
        ports = {**(inherited.ports if inherited else {}), **decl.ports}
        routes = tuple(RouteSpec(route, item, suffix, index) for index, route in enumerate(decl.routes))
        if inherited and "routes" not in decl.model_fields_set:
            routes = inherited.routes
        specs[suffix] = DeviceSpec(
            suffix, role or "", platform, place, device_type=device_type, serial=decl.serial, ports=ports, item=item,
            routes=routes,
        )  # fmt: skip
    return specs


def circuit_of(key: str, decl: schema.CircuitDecl, item: Item[object]) -> CircuitSpec:
    """Return a declared circuit with the places of its keys."""
    return CircuitSpec(key, decl, item.key_at("circuits", key), _places(key, decl, item))


def _places(key: str, decl: schema.CircuitDecl, item: Item[object]) -> dict[str, Place]:
    written = ["from" if name == "from_" else name for name in schema.CircuitDecl.model_fields]
    path = (*item.path, "circuits", key)
    return {name: item.at("circuits", key, name) for name in written if item.source.has((*path, name))}


def override(site: SiteItem, base: Mapping[str, CircuitSpec]) -> Mapping[str, CircuitSpec]:
    """Return the archetype's circuits with the site's changes: keys replaced, ``null`` removes the circuit."""
    if not site.decl.circuits:
        return base
    specs = dict(base)
    for key, decl in site.decl.circuits.items():
        if decl is None:
            specs.pop(key, None)
        elif key not in base:
            specs[key] = circuit_of(key, decl, site)
        else:
            changed = {name: getattr(decl, name) for name in decl.model_fields_set}
            places = {**base[key].places, **_places(key, decl, site)}
            specs[key] = CircuitSpec(
                key, base[key].decl.model_copy(update=changed), site.key_at("circuits", key), places
            )
    return specs


def lan_of(
    suffix: str | None, devices: Mapping[str, DeviceSpec], item: Item[object], declared: Declaration, report: Report
) -> str | None:
    """Return the suffix of the device that carries the LAN, if it is one of the devices."""
    if suffix is not None and suffix not in devices:
        dangling(report, "device", suffix, devices, item.at("lan"), declared)
        return None
    return suffix
