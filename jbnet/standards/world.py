"""The network with the indexes that predicates ask of it; each is built once, when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING

from jbnet.model.network import Circuit, Device, DeviceKind, Network, Premises, Site
from jbnet.standards.dominators import dominators

if TYPE_CHECKING:  # most rules are judged without any configuration
    from jbnet.config.audit.observed import Observed

BACKBONE = "0.0.0.0"  # noqa: S104  an OSPF area, not an address to bind
_LINE = "circuit "


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What other parts of the workspace say that rules ask about; None: not known, so not shown.

    ``approvers``: people who may approve a recovery. ``fences``: for each host the number of its declared rings.
    ``watched``: roles that some check polls. ``configurations``: what was seen of devices, by name.
    """

    approvers: int | None = None
    fences: Mapping[str, int] | None = None
    watched: frozenset[str] | None = None
    configurations: Mapping[str, Observed] | None = None


def circuit_node(circuit: str) -> str:
    """Return the node that stands for a circuit; no device has a space in its name."""
    return _LINE + circuit


class World:
    """A network to judge. ``surroundings`` is what other parts of the workspace say."""

    def __init__(self, network: Network, surroundings: Surroundings | None = None):
        self.network = network
        self.surroundings = surroundings or Surroundings()
        self.cut_off = cache(self._cut_off)

    @cached_property
    def neighbours(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Return for each device its neighbours, each with the circuit that leads there."""
        found: dict[str, list[tuple[str, str]]] = {device: [] for device in self.network.devices}
        for circuit in self.network.circuits.values():
            found[circuit.a.device].append((circuit.z.device, circuit.name))
            found[circuit.z.device].append((circuit.a.device, circuit.name))
        return {device: tuple(others) for device, others in found.items()}

    @cached_property
    def roots(self) -> frozenset[str]:
        """Return the devices of the core: those that have no uplink, peers aside."""
        peers = self.network.peers
        return frozenset(d.name for d in self.network.devices.values() if d.uplink is None and d.home not in peers)

    @cached_property
    def devices(self) -> Mapping[str, tuple[Device, ...]]:
        """Return the devices of each home."""
        found: dict[str, list[Device]] = {}
        for device in self.network.devices.values():
            found.setdefault(device.home, []).append(device)
        return {home: tuple(devices) for home, devices in found.items()}

    @cached_property
    def lines(self) -> Mapping[str, tuple[Circuit, ...]]:
        """Return for each home the circuits that lead up from it: their lower end is in it, the upper is not."""
        found: dict[str, list[Circuit]] = {}
        for circuit in self.network.circuits.values():
            lower = self.home(circuit.z.device)
            if lower != self.home(circuit.a.device):
                found.setdefault(lower, []).append(circuit)
        return {home: tuple(circuits) for home, circuits in found.items()}

    @cached_property
    def children(self) -> Mapping[str, tuple[Site, ...]]:
        """Return the sites directly below each site."""
        found: dict[str, list[Site]] = {}
        for site in self.network.sites.values():
            if site.parent is not None:
                found.setdefault(site.parent, []).append(site)
        return {parent: tuple(sites) for parent, sites in found.items()}

    @cached_property
    def premises(self) -> Mapping[str, tuple[Premises, ...]]:
        """Return the premises at each site."""
        found: dict[str, list[Premises]] = {}
        for premises in self.network.premises.values():
            found.setdefault(premises.site, []).append(premises)
        return {site: tuple(premises) for site, premises in found.items()}

    @cached_property
    def demand(self) -> Mapping[str, float]:
        """Return the busy-hour demand of each site with all below it, in Mbit/s."""
        total = {site.name: site.demand for site in self.network.sites.values()}
        for site in reversed(tuple(self.network.sites.values())):  # parents stand before their children
            if site.parent in total:
                total[site.parent] += total[site.name]
        return total

    @cached_property
    def bottlenecks(self) -> Mapping[str, str]:
        """Return for each connected device and circuit the nearest one that all its ways to the core pass.

        Empty: there is none. A circuit is a node between its two devices here.
        """
        return dominators(self._ways(), sorted(self.roots))

    def _ways(self) -> dict[str, tuple[str, ...]]:
        ways: dict[str, tuple[str, ...]] = {
            device: tuple(circuit_node(circuit) for _, circuit in others) for device, others in self.neighbours.items()
        }
        for circuit in self.network.circuits.values():
            ways[circuit_node(circuit.name)] = (circuit.a.device, circuit.z.device)
        return ways

    @cached_property
    def distances(self) -> Mapping[str, int]:
        """Return the number of circuits between each device and the core."""
        found = dict.fromkeys(self.roots, 0)
        queue = list(found)
        for device in queue:
            for other, _ in self.neighbours[device]:
                if other not in found:
                    found[other] = found[device] + 1
                    queue.append(other)
        return found

    @cached_property
    def areas(self) -> Mapping[str, frozenset[str]]:
        """Return the OSPF areas that the interfaces of each device are in."""
        return {
            device.name: frozenset(i.area for i in device.interfaces if i.area is not None)
            for device in self.network.devices.values()
        }

    @cached_property
    def area_homes(self) -> Mapping[str, frozenset[str]]:
        """Return the homes of the border routers of each area but the backbone."""
        found: dict[str, set[str]] = {}
        for device in self.network.devices.values():
            if self.is_border(device):
                for area in self.areas[device.name] - {BACKBONE}:
                    found.setdefault(area, set()).add(device.home)
        return {area: frozenset(homes) for area, homes in found.items()}

    def home(self, device: str) -> str:
        """Return the home of a device."""
        return self.network.devices[device].home

    def routers(self, home: str) -> tuple[Device, ...]:
        """Return the routers of a home."""
        return tuple(d for d in self.devices.get(home, ()) if self.kind(d) is DeviceKind.ROUTER)

    def kind(self, device: Device) -> DeviceKind:
        """Return what a device is to the network."""
        role = self.network.roles.get(device.role)
        return role.kind if role else DeviceKind.ROUTER

    def is_border(self, device: Device) -> bool:
        """Say whether a device joins the backbone area with another."""
        areas = self.areas[device.name]
        return BACKBONE in areas and len(areas) > 1

    def risks(self, circuit: Circuit) -> frozenset[str]:
        """Return what a circuit shares its fate with; its underlay stands for itself where no groups are named."""
        if circuit.srlgs or circuit.underlay is None:
            return frozenset(circuit.srlgs)
        return frozenset({circuit.underlay})

    def site_of(self, home: str) -> Site | None:
        """Return the site that a home is or lies in."""
        location = self.network.locations.get(home)
        return self.network.sites.get(location.site if location else home)

    def ancestors(self, site: str) -> Iterable[str]:
        """Yield the sites above a site, the nearest first."""
        seen = {site}
        parent = self.network.sites[site].parent
        while parent is not None and parent in self.network.sites and parent not in seen:
            seen.add(parent)
            yield parent
            parent = self.network.sites[parent].parent

    def _cut_off(self, location: str, avoiding: str) -> frozenset[str]:
        """Return the devices that do not reach a location when all devices of another are down."""
        down = {device.name for device in self.devices.get(avoiding, ())}
        seen = {device.name for device in self.devices.get(location, ())} - down
        queue = list(seen)
        for device in queue:
            for other, _ in self.neighbours[device]:
                if other not in seen and other not in down:
                    seen.add(other)
                    queue.append(other)
        return frozenset(self.network.devices.keys() - seen)
