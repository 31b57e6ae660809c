"""The part of the network that a view is about: devices by home and the circuits among them. DOT, Mermaid and JSON say
it in their languages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jbnet.model.network import Circuit, Level, Network
from jbnet.topology.diagrams.census import children_of, subtree


@dataclass(frozen=True, slots=True)
class Part:
    """``homes`` with the names of their devices; ``folded`` counts the sites below a home that are left out."""

    homes: Mapping[str, tuple[str, ...]]
    circuits: tuple[Circuit, ...]
    folded: Mapping[str, int] = field(default_factory=dict)

    @property
    def devices(self) -> int:
        """Return how many devices there are."""
        return sum(len(devices) for devices in self.homes.values())


def everything(network: Network) -> Part:
    """Return the whole network, sites without equipment too."""
    bare = dict.fromkeys((*network.sites, *network.locations), ())
    found = _part(network, network.devices)
    return Part({**bare, **found.homes}, found.circuits)


def backbone_part(network: Network) -> Part:
    """Return all devices above the counties."""
    lower = (Level.COUNTY, Level.TOWNSHIP, Level.COMMUNITY)
    sites = network.sites
    kept = [d.name for d in network.devices.values() if d.home not in sites or sites[d.home].level not in lower]
    return _part(network, kept)


def below_part(network: Network, top: str, *, fold: bool = False) -> Part:
    """Return a site and all below it, with the devices outside that they hang on.

    ``fold`` leaves communities out and counts them at their township.
    """
    inside = {site.name: site for site in subtree(children_of(network), network.sites[top])}
    folded: dict[str, int] = {}
    if fold and network.sites[top].level is not Level.TOWNSHIP:
        for site in [site for site in inside.values() if site.level is Level.COMMUNITY]:
            folded[site.parent or ""] = folded.get(site.parent or "", 0) + 1
            del inside[site.name]
    own = {device.name for device in network.devices.values() if device.home in inside}
    left_out = _community_devices(network) if fold else set()
    found = _with_neighbours(network, own, left_out)
    return Part(found.homes, found.circuits, folded)


def home_part(network: Network, home: str) -> Part:
    """Return the devices of one home with their neighbours."""
    return _with_neighbours(network, {d.name for d in network.devices.values() if d.home == home}, set())


def _community_devices(network: Network) -> set[str]:
    sites = network.sites
    return {d.name for d in network.devices.values() if d.home in sites and sites[d.home].level is Level.COMMUNITY}


def _with_neighbours(network: Network, own: set[str], left_out: set[str]) -> Part:
    circuits = [c for c in network.circuits.values() if own & {c.a.device, c.z.device}]
    ends = {device for c in circuits for device in (c.a.device, c.z.device)}
    kept = (own | ends) - (left_out - own)
    found = _part(network, [name for name in network.devices if name in kept])
    return Part(found.homes, tuple(c for c in found.circuits if own & {c.a.device, c.z.device}))


def _part(network: Network, names: Iterable[str]) -> Part:
    kept = dict.fromkeys(names)
    homes: dict[str, tuple[str, ...]] = {}
    for name in kept:
        home = network.devices[name].home
        homes[home] = (*homes.get(home, ()), name)
    circuits = tuple(c for c in network.circuits.values() if c.a.device in kept and c.z.device in kept)
    return Part(homes, circuits)
