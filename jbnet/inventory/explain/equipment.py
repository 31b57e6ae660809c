"""Where the values of a site's devices and circuits come from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jbnet.inventory.building.equipment import CircuitSpec, archetype_of, circuit_of, override
from jbnet.inventory.declaration import Declaration, Item, SiteItem
from jbnet.inventory.explain.fact import DEFAULT, ITSELF, Fact, archetype, of_archetype, said
from jbnet.inventory.report import Report
from jbnet.inventory.schema.inventory import LocationDecl, PeerDecl
from jbnet.model.equipment import Device
from jbnet.model.lines import Circuit
from jbnet.model.network import Network
from jbnet.model.routes import Route
from jbnet.model.text import Text, text

HomeItem = SiteItem | Item[LocationDecl] | Item[PeerDecl]
"""What houses devices, as it is declared."""
_OF_ROLE = ("kind", "managed", "monitored", "snmp")
_OF_CIRCUIT = (
    "role", "carrier", "line_number", "bandwidth", "media", "latency_ms", "underlay", "handoff", "srlgs",
    "monthly_cost", "payer", "mtu", "description",
)  # fmt: skip


def device_facts(declared: Declaration, network: Network, item: HomeItem) -> Iterator[Fact]:
    """Yield the values of each device of a home: its own, its role's, and those of the address plan."""
    name = _archetype_name(network, item)
    base = archetype(declared, name)
    sources: tuple[tuple[Item[Any] | None, Text], ...] = ((item, ITSELF), (base, of_archetype(name)))
    for device in network.devices.values():
        if device.home == item.name:
            yield from _device(declared, device, sources, network.routes.get(device.name, ()))


def _archetype_name(network: Network, item: HomeItem) -> str | None:
    """Return the archetype of a site; locations and peers have none."""
    return network.sites[item.name].archetype if isinstance(item, SiteItem) else None


def _device(
    declared: Declaration, device: Device, sources: tuple[tuple[Item[Any] | None, Text], ...], routes: Iterable[Route]
) -> Iterator[Fact]:
    suffix = device.name.removeprefix(f"{device.home}-")
    role = declared.roles[device.role]
    for key, value in (("role", device.role), ("platform", device.platform)):
        for owner, source in sources:
            entry = owner.decl.devices.get(suffix) if owner is not None else None
            if owner is not None and entry is not None and getattr(entry, key) is not None:
                yield Fact(device.name, key, value, owner.at("devices", suffix, key), source)
                break
        else:
            yield _of_role(device, role, key, value)
    for key in _OF_ROLE:
        yield _of_role(device, role, key, said(getattr(role.decl, key) or False))
    if device.loopback is not None:
        place = declared.addresses.at("scheme", "loopbacks") if declared.addresses else None
        yield Fact(device.name, "loopback", str(device.loopback), place, text("the site's own prefix"))
    source = sources[0 if _says_routes(sources[0][0], suffix) else -1][1]
    yield from (Fact(device.name, "route", f"{one.prefix} {one.said}", one.place, source) for one in routes)


def _says_routes(owner: Item[Any] | None, suffix: str) -> bool:
    """Say whether the home itself says which routes its device has."""
    entry = owner.decl.devices.get(suffix) if owner is not None else None
    return entry is not None and "routes" in entry.model_fields_set


def _of_role(device: Device, role: Item[Any], key: str, value: str) -> Fact:
    written = key in role.decl.model_fields_set
    source = text("role {name}", name=role.name) if written else text("default of roles")
    return Fact(device.name, key, value, role.at(key) if written else None, source)


def circuit_facts(declared: Declaration, network: Network, item: HomeItem) -> Iterator[Fact]:
    """Yield the values of each circuit of a home: its own keys, the archetype's, defaults, what follows from others."""
    name = _archetype_name(network, item)
    for key, spec in _specs(declared, item, name).items():
        circuit = network.circuits.get(f"{item.name}-{key}")
        if circuit is not None:
            yield from _circuit(declared, circuit, spec, item, of_archetype(name))


def _specs(declared: Declaration, item: HomeItem, name: str | None) -> Mapping[str, CircuitSpec]:
    if not isinstance(item, SiteItem):
        return {key: circuit_of(key, decl, item) for key, decl in item.decl.circuits.items()}
    base = declared.archetypes.get(name or "")
    return override(item, archetype_of(base, declared, Report())[1] if base is not None else {})


def _circuit(
    declared: Declaration, circuit: Circuit, spec: CircuitSpec, item: HomeItem, inherited: Text
) -> Iterator[Fact]:
    own = _own_keys(item, spec.key)
    yield Fact(circuit.name, "from", circuit.z.device, spec.at("from"), ITSELF if "from" in own else inherited)
    yield Fact(circuit.name, "to", circuit.a.device, spec.at("to"), ITSELF if "to" in own else inherited)
    for key in _OF_CIRCUIT:
        value = getattr(circuit, key)
        if value in (None, (), 0.0, "") and key not in spec.places:
            continue
        if key in spec.places:
            shown = said(value) if value not in (None, (), "") else "-"
            yield Fact(circuit.name, key, shown, spec.places[key], ITSELF if key in own else inherited)
        elif key == "srlgs":
            there = declared.underlays[circuit.underlay].place if circuit.underlay else None
            yield Fact(circuit.name, key, said(value), there, text("underlay {name}", name=circuit.underlay))
        else:
            yield Fact(circuit.name, key, said(value), None, DEFAULT)
    if circuit.prefix is not None:
        place = declared.addresses.at("scheme", "links") if declared.addresses else None
        yield Fact(circuit.name, "prefix", str(circuit.prefix), place, text("the site's own prefix"))
    if circuit.encryption is not None:
        place, source = spec.at("encryption"), ITSELF if "encryption" in own else inherited
        yield Fact(circuit.name, "encryption", circuit.encryption.profile, place, source)
        yield Fact(circuit.name, "encryption.secret", circuit.encryption.secret, place, source)
        yield Fact(circuit.name, "encryption.outer", str(circuit.encryption.outer), place, source)
    if circuit.bgp_shutdown:
        source = ITSELF if "bgp_shutdown" in own else inherited
        yield Fact(circuit.name, "bgp shutdown", "true", spec.at("bgp_shutdown"), source)
    if circuit.ospf_cost is not None:
        source = ITSELF if "ospf_cost" in own else inherited
        yield Fact(circuit.name, "ospf cost", str(circuit.ospf_cost), spec.at("ospf_cost"), source)
    elif declared.routing is not None:
        place = declared.routing.at("costs", circuit.role.value)
        cost = getattr(declared.routing.decl.costs, circuit.role.value)
        yield Fact(circuit.name, "ospf cost", str(cost), place, text("the routing policy"))


def _own_keys(item: HomeItem, key: str) -> Mapping[str, object]:
    decl = item.decl.circuits.get(key)
    return circuit_of(key, decl, item).places if decl is not None else {}
