"""From an incident and what was kept of it to the fault that its line's carrier is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jbnet.model.lines import Circuit, Termination
from jbnet.model.network import Network
from jbnet.model.places import Contact
from jbnet.monitor.causes import CauseKind
from jbnet.monitor.fault import Fault, FaultEnd, Touched
from jbnet.monitor.fault_evidence import Kept, at_end, figures, sightings
from jbnet.monitor.incidents import Incident
from jbnet.monitor.plant import Plant
from jbnet.monitor.state import Event
from jbnet.monitor.tongue import zone_of


@dataclass(frozen=True)
class Reporter:
    """Makes fault reports of a network. ``looked`` is when the monitor last looked.

    ``kept`` says what the store has of a device, or of a line by its name, from a time on.
    """

    plant: Plant
    now: datetime
    looked: datetime
    kept: Callable[[str, datetime], Kept]

    def circuits_of(self, incident: Incident) -> list[Circuit]:
        """Return the leased lines that an incident is about: its own, or those among the parts of what is shared."""
        known = self.plant.network.circuits
        parts = [known[p.id.name] for p in incident.parts if p.id.kind is CauseKind.CIRCUIT and p.id.name in known]
        own = self.circuit_of(incident)
        return [c for c in parts if c.carrier is not None] or ([own] if own is not None else [])

    def circuit_of(self, incident: Incident) -> Circuit | None:
        """Return the leased line that an incident is about; None: there is none to report to a carrier."""
        circuit = self.plant.network.circuits.get(incident.subject)
        about = incident.root_cause.kind is not CauseKind.DEVICE
        return circuit if about and circuit is not None and circuit.carrier is not None else None

    def fault(self, incident: Incident, circuit: Circuit, history: Sequence[Event], all_: Iterable[Incident]) -> Fault:
        """Return the fault. ``circuit`` is that of ``circuit_of``; ``all_``: every incident that is kept."""
        network, line = self.plant.network, self.plant.lines[circuit.name]
        end = incident.cleared or incident.closed or self.looked
        of_line = self.kept(circuit.name, incident.since).events
        carrier = network.carriers[str(circuit.carrier)]
        return Fault(
            incident,
            circuit,
            carrier,
            network.underlays.get(circuit.underlay or ""),
            (self._end(circuit, circuit.a, incident, end), self._end(circuit, circuit.z, incident, end)),
            sightings(incident, history, line),
            figures(of_line, incident.since - timedelta(seconds=1), end),
            touched(incident),
            tuple(self._same_time(incident, circuit, all_)),
            _called(network),
            zone_of(network),
            self.now,
            self.looked,
        )

    def _end(self, circuit: Circuit, here: Termination, incident: Incident, until: datetime) -> FaultEnd:
        network, lines = self.plant.network, self.plant.lines
        end = next(e for e in lines[circuit.name].ends if (e.device, e.interface) == (here.device, here.interface))
        edges = (e.circuit for e in self.plant.graph.adjacency.get(here.device, ()) if e.circuit != circuit.name)
        others = [e.interface for name in edges for e in lines[name].ends if e.device == here.device]
        open_now = incident.cleared is None and incident.closed is None
        seen = at_end(
            end,
            self.kept(here.device, incident.since),
            incident.since,
            until,
            watched=here.device in self.plant.watched,
            others=others if open_now else (),
        )
        home = network.devices[here.device].home
        location = network.locations.get(home)
        site = network.sites.get(location.site if location is not None else home)
        return FaultEnd(site, location, here.interface, seen)

    def _same_time(self, incident: Incident, circuit: Circuit, all_: Iterable[Incident]) -> list[str]:
        """Return the other lines of the same carrier that were down while this one was, by what they are called."""
        found: dict[str, None] = {}
        until = incident.cleared or incident.closed or self.now
        for other in all_:
            line = self.circuit_of(other) if other.root_cause.kind is CauseKind.CIRCUIT else None
            if line is None or line.carrier != circuit.carrier or line is circuit or other.maintenance:
                continue
            if other.since <= until and (other.cleared or other.closed or self.now) >= incident.since:
                found[line.line_number or line.name] = None
        return sorted(found)


def touched(incident: Incident) -> Touched:
    """Return the numbers of what an incident touches."""
    sites = incident.sites or incident.peak
    counts = (sites, incident.degraded, incident.on_backup, incident.others, incident.services)
    return Touched(*(len(names) for names in counts))


def _called(network: Network) -> Contact | None:
    """Return whom to call back: the contact of the site in which the NOC lies."""
    device = network.devices.get(network.noc or "")
    location = network.locations.get(device.home) if device is not None else None
    site = network.sites.get(location.site if location is not None else device.home if device is not None else "")
    return site.contact if site is not None else None
