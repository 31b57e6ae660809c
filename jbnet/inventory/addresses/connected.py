"""What is directly connected to a device: its interfaces, and the offices and partners whose lines end on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.findings import Place
from jbnet.model.lines import Circuit
from jbnet.model.network import Device, InterfaceKind, Network
from jbnet.platforms.registry import names, platform


@dataclass(frozen=True, slots=True)
class Connected:
    """A prefix on an interface of a device: whose it is, the device's own address, the far end's where it is known."""

    prefix: IPv4Network
    owner: str
    own: IPv4Address
    far: IPv4Address | None = None
    place: Place | None = None


def connected(network: Network, device: Device) -> Iterator[Connected]:
    """Yield everything that is directly connected; offices and partners where the device's system has zones."""
    for interface in device.interfaces:
        if interface.address is not None:
            circuit = network.circuits.get(interface.circuit or "")
            far = far_address(network, device, circuit) if circuit else None
            place = circuit.place if circuit else device.place
            yield Connected(interface.address.network, interface.circuit or interface.name, interface.address.ip, far,
                            place)  # fmt: skip
    if device.platform in names() and platform(device.platform).zones:
        yield from _zones(network, device)


def _zones(network: Network, device: Device) -> Iterator[Connected]:
    """Yield hand-over links (the first host address is ours) and the offices' prefixes (so too)."""
    for peer in network.peers.values():
        link = peer.line.prefix if peer.line is not None and peer.line.device == device.name else None
        if link is not None:
            first = link.network_address + (1 if link.prefixlen < 31 else 0)
            yield Connected(link, peer.name, first, first + 1, peer.place)
    for premises in network.premises.values():
        ends = premises.line.device if premises.line else _gateway(network, premises.site)
        if ends == device.name:
            yield Connected(premises.prefix, premises.name, premises.prefix.network_address + 1, None, premises.place)


def _gateway(network: Network, site: str) -> str | None:
    """Return the device on which what stands in a site's own building ends: that of its LAN, or the one it names."""
    lans = (
        device.name
        for device in network.devices.values()
        if device.home == site and any(interface.kind is InterfaceKind.LAN for interface in device.interfaces)
    )
    return next(lans, network.sites[site].gateway if site in network.sites else None)


def far_address(network: Network, device: Device, circuit: Circuit) -> IPv4Address | None:
    """Return the address at a circuit's other end, None where there is none."""
    far = circuit.z if circuit.a.device == device.name else circuit.a
    other = network.devices.get(far.device)
    if other is None:
        return None
    address = next((i.address for i in other.interfaces if i.name == far.interface), None)
    return address.ip if address else None
