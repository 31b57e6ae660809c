"""What interfaces are called on the real device: the port of its model, or the logical name where it has none."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from jbnet.config.intent import Port
from jbnet.model.errors import TargetError
from jbnet.model.network import Device, Interface, InterfaceKind, Network
from jbnet.model.text import text
from jbnet.platforms.registry import platform

_DIGITS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class PortName:
    """A name, and the VLAN's id where the port is shared."""

    name: str
    dot1q: int | None = None


PortNamer = Callable[[Interface], PortName]


def port_namer(network: Network, device: Device) -> PortNamer:
    """Return what names the device's interfaces.

    Raises TargetError where the platform names its ports by the hardware and the device's model is not declared.
    """
    loopback = platform(device.platform).loopback
    ports = network.ports.get(device.name)
    if loopback is None:
        real = ports if ports and _is_of(network, device) else {}
        return lambda interface: PortName(real.get(interface.name, interface.name))
    if ports is None:
        hint = text("name its model, device_type, in its role or beside it; topology/hardware.yaml has the models")
        raise TargetError("{device} has no device type, so its ports have no names", hint=hint, device=device.name)
    return lambda interface: (
        PortName(loopback) if interface.kind is InterfaceKind.LOOPBACK else _port(ports[interface.name])
    )


def _is_of(network: Network, device: Device) -> bool:
    """Say whether the device's model runs its platform: a lab's copy has a model that does not, and logical names."""
    kind = network.device_types.get(device.device_type or "")
    return kind is not None and device.platform in kind.platforms


def _port(name: str) -> PortName:
    _, dot, number = name.partition(".")
    return PortName(name, int(number) if dot else None)


def as_shown(device: Device, ports: tuple[Port, ...]) -> tuple[Port, ...]:
    """Return the interfaces in the order in which the real device shows them, with the ports that lines share.

    Where interfaces have their logical names, they stay as they were declared.
    """
    known = platform(device.platform)
    if known.loopback is None:
        return ports
    shared = {port.name.partition(".")[0]: port.origin for port in ports if port.dot1q}
    named = {port.name for port in ports}
    parents = (Port(n, "shared by several lines", origin=place) for n, place in shared.items() if n not in named)

    def order(port: Port) -> tuple[bool, list[str | int]]:
        return (port.name == known.loopback) != known.loopback_first, _natural(port.name)

    return tuple(sorted((*ports, *parents), key=order))


def _natural(name: str) -> list[str | int]:
    """Return what sorts names by their numbers: words and numbers in turn."""
    return [int(word) if word.isdigit() else word for word in _DIGITS.split(name)]


def loopback_name(device: Device) -> str:
    """Return the name of the device's loopback interface."""
    return platform(device.platform).loopback or "lo"
