"""In which order devices are changed.

A first deployment goes outward: each wave makes the next one reachable. Changes to devices that already run go
leaf first, so that a mistake shows where it touches the fewest. Devices that stand in for each other, because
they share a home or because something hangs on both, are never changed in one wave; nor are devices that together
would cut off, by the forecast, a home that none of them cuts off alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations

from jbnet.change.model import Change, Wave
from jbnet.model.network import Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet


def order(network: Network, changes: Mapping[str, Change]) -> tuple[Wave, ...]:
    """Return the waves of a plan: changes to running devices leaf first, then new devices outward."""
    depth = depths(network)
    apart = stand_ins(network)
    running = sorted((n for n, c in changes.items() if not c.first), key=lambda n: -depth[n])
    new = sorted((n for n, c in changes.items() if c.first), key=lambda n: depth[n])
    deeper = {name: [other for other in running if depth[other] > depth[name]] for name in running}
    waits = _above(network)
    above = {name: [up for up in waits[name] if up in changes and changes[up].first] for name in new}
    outage = _Outage(network)
    safe = [part for batch in _batches(running, deeper, apart) for part in outage.parted(batch)]
    batches = [*safe, *_batches(new, above, apart)]
    return tuple(Wave(number, tuple(batch)) for number, batch in enumerate(batches, 1))


def uppers(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return for each device those at the core's end of its circuits; the one over its uplink stands first.

    A cable to a device of the same home counts only where it is the uplink: the other half of a pair is no way up.
    """
    found: dict[str, list[str]] = {name: [] for name in network.devices}
    for circuit in network.circuits.values():
        lower = network.devices[circuit.z.device]
        is_uplink = lower.uplink == circuit.z.interface
        if is_uplink or network.devices[circuit.a.device].home != lower.home:
            found[lower.name].insert(0 if is_uplink else len(found[lower.name]), circuit.a.device)
    return {name: tuple(dict.fromkeys(up)) for name, up in found.items()}


def _above(network: Network) -> Mapping[str, tuple[str, ...]]:
    """Return whose deployment each new device waits for: its uppers, and of a site above both halves of the pair.

    A border router that has no neighbour in its area announces no summary of it (FRR 8.4): one half alone gives the
    sites below an address that nobody knows the way to.
    """
    halves: dict[tuple[str, str], list[str]] = {}
    for device in network.devices.values():
        if device.home in network.sites:
            halves.setdefault((device.home, device.role), []).append(device.name)
    found: dict[str, tuple[str, ...]] = {}
    for name, up in uppers(network).items():
        homes = [(network.devices[upper].home, network.devices[upper].role) for upper in up]
        both = [half for home in homes for half in halves.get(home, ()) if half != name]
        found[name] = tuple(dict.fromkeys((*up, *both)))
    return found


def depths(network: Network) -> Mapping[str, int]:
    """Return the number of circuits on the longest way up from each device: it stands below all its uppers.

    A device can have a line up to one that hangs farther out than its uplink does (a second way round the core).
    """
    up = uppers(network)
    known: dict[str, int] = {}

    def depth(name: str, seen: tuple[str, ...] = ()) -> int:
        if name not in known:
            parents = [p for p in up[name] if p not in seen and network.devices[name].uplink is not None]
            known[name] = max((1 + depth(parent, (*seen, name)) for parent in parents), default=0)
        return known[name]

    return {name: depth(name) for name in network.devices}


def stand_ins(network: Network) -> Mapping[str, frozenset[str]]:
    """Return for each device those that must not be changed together with it."""
    groups: list[Collection[str]] = [tuple(up) for up in uppers(network).values()]
    homes: dict[tuple[str, str], list[str]] = {}
    for device in network.devices.values():
        homes.setdefault((device.home, device.role), []).append(device.name)
    found: dict[str, set[str]] = {name: set() for name in network.devices}
    for group in [*groups, *homes.values()]:
        for one, other in combinations(group, 2):
            found[one].add(other)
            found[other].add(one)
    return {name: frozenset(others) for name, others in found.items()}


class _Outage:
    """What devices cut off when they are down together, and more than each of them alone."""

    def __init__(self, network: Network):
        self._network = network

    def parted(self, batch: list[str]) -> Iterable[list[str]]:
        """Yield the batch whole, or in parts none of which cuts off more than its devices do one by one."""
        if len(batch) < 2 or self._cut(batch) <= set().union(*(self._cut([name]) for name in batch)):
            yield batch
        else:
            middle = len(batch) // 2
            yield from self.parted(batch[:middle])
            yield from self.parted(batch[middle:])

    @cached_property
    def _forecaster(self) -> Forecaster:
        return Forecaster(self._network, demand={})

    def _cut(self, devices: Iterable[str]) -> set[str]:
        """Return the homes that are cut off while devices are down, sites that are not in use yet included."""
        found = self._forecaster.of_expanded(FailureSet.of(devices=devices))
        return {*found.cut_off, *found.planned, *found.others}


def _batches(
    names: Sequence[str], after: Mapping[str, Sequence[str]], apart: Mapping[str, frozenset[str]]
) -> Iterable[list[str]]:
    """Yield batches in which every name comes later than those in ``after`` and never beside its stand-ins."""
    left, done = list(names), set[str]()
    while left:
        batch: list[str] = []
        for name in left:
            waits = [other for other in after[name] if other not in done]
            if not waits and not apart[name].intersection(batch):
                batch.append(name)
        batch = batch or left[:1]
        yield batch
        done.update(batch)
        left = [name for name in left if name not in done]
