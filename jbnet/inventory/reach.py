"""Where a device can be logged into."""

from __future__ import annotations

from ipaddress import IPv4Address

from jbnet.model.network import Device, InterfaceKind


def management_addresses(device: Device) -> tuple[IPv4Address, ...]:
    """Return the addresses to try, in order: the loopback, then circuit interfaces, the uplink's first.

    Before its first deployment a device has only the address of its uplink; a core router answers on the
    circuits of the NOC, which come before those of sites.
    """
    circuits = [i for i in device.interfaces if i.kind is InterfaceKind.CIRCUIT and i.address is not None]
    circuits.sort(key=lambda interface: interface.name != device.uplink)
    addresses = [i.address.ip for i in circuits if i.address is not None]
    loopback = [device.loopback] if device.loopback is not None else []
    return tuple(dict.fromkeys([*loopback, *addresses]))
