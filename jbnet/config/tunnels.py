"""Encrypted circuits: which tunnels end on a device, what their interfaces are called, what is configured for them.

A circuit keeps its addresses, its area and its costs: they are the tunnel's, and whoever routes over it or looks for
its neighbour sees no difference. The ports below have addresses of their own that are in no routing protocol.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Interface

from jbnet.config.intent import Port
from jbnet.config.links import far_end, is_upper_end
from jbnet.config.naming import PortName
from jbnet.config.tunnel import Tunnel
from jbnet.model.encryption import EncryptionProfile
from jbnet.model.errors import TargetError
from jbnet.model.network import Circuit, Device, Interface, InterfaceKind, Network
from jbnet.model.text import text
from jbnet.platforms.registry import PlatformEncryption, platform

_NUMBERED = ("up", "pair", "down")
"""Uses of ports in the order in which their tunnels are numbered."""


def tunnel(network: Network, device: Device, interface: Interface, port: str) -> Tunnel | None:
    """Return the device's end of an encrypted circuit; None where the interface is not one.

    Raises TargetError where the platform cannot encrypt, or the declaration lacks what it takes.
    """
    far = far_end(network, device, interface) if interface.kind is InterfaceKind.CIRCUIT else None
    if far is None or far.circuit.encryption is None:
        return None
    known = platform(device.platform).encryption
    if known is None:
        raise TargetError("{platform} cannot encrypt a line; {circuit} asks for it", circuit=far.circuit.name,
                          platform=platform(device.platform).title,
                          hint=text("platforms that can stand in docs/platforms.md"))  # fmt: skip
    asked = far.circuit.encryption
    upper = is_upper_end(device, interface, far)
    near, other = _outer(far.circuit)[:: 1 if upper else -1]
    number = 0 if known.tunnel is None else _number(network, device, port)
    name = interface.name if known.tunnel is None else known.tunnel.format(number=number)
    profile = _profile(network, far.circuit)
    return Tunnel(interface.name, name, number, profile, near, other.ip, asked.secret, asked.place)


def with_tunnel(port: Port, found: Tunnel | None) -> tuple[Port, ...]:
    """Return what a port becomes below a tunnel, and the tunnel's interface; where there is none, the port."""
    if found is None:
        return (port,)
    if found.interface == port.name:  # the interface bears the circuit's name, and what is below it is the host's
        return (replace(port, tunnel=found),)
    below = Port(
        port.name, port.description, found.outer, dot1q=port.dot1q, shape=port.shape, mtu=port.mtu,
        origin=port.origin, origins=port.origins,
    )  # fmt: skip
    return below, replace(port, name=found.interface, dot1q=None, shape=None, mtu=None, tunnel=found)


def headings(network: Network, device: Device, port: PortName) -> tuple[str, ...]:
    """Return the headings under which an end of a circuit is configured: its port, and its tunnel if it has one.

    The tunnel's is named also where the circuit is not encrypted any more, or not yet.
    """
    known = platform(device.platform).encryption
    numbered = _numbered(network, device, port.name) if known and known.tunnel else None
    if known is None or known.tunnel is None or numbered is None:
        return (f"interface {port.name}",)
    return f"interface {port.name}", f"interface {known.tunnel.format(number=numbered)}"


def sections(network: Network, device: Device, interface: Interface, port: PortName) -> tuple[str, ...]:
    """Return the headings of what is said of an end's keys and algorithms, beside its interfaces."""
    known = platform(device.platform).encryption
    if known is None:
        return ()
    numbered = 0 if known.tunnel is None else _numbered(network, device, port.name)
    return _headings(known, interface.name, numbered) if numbered is not None else ()


def _headings(known: PlatformEncryption, name: str, number: int) -> tuple[str, ...]:
    return tuple(heading.format(name=name, number=number) for heading in known.sections)


def _outer(circuit: Circuit) -> tuple[IPv4Interface, IPv4Interface]:
    """Return the addresses of the ports below a tunnel: the upper end's, the lower end's."""
    outer = circuit.encryption.outer if circuit.encryption else None
    if outer is None:
        raise TargetError("the ports of {circuit} have no addresses", circuit=circuit.name,
                          hint=text("run: jbnet check"))  # fmt: skip
    first, second = list(outer.hosts())[:2]
    return IPv4Interface((first, outer.prefixlen)), IPv4Interface((second, outer.prefixlen))


def _profile(network: Network, circuit: Circuit) -> EncryptionProfile:
    name = circuit.encryption.profile if circuit.encryption else ""
    found = network.encryption.get(name)
    if found is None:
        raise TargetError("there is no encryption profile {name}", name=name,
                          hint=text("run: jbnet check"))  # fmt: skip
    return found


def _number(network: Network, device: Device, port: str) -> int:
    found = _numbered(network, device, port)
    if found is None:
        raise TargetError("{device}: the tunnel over {port} has no number: its type has no such port",
                          device=device.name, port=port)  # fmt: skip
    return found


def _numbered(network: Network, device: Device, port: str) -> int | None:
    """Return the tunnel's number: the place of its port, from 1, in the model's lists. It moves with no neighbour."""
    kind = network.device_types.get(device.device_type or "")
    ports = [name for use in _NUMBERED for name in kind.ports.get(use, ())] if kind else []
    return ports.index(port) + 1 if port in ports else None
