"""What lines have to carry: the demand of sites, summed over their ways to the data centre, against bandwidth.

Units are Mbit/s throughout. Demand goes the way that the site's routers send it; where several ways are equally
long, all of it goes the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from jbnet.model.network import Device, InterfaceKind
from jbnet.topology.layers import BACKBONE, NOWHERE, Layers
from jbnet.topology.losses import Loss
from jbnet.topology.spf import INFINITY
from jbnet.topology.state import State


@dataclass(frozen=True, slots=True)
class Overload:
    """A circuit that has more to carry than its bandwidth. ``percent`` is the load in percent of the bandwidth."""

    circuit: str
    load: float
    bandwidth: int
    percent: int


class Loads:
    """The loads of one network. ``demand`` is by site; ``goal`` is the device that all of it is for."""

    def __init__(self, layers: Layers, whole: State, demand: Mapping[str, float], goal: int):
        self._layers = layers
        self._whole = whole
        self._goal = goal
        self._own = self._demand_of_devices(demand)
        self._below = self._sums()
        self._usual = self._routes(whole)
        self._before = self._full(whole)
        self._bandwidth = [c.bandwidth or 0 for c in layers.network.circuits.values()]

    def usual(self) -> tuple[Overload, ...]:
        """Return the circuits that are overloaded while everything works."""
        return self._over(self._before, {})

    def load(self, circuit: int) -> float:
        """Return what a circuit carries while everything works."""
        return self._before.get(circuit, 0.0)

    def of(self, loss: Loss) -> tuple[Overload, ...]:
        """Return the circuits that a failure overloads, or overloads more; the worst first."""
        return self._over(self._changed(loss), self._before)

    def anew(self, state: State) -> tuple[Overload, ...]:
        """Return the same by summing everything again."""
        return self._over(self._full(state), self._before)

    def _over(self, loads: Mapping[int, float], before: Mapping[int, float]) -> tuple[Overload, ...]:
        found = []
        for circuit, load in loads.items():
            bandwidth = self._bandwidth[circuit]
            if bandwidth and round(load - bandwidth, 6) > 0 and round(load - before.get(circuit, 0.0), 6) > 0:
                name = self._layers.circuits[circuit]
                found.append(Overload(name, round(load, 3), bandwidth, round(100 * load / bandwidth)))
        return tuple(sorted(found, key=lambda over: (-over.percent, over.circuit)))

    def _changed(self, loss: Loss) -> Mapping[int, float]:
        """Return the loads of the circuits that carry something else than before."""
        state, routes = loss.state, self._routes(loss.state)
        gone = self._silenced_tops(state)
        now = dict[int, float]()
        moved = {*loss.candidates, *(self._layers.speaker[top] for top in gone)}
        for speaker in moved:
            demand = self._below.get(speaker, 0.0)
            if demand:
                left = demand - sum(self._below.get(top, 0.0) for top in gone if self._layers.speaker[top] == speaker)
                self._add(now, self._usual.path(speaker), -demand)
                self._add(now, routes.path(speaker), left)
        for top in gone:
            self._add(now, self._chain(top), -self._below.get(top, 0.0))
        return {circuit: self._before.get(circuit, 0.0) + change for circuit, change in now.items()}

    def _full(self, state: State) -> dict[int, float]:
        """Return the load of every circuit in a state."""
        layers, routes, dead = self._layers, self._routes(state), state.silenced
        loads: dict[int, float] = {}
        for device, demand in self._own.items():
            speaker = layers.speaker[device]
            if device not in dead and speaker != NOWHERE:
                self._add(loads, (*self._chain(device), *routes.path(speaker)), demand)
        return loads

    @staticmethod
    def _add(loads: dict[int, float], circuits: tuple[int, ...], demand: float) -> None:
        for circuit in circuits:
            loads[circuit] = loads.get(circuit, 0.0) + demand

    def _routes(self, state: State) -> _Routes:
        return _Routes(state, self._goal)

    def _chain(self, device: int) -> tuple[int, ...]:
        """Return the circuits of a device's static default routes up to a speaker of OSPF."""
        layers, found = self._layers, []
        while layers.parent[device] != NOWHERE:
            found.append(layers.uplink[device])
            device = layers.parent[device]
        return tuple(found)

    def _silenced_tops(self, state: State) -> list[int]:
        """Return the statically routed devices that a failure silences, without those below them."""
        layers, dead = self._layers, state.silenced
        return [d for d in dead if layers.parent[d] != NOWHERE and layers.parent[d] not in dead]

    def _sums(self) -> dict[int, float]:
        """Return the demand of every device and all that is routed statically through it."""
        found: dict[int, float] = {}
        for device, demand in self._own.items():
            above = device
            while above != NOWHERE:
                found[above] = found.get(above, 0.0) + demand
                above = self._layers.parent[above]
        return found

    def _demand_of_devices(self, demand: Mapping[str, float]) -> dict[int, float]:
        """Give the demand of every site to the device that holds its LAN."""
        found: dict[int, float] = {}
        for site, wanted in demand.items():
            members = self._layers.homes.members.get(site, ())
            if wanted and members:
                devices = self._layers.network.devices
                lans = [m for m in members if _has_lan(devices[self._layers.names[m]])]
                held = (lans or list(members))[0]
                found[held] = found.get(held, 0.0) + float(wanted)
        return found


class _Routes:
    """The ways of speakers of OSPF to the goal in one state, as circuits."""

    def __init__(self, state: State, goal: int):
        self._state = state
        self._goal = goal
        self._paths: dict[int, tuple[int, ...]] = {}

    def path(self, speaker: int) -> tuple[int, ...]:
        """Return the circuits from a speaker to the goal; empty where nothing arrives."""
        found = self._paths.get(speaker)
        if found is None:
            found = self._paths[speaker] = tuple(self._path(speaker))
        return found

    def _path(self, speaker: int) -> list[int]:
        launches = self._state.launches(speaker)
        if not launches:
            return []
        door, inside = launches[0], self._inside(speaker, launches[0])
        beyond = self._beyond(door)
        if beyond is not None:
            return [*inside, *beyond]
        for partner in self._state.sideways(door):
            line = next(c for o, c in self._state.layers.partners[door] if o == partner)
            beyond = self._beyond(partner)
            if beyond is not None:
                return [*inside, line, *beyond]
        return []

    def _inside(self, speaker: int, door: int) -> list[int]:
        area = self._state.layers.area_of[speaker]
        if area is None or speaker == door:
            return []
        return list(_steps(self._state, area, door, speaker))

    def _beyond(self, door: int) -> list[int] | None:
        if self._state.tree(BACKBONE, self._goal).cost(door) == INFINITY:
            return None
        return list(_steps(self._state, BACKBONE, self._goal, door))


def _steps(state: State, area: str, goal: int, device: int) -> Iterator[int]:
    tree = state.tree(area, goal)
    while (step := tree.via(device)) is not None:
        device, circuit = step
        yield circuit


def _has_lan(device: Device) -> bool:
    return any(port.kind is InterfaceKind.LAN for port in device.interfaces)
