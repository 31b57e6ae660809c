"""In which order devices are changed.

A first deployment goes outward: each wave makes the next one reachable. Changes to devices that already run go
leaf first, so that a mistake shows where it touches the fewest. Devices that stand in for each other, because
they share a home or because something hangs on both, are never changed in one wave; nor are devices that together
would cut off, by the forecast, a home that none of them cuts off alone. Units (``jbnet.change.units``) are not parted:
a unit stands where the nearest to the core of its devices would. A line is built before another is taken away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import combinations

from jbnet.change.model import Change, Unit, Wave
from jbnet.model.network import Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

Group = tuple[str, ...]
"""Devices that go into a wave together: a unit, or one alone."""


def order(
    network: Network, changes: Mapping[str, Change], units: Iterable[Unit] = (), breaking: Collection[str] = ()
) -> tuple[Wave, ...]:
    """Return the waves of a plan: changes to running devices leaf first, then new devices outward.

    Those that are ``breaking`` lines (``jbnet.change.ways``) come after all that run and are not.
    """
    apart = stand_ins(network)
    outage = _Outage(network)
    running = [name for name, change in changes.items() if not change.first]
    last = {name for group in _groups(running, units) if not set(breaking).isdisjoint(group) for name in group}
    halves = ([name for name in running if name not in last], [name for name in running if name in last])
    leaf_first = [batch for names in halves for batch in _leaf_first(network, names, units, apart)]
    safe = [part for batch in leaf_first for part in outage.parted(batch)]
    batches = [*safe, *_outward(network, [name for name in changes if name not in running], apart)]
    named = (tuple(name for group in batch for name in group) for batch in batches)
    return tuple(Wave(number, names) for number, names in enumerate(named, 1))


def _groups(names: Collection[str], units: Iterable[Unit]) -> list[Group]:
    """Return what of the devices is changed together: units, and the others alone."""
    joined = [unit.devices for unit in units if unit.devices[0] in names]
    return [*joined, *((name,) for name in names if not any(name in group for group in joined))]


def _leaf_first(
    network: Network, names: Collection[str], units: Iterable[Unit], apart: Mapping[str, frozenset[str]]
) -> Iterable[list[Group]]:
    """Yield batches of running devices, those farther from the core earlier."""
    depth = depths(network)
    level = {group: min(depth[name] for name in group) for group in _groups(names, units)}
    groups = sorted(level, key=lambda group: -level[group])
    deeper = {group: [other for other in groups if level[other] > level[group]] for group in groups}
    return _batches(groups, deeper, apart)


def _outward(network: Network, names: Collection[str], apart: Mapping[str, frozenset[str]]) -> Iterable[list[Group]]:
    """Yield batches of new devices, each when all that it waits for is deployed."""
    depth, waits = depths(network), _above(network)
    groups: list[Group] = [(name,) for name in sorted(names, key=lambda name: depth[name])]
    above: dict[Group, list[Group]] = {(name,): [(up,) for up in waits[name] if up in names] for (name,) in groups}
    return _batches(groups, above, apart)


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

    def parted(self, batch: list[Group]) -> Iterable[list[Group]]:
        """Yield the batch whole, or in parts none of which cuts off more than its groups do one by one."""
        together = self._cut(name for group in batch for name in group)
        if len(batch) < 2 or together <= set().union(*(self._cut(group) for group in batch)):
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
    groups: Sequence[Group], after: Mapping[Group, Sequence[Group]], apart: Mapping[str, frozenset[str]]
) -> Iterable[list[Group]]:
    """Yield batches in which every group comes later than those in ``after`` and never beside a stand-in."""
    left, done = list(groups), set[Group]()
    while left:
        batch: list[Group] = []
        for group in left:
            waits = [other for other in after[group] if other not in done]
            beside = {name for other in batch for name in other}
            if not waits and not any(apart[name] & beside for name in group):
                batch.append(group)
        batch = batch or left[:1]
        yield batch
        done.update(batch)
        left = [group for group in left if group not in done]
