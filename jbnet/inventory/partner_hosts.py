"""Partners as hosts of a lab: one host at the far end of a partner's line, which stands for all that is behind it.

The declaration knows a partner by its line, its hand-over link and its networks; what stands there is its own affair.
A lab in which somebody has to ask from there needs a device and a circuit: they are made of these, and of nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from ipaddress import IPv4Interface

from jbnet.model.network import Circuit, CircuitRole, Device, Interface, InterfaceKind, Line, Network, Peer, Role
from jbnet.model.network import Termination as End
from jbnet.platforms.registry import LAB_PLATFORM

ROLE = Role("partner-host", managed=False, monitored=False, snmp=None)
"""Somebody else's, as the ministry's router is: nothing is deployed on it, and it is not polled."""
PORT = "up1"


def host_name(partner: str) -> str:
    """Return the name of the host that stands for a partner in a lab."""
    return f"{partner}-h1"


def eligible(network: Network) -> Mapping[str, Peer]:
    """Return the partners that can have a host, by name: they have a line to a device, a hand-over link, a network."""
    return dict(_eligible(network))


def with_partner_hosts(network: Network, names: Collection[str]) -> Network:
    """Return the network with those hosts of partners among the names; names of other things are ignored."""
    wanted = [peer for peer in eligible(network).values() if host_name(peer.name) in names]
    if not wanted:
        return network
    devices, circuits = dict(network.devices), dict(network.circuits)
    for peer in wanted:
        line = peer.line
        assert line is not None  # noqa: S101  only those with a line are eligible
        near = _near_end(peer, line)
        gateway = devices[line.device]
        devices[gateway.name] = replace(gateway, interfaces=(*gateway.interfaces, near))
        devices[host_name(peer.name)] = _host(peer, line)
        circuits[line.name] = _circuit(peer, line, near)
    return replace(network, devices=devices, circuits=circuits, roles={**network.roles, ROLE.name: ROLE})


def _eligible(network: Network) -> Iterator[tuple[str, Peer]]:
    for peer in network.peers.values():
        line = peer.line
        if line is None or line.prefix is None or line.device not in network.devices:
            continue
        if peer.vlan is not None and peer.prefixes:
            yield peer.name, peer


def _address(line: Line, number: int) -> IPv4Interface:
    """Return a host address of the hand-over link: the first is ours, the second the partner's."""
    assert line.prefix is not None  # noqa: S101  only those with a link are eligible
    first = 1 if line.prefix.prefixlen < 31 else 0
    return IPv4Interface((int(line.prefix.network_address) + first + number, line.prefix.prefixlen))


def _near_end(peer: Peer, line: Line) -> Interface:
    return Interface(
        f"ext{peer.vlan}", InterfaceKind.CIRCUIT, _address(line, 0), line.name, description=f"partner {peer.name}"
    )


def _host(peer: Peer, line: Line) -> Device:
    """Return the host: its own address is the first of the partner's networks."""
    own = peer.prefixes[0].network_address + 1
    return Device(
        name=host_name(peer.name),
        home=peer.name,
        site="",
        role=ROLE.name,
        platform=LAB_PLATFORM,
        loopback=own,
        interfaces=(
            Interface("lo", InterfaceKind.LOOPBACK, IPv4Interface((int(own), 32)), description="loopback"),
            Interface(PORT, InterfaceKind.CIRCUIT, _address(line, 1), line.name, description=line.name),
        ),
        uplink=PORT,
        place=peer.place,
    )


def _circuit(peer: Peer, line: Line, near: Interface) -> Circuit:
    return Circuit(
        name=line.name,
        a=End(line.device, near.name),
        z=End(host_name(peer.name), PORT),
        role=CircuitRole.PRIMARY,
        carrier=line.carrier,
        line_number=line.line_number,
        bandwidth=line.bandwidth,
        media=line.media,
        srlgs=line.srlgs,
        prefix=line.prefix,
        monthly_cost=line.monthly_cost,
        payer=line.payer,
        place=line.place,
    )
