"""What rules look at: the declaration, the network that came of it, and where each circuit is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from jbnet.inventory.building.equipment import CircuitSpec
from jbnet.inventory.declaration import Declaration
from jbnet.inventory.report import Report
from jbnet.model.findings import Place
from jbnet.model.lines import Circuit, Line
from jbnet.model.network import Network
from jbnet.model.places import Site


@dataclass
class World:
    """All of it. ``specs`` has the declaration of every circuit by its name."""

    declared: Declaration
    network: Network
    specs: Mapping[str, CircuitSpec]
    report: Report

    def home(self, circuit: Circuit) -> str:
        """Return the name of the home at a circuit's lower end."""
        return self.network.devices[circuit.z.device].home

    @cached_property
    def uplinks(self) -> dict[str, list[Circuit]]:
        """The circuits that lead out of each home, by its name, in the order of the declaration."""
        found: dict[str, list[Circuit]] = {}
        devices = self.network.devices
        for circuit in self.network.circuits.values():
            home = devices[circuit.z.device].home
            if devices[circuit.a.device].home != home:
                found.setdefault(home, []).append(circuit)
        return found

    @cached_property
    def leased(self) -> list[Line]:
        """The lines to premises and partners."""
        network = self.network
        lines = [*(p.line for p in network.premises.values()), *(p.line for p in network.peers.values())]
        return [line for line in lines if line is not None]

    @cached_property
    def alike(self) -> Counter[tuple[str, str]]:
        """How many devices of a role each home has."""
        return Counter((device.home, device.role) for device in self.network.devices.values())

    def at(self, circuit: Circuit, key: str) -> Place | None:
        """Return where that key of a circuit is written: in its site, in the archetype, or the circuit itself."""
        spec = self.specs[circuit.name]
        return spec.places.get(key) or circuit.place

    def site_of(self, device: str) -> Site | None:
        """Return the site that a device stands in, None for a peer's."""
        return self.network.sites.get(self.network.devices[device].site)

    def placed(self, site: Site, key: str) -> Place:
        """Return where that key of a site is written."""
        return self.declared.sites[site.name].at(key)

    def numbered(self) -> Iterator[tuple[str, str | None, str | None, Place | None]]:
        """Yield name, carrier, line number and place of everything leased."""
        for circuit in self.network.circuits.values():
            yield circuit.name, circuit.carrier, circuit.line_number, self.at(circuit, "line_number")
        for line in self.leased:
            yield line.name, line.carrier, line.line_number, line.place
