"""A monitor in a lab's NOC, as people run it; what is broken in the lab, and what the monitor must say of it."""

from __future__ import annotations

import functools
import json
import operator
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from eventually import eventually
from explanations import Broken, Explainer, Root

from jbnet.lab.faults import ALL, CUT, SILENT, UP, Fault
from jbnet.lab.lab import Lab
from jbnet.model.network import Network

SEEN_S = 60.0
"""How long a failure may take until it is an incident: OSPF's dead interval, BGP's hold time, the policy's hold."""
HEALED_S = 420.0
"""How long until nothing is open: what was cut twice of late stays until it has been calm for 300 s (flaps.py)."""
ROUNDS_MORE = 3


class Way(StrEnum):
    """How a line or all lines of a router fail. ``from-a``, ``from-z``: what that end sends is lost."""

    DOWN = "down"
    SILENT = "silent"
    FROM_A = "from-a"
    FROM_Z = "from-z"
    POWER = "power"


@dataclass(frozen=True)
class Scenario:
    """One failure: what is done to which lines (or to the power of a device), and where in the network that is."""

    name: str
    faults: tuple[tuple[str, Fault], ...]
    regions: frozenset[str]
    power: str | None = None

    @property
    def broken(self) -> Broken:
        """What that is for those who explain it."""
        down = frozenset(name for name, fault in self.faults if not fault.carrier)
        silent = frozenset(name for name, _ in self.faults) - down
        return Broken(down, silent, frozenset({self.power} if self.power else ()))

    def touches(self, network: Network) -> set[str]:
        """Return the lines that this fails, or that end where the power fails."""
        return {name for name, _ in self.faults} | set(_lines(network, self.power) if self.power else ())

    def may_be_called(self, network: Network) -> set[Root]:
        """Return what an incident of this may be rooted in: its lines, and the devices whose every line it takes."""
        lost = self.touches(network)
        ends = {e.device for name in lost for e in (network.circuits[name].a, network.circuits[name].z)}
        return {("circuit", name) for name in lost} | {("device", d) for d in ends if _lines(network, d).keys() <= lost}


@dataclass(frozen=True)
class Expected:
    """What one incident must be: one of the roots that explain what is seen, and the sites that are cut off."""

    name: str
    roots: frozenset[Root]
    sites: frozenset[str]

    def is_met(self, incident: dict[str, Any]) -> bool:
        return root_of(incident) in self.roots and frozenset(incident["sites"]) == self.sites

    def __str__(self) -> str:
        return f"{self.name}: {' or '.join(' '.join(r) for r in sorted(self.roots))}, sites {sorted(self.sites)}"


@dataclass
class Watched:
    """One lab with its monitor. ``log`` is where the monitor's lines go; ``incidents`` what was read of them so far."""

    lab: Lab
    network: Network
    log: Path
    environment: dict[str, str]
    incidents: dict[str, dict[str, Any]] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    read: int = 0
    failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        assert self.network.noc is not None
        self.explainer = Explainer(self.network, self.network.noc)

    def argv(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "jbnet", "-C", str(self.lab.workspace), "--json", *arguments]

    def start(self) -> None:
        with self.log.open("ab") as out:
            self.process = subprocess.Popen(
                self.argv("monitor"), stdout=out, stderr=subprocess.DEVNULL, env=self.environment
            )

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(number)
            self.process.wait(60)
            self.process = None

    def restart(self) -> None:
        """Kill the monitor as nothing can be caught, and start another one."""
        self.stop(signal.SIGKILL)
        self.start()

    def status(self) -> Any:
        """Return what ``jbnet status`` would, read without starting a process."""
        from jbnet import wiring

        view = wiring.monitor_view(self.lab.paths.state)
        try:
            return view.summary() or {}
        finally:
            view.close()

    def all_well(self) -> bool:
        status = self.status()
        devices = status.get("devices", {"answering": 0, "total": 1})
        self.follow()
        return devices["answering"] == devices["total"] and not self.open

    def follow(self) -> None:
        """Read what the monitor has said since."""
        with self.log.open("rb") as file:
            file.seek(self.read)
            whole = file.read()
        end = whole.rfind(b"\n") + 1
        self.read += end
        for line in whole[:end].splitlines():
            said = json.loads(line)
            if said["event"].startswith("incident."):
                self.incidents[said["subject"]] = said["data"]

    @property
    def open(self) -> list[dict[str, Any]]:
        """The faults that stand. An alarm is none: all devices of a lab show the processor of this one machine."""
        return [i for i in self.faults_since(set()) if i["closed"] is None]

    def faults_since(self, before: set[str]) -> list[dict[str, Any]]:
        """Return the incidents of faults (not of alarms) that were not there before."""
        found = (i for number, i in self.incidents.items() if number not in before)
        return [i for i in found if i["root_cause"]["kind"] != "alarm"]

    def expected(self, scenario: Scenario) -> Expected:
        seen = self.explainer.look(scenario.broken)
        explained = self.explainer.explanations(seen, most=1)
        roots = frozenset(root for roots in explained for root in roots)
        return Expected(scenario.name, roots, self.explainer.dark(seen.answering))

    def as_one(self, scenarios: Sequence[Scenario], shared: Root) -> Expected:
        return Expected(_names(scenarios), frozenset({shared}), self.explainer.cut_off(self.whole(scenarios)))

    @staticmethod
    def whole(scenarios: Iterable[Scenario]) -> Broken:
        """Return all that is broken by some failures together."""
        return functools.reduce(operator.or_, (one.broken for one in scenarios), Broken())

    def break_all(self, scenarios: Iterable[Scenario]) -> None:
        self.lab.impair_all({name: fault for scenario in scenarios for name, fault in scenario.faults})
        for scenario in scenarios:
            if scenario.power:
                self.lab.kill(scenario.power)

    def mend_all(self, scenarios: Iterable[Scenario]) -> None:
        self.lab.impair_all({name: UP for scenario in scenarios for name, _ in scenario.faults})
        for scenario in scenarios:
            if scenario.power:
                self.lab.boot(scenario.power)

    def run(self, scenarios: Sequence[Scenario], shared: Root | None = None) -> list[str]:
        """Bring failures about at once, compare, mend; return what differs from one incident for each of them.

        ``shared``: they are all one cause, and one incident.
        """
        wanted = [self.expected(s) for s in scenarios] if shared is None else [self.as_one(scenarios, shared)]
        self.follow()
        before = set(self.incidents)
        self.break_all(scenarios)
        try:
            eventually(lambda: self._matches(wanted, before), SEEN_S)
            self.wait_rounds(ROUNDS_MORE)
            left = self._differences(wanted, before)
        finally:
            self.mend_all(scenarios)
        if not eventually(self.all_well, HEALED_S):
            left += [f"{_names(scenarios)}: still open after it was mended: {tell(i)}" for i in self.open]
            left += [] if self.open else [f"{_names(scenarios)}: not all answer: {self.status().get('devices')}"]
        more = self.faults_since(before)
        if not left and len(more) != len(wanted):
            left += [f"{_names(scenarios)}: {len(more)} incidents: {'; '.join(map(tell, more))}"]
        return left

    def run_together(self, scenarios: Sequence[Scenario]) -> list[str]:
        """Bring failures about at once that may hide one another, and mend them; return what differs.

        The incidents that stand must be a smallest set of causes that explains what is seen, with all sites cut off.
        """
        explained, dark = self.explained(scenarios), self.explainer.cut_off(self.whole(scenarios))
        self.follow()
        self.break_all(scenarios)
        try:
            eventually(lambda: self._named(explained, dark), SEEN_S)
            self.wait_rounds(ROUNDS_MORE)
            met, there = self._named(explained, dark), [tell(incident) for incident in self.open]
        finally:
            self.mend_all(scenarios)
        left = [] if met else [f"{_names(scenarios)}: expected {explained}, sites {sorted(dark)}; found {there}"]
        if not eventually(self.all_well, HEALED_S):
            left += [f"{_names(scenarios)}: still open after it was mended: {tell(i)}" for i in self.open]
        return left

    def explained(self, scenarios: Sequence[Scenario]) -> Sequence[frozenset[Root]]:
        """Return the smallest sets of causes, of at most so many, by which the oracle explains what is then seen."""
        return self.explainer.explanations(self.explainer.look(self.whole(scenarios)), most=len(scenarios))

    def _named(self, explained: Sequence[frozenset[Root]], dark: frozenset[str]) -> bool:
        self.follow()
        roots = frozenset(root for incident in self.open for root in parts_of(incident))
        return roots in explained and frozenset(s for i in self.open for s in i["sites"]) == dark

    def wait_rounds(self, count: int) -> None:
        goal = self.status().get("round", 0) + count
        assert eventually(lambda: self.status().get("round", 0) >= goal, 120.0)
        self.follow()

    def _matches(self, wanted: Sequence[Expected], before: set[str]) -> bool:
        self.follow()
        return not self._differences(wanted, before)

    def _differences(self, wanted: Sequence[Expected], before: set[str]) -> list[str]:
        found = self.faults_since(before)
        left = list(found)
        differences = []
        for expected in wanted:
            mine = [i for i in left if expected.is_met(i) and i["closed"] is None]
            if mine:
                left.remove(mine[0])
            else:
                differences.append(f"missing: {expected}")
        return [*differences, *(f"not expected: {tell(i)}" for i in left)]


def root_of(incident: dict[str, Any]) -> Root:
    return incident["root_cause"]["kind"], incident["root_cause"]["name"]


def parts_of(incident: dict[str, Any]) -> list[Root]:
    """Return what an incident blames: its parts where it is of something shared, else its root."""
    parts = incident.get("parts") or []
    return [(part["kind"], part["name"]) for part in parts] or [root_of(incident)]


def tell(incident: dict[str, Any]) -> str:
    end = f"merged into {incident['merged_into']}" if incident["merged_into"] else incident["closed"] or "open"
    return (
        f"#{incident['id']} {' '.join(root_of(incident))} sites {incident['sites']} {incident['opened']} {end}"
        f" devices {incident['devices']} flapping {incident['flapping']}"
    )


def _names(scenarios: Iterable[Scenario]) -> str:
    return ", ".join(s.name for s in scenarios)


def every_single_failure(network: Network, ways: Iterable[Way]) -> Iterator[Scenario]:
    """Yield the failure of every circuit and of every router, in each of the ways, one way after another."""
    routers = [d.name for d in network.devices.values() if d.loopback is not None and len(_lines(network, d.name)) > 1]
    for way in ways:
        for circuit in network.circuits:
            yield scenario(network, f"circuit {circuit} {way}", [circuit], {circuit: fault_of(way)})
        for router in routers:
            if router != network.noc:
                lines = _lines(network, router)
                faults = {name: fault_of(way, at_a=end == "a") for name, end in lines.items()}
                yield scenario(network, f"device {router} {way}", list(lines), faults)


def scenario(network: Network, name: str, lines: Sequence[str], faults: dict[str, Fault]) -> Scenario:
    regions = frozenset(r for line in lines for r in regions_of(network, line))
    return Scenario(name, tuple(faults.items()), regions)


def fault_of(way: Way, *, at_a: bool = True) -> Fault:
    """Return a line's fault. For a router ``from-a`` is what it sends, ``from-z`` what it is sent."""
    if way in (Way.FROM_A, Way.FROM_Z):
        first = (way is Way.FROM_A) == at_a
        return Fault(lost_a=ALL if first else 0.0, lost_z=0.0 if first else ALL)
    return CUT if way is Way.DOWN else SILENT


def _lines(network: Network, device: str) -> dict[str, str]:
    """Return the lines of a device, with the end that it has."""
    found = {}
    for name, circuit in network.circuits.items():
        if device in (circuit.a.device, circuit.z.device):
            found[name] = "a" if circuit.a.device == device else "z"
    return found


def regions_of(network: Network, circuit: str) -> frozenset[str]:
    """Return the prefectures that a line touches; the location or peer at its lower end where it touches none."""
    line = network.circuits[circuit]
    homes = [network.devices[e.device].home for e in (line.a, line.z)]
    below = {top for home in homes if (top := _prefecture(network, home))}
    return frozenset(below or {homes[1]})


def _prefecture(network: Network, home: str) -> str | None:
    site = network.sites.get(home)
    while site is not None and site.level != "prefecture":
        site = network.sites.get(site.parent) if site.parent else None
    return site.name if site else None


def in_groups(scenarios: Iterable[Scenario], most: int) -> Iterator[list[Scenario]]:
    """Yield the scenarios in groups of which no two touch the same region; one way after another stays so."""
    left = list(scenarios)
    while left:
        group: list[Scenario] = []
        taken: set[str] = set()
        for one in left:
            if len(group) < most and not taken & one.regions:
                group.append(one)
                taken |= one.regions
        left = [one for one in left if one not in group]
        yield group


def apart(explainer: Explainer, group: Sequence[Scenario]) -> Iterator[Sequence[Scenario]]:
    """Yield the group in parts, each of which cuts off just what its failures cut off alone, and not all of a duct."""
    if len(group) == 1 or (is_the_sum(explainer, group) and not takes_all_that_share(explainer.network, group)):
        yield group
    else:
        middle = len(group) // 2
        yield from apart(explainer, group[:middle])
        yield from apart(explainer, group[middle:])


def takes_all_that_share(network: Network, group: Sequence[Scenario]) -> bool:
    """Say whether failures at once take all lines of a shared risk or a carrier: that would be one cause."""
    taken = {name for one in group for name in one.touches(network)}
    sharing: dict[str, set[str]] = {}
    for circuit in network.circuits.values():
        for shared in (*circuit.srlgs, *([circuit.carrier] if circuit.carrier else ())):
            sharing.setdefault(shared, set()).add(circuit.name)
    return any(lines <= taken for lines in sharing.values() if len(lines) > 1)


def is_the_sum(explainer: Explainer, group: Sequence[Scenario]) -> bool:
    """Say whether failures at once cut off just what each cuts off alone."""
    whole = Broken()
    alone: set[str] = set()
    for one in group:
        whole |= one.broken
        alone |= explainer.cut_off(one.broken)
    return explainer.cut_off(whole) == alone
