"""The line that would do away with a single point of failure: from where to where by the rules of the routing,
and what such a line costs, by what like lines cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Interface
from statistics import median

from jbnet.model.network import Circuit, CircuitRole, Device, Interface, InterfaceKind, Network, Termination
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet
from jbnet.topology.layers import BACKBONE, Layers

NEW = "mend"


@dataclass(frozen=True, slots=True)
class Mend:
    """A line to add. ``monthly_cost`` (yuan) is the median of the ``like`` lines that exist; None: none is known.

    ``proved``: with the line, a forecast of the same failure no longer cuts the home off.
    """

    home: str
    device: str
    to: str
    carrier: str | None = None
    bandwidth: int | None = None
    monthly_cost: int | None = None
    like: int = 0
    proved: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What carriers take for a line like those there are."""

    carrier: str | None
    bandwidth: int | None
    cost: int | None
    count: int


class Mender:
    """Finds lines to add in one network."""

    def __init__(self, forecaster: Forecaster):
        self._network = forecaster.network
        self._layers: Layers = forecaster.layers
        self._lines, self._alike = _sorted_lines(forecaster.network)

    def mend(self, home: str, failure: FailureSet, expanded: FailureSet) -> Mend | None:
        """Return the cheapest line that keeps a home connected through a failure; None where a line cannot.

        ``expanded`` is the failure as devices and circuits. Homes that are routed statically have one way by the
        routing standard: no second line would carry anything.
        """
        found = list(self._candidates(home, expanded))
        for mend in sorted(found, key=_price):
            if self._helps(mend, failure):
                return replace(mend, proved=True)
        return None

    def _candidates(self, home: str, failure: FailureSet) -> Iterator[Mend]:
        for number in self._layers.homes.members.get(home, ()):
            name, area = self._layers.names[number], self._layers.area_of[number]
            if area is None or name in failure.devices:
                continue
            for target in self._uppers(number, area):
                to = self._layers.names[target]
                if to not in failure.devices and self._layers.homes.of[target] != home:
                    yield self._priced(Mend(home, name, to), failure)

    def _uppers(self, device: int, area: str) -> Iterator[int]:
        """Yield the devices to which a line may go: border routers of the area, or the core."""
        layers = self._layers
        joined = {other for other, _, _ in layers.near[area].get(device, ())}
        doors = layers.roots if device in layers.borders or area == BACKBONE else layers.doors.get(area, ())
        yield from (door for door in doors if door != device and (door not in joined or area == BACKBONE))
        if area != BACKBONE and device not in layers.borders:  # else a neighbour inside the area
            yield from (other for other in layers.near[area] if other not in joined and other not in (*doors, device))

    def _priced(self, mend: Mend, failure: FailureSet) -> Mend:
        offers = sorted(self._offers(mend, failure), key=lambda o: (o.cost is None, o.cost or 0, o.bandwidth or 0))
        if not offers:
            return mend
        best = offers[0]
        return replace(mend, carrier=best.carrier, bandwidth=best.bandwidth, monthly_cost=best.cost, like=best.count)

    def _offers(self, mend: Mend, failure: FailureSet) -> Iterator[Offer]:
        """Yield what lines between devices of these roles cost, by carrier and bandwidth, outside of what fails."""
        lower, upper = (self._network.devices[name].role for name in (mend.device, mend.to))
        shared = self._shared(mend.device, failure)
        like: dict[tuple[str | None, int | None], list[Circuit]] = {}
        for circuit in self._alike.get((lower, upper), ()):
            if circuit.carrier not in (None, *shared) and circuit.name not in failure.circuits:
                like.setdefault((circuit.carrier, circuit.bandwidth), []).append(circuit)
        for (carrier, bandwidth), circuits in like.items():
            costs = [c.monthly_cost for c in circuits if c.monthly_cost is not None]
            yield Offer(carrier, bandwidth, round(median(costs)) if costs else None, len(circuits))

    def _shared(self, device: str, failure: FailureSet) -> Collection[str | None]:
        """Return the carriers of the device's lines that fail: a second line is to be another's."""
        return {line.carrier for line in self._lines.get(device, ()) if line.name in failure.circuits}

    def _helps(self, mend: Mend, failure: FailureSet) -> bool:
        return mend.home not in _cut(Forecaster(with_line(self._network, mend), demand={}), failure)


def _sorted_lines(
    network: Network,
) -> tuple[Mapping[str, Sequence[Circuit]], Mapping[tuple[str, str], Sequence[Circuit]]]:
    """Return the lines by device, and by the roles of their lower and upper ends where both are devices."""
    by_device: dict[str, list[Circuit]] = defaultdict(list)
    by_roles: dict[tuple[str, str], list[Circuit]] = defaultdict(list)
    for circuit in network.circuits.values():
        for name in {circuit.z.device, circuit.a.device}:
            by_device[name].append(circuit)
        lower, upper = (network.devices.get(end.device) for end in (circuit.z, circuit.a))
        if lower is not None and upper is not None:
            by_roles[lower.role, upper.role].append(circuit)
    return by_device, by_roles


def _cut(forecaster: Forecaster, failure: FailureSet) -> Collection[str]:
    found = forecaster.of(failure)
    return {*found.cut_off, *found.others}


def _price(mend: Mend) -> tuple[bool, int, int]:
    """Return what mends are sorted by; equal ones stay in order: border routers and the core before neighbours."""
    return mend.monthly_cost is None, mend.monthly_cost or 0, mend.bandwidth or 0


def with_line(network: Network, mend: Mend) -> Network:
    """Return the network with a backup line added where a mend says."""
    lower, upper = network.devices[mend.device], network.devices[mend.to]
    areas = {port.area for port in lower.interfaces if port.area} & {
        port.area for port in upper.interfaces if port.area
    }
    inner = sorted(area for area in areas if area != BACKBONE)
    area = inner[0] if inner else (BACKBONE if areas else None)
    line = Circuit(NEW, Termination(mend.to, NEW), Termination(mend.device, NEW), CircuitRole.BACKUP, mend.carrier)
    devices = {**network.devices, mend.device: _with_port(lower, area, 1), mend.to: _with_port(upper, area, 0)}
    return replace(network, devices=devices, circuits={**network.circuits, NEW: line})


def _with_port(device: Device, area: str | None, end: int) -> Device:
    address = IPv4Interface(f"192.0.2.{end}/31")
    port = Interface(NEW, InterfaceKind.CIRCUIT, address, NEW, area=area)
    return replace(device, interfaces=(*device.interfaces, port))
