"""What a failure takes from the core and from the hosts that services need, in numbers of devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from jbnet.topology.layers import Layers
from jbnet.topology.reachability import lost, reachable, silenced, touched
from jbnet.topology.state import State


@dataclass(frozen=True, slots=True)
class Loss:
    """Devices lost to the core (no device of the core reaches them), and to each host; who was looked at."""

    state: State
    core: set[int]
    hosts: Mapping[int, set[int]]
    candidates: set[int]


class Losses:
    """What every vantage reaches while all works, and what a failure takes of it."""

    def __init__(self, layers: Layers, whole: State, hosts: Iterable[int]):
        self._layers = layers
        self._hosts = tuple(hosts)
        self._before = {v: reachable(whole, v) for v in dict.fromkeys((*layers.roots, *self._hosts))}
        self.before: set[int] = set().union(*(self._before[root] for root in layers.roots))
        """The devices that the core reaches while all works."""

    def before_at(self, host: int) -> set[int]:
        """Return the devices that a host reaches while all works."""
        return self._before[host]

    def of(self, state: State) -> Loss:
        """Return what a failure takes, by looking at what it touches."""
        return self._loss(state, touched(state, self._before))

    def anew(self, state: State) -> Loss:
        """Return the same by looking at everything."""
        return self._loss(state, {n for n, area in enumerate(self._layers.area_of) if area is not None})

    def _loss(self, state: State, candidates: set[int]) -> Loss:
        dead = silenced(state)
        by_vantage = {v: lost(state, v, before, dead, candidates) for v, before in self._before.items()}
        return Loss(state, self._core(by_vantage), {host: by_vantage[host] for host in self._hosts}, candidates)

    def _core(self, by_vantage: Mapping[int, set[int]]) -> set[int]:
        """Return what was reached by some device of the core, and is by none now."""
        roots = self._layers.roots
        if not roots:
            return set()
        first = roots[0]
        gone = by_vantage[first] | (self.before - self._before[first])
        for root in roots[1:]:
            before, now_lost = self._before[root], by_vantage[root]
            gone = {device for device in gone if device not in before or device in now_lost}
        return gone
