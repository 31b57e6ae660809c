"""From the declared network to a device's whole configuration: derive what it says, then print it."""

from __future__ import annotations

from jbnet.config import printer, routing
from jbnet.config.intent import BACKBONE, Intent, Port
from jbnet.config.links import far_end
from jbnet.config.peering import peering
from jbnet.model.network import Device, Interface, InterfaceKind, Network


def render(network: Network, device: Device) -> str:
    """Return the device's complete configuration as its platform writes it."""
    return printer.print_intent(device.platform, intent(network, device))


def daemons(network: Network, device: Device) -> tuple[str, ...]:
    """Return the daemons that the device needs for its rendered configuration."""
    return printer.daemons(device.platform, intent(network, device))


def intent(network: Network, device: Device) -> Intent:
    """Derive what the device's configuration has to say from the whole network."""
    bgp, bgp_policy = peering(network, device)
    ospf, ospf_policy = routing.ospf(network, device)
    role = network.roles.get(device.role)
    return Intent(
        hostname=device.name,
        interfaces=tuple(_port(network, device, i) for i in device.interfaces),
        statics=routing.statics(network, device),
        ospf=ospf,
        bgp=bgp,
        prefix_lists=bgp_policy.prefix_lists + ospf_policy.prefix_lists,
        route_maps=bgp_policy.route_maps + ospf_policy.route_maps,
        agentx=bool(role and role.monitored and ospf),
    )


def _port(network: Network, device: Device, interface: Interface) -> Port:
    far = far_end(network, device, interface)
    adjacent = interface.kind is InterfaceKind.CIRCUIT and interface.area is not None and not interface.passive
    leased = far is not None and far.circuit.carrier is not None
    return Port(
        name=interface.name,
        description=interface.description,
        address=interface.address,
        area=interface.area,
        cost=interface.cost,
        passive=interface.passive,
        point_to_point=adjacent,
        bfd=adjacent and leased and interface.area == BACKBONE,
        only_own=interface.kind is InterfaceKind.LOOPBACK and routing.carries_services(network, device),
    )
