"""Who is asked when: those that answer in turn, a share of them each time; those that are silent apart, and less often.

A network of tens of thousands is not asked at one moment but spread over the interval. A silent device beside one
that answers is asked every time. One with nothing but silence around it is suppressed below what cut it off: it is
asked ever more seldom, and at once when something in the network comes back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import cycle

from jbnet.monitor.plant import Plant
from jbnet.monitor.state import DeviceState

SHARE = 1000
"""Devices that are asked at the same moment, where the interval leaves a choice."""
LEAST_TICK_S = 5.0
"""Seconds between two shares at least: each of them is a round that is judged and kept."""
MOST_REST_S = 30.0
"""Seconds after which a silent device is asked again in any case."""

States = Mapping[str, DeviceState]


class Schedule:
    """Deals out the watched devices. Time comes in as monotonic seconds."""

    def __init__(self, plant: Plant, interval_s: float):
        self._plant = plant
        ordered = sorted(plant.watched)
        self.shares = max(1, min(int(interval_s / LEAST_TICK_S), -(-len(ordered) // SHARE)))
        self._shares = [ordered[number :: self.shares] for number in range(self.shares)]
        self._numbers = cycle(range(self.shares))
        self._interval_s = interval_s
        self._rests: dict[str, tuple[float, float]] = {}  # when a silent device is due, and how long it rested

    @property
    def tick_s(self) -> float:
        """Return the seconds between two shares."""
        return self._interval_s / self.shares

    def next(self) -> tuple[int, Sequence[str]]:
        """Return the number of the next share, and its devices."""
        number = next(self._numbers)
        return number, self._shares[number]

    def due(self, silent: Iterable[str], states: States, now: float) -> list[str]:
        """Return which silent devices are asked now, and note it."""
        found = []
        for device in silent:
            at, rested = self._rests.get(device, (now, 0.0))
            if now < at and not self._is_edge(device, states):
                continue
            rest = min(MOST_REST_S, max(self._interval_s, 2 * rested))
            self._rests[device] = now + rest, rest
            found.append(device)
        return found

    def woken(self, devices: Iterable[str]) -> None:
        """Note that devices answer, so that the next silence begins anew."""
        for device in devices:
            self._rests.pop(device, None)

    def _is_edge(self, device: str, states: States) -> bool:
        """Say whether a neighbour of a device answers."""
        others = (edge.other(device) for edge in self._plant.graph.adjacency.get(device, ()))
        return any(other in states and states[other].answer.up for other in others)
