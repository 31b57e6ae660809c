"""From the declared network to a device's whole configuration: derive what it says, then print it."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.config import printer, routing, words
from jbnet.config.declared import announced, declared
from jbnet.config.intent import BACKBONE, Intent, Port
from jbnet.config.links import far_end
from jbnet.config.managing import source_lists
from jbnet.config.naming import PortName, as_shown, loopback_name, port_namer
from jbnet.config.peering import peering
from jbnet.config.printer import Reveal
from jbnet.config.queues import shaped
from jbnet.config.trace import TracedLine
from jbnet.config.tunnels import tunnel, with_tunnel
from jbnet.config.zones import beside, both, hosted, with_partners, zones
from jbnet.inventory.proofs import proof_of
from jbnet.model.network import Device, Interface, InterfaceKind, Network
from jbnet.platforms.registry import platform

_ATTRIBUTES = {"ospf_cost": "cost"}
"""What keys of a circuit are called at a port."""


def render(network: Network, device: Device, secrets: Reveal | None = None) -> str:
    """Return the device's complete configuration as its platform writes it.

    Secrets are printed by name (``<secret:NAME>``) unless ``secrets`` reveals them. Raises TargetError for what the
    platform cannot say, and for a device whose ports have no names.
    """
    return printer.print_intent(device.platform, intent(network, device), secrets)


def traced(network: Network, device: Device) -> tuple[TracedLine, ...]:
    """Return the configuration line by line with the template and the declaration that each comes from."""
    return printer.trace_intent(device.platform, intent(network, device))


def key_lengths(network: Network, device: Device) -> Mapping[str, int]:
    """Return how many characters the keys that the device shares with others may have, by the name of the secret."""
    return words.key_lengths(platform(device.platform), intent(network, device))


def daemons(network: Network, device: Device) -> tuple[str, ...]:
    """Return the daemons that the device needs for its rendered configuration."""
    return printer.daemons(device.platform, intent(network, device))


def intent(network: Network, device: Device) -> Intent:
    """Derive what the device's configuration has to say from the whole network."""
    bgp, bgp_policy = peering(network, device)
    ospf, ospf_policy = routing.ospf(network, device)
    role = network.roles.get(device.role)
    namer = port_namer(network, device)
    own = tuple(port for i in device.interfaces for port in _ports(network, device, i, namer(i)))
    met = both((zones if platform(device.platform).zones else hosted)(network, device), beside(network, device))
    derived = Intent(
        hostname=device.name,
        interfaces=as_shown(device, own + met.ports),
        statics=routing.statics(network, device) + met.statics,
        ospf=with_partners(ospf) if ospf and met.route_maps else ospf,
        bgp=bgp,
        prefix_lists=bgp_policy.prefix_lists + ospf_policy.prefix_lists + met.prefix_lists,
        route_maps=bgp_policy.route_maps + ospf_policy.route_maps + met.route_maps,
        agentx=bool(role and role.monitored and ospf),
        loopback=loopback_name(device),
        management=network.management,
        snmp=role.snmp if role and network.management and network.management.snmp else None,
        source_lists=source_lists(network.management),
        filters=met.filters,
        video=network.video if any(port.shape for port in own) else None,
        origin=device.place,
    )
    return announced(platform(device.platform), derived, declared(network, device))


def _ports(network: Network, device: Device, interface: Interface, name: PortName) -> tuple[Port, ...]:
    """Return what an interface is on the device: a port, and a tunnel over it where its circuit is encrypted."""
    return with_tunnel(_port(network, device, interface, name), tunnel(network, device, interface, name.name))


def _port(network: Network, device: Device, interface: Interface, port: PortName) -> Port:
    far = far_end(network, device, interface)
    adjacent = interface.kind is InterfaceKind.CIRCUIT and interface.area is not None and not interface.passive
    leased = far is not None and far.circuit.carrier is not None
    return Port(
        name=port.name,
        description=interface.description,
        address=interface.address,
        area=interface.area,
        cost=interface.cost,
        passive=interface.passive,
        point_to_point=adjacent,
        bfd=adjacent and leased and interface.area == BACKBONE,
        only_own=interface.kind is InterfaceKind.LOOPBACK and routing.carries_services(network, device),
        dot1q=port.dot1q,
        shape=shaped(network, device, far) if port.dot1q is None else None,
        proof=proof_of(network, far.circuit, interface.area) if adjacent and far and interface.area else None,
        mtu=far.circuit.mtu if far else None,
        origin=(far.circuit.place if far else None) or device.place,
        origins={_ATTRIBUTES.get(key, key): place for key, place in far.circuit.written} if far else {},
    )
