"""Which premises and partners end on which device: an index, because every device asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from jbnet.model.business import Peer, Premises
from jbnet.model.network import InterfaceKind, Network


@dataclass(frozen=True, slots=True)
class Office:
    """Premises, their VLAN, and the premises of the same agency at the sites above and below."""

    premises: Premises
    vlan: int
    kin: tuple[Premises, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner with its VLAN and its hand-over link."""

    peer: Peer
    vlan: int
    link: IPv4Network


@dataclass(frozen=True, slots=True)
class Here:
    """What ends on one device."""

    offices: tuple[Office, ...] = ()
    partners: tuple[Partner, ...] = ()


_NOTHING = Here()
_last: tuple[Network, dict[str, Here]] | None = None
"""The index of the network that was asked about last: a network never changes, and its devices come one by one."""


def here(network: Network, device: str) -> Here:
    """Return what ends on the device."""
    global _last  # noqa: PLW0603  a memo of one entry, replaced whole: what it answers does not depend on it
    last = _last
    if last is None or last[0] is not network:
        last = _last = (network, _index(network))
    return last[1].get(device, _NOTHING)


def _index(network: Network) -> dict[str, Here]:
    offices: dict[str, list[Office]] = defaultdict(list)
    partners: dict[str, list[Partner]] = defaultdict(list)
    gateways, kin = dict(_gateways(network)), _kin(network)
    for premises in network.premises.values():
        device = premises.line.device if premises.line else gateways.get(premises.site)
        vrf = network.vrfs.get(network.agencies[premises.agency].vrf)
        if device is not None and vrf is not None:
            offices[device].append(Office(premises, vrf.vlan, tuple(kin.get(premises.name, ()))))
    for peer in network.peers.values():
        if peer.line is not None and peer.line.prefix is not None and peer.vlan is not None:
            partners[peer.line.device].append(Partner(peer, peer.vlan, peer.line.prefix))
    return {name: Here(tuple(offices[name]), tuple(partners[name])) for name in offices.keys() | partners.keys()}


def _gateways(network: Network) -> Iterator[tuple[str, str]]:
    """Yield each site and the device that carries its LAN, or on which its lines end where it has none."""
    for site in network.sites.values():
        if site.gateway is not None:
            yield site.name, site.gateway
    for device in network.devices.values():
        if any(interface.kind is InterfaceKind.LAN for interface in device.interfaces):
            yield device.home, device.name


def _kin(network: Network) -> dict[str, list[Premises]]:
    """Return, by premises, those of the same agency at all sites above and below."""
    found: dict[str, list[Premises]] = defaultdict(list)
    for premises in network.premises.values():
        for above in _above(network, premises.site):
            other = network.premises.get(f"{above}-{premises.agency}")
            if other is not None:
                found[premises.name].append(other)
                found[other.name].append(premises)
    return found


def _above(network: Network, site: str) -> list[str]:
    found: list[str] = []
    parent = network.sites[site].parent if site in network.sites else None
    while parent is not None and parent not in found and parent in network.sites:
        found.append(parent)
        parent = network.sites[parent].parent
    return found
