"""What the declaration says there is to see: who is watched, and which report belongs to which circuit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jbnet.model.network import Circuit, Device, Network, Status, Termination
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import Graph, build
from jbnet.topology.homes import homes_of, idle_sites


@dataclass(frozen=True, slots=True)
class End:
    """One end of a circuit: where it is reported, and by which far addresses its neighbours are known there."""

    device: str
    interface: str
    neighbour: str | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A circuit as monitoring sees it. ``primary_first`` sorts it when nothing else tells two lines apart."""

    circuit: str
    a: End
    z: End
    backup: bool

    @property
    def ends(self) -> tuple[End, End]:
        """Return both ends, the one nearer to the core first."""
        return (self.a, self.z)

    @property
    def primary_first(self) -> tuple[bool, str]:
        """Return a sort key: primaries first, then by name."""
        return (self.backup, self.circuit)


@dataclass(frozen=True, slots=True)
class Plant:
    """The declared network prepared for correlation; built once. ``origin`` is where the monitor looks from.

    ``watched`` are the devices that are polled; ``homes`` the devices that serve each site, location and peer;
    ``sites`` the sites in use that a watched device serves, ``served`` those by device. ``forecaster`` says what the
    network does with what is found broken. ``kept`` has what was worked out of it and is of use again.
    """

    network: Network
    graph: Graph
    origin: str | None
    watched: frozenset[str]
    lines: Mapping[str, Line]
    homes: Mapping[str, tuple[str, ...]]
    sites: tuple[str, ...]
    served: Mapping[str, tuple[str, ...]]
    forecaster: Forecaster
    kept: dict[type, Any] = field(default_factory=dict, init=False, repr=False, compare=False)


def survey(network: Network, origin: str | None = None) -> Plant:
    """Return the plant of a network, seen from ``origin`` (default: the network's NOC)."""
    watched = frozenset(d.name for d in network.devices.values() if _watched(network, d))
    homes = homes_of(network)
    idle = idle_sites(network)
    in_use = (home for home in homes if home in network.sites and home not in idle)
    sites = tuple(home for home in in_use if watched.intersection(homes[home]))
    served: dict[str, list[str]] = {}
    for site in sites:
        for device in homes[site]:
            served.setdefault(device, []).append(site)
    origin = origin or network.noc
    return Plant(
        network=network,
        graph=build(network),
        origin=origin if origin in network.devices else None,
        watched=watched,
        lines={c.name: _line(network, c) for c in network.circuits.values()},
        homes=homes,
        sites=sites,
        served={device: tuple(found) for device, found in served.items()},
        forecaster=Forecaster(network, demand={}),
    )


def _watched(network: Network, device: Device) -> bool:
    role = network.roles[device.role]
    site = network.sites.get(device.home)
    in_use = site is None or site.status is Status.ACTIVE
    return role.monitored and role.snmp is not None and in_use


def _line(network: Network, circuit: Circuit) -> Line:
    backup = network.circuits[circuit.name].role == "backup"
    return Line(
        circuit.name,
        _end(network, circuit, circuit.a, circuit.z),
        _end(network, circuit, circuit.z, circuit.a),
        backup,
    )


def _end(network: Network, circuit: Circuit, here: Termination, there: Termination) -> End:
    """Return one end; an OSPF neighbour is expected where both interfaces are in an area and neither is passive.

    A session that is closed on purpose is not: the line is judged by its ports.
    """
    near = network.devices[here.device].interface(here.interface)
    far = network.devices[there.device].interface(there.interface)
    talks = near.area is not None and far.area is not None and not near.passive and not far.passive
    neighbour = str(far.address.ip) if talks and far.address is not None else None
    session = next(
        (
            str(s.peer_address)
            for s in network.bgp_sessions
            if s.circuit == circuit.name and s.device == here.device and not s.shutdown
        ),
        None,
    )
    return End(here.device, here.interface, neighbour, session)
