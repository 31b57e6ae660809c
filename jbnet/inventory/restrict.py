"""The part of a network that a lab builds."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from jbnet.inventory.partner_hosts import with_partner_hosts
from jbnet.model.network import Application, Circuit, Device, InterfaceKind, Line, Network
from jbnet.platforms.registry import LAB_PLATFORM


def restrict(network: Network, device_names: Collection[str]) -> Network:
    """Return the network with only those devices; names that are not declared are ignored.

    Circuits and interfaces without both ends disappear, and databases without all their hosts, and BGP sessions
    without both routers. Sites, locations and peers stay when they house a kept device; the ancestors of
    what stays stay too, so that the tree holds together. What remains is the lab's: every device runs FRR.
    Agencies, VRFs and services stay; premises and partners stay where their line ends on a kept device, or where
    a site without a line stays; applications keep the hosts that are there. A zone goes with
    its primary name server.
    """
    kept = frozenset(device_names)
    circuits = {n: c for n, c in network.circuits.items() if c.a.device in kept and c.z.device in kept}
    devices = {n: _trim(d, circuits) for n, d in network.devices.items() if n in kept}
    homes = {device.home for device in devices.values()}
    locations = {n: location for n, location in network.locations.items() if n in homes}
    sites = _with_ancestors(network, [*homes, *(location.site for location in locations.values())])
    databases = {n: d for n, d in network.databases.items() if kept.issuperset(d.hosts)}
    return replace(
        network,
        sites={n: site for n, site in network.sites.items() if n in sites},
        locations=locations,
        peers={n: peer for n, peer in network.peers.items() if n in homes or _stays(peer.line, peer.site, sites, kept)},
        devices=devices,
        circuits=circuits,
        databases=databases,
        applications={n: _hosted(a, kept) for n, a in network.applications.items()},
        premises={n: p for n, p in network.premises.items() if _stays(p.line, p.site, sites, kept)},
        routes={n: routes for n, routes in network.routes.items() if n in kept},
        dns={n: zone for n, zone in network.dns.items() if zone.primary not in network.devices or zone.primary in kept},
        bgp_sessions=tuple(s for s in network.bgp_sessions if s.circuit in circuits),
        ownership={n: ownership for n, ownership in network.ownership.items() if n in kept},
        noc=network.noc if network.noc in kept else None,
    )


def lab_of(network: Network, device_names: Collection[str]) -> Network:
    """Return the network of a lab with those devices, hosts of partners among them.

    Who owns what holds for devices that run in the field what their copies run; sections and lines of another platform
    mean nothing on a copy, which is all ours, since it is built from what is declared.
    """
    known = {name for name, device in network.devices.items() if device.platform == LAB_PLATFORM}
    built = restrict(with_partner_hosts(network, device_names), device_names)
    return replace(built, ownership={name: held for name, held in built.ownership.items() if name in known})


def as_lab(device: Device) -> Device:
    """Return the device as its copy in a lab is: with the lab's platform, and no ports but logical ones."""
    if device.platform == LAB_PLATFORM:
        return device if device.device_type is None else replace(device, device_type=None)
    return replace(device, platform=LAB_PLATFORM)


def _stays(line: Line | None, site: str | None, sites: Collection[str], kept: Collection[str]) -> bool:
    return site in sites and (line is None or line.device in kept)


def _hosted(application: Application, kept: Collection[str]) -> Application:
    return replace(application, hosts=tuple(host for host in application.hosts if host in kept))


def _trim(device: Device, circuits: dict[str, Circuit]) -> Device:
    interfaces = tuple(i for i in device.interfaces if i.kind is not InterfaceKind.CIRCUIT or i.circuit in circuits)
    uplink = device.uplink if any(i.name == device.uplink for i in interfaces) else None
    return replace(as_lab(device), interfaces=interfaces, uplink=uplink)


def _with_ancestors(network: Network, names: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for name in names:
        current: str | None = name
        while current is not None and current in network.sites and current not in found:
            found.add(current)
            current = network.sites[current].parent
    return found
