"""From what was read to the draft: who stands where, who hangs on whom, and what everything is called."""

from __future__ import annotations

import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Interface

from jbnet.config.adopt.coding import give_codes
from jbnet.config.adopt.draft import LOCATION, PEER, Draft, DraftCircuit, DraftDevice, DraftHome, loopback_of
from jbnet.config.adopt.facts import Problem, Running
from jbnet.config.adopt.joints import End, Joints, joints
from jbnet.config.adopt.names import Housed, housed
from jbnet.model.levels import Level
from jbnet.model.text import text
from jbnet.platforms.registry import platform

PROVINCE = "adopted"
"""What the site at the top is called until somebody names it."""
PRIVATE_ASN = 64512
COSTS = (10, 100)
_LOGICAL = re.compile(r"(up|pair)([1-9][0-9]?)\Z")
_PORT = re.compile(r"(?:\d+GE|[A-Za-z])[A-Za-z0-9/.-]{0,62}\Z")
_MOST = 64
"""Lines of a kind that the address plan has room for in one home."""


def draft(texts: Sequence[Running], names: Sequence[re.Pattern[str]], network: str) -> Draft:
    """Return the draft of all that was read, in the order of the texts. ``names`` say where devices stand."""
    return _Drafter(names, network).run(texts)


@dataclass
class _Drafter:
    """Makes one draft; one use."""

    names: Sequence[re.Pattern[str]]
    network: str
    homes: dict[str, DraftHome] = field(default_factory=dict)
    home_of: dict[str, DraftHome] = field(default_factory=dict)
    devices: dict[str, DraftDevice] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    given: set[str] = field(default_factory=set)
    """Sites whose parent the names say."""

    def run(self, texts: Sequence[Running]) -> Draft:
        """Return the draft."""
        for running in texts:
            self._house(running)
        read = {name: device.running for name, device in self.devices.items() if device.running}
        loopbacks = {name: port for name, running in read.items() if (port := loopback_of(running)) is not None}
        found = joints(read, loopbacks)
        loopbacks = {name: port for name, port in loopbacks.items() if (name, port) not in found.odd}
        self.problems += found.problems
        self._find_parents(found)
        self.problems += give_codes(self.homes)
        costs = _costs(found.lines)
        unplaced = [*self._lines(found, costs), *found.lans]
        self._peers(found)
        self._loopbacks(loopbacks)
        self._lans(unplaced)
        asns = Counter(running.asn for running in texts if running.asn)
        speaking = {self.home_of[name].kind for name, running in read.items() if running.speaks_ospf}
        return Draft(
            name=self.network,
            homes=self.homes,
            asn=asns.most_common(1)[0][0] if asns else PRIVATE_ASN,
            costs=costs,
            speakers=tuple(level for level in Level if level in speaking),
            vrfs={name: rd for running in texts for name, rd in running.vrfs.items() if rd},
            problems=tuple(self.problems),
            agents=frozenset(t.platform for t in texts if t.agent) - {t.platform for t in texts if not t.agent},
        )

    # who stands where

    def _house(self, running: Running) -> None:
        where = housed(running.name, self.names)
        home = self._home(where)
        suffix = _free(where.suffix, home.devices)
        device = DraftDevice(f"{home.name}-{suffix}", suffix, running)
        home.devices[suffix] = self.devices[device.name] = device
        self.home_of[device.name] = home
        if device.name != running.name:
            said = text("{name} is declared as {device}; a pattern (--names) may say where it stands",
                        name=running.name, device=device.name)  # fmt: skip
            self.problems.append(Problem(running.at(running.name_line), said))

    def _home(self, where: Housed) -> DraftHome:
        if not where.chain:
            return self.homes.setdefault(where.location, DraftHome(where.location, LOCATION, where.location))
        above: str | None = None
        for (level, key), name in zip(where.chain, where.homes, strict=True):
            home = self.homes.setdefault(name, DraftHome(name, level, key, above))
            if above is not None:
                home.parent = above
                self.given.add(name)
            above = name
        return self.homes[where.home]

    def _find_parents(self, found: Joints) -> None:
        """A site whose name does not say where it lies, lies in the nearest one above to which a line of it leads."""
        for home in self.homes.values():
            if isinstance(home.kind, Level) and home.name not in self.given:
                above = [far for far in self._far_homes(home, found) if isinstance(far.kind, Level)]
                higher = [far for far in above if 0 < far.rank < home.rank]
                home.parent = max(higher, key=lambda far: far.rank).name if higher else PROVINCE

    def _far_homes(self, home: DraftHome, found: Joints) -> Iterator[DraftHome]:
        for one, other in found.lines:
            here, there = self.home_of[one.device], self.home_of[other.device]
            if here is home or there is home:
                yield there if here is home else here

    # who hangs on whom

    def _lines(self, found: Joints, costs: tuple[int, int]) -> Iterator[End]:
        """Declare the lines; yield both ends of those that cannot be said as circuits."""
        depth = self._depths(found)
        for one, other in sorted(found.lines, key=self._order):
            lower, upper = self._lower_first(one, other, depth)
            reason = self._why_no_circuit(lower, upper)
            if reason is not None or not self._declare(lower, upper, costs):
                yield from (lower, upper)
            if reason is not None:
                self.problems.append(reason)

    def _order(self, line: tuple[End, End]) -> tuple[int, int]:
        """Return where a line stands among all: by the device further down, and its port there."""
        order = {name: n for n, name in enumerate(self.devices)}
        last = max(line, key=lambda end: (self.home_of[end.device].rank, order[end.device]))
        return order[last.device], last.port.line

    def _lower_first(self, one: End, other: End, depth: dict[str, int]) -> tuple[End, End]:
        here, there = self.home_of[one.device], self.home_of[other.device]
        if here is there:
            order = list(here.devices.values())
            first = min((one, other), key=lambda end: order.index(self.devices[end.device]))
            return (first, other if first is one else one)  # a pair: from the first device to the second
        key = {id(end): (home.rank, depth.get(home.name, 0), home.name) for end, home in ((one, here), (other, there))}
        return (one, other) if key[id(one)] > key[id(other)] else (other, one)

    def _depths(self, found: Joints) -> dict[str, int]:
        """Return how many lines each home is away from the one at the centre: `core`, or the one with most lines."""
        degree = Counter(home.name for pair in found.lines for home in {id(h): h for h in self._both(pair)}.values())
        if not degree:
            return {}
        root = "core" if "core" in degree else degree.most_common(1)[0][0]
        depth, queue = {root: 0}, deque([root])
        while queue:
            name = queue.popleft()
            for far in self._far_homes(self.homes[name], found):
                if far.name not in depth:
                    depth[far.name] = depth[name] + 1
                    queue.append(far.name)
        return depth

    def _both(self, pair: tuple[End, End]) -> tuple[DraftHome, DraftHome]:
        return self.home_of[pair[0].device], self.home_of[pair[1].device]

    def _why_no_circuit(self, lower: End, upper: End) -> Problem | None:
        """A line between sites leads to one that holds the lower one; else its routes would not be summarised there."""
        here, there = self.home_of[lower.device], self.home_of[upper.device]
        if here is there or not isinstance(there.kind, Level) or there.name in self._above(here):
            return None
        running = self.devices[lower.device].running
        assert running is not None  # noqa: S101  lines are found between texts only; for the type checker
        return Problem(
            running.at(lower.port.line),
            text("the line from {home} to {other} is declared as LANs: {other} does not hold {home}",
                 home=here.name, other=there.name),
        )  # fmt: skip

    def _above(self, home: DraftHome) -> set[str]:
        found: set[str] = set()
        name = home.parent
        while name is not None and name in self.homes and name not in found:
            found.add(name)
            name = self.homes[name].parent
        return found

    def _declare(self, lower: End, upper: End, costs: tuple[int, int]) -> bool:
        """Declare a line with both its ends; False: there is no room for it, or a port whose name cannot be written."""
        here, there = self.home_of[lower.device], self.home_of[upper.device]
        if not all(_PORT.match(end.port.name) for end in (lower, upper)):
            self._unnamable(lower, upper)
            return False
        word = "pair" if here is there else "up"
        number = self._number(here, word, lower)
        if number > _MOST:
            return False
        ends = {lower: f"{word}{number}", upper: f"{word}{number}" if here is there else f"{here.down}-{number}"}
        for end, interface in ends.items():
            self._port(end, interface, self.devices[end.device].exceptions)
        here.circuits[f"{word}{number}"] = DraftCircuit(
            f"{word}{number}",
            self.devices[lower.device].suffix,
            self.devices[upper.device].suffix if here is there else upper.device,
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

    def _peers(self, found: Joints) -> None:
        """Declare the networks of others: one peer an AS, one line a neighbour."""
        for end, peer in found.outward:
            name = f"as{peer.asn}"
            home = self.homes.setdefault(name, DraftHome(name, PEER, name, asn=peer.asn))
            device = home.devices.setdefault("r1", DraftDevice(f"{name}-r1", "r1"))
            number = len(home.circuits) + 1
            assert end.port.address is not None  # noqa: S101  it was found by its subnet; for the type checker
            self._port(end, f"{name}-{number}", self.devices[end.device].exceptions)
            device.exceptions[f"up{number}"] = IPv4Interface(f"{peer.address}/{end.port.address.network.prefixlen}")
            home.circuits[f"up{number}"] = DraftCircuit(f"up{number}", "r1", end.device, backup=number > 1)

    # addresses

    def _loopbacks(self, loopbacks: dict[str, str]) -> None:
        for name, port in loopbacks.items():
            running = self.devices[name].running
            if running is not None:
                self._port(End(name, running.ports[port]), "lo", self.devices[name].exceptions)

    def _lans(self, ends: Iterable[End]) -> None:
        for end in sorted(ends, key=lambda e: (list(self.devices).index(e.device), e.port.line)):
            device = self.devices[end.device]
            if not _PORT.match(end.port.name):
                self._unnamable(end)
            elif len(device.lans) < _MOST:
                self._port(end, f"lan{len(device.lans) + 1}", device.lans)

    def _port(self, end: End, interface: str, into: dict[str, IPv4Interface]) -> None:
        device = self.devices[end.device]
        assert end.port.address is not None  # noqa: S101  ports without an address are no ends; for the type checker
        into[interface] = end.port.address
        if end.port.name != (platform(device.running.platform).loopback or "lo" if device.running else "lo"):
            device.ports[interface] = end.port.name

    def _unnamable(self, *ends: End) -> None:
        for end in ends:
            running = self.devices[end.device].running
            if running is not None and not _PORT.match(end.port.name):
                self.problems.append(
                    Problem(running.at(end.port.line), text("the port name {port} cannot be declared",
                                                            port=end.port.name))
                )  # fmt: skip


def _free(suffix: str, taken: Iterable[str]) -> str:
    """Return a suffix that no device of the home has: itself, or with the next free number."""
    known = set(taken)
    stem = suffix.rstrip("0123456789") or "r"
    return next(s for s in (suffix, *(f"{stem}{n}" for n in range(1, len(known) + 2))) if s not in known)


def _costs(lines: Iterable[tuple[End, End]]) -> tuple[int, int]:
    """Return the OSPF costs of main and backup lines: the two that most lines have, the smaller first."""
    counted = Counter(end.port.cost for pair in lines for end in pair if end.port.cost is not None)
    found = sorted(cost for cost, _ in counted.most_common(2))
    if not found:
        return COSTS
    return (found[0], found[1]) if len(found) > 1 else (found[0], max(COSTS[1], found[0] + 1))
