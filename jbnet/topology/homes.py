"""Who is served by which devices: a home by those that it houses, a site without equipment by its gateway."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

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


class Homes:
    """Who is served by which devices, in numbers of devices; ``number`` gives those.

    ``of`` is the home in which each device stands, ``idle`` are the sites that are not in use.
    """

    def __init__(self, network: Network, number: Mapping[str, int]):
        self._network = network
        self._number = number
        self.of = tuple(device.home for device in network.devices.values())
        self.idle = idle_sites(network)

    @cached_property
    def members(self) -> Mapping[str, tuple[int, ...]]:
        """Return the devices that serve every home: its own, or the gateway of a site that has none."""
        number = self._number
        return {home: tuple(number[d] for d in devices) for home, devices in homes_of(self._network).items()}

    @cached_property
    def wards(self) -> Mapping[int, tuple[str, ...]]:
        """Return the sites without equipment by their gateway."""
        found: dict[int, list[str]] = {}
        for home, devices in self.members.items():
            if self.of[devices[0]] != home:
                found.setdefault(devices[0], []).append(home)
        return {device: tuple(homes) for device, homes in found.items()}

    def served(self, devices: Iterable[int]) -> tuple[str, ...]:
        """Return the homes that devices serve, in the order of the devices."""
        found: dict[str, None] = {}
        for device in sorted(devices):
            found[self.of[device]] = None
            if device in self.wards:
                found.update(dict.fromkeys(self.wards[device]))
        return tuple(found)

    def in_use(self, devices: Iterable[int]) -> tuple[str, ...]:
        """Return the same without sites that are not in use yet."""
        return tuple(home for home in self.served(devices) if home not in self.idle)
