"""The configuration a device comes with: its name, the address on the way to the core, a default route.

That is all a technician types on site; everything else is deployed over the network.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

from jbnet.config.intent import FLOATING, Intent, Port, StaticRoute
from jbnet.config.links import circuit_interfaces, far_end, gateway
from jbnet.config.managing import first_management, source_lists
from jbnet.config.naming import PortName, as_shown, loopback_name, port_namer
from jbnet.config.printer import print_intent, trace_intent
from jbnet.config.trace import TracedLine
from jbnet.config.tunnels import tunnel, with_tunnel
from jbnet.model.network import Device, Interface, Network
from jbnet.platforms.registry import platform

DEFAULT = IPv4Network((0, 0))


def bootstrap(network: Network, device: Device) -> str:
    """Return the out-of-the-box configuration as a complete text of the device's platform."""
    return print_intent(device.platform, bootstrap_intent(network, device))


def traced(network: Network, device: Device) -> tuple[TracedLine, ...]:
    """Return the same text line by line with the template and the declaration that each comes from."""
    return trace_intent(device.platform, bootstrap_intent(network, device))


def bootstrap_intent(network: Network, device: Device) -> Intent:
    """Return what the out-of-the-box configuration says."""
    via = gateway(network, device)
    namer = port_namer(network, device)
    ports = tuple(port for i in first_interfaces(network, device) for port in _ports(network, device, i, namer(i)))
    management = first_management(network.management, platform(device.platform))
    return Intent(
        hostname=device.name,
        interfaces=as_shown(device, ports),
        statics=(StaticRoute(DEFAULT, via, FLOATING, device.place),) if via else (),
        loopback=loopback_name(device),
        management=management,
        source_lists=source_lists(management),
        origin=device.place,
    )


def _ports(network: Network, device: Device, interface: Interface, name: PortName) -> tuple[Port, ...]:
    """Return the port, and the tunnel over it: an encrypted line lets nothing through that is not."""
    port = Port(name.name, address=interface.address, dot1q=name.dot1q, origin=device.place)
    return with_tunnel(port, tunnel(network, device, interface, name.name))


def first_interfaces(network: Network, device: Device) -> tuple[Interface, ...]:
    """Return the interfaces over which the device is first reached: its uplink, or its lines to the NOC."""
    if device.uplink is not None:
        return (device.interface(device.uplink),)
    ends = ((i, far_end(network, device, i)) for i in circuit_interfaces(device))
    return tuple(i for i, far in ends if far and far.device.name == network.noc)


def first_address(network: Network, device: Device) -> IPv4Address | None:
    """Return the address under which the device answers before it was ever deployed."""
    addresses = (i.address.ip for i in first_interfaces(network, device) if i.address)
    return next(addresses, None)
