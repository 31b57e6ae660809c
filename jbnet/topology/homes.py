"""Who is served by which devices: a home by those that it houses, a site without equipment by its gateway."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.levels import Status
from jbnet.model.network import Network


def homes_of(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return the devices that serve each site, location and peer, in the order of the devices.

    These are the devices that it houses; where a site houses none, the gateway on which its lines end.
    """
    found: dict[str, list[str]] = {}
    for device in network.devices.values():
        found.setdefault(device.home, []).append(device.name)
    for site in network.sites.values():
        if site.gateway is not None and site.gateway in network.devices and site.name not in found:
            found[site.name] = [site.gateway]
    return {home: tuple(devices) for home, devices in found.items()}


def idle_sites(network: Network) -> frozenset[str]:
    """Return the sites that are not in use yet: planned, or in the register only. Nobody there can be cut off."""
    return frozenset(site.name for site in network.sites.values() if site.status is not Status.ACTIVE)
