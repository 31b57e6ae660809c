"""What the ports of a router are called on the one that stands in for it: by the circuits that are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.config.naming import loopback_name, port_namer
from jbnet.config.standin.facts import RoutingText
from jbnet.config.tunnels import headings
from jbnet.model.network import Device, InterfaceKind, Network

LOOPBACK = "lo"
UNWIRED = "x{number}"
"""Ports that no circuit is declared for, but that have an address."""


def cabling(network: Network, device: Device, *texts: RoutingText) -> Mapping[str, str]:
    """Return the lab's names by the ports' own, the same for all texts; a port that is not in it is left out.

    Where a line is encrypted the tunnel bears its name, and the port below is the lab's own. Raises TargetError where
    the device's model is not declared.
    """
    seen = {name: port for text in texts for name, port in text.ports.items()}
    found, below = {loopback_name(device): LOOPBACK}, set[str]()
    for name, heads in _declared(network, device).items():
        port, *tunnels = heads
        used = next((tunnel for tunnel in tunnels if tunnel in seen and seen[tunnel].area is not None), port)
        found[used] = name
        below |= {port} - {used}
    others = [n for n, port in seen.items() if port.addresses and not port.vpn and n not in found and n not in below]
    return {**found, **{name: UNWIRED.format(number=n) for n, name in enumerate(sorted(others), 1)}}


def _declared(network: Network, device: Device) -> dict[str, list[str]]:
    """Return what each declared interface is called on the device: its port, and the tunnel over it."""
    return dict(_named(network, device))


def _named(network: Network, device: Device) -> Iterator[tuple[str, list[str]]]:
    namer = port_namer(network, device)
    for interface in device.interfaces:
        if interface.kind is not InterfaceKind.LOOPBACK:
            heads = headings(network, device, namer(interface))
            yield interface.name, [head.removeprefix("interface ").partition(" ")[0] for head in heads]
