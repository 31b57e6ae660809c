"""Addresses that the plan would not give: ``exceptions`` in topology/addresses.yaml, by device and interface.

For what was there before the plan, and for a line on which the far side dictates the addresses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from ipaddress import IPv4Interface

from jbnet.inventory.building.expand import Expansion
from jbnet.inventory.building.hierarchy import dangling
from jbnet.inventory.declaration import Declaration, Item
from jbnet.inventory.report import Report
from jbnet.inventory.schema.plan import AddressesFile
from jbnet.model.network import BgpSession, Circuit, Device, InterfaceKind, Termination

Addresses = Mapping[tuple[str, str], IPv4Interface]
"""(device, interface) to its exceptional address."""


def apply_exceptions(declared: Declaration, expansion: Expansion, report: Report) -> None:
    """Give the interfaces named in ``exceptions`` their addresses; circuits and BGP sessions follow."""
    if declared.addresses is None or not declared.addresses.decl.exceptions:
        return
    addresses = _addresses(declared, declared.addresses, expansion.devices, report)
    for name in {device for device, _ in addresses}:
        expansion.devices[name] = _device(expansion.devices[name], addresses)
    for name, circuit in expansion.circuits.items():
        expansion.circuits[name] = _circuit(circuit, addresses)
    expansion.sessions[:] = [_session(s, expansion.circuits[s.circuit], addresses) for s in expansion.sessions]


def _addresses(
    declared: Declaration, plan: Item[AddressesFile], devices: Mapping[str, Device], report: Report
) -> Addresses:
    found: dict[tuple[str, str], IPv4Interface] = {}
    for name, ports in plan.decl.exceptions.items():
        if name not in devices:
            dangling(report, "device", name, devices, plan.key_at("exceptions", name), declared)
            continue
        known = frozenset(interface.name for interface in devices[name].interfaces)
        for port, address in ports.items():
            if port in known:
                found[name, port] = address
            else:
                dangling(report, "interface", port, known, plan.key_at("exceptions", name, port), declared)
    return found


def _device(device: Device, addresses: Addresses) -> Device:
    interfaces = tuple(replace(i, address=addresses.get((device.name, i.name), i.address)) for i in device.interfaces)
    loopback = next((i.address.ip for i in interfaces if i.kind is InterfaceKind.LOOPBACK and i.address), None)
    return replace(device, interfaces=interfaces, loopback=loopback or device.loopback)


def _circuit(circuit: Circuit, addresses: Addresses) -> Circuit:
    """A circuit's prefix is that of its upper end."""
    found = addresses.get(_key(circuit.a))
    return circuit if found is None else replace(circuit, prefix=found.network)


def _session(session: BgpSession, circuit: Circuit, addresses: Addresses) -> BgpSession:
    local, peer = addresses.get(_key(circuit.a)), addresses.get(_key(circuit.z))
    return replace(
        session,
        local_address=local.ip if local else session.local_address,
        peer_address=peer.ip if peer else session.peer_address,
    )


def _key(end: Termination) -> tuple[str, str]:
    return end.device, end.interface
