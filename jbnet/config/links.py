"""Who is at the other end: small questions about circuits that several derivations ask."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from jbnet.model.network import Circuit, Device, Interface, InterfaceKind, Network


@dataclass(frozen=True, slots=True)
class FarEnd:
    """The other end of an interface's circuit."""

    circuit: Circuit
    device: Device
    interface: Interface

    @property
    def address(self) -> IPv4Address | None:
        """Return the far interface's address, if it has one."""
        return self.interface.address.ip if self.interface.address else None


def far_end(network: Network, device: Device, interface: Interface) -> FarEnd | None:
    """Return the other end of the interface's circuit; None where there is none or it is not declared here."""
    circuit = network.circuits.get(interface.circuit or "")
    if circuit is None:
        return None
    here_is_a = (circuit.a.device, circuit.a.interface) == (device.name, interface.name)
    other = circuit.z if here_is_a else circuit.a
    far = network.devices.get(other.device)
    return FarEnd(circuit, far, far.interface(other.interface)) if far else None


def is_upper_end(device: Device, interface: Interface, far: FarEnd) -> bool:
    """Say whether the interface is the end of its circuit that is nearer to the core."""
    return (far.circuit.a.device, far.circuit.a.interface) == (device.name, interface.name)


def circuit_interfaces(device: Device) -> tuple[Interface, ...]:
    """Return the interfaces that terminate circuits, in declared order."""
    return tuple(i for i in device.interfaces if i.kind is InterfaceKind.CIRCUIT)


def gateway(network: Network, device: Device) -> IPv4Address | None:
    """Return the address over the device's uplink: where it sends what it knows no better way for."""
    if device.uplink is None:
        return None
    far = far_end(network, device, device.interface(device.uplink))
    return far.address if far else None


def block_of(network: Network, device: Device) -> IPv4Network | None:
    """Return the block of the site or location that houses the device, those below it included."""
    home = network.sites.get(device.home) or network.locations.get(device.home)
    return home.block if home else None
