"""What a failure takes from the core and from the hosts that services need, in numbers of devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

from jbnet.topology.layers import NOWHERE, Layers
from jbnet.topology.reachability import arrives, lost, reachable, touched
from jbnet.topology.state import State
from jbnet.topology.view import View


@dataclass(frozen=True, slots=True)
class Loss:
    """Devices lost to the core (no device of the core reaches them), and to each host; who was looked at.

    ``stead`` is the host that stands in for the core: the core failed as a whole, and of all hosts that services need
    this one reaches most. None while a device of the core stands, and where no host does.

    ``gained`` are devices that a vantage did not reach before and does now: a border router that draws packets
    which it cannot deliver may hide others, until it fails.
    """

    state: State
    core: set[int]
    hosts: Mapping[int, set[int]]
    candidates: set[int]
    gained: Mapping[int, set[int]]
    core_gained: set[int]
    stead: int | None = None


class Losses:
    """What every vantage reaches while all works, and what a failure takes of it."""

    def __init__(self, layers: Layers, whole: State, hosts: Iterable[int]):
        self._layers = layers
        self._hosts = tuple(hosts)
        self._before = {v: reachable(whole, v) for v in dict.fromkeys((*layers.roots, *self._hosts))}
        speaking = {device for device, speaker in enumerate(layers.speaker) if speaker != NOWHERE}
        self._never = {v: speaking - before for v, before in self._before.items()}
        self.before: set[int] = set().union(*(self._before[root] for root in layers.roots))
        """The devices that the core reaches while all works."""
        self._beside = self.before - self._before[layers.roots[0]] if layers.roots else set()

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
        dead = state.silenced
        by_vantage = {v: lost(state, v, before, dead, candidates) for v, before in self._before.items()}
        gained = {v: self._gained(state, v, dead) for v in self._before}
        hosts = {host: by_vantage[host] for host in self._hosts}
        stead = self._stead(state, dead)
        if stead is not None:
            left = reachable(state, stead)
            return Loss(state, self.before - left, hosts, candidates, gained, left - self.before, stead)
        new = set().union(*(gained[root] for root in self._layers.roots))
        return Loss(state, self._core(by_vantage) - new, hosts, candidates, gained, new - self.before)

    def _stead(self, state: State, dead: Set[int]) -> int | None:
        """Return who stands in for the core: nobody while one of it stands, else the host that reaches most."""
        roots = self._layers.roots
        if not roots or not dead >= set(roots):
            return None
        left = [host for host in self._hosts if host not in dead]
        return max(left, key=lambda host: len(reachable(state, host)), default=None)

    def _gained(self, state: State, vantage: int, dead: Set[int]) -> set[int]:
        never = self._never[vantage]
        if not never or vantage in dead:
            return set()
        view = View(state, vantage)
        return {device for device in never if device not in dead and arrives(view, device)}

    def _core(self, by_vantage: Mapping[int, set[int]]) -> set[int]:
        """Return what was reached by some device of the core, and is by none of these now."""
        roots = self._layers.roots
        if not roots:
            return set()
        first = roots[0]
        gone = by_vantage[first] | self._beside
        for root in roots[1:]:
            before, now_lost = self._before[root], by_vantage[root]
            gone = {device for device in gone if device not in before or device in now_lost}
        return gone
