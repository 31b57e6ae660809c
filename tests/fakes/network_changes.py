"""Small changes of a declared network, each a function from network to network."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from ipaddress import IPv4Interface
from typing import Any

from jbnet.model.network import Device, Interface, InterfaceKind, Network, Termination

Change = Callable[[Network], Network]


def change(section: str, name: str, **fields: Any) -> Change:
    """Give one thing other values."""

    def apply(network: Network) -> Network:
        things: Mapping[str, Any] = getattr(network, section)
        changed: dict[str, Any] = {section: {**things, name: replace(things[name], **fields)}}
        return replace(network, **changed)

    return apply


def all_of(*changes: Change) -> Change:
    """Apply changes one after another."""

    def apply(network: Network) -> Network:
        for one in changes:
            network = one(network)
        return network

    return apply


def without(*names: str) -> Change:
    """Take circuits away, and the interfaces that they end on."""

    def apply(network: Network) -> Network:
        circuits = {name: circuit for name, circuit in network.circuits.items() if name not in names}
        devices = {
            device.name: replace(
                device, interfaces=tuple(i for i in device.interfaces if i.circuit not in names)
            )
            for device in network.devices.values()
        }  # fmt: skip
        return replace(network, circuits=circuits, devices=devices)

    return apply


def rehome(circuit: str, upper: str) -> Change:
    """Let the upper end of a circuit be another device."""

    def apply(network: Network) -> Network:
        end = Termination(upper, network.circuits[circuit].a.interface)
        return change("circuits", circuit, a=end)(network)

    return apply


def interfaces(device: str, names: Collection[str], **fields: Any) -> Change:
    """Give some interfaces of a device other values."""

    def apply(network: Network) -> Network:
        old = network.devices[device].interfaces
        return change("devices", device, interfaces=tuple(replace(i, **fields) if i.name in names else i for i in old))(
            network
        )

    return apply


def areas(device: str, old: str, new: str | None) -> Change:
    """Move all interfaces of a device from one area to another."""

    def apply(network: Network) -> Network:
        names = [i.name for i in network.devices[device].interfaces if i.area == old]
        return interfaces(device, names, area=new)(network)

    return apply


def added(name: str, home: str, role: str) -> Change:
    """Add a device that speaks OSPF in the backbone and has no lines of its own."""

    def apply(network: Network) -> Network:
        model = next(d for d in network.devices.values() if d.home == home)
        lo = Interface("lo", InterfaceKind.LOOPBACK, IPv4Interface("10.4.0.250/32"), area="0.0.0.0")
        device = Device(name, home, model.site, role, "frr", lo.address.ip if lo.address else None, (lo,), "up1")
        return replace(network, devices={**network.devices, name: device})

    return apply
