"""Which cable goes into which port of a device: from the declared circuits, premises, partners and ports."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jbnet.config.links import far_end
from jbnet.config.offices import here
from jbnet.config.sheet.names import Names
from jbnet.inventory.cables import is_cable
from jbnet.model.hardware import DeviceType
from jbnet.model.lines import Circuit, Line
from jbnet.model.network import CircuitRole, Device, Interface, InterfaceKind, Network
from jbnet.model.text import Text, text

_DIGITS = re.compile(r"(\d+)")
_VIRTUAL = re.compile(r"vlan", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Wire:
    """What runs over a cable: what it is, where it leads, who carries it under which number, and whom to call."""

    what: Text
    to: str
    carrier: str = ""
    line_number: str = ""
    phone: str = ""
    handoff: str = ""


@dataclass(frozen=True, slots=True)
class Cable:
    """One plug: its number on the sheet, the port that it goes into, what runs over it (several VLANs, maybe)."""

    number: int
    port: str
    wires: tuple[Wire, ...]


@dataclass(frozen=True, slots=True)
class Jack:
    """A port as it is seen on the box; ``cable`` is the number of what is plugged in, None: it stays empty."""

    name: str
    cable: int | None


def cables(network: Network, device: Device, names: Names) -> tuple[Cable, ...]:
    """Return the cables of a device, numbered in the order of its ports; the uplink is among the first."""
    ports = network.ports.get(device.name, {})
    found: dict[str, list[Wire]] = {}
    for interface in device.interfaces:
        wire = _of_interface(network, device, interface, names)
        if wire is not None:
            found.setdefault(_plug(ports.get(interface.name, interface.name)), []).append(wire)
    for use, wire in _of_zones(network, device, names):
        found.setdefault(_plug(_first_port(network, device, use, ports)), []).append(wire)
    ordered = sorted(found.items(), key=lambda item: _natural(item[0]))
    return tuple(Cable(number, port, tuple(wires)) for number, (port, wires) in enumerate(ordered, 1))


def jacks(network: Network, device: Device, plugged: tuple[Cable, ...]) -> tuple[Jack, ...]:
    """Return the ports of the box in the order in which they are numbered; those of its model, else the used ones."""
    kind = network.device_types.get(device.device_type or "")
    numbers = {cable.port: cable.number for cable in plugged}
    names = {*numbers, *(_plug(port) for port in _all_ports(kind))}
    return tuple(Jack("LAN" if is_virtual(name) else name, numbers.get(name)) for name in sorted(names, key=_natural))


def _all_ports(kind: DeviceType | None) -> Iterator[str]:
    for ports in kind.ports.values() if kind is not None else ():
        yield from ports


def _of_interface(network: Network, device: Device, interface: Interface, names: Names) -> Wire | None:
    if interface.kind is InterfaceKind.LAN:
        return Wire(text("the office network of {home} (to its switch)", home=names.home(device.home)), "")
    far = far_end(network, device, interface)
    if far is None:
        return None
    circuit = far.circuit
    to = f"{names.home(far.device.home)} {far.device.name}"
    if is_cable(network, circuit):
        return Wire(text("own cable"), to)
    return _leased(_kind(circuit, device), to, circuit, network, names)


def _kind(circuit: Circuit, device: Device) -> Text:
    if circuit.a.device == device.name:
        return text("line downwards")
    return text("main line") if circuit.role is CircuitRole.PRIMARY else text("backup line")


def _leased(what: Text, to: str, line: Circuit | Line, network: Network, names: Names) -> Wire:
    """Return a leased line as whoever plugs it in needs it: over an underlay its operator is called first."""
    underlay = getattr(line, "underlay", None)
    carrier = names.carrier(line.carrier) if line.carrier else ""
    phone = _phone(network.carriers.get(line.carrier or ""))
    if underlay is None:
        return Wire(what, to, carrier, line.line_number or "", phone)
    own = _phone(network.underlays.get(underlay))
    shown = " / ".join(part for part in (names.underlay(underlay), carrier) if part)
    phones = " / ".join(part for part in (own, phone) if part)
    return Wire(what, to, shown, line.line_number or "", phones, getattr(line, "handoff", None) or "")


def _phone(noun: object) -> str:
    return getattr(noun, "phone", None) or ""


def _of_zones(network: Network, device: Device, names: Names) -> Iterator[tuple[str, Wire]]:
    """Yield what agencies and partners bring: the use of the port, and the wire."""
    ends = here(network, device.name)
    for office in ends.offices:
        line = office.premises.line
        if line is not None:
            agency = network.agencies[office.premises.agency]
            to = agency.name_zh if names.chinese else agency.name
            yield "agencies", _leased(text("metro line of an agency"), to, line, network, names)
    for partner in ends.partners:
        if partner.peer.line is not None:
            to = partner.peer.name_zh if names.chinese else partner.peer.name
            yield "extranet", _leased(text("metro line of a partner"), to, partner.peer.line, network, names)


def _first_port(network: Network, device: Device, use: str, ports: Mapping[str, str]) -> str:
    kind = network.device_types.get(device.device_type or "")
    named = kind.ports.get(use, ()) if kind is not None else ()
    return named[0] if named else next(iter(ports.values()), use)


def _plug(port: str) -> str:
    """Return what a cable is plugged into: the port without the VLAN."""
    return port.partition(".")[0]


def is_virtual(port: str) -> bool:
    """Say whether a port is none that one sees: a VLAN, to which any of the switched ports leads."""
    return bool(_VIRTUAL.match(port))


def _natural(name: str) -> tuple[bool, list[str | int]]:
    """Return what sorts ports by their numbers, those that one sees first."""
    return is_virtual(name), [int(word) if word.isdigit() else word for word in _DIGITS.split(name)]
