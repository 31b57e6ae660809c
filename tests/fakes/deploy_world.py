"""A whole network of fake devices: who is reachable, and who is whose neighbour, follows from what runs on them.

A device answers when there is a chain of lines from the NOC on which both ends have their address; two routers
are neighbours when both ends of their line speak OSPF. Ends that differ in what they must share (timers, keys, areas)
do not hear each other, and nothing passes between them. Time passes only when somebody sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Any

from device import FakeDevice, FakeSession

from jbnet.adapters.device_files import BackupFiles, DeviceLockFiles
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.line_differ import LineDiffer
from jbnet.change.model import Plan
from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import render
from jbnet.config.tree import ConfigTree, parse
from jbnet.model.errors import Unreachable
from jbnet.model.network import Circuit, Device, Network, Termination
from jbnet.ports import Differ, Journal, Progress
from jbnet.services.deploy.desk import Desk, Timing
from jbnet.services.deploy.plan import plan

SHARED = ("ip ospf area ", "ip ospf hello-interval ", "ip ospf dead-interval ", "ip ospf message-digest-key ")
START = datetime(2026, 11, 22, tzinfo=UTC)


known = lru_cache(maxsize=512)(parse)
"""Configurations parsed once: everybody asks who is reachable at every step."""


class Killed(BaseException):
    """What ``kill -9`` does to jbnet, as far as a test can: nothing below catches it."""


class MortalJournal(SqliteJournal):
    """A journal into which a killed process writes nothing more."""

    world: World

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        self.world.live()
        return super().append(kind, subject, data)


@dataclass
class KillingJournal:
    """A journal that kills jbnet at its ``at``-th entry, before or after that is written; the dead write nothing."""

    whole: Journal
    kill: Callable[[], None]
    at: int
    after: bool
    written: int = 0

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        self.written += 1
        if self.written > self.at or (self.written == self.at and not self.after):
            self.kill()
        number = self.whole.append(kind, subject, data)
        if self.written == self.at:
            self.kill()
        return number

    def entries(self) -> Sequence[Mapping[str, object]]:
        return self.whole.entries()


class WorldClock:
    """A clock that moves when somebody sleeps, and the devices' clocks with it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.elapsed = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        with self._world.lock:
            self.elapsed += seconds
            for device in self._world.devices.values():
                device.wait(seconds)


class WorldSession(FakeSession):
    """A session that the network carries, or not."""

    def __init__(self, device: FakeDevice, world: World) -> None:
        super().__init__(device)
        self._world = world

    def open(self) -> None:
        self._world.carry(self.device.name)
        self._world.strike(self.device.name, "open")
        super().open()

    def close(self) -> None:
        self._world.closed(self.device.name)
        super().close()

    def _device(self, call: str) -> FakeDevice:
        self._world.carry(self.device.name)
        self._world.strike(self.device.name, call)
        return super()._device(call)

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        self._device("get_ospf_neighbors")
        seen = self._world.neighbours(self.device.name)
        return [{"interface": port, "router_id": router_id, "state": "Full"} for port, router_id in seen.items()]


@dataclass
class World:
    """The devices of a network and the faults a test gives them. ``cut`` are circuits; ``deaf`` speak no OSPF.

    ``strikes``: (device, call) to what happens at that call, once.
    """

    network: Network
    devices: dict[str, FakeDevice] = field(default_factory=dict)
    cut: set[str] = field(default_factory=set)
    deaf: set[str] = field(default_factory=set)
    strikes: dict[tuple[str, str], Callable[[], None]] = field(default_factory=dict)
    hung: set[str] = field(default_factory=set)
    steps: list[Progress] = field(default_factory=list)
    killed: bool = False

    def __post_init__(self) -> None:
        self.lock = threading.RLock()
        self.clock = WorldClock(self)
        self._closed: dict[str, threading.Event] = {name: threading.Event() for name in self.network.devices}
        for name, device in self.network.devices.items():
            config = bootstrap if self.network.roles[device.role].managed else render
            self.devices.setdefault(name, FakeDevice(name, running=config(self.network, device)))

    def session(self, device: Device) -> WorldSession:
        return WorldSession(self.devices[device.name], self)

    def differ(self, device: Device) -> Differ:
        return LineDiffer()

    def report(self, progress: Progress) -> None:
        self.steps.append(progress)

    def desk(self, state: Path, **timing: float) -> Desk:
        """Return what an apply works with, its files under ``state``."""
        journal = MortalJournal(state / "change.db", self.clock)
        journal.world = self
        return Desk(
            self.network, self, journal,
            DeviceLockFiles(state / "locks", self.clock), BackupFiles(state / "backups", self.clock),
            self.clock, self, "engineer@noc", Timing(**{"workers": 1, **timing}),  # type: ignore[arg-type]  # any of its fields
        )  # fmt: skip

    def kill(self) -> None:
        """Kill jbnet: it does nothing more, on whatever device."""
        self.killed = True
        self.live()

    def live(self) -> None:
        """Raise Killed once jbnet was killed."""
        if self.killed:
            raise Killed

    def strike(self, name: str, call: str) -> None:
        """Let happen what the test wants at this call; a device that hangs answers when its session is closed."""
        act = self.strikes.pop((name, call), None)
        if act is not None:
            act()
        if name in self.hung:
            self._closed[name].wait()
            raise Unreachable("{host}: the session was closed", host=name)

    def closed(self, name: str) -> None:
        if name in self.hung:
            self._closed[name].set()

    def carry(self, name: str) -> None:
        """Raise Unreachable where no chain of working lines leads from the NOC to the device."""
        self.live()
        if name not in self.reachable():
            raise Unreachable("{device} does not answer on TCP", device=name)

    def reachable(self) -> frozenset[str]:
        """Return the devices with a chain of addressed lines to the NOC."""
        with self.lock:
            trees = {name: known(device.running) for name, device in self.devices.items()}
        found, queue = {str(self.network.noc)}, [str(self.network.noc)]
        lines = [c for c in self.network.circuits.values() if c.name not in self.cut and self._addressed(c, trees)]
        while queue:
            here = queue.pop()
            ends = [(c.a.device, c.z.device) for c in lines]
            for other in [b for a, b in ends if a == here] + [a for a, b in ends if b == here]:
                if other not in found and self.devices[other].reachable:
                    found.add(other)
                    queue.append(other)
        return frozenset(found)

    def neighbours(self, name: str) -> dict[str, str]:
        """Return the interfaces of the device behind which OSPF has a full neighbour, with its router ID."""
        with self.lock:
            trees = {n: known(device.running) for n, device in self.devices.items()}
        ports = {}
        for circuit in self.network.circuits.values():
            here, there = next((p for p in permutations((circuit.a, circuit.z)) if p[0].device == name), (None, None))
            if here and there and circuit.name not in self.cut and self._agree(circuit, trees) and all(
                self._speaks(end, trees[end.device]) for end in (circuit.a, circuit.z)
            ):  # fmt: skip
                ports[here.interface] = str(self.network.devices[there.device].loopback)
        return ports

    def _addressed(self, circuit: Circuit, trees: Mapping[str, ConfigTree]) -> bool:
        return self._agree(circuit, trees) and all(
            any(line.startswith("ip address ") for line in trees[end.device].under(f"interface {end.interface}"))
            for end in (circuit.a, circuit.z)
        )

    def _agree(self, circuit: Circuit, trees: Mapping[str, ConfigTree]) -> bool:
        """Say whether both ends, where both speak OSPF, have the same of what they must share."""
        lines = [trees[end.device].under(f"interface {end.interface}") for end in (circuit.a, circuit.z)]
        if not all(any(line.startswith("ip ospf area ") for line in end) for end in lines):
            return True
        one, other = ({line for line in end if line.startswith(SHARED)} for end in lines)
        return one == other

    def _speaks(self, end: Termination, tree: ConfigTree) -> bool:
        lines = tree.under(f"interface {end.interface}")
        return end.device not in self.deaf and any(line.startswith("ip ospf area ") for line in lines)


def planned(world: World, **options: Any) -> Plan:
    """Return the plan for the whole network; ``options`` are those of ``plan``."""
    return plan(world.network, world.network.devices.values(), world, world, **options)
