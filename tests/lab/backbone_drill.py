"""Breaks the backbone piece by piece and compares what is then reached, and how, with what was forecast."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from jbnet.lab.lab import Lab
from jbnet.model.errors import TargetError
from jbnet.model.network import InterfaceKind, Network
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

SETTLE_S = 30.0
HOLD_S = 0.4
DEAD_S = 6.0
"""How long a dead router may go unnoticed where its neighbours' ports stay up: OSPF's dead interval and some."""
NOTHING = FailureSet()


@dataclass(frozen=True)
class Step:
    """One failure: what the forecast is asked, how it is brought about and undone, how long it may hide."""

    name: str
    failure: FailureSet
    act: Callable[[], None]
    undo: Callable[[], None]
    gone: frozenset[str] = frozenset()
    hold: float = HOLD_S


@dataclass
class Vantage:
    """A process in a device's network that asks all addresses at once."""

    device: str
    process: subprocess.Popen[bytes]

    def ask(self, addresses: Collection[str]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(list(addresses)).encode() + b"\n")
        self.process.stdin.flush()

    def answers(self) -> frozenset[str]:
        assert self.process.stdout is not None
        return frozenset(json.loads(self.process.stdout.readline()))


@dataclass
class Drill:
    """The comparison of one lab with its declaration, seen from some vantages."""

    lab: Lab
    network: Network
    vantages: list[Vantage] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.forecaster = Forecaster(self.network)
        self.targets = dict(self._targets())

    def stand(self, devices: Iterable[str]) -> None:
        """Start asking from these devices."""
        command = [sys.executable, str(Path(__file__).with_name("ping_all.py"))]
        for device in devices:
            started = self.lab.popen(device, command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self.vantages.append(Vantage(device, started))

    def leave(self) -> None:
        for vantage in self.vantages:
            vantage.process.kill()
            vantage.process.wait()
        self.vantages.clear()

    def run(self, step: Step) -> list[str]:
        """Bring a failure about, compare, undo it; return what differs."""
        step.act()
        try:
            left = self.settle(step.failure, step.gone, step.hold)
            return [f"{step.name}: {line}" for line in [*left, *(self._evidence(step) if left else ())]]
        finally:
            step.undo()

    def settle(
        self,
        failure: FailureSet = NOTHING,
        gone: frozenset[str] = frozenset(),
        hold: float = HOLD_S,
        homes: Iterable[str] = (),
    ) -> list[str]:
        """Wait until the forecast is what is seen, and is still seen a while later; return what differs.

        What was broken before may still be on its way back: then the second look differs, and both are repeated.
        """
        expected = {v.device: self._expected(v.device, failure, gone) for v in self.vantages}
        looked_at = {*homes, *self.forecaster.of(failure).on_backup, *self._homes_at(failure)}
        lines = self.forecaster.lines_up(failure, looked_at)
        deadline = time.monotonic() + SETTLE_S
        while True:
            left = self._differences(expected, lines)
            if not left:
                time.sleep(hold)
                left = [f"did not hold: {line}" for line in self._differences(expected, lines)]
            if not left or time.monotonic() > deadline:
                return left
            time.sleep(0.05)

    def circuit(self, name: str) -> Step:
        return Step(f"circuit {name}", FailureSet.of(circuits=[name]), lambda: self.lab.cut(name), self._heal)

    def isolated(self, device: str) -> Step:
        """Return the failure of all lines of a device at once."""
        lines = [c.name for c in self.network.circuits.values() if device in (c.a.device, c.z.device)]
        return replace(self.cut_together(lines), name=f"device {device}", gone=frozenset({device}))

    def cut_together(self, lines: Sequence[str]) -> Step:
        """Return the failure of several lines at once."""

        def act() -> None:
            for line in lines:
                self.lab.cut(line)

        return Step(f"circuits {', '.join(lines)}", FailureSet.of(circuits=lines), act, self._heal)

    def unpowered(self, device: str, *lines: str) -> Step:
        """Return a power failure, with lines cut before it.

        The ports of its neighbours stay up, since the lines end on the carriers' equipment.
        """

        def act() -> None:
            for line in lines:
                self.lab.cut(line)
            self.lab.kill(device)

        def undo() -> None:
            self.lab.heal()
            self._boot(device)

        failure = FailureSet.of(circuits=lines, devices=[device])
        return Step(f"power of {device}", failure, act, undo, frozenset({device}), DEAD_S)

    def _heal(self) -> None:
        assert self.lab.heal()

    def _boot(self, device: str) -> None:
        self.lab.boot(device)
        self.announce()

    def announce(self) -> None:
        """Let the hosts that are to serve announce the service addresses, as recovery does."""
        for host in {db.primary for db in self.network.databases.values()}:
            held = [db.service_address for db in self.network.databases.values() if db.primary == host]
            orders = [word for address in held for word in ("-c", f"ip address {address}/32")]
            self.lab.run(host, ["vtysh", "-c", "configure", "-c", "interface lo", *orders])

    def _targets(self) -> Iterator[tuple[str, str]]:
        """Yield every address that is asked for, and the device that answers."""
        for device in self.network.devices.values():
            outside = device.home in self.network.peers
            if device.loopback is not None and not outside:
                yield str(device.loopback), device.name
            for port in device.interfaces:
                if port.kind is InterfaceKind.LAN and port.address is not None:
                    yield str(port.address.ip), device.name
        for database in self.network.databases.values():
            yield str(database.service_address), database.primary

    def _expected(self, vantage: str, failure: FailureSet, gone: frozenset[str]) -> frozenset[str]:
        reached = self.forecaster.reached(vantage, failure) - gone if vantage not in gone else frozenset({vantage})
        return frozenset(address for address, device in self.targets.items() if device in reached)

    def _differences(
        self, expected: Mapping[str, frozenset[str]], lines: Mapping[str, tuple[str, tuple[str, ...]]]
    ) -> list[str]:
        for vantage in self.vantages:
            vantage.ask(self.targets)
        found = []
        for vantage in self.vantages:
            seen = vantage.answers()
            found += self._named(vantage.device, "is reached, and should not be", seen - expected[vantage.device])
            found += self._named(vantage.device, "is not reached, and should be", expected[vantage.device] - seen)
        return found or [line for home in lines for line in self._other_line(home, *lines[home])]

    def _evidence(self, step: Step) -> Iterator[str]:
        """Yield the way there and back, as the kernels have it, to what a vantage should reach and does not."""
        for vantage in self.vantages:
            vantage.ask(self.targets)
        for vantage in self.vantages:
            here = str(self.network.devices[vantage.device].loopback)
            wanted = self._expected(vantage.device, step.failure, step.gone)
            for address in sorted(wanted - vantage.answers())[:3]:
                yield f"way from {vantage.device} to {address}: {' > '.join(self._way(vantage.device, address))}"
                yield f"way back: {' > '.join(self._way(self.targets[address], here))}"

    def _way(self, device: str, address: str) -> Iterator[str]:
        """Yield the devices on the way as each kernel's route has it, with what it says where that ends."""
        holders = {str(i.address.ip): d.name for d in self.network.devices.values() for i in d.interfaces if i.address}
        for _ in range(16):
            try:
                said = " ".join(self.lab.run(device, ["ip", "route", "get", address]).stdout.split())
            except TargetError:
                yield f"{device} without power"
                return
            via = said.partition(" via ")[2].partition(" ")[0]
            yield f"{device} [{said[:90]}]"
            if via not in holders:
                return
            device = holders[via]

    def _named(self, vantage: str, what: str, addresses: Iterable[str]) -> list[str]:
        return [f"from {vantage}: {self.targets[a]} ({a}) {what}" for a in sorted(addresses)]

    def _other_line(self, home: str, device: str, circuits: Sequence[str]) -> Iterator[str]:
        """Yield what is wrong when a home's traffic to the core leaves by another line than forecast."""
        lines = [self.network.circuits[circuit] for circuit in circuits]
        ends = [(line.a, line.z.device) if line.a.device == device else (line.z, line.a.device) for line in lines]
        far = ends[0][1]
        core = far if self.network.devices[far].uplink is None else self._noc_or(far, home)
        address = str(self.network.devices[core].loopback)
        said = self.lab.run(device, ["ip", "route", "get", address]).stdout
        if not any(f" dev {here.interface} " in said for here, _ in ends):
            yield f"{home} should go up over {circuits}: {device} says {' '.join(said.split()) or 'nothing'}"

    def _noc_or(self, far: str, home: str) -> str:
        noc = self.network.noc
        return noc if noc is not None and self.network.devices[noc].home != home else far

    def _homes_at(self, failure: FailureSet) -> Iterator[str]:
        """Yield the sites and locations at the lower ends of what failed."""
        for name in failure.circuits:
            yield self.network.devices[self.network.circuits[name].z.device].home


def in_turns(steps: Iterable[tuple[str, Step]]) -> list[Step]:
    """Order steps so that neighbours in time are not neighbours in the network: one of each region in turn."""
    regions: dict[str, list[Step]] = {}
    for region, step in steps:
        regions.setdefault(region, []).append(step)
    return [step for round_ in zip_longest(*regions.values()) for step in round_ if step is not None]


def every_single_failure(drill: Drill) -> list[Step]:
    """Return the failure of every circuit, and of every router by all of its lines at once."""
    layers = drill.forecaster.layers
    lines = [(layers.layer[number] or "", drill.circuit(name)) for number, name in enumerate(layers.circuits)]
    routers = [
        (area, drill.isolated(name))
        for name, area in zip(layers.names, layers.area_of, strict=True)
        if area is not None
    ]
    return in_turns([*lines, *routers])
