"""The part of a network that a lab builds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from jbnet.model.network import Circuit, Device, InterfaceKind, Network


def restrict(network: Network, device_names: Collection[str]) -> Network:
    """Return the network with only those devices; names that are not declared are ignored.

    Circuits and interfaces without both ends disappear, and databases without both hosts, and BGP sessions
    without both routers. Sites, locations and peers stay when they house a kept device; the ancestors of
    what stays stay too, so that the tree holds together.
    """
    kept = frozenset(device_names)
    circuits = {n: c for n, c in network.circuits.items() if c.a.device in kept and c.z.device in kept}
    devices = {n: _trim(d, circuits) for n, d in network.devices.items() if n in kept}
    homes = {device.home for device in devices.values()}
    locations = {n: location for n, location in network.locations.items() if n in homes}
    sites = _with_ancestors(network, [*homes, *(location.site for location in locations.values())])
    databases = {n: d for n, d in network.databases.items() if d.primary in kept and d.standby in kept}
    return replace(
        network,
        sites={n: site for n, site in network.sites.items() if n in sites},
        locations=locations,
        peers={n: peer for n, peer in network.peers.items() if n in homes},
        devices=devices,
        circuits=circuits,
        databases=databases,
        bgp_sessions=tuple(s for s in network.bgp_sessions if s.circuit in circuits),
        noc=network.noc if network.noc in kept else None,
    )


def _trim(device: Device, circuits: dict[str, Circuit]) -> Device:
    interfaces = tuple(i for i in device.interfaces if i.kind is not InterfaceKind.CIRCUIT or i.circuit in circuits)
    uplink = device.uplink if any(i.name == device.uplink for i in interfaces) else None
    return replace(device, interfaces=interfaces, uplink=uplink)


def _with_ancestors(network: Network, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        current: str | None = name
        while current is not None and current in network.sites and current not in found:
            found.add(current)
            current = network.sites[current].parent
    return found
