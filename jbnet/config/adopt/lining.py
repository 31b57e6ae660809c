"""Lines as circuits: which end is the lower one, what they are called, and which cannot be said as circuits."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.config.adopt.draft import DraftCircuit, DraftHome
from jbnet.config.adopt.facts import Problem
from jbnet.config.adopt.joints import End, Joints
from jbnet.config.adopt.plot import PORT_NAME, Plot
from jbnet.model.levels import Level
from jbnet.model.text import text

COSTS = (10, 100)
MOST = 64
"""Lines of a kind that the address plan has room for in one home."""
_LOGICAL = re.compile(r"(up|pair)([1-9][0-9]?)\Z")


@dataclass
class Liner:
    """Declares the lines of a plot; one use."""

    plot: Plot
    found: Joints

    def run(self, costs: tuple[int, int]) -> Iterator[End]:
        """Declare the lines; yield both ends of those that cannot be said as circuits."""
        depth = self._depths()
        for one, other in sorted(self.found.lines, key=self._order):
            lower, upper = self._lower_first(one, other, depth)
            reason = self._why_no_circuit(lower, upper)
            if reason is not None or not self._declare(lower, upper, costs):
                yield from (lower, upper)
            if reason is not None:
                self.plot.problems.append(reason)

    def _order(self, line: tuple[End, End]) -> tuple[int, int]:
        """Return where a line stands among all: by the device further down, and its port there."""
        order = {name: n for n, name in enumerate(self.plot.devices)}
        last = max(line, key=lambda end: (self.plot.home_of[end.device].rank, order[end.device]))
        return order[last.device], last.port.line

    def _lower_first(self, one: End, other: End, depth: dict[str, int]) -> tuple[End, End]:
        here, there = self.plot.home_of[one.device], self.plot.home_of[other.device]
        if here is there:
            order = list(here.devices.values())
            first = min((one, other), key=lambda end: order.index(self.plot.devices[end.device]))
            return (first, other if first is one else one)  # a pair: from the first device to the second
        key = {id(end): (home.rank, depth.get(home.name, 0), home.name) for end, home in ((one, here), (other, there))}
        return (one, other) if key[id(one)] > key[id(other)] else (other, one)

    def _depths(self) -> dict[str, int]:
        """Return how many lines each home is away from the one at the centre: `core`, or the one with most lines."""
        degree = Counter(name for pair in self.found.lines for name in {home.name for home in self._both(pair)})
        if not degree:
            return {}
        root = "core" if "core" in degree else degree.most_common(1)[0][0]
        depth, queue = {root: 0}, deque([root])
        while queue:
            name = queue.popleft()
            for far in self.plot.far_homes(self.plot.homes[name], self.found):
                if far.name not in depth:
                    depth[far.name] = depth[name] + 1
                    queue.append(far.name)
        return depth

    def _both(self, pair: tuple[End, End]) -> tuple[DraftHome, DraftHome]:
        return self.plot.home_of[pair[0].device], self.plot.home_of[pair[1].device]

    def _why_no_circuit(self, lower: End, upper: End) -> Problem | None:
        """A line between sites leads to one that holds the lower one; else its routes would not be summarised there."""
        here, there = self.plot.home_of[lower.device], self.plot.home_of[upper.device]
        if here is there or not isinstance(there.kind, Level) or there.name in self._above(here):
            return None
        running = self.plot.devices[lower.device].running
        assert running is not None  # noqa: S101  lines are found between texts only; for the type checker
        return Problem(
            running.at(lower.port.line),
            text("the line from {home} to {other} is declared as LANs: {other} does not hold {home}",
                 home=here.name, other=there.name),
        )  # fmt: skip

    def _above(self, home: DraftHome) -> set[str]:
        found: set[str] = set()
        name = home.parent
        while name is not None and name in self.plot.homes and name not in found:
            found.add(name)
            name = self.plot.homes[name].parent
        return found

    def _declare(self, lower: End, upper: End, costs: tuple[int, int]) -> bool:
        """Declare a line with both its ends; False: there is no room for it, or a port whose name cannot be written."""
        here, there = self.plot.home_of[lower.device], self.plot.home_of[upper.device]
        if not all(PORT_NAME.match(end.port.name) for end in (lower, upper)):
            self.plot.unnamable(lower, upper)
            return False
        word = "pair" if here is there else "up"
        number = self._number(here, word, lower)
        if number > MOST:
            return False
        ends = {lower: f"{word}{number}", upper: f"{word}{number}" if here is there else f"{here.down}-{number}"}
        for end, interface in ends.items():
            self.plot.port(end, interface, self.plot.devices[end.device].exceptions)
        here.circuits[f"{word}{number}"] = DraftCircuit(
            f"{word}{number}",
            self.plot.devices[lower.device].suffix,
            self.plot.devices[upper.device].suffix if here is there else upper.device,
            backup=costs[1] in (lower.port.cost, upper.port.cost),
            bandwidth=lower.port.rate or upper.port.rate,
            leased=here is not there and (lower.port.bfd or upper.port.bfd),
        )
        return True

    def _number(self, home: DraftHome, word: str, end: End) -> int:
        """Return the number of a line: that of the port where it bears a logical name, else the first free one."""
        taken = {int(found[2]) for key in home.circuits if (found := _LOGICAL.match(key)) and found[1] == word}
        named = _LOGICAL.match(end.port.name)
        if named and named[1] == word and int(named[2]) not in taken:
            return int(named[2])
        return next(number for number in range(1, len(taken) + 2) if number not in taken)


def costs_of(lines: Iterable[tuple[End, End]]) -> tuple[int, int]:
    """Return the OSPF costs of main and backup lines: the two that most lines have, the smaller first."""
    counted = Counter(end.port.cost for pair in lines for end in pair if end.port.cost is not None)
    found = sorted(cost for cost, _ in counted.most_common(2))
    if not found:
        return COSTS
    return (found[0], found[1]) if len(found) > 1 else (found[0], max(COSTS[1], found[0] + 1))
