"""A network of routers in memory behind real SSH: what plan, apply, rollback, drift and backup work on.

Three routers below each other, out of their boxes. Time passes only when somebody sleeps, on the routers too.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli_servers.comware import Comware
from cli_servers.ios import Ios
from cli_servers.router import OspfPeer, Router, Seen
from cli_servers.ssh_server import SshServer, known_hosts_line
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from equipped import equipped

from jbnet.adapters.command_line_sessions import CommandLineSessions
from jbnet.adapters.commandline.driver import CommandLineDriver
from jbnet.adapters.device_files import BackupFiles, DeviceLockFiles
from jbnet.adapters.journal import SqliteJournal
from jbnet.adapters.loaded_secrets import LoadedSecretFiles
from jbnet.config.bootstrap import bootstrap
from jbnet.config.lines import paths_of, write_lines
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.words import revealed
from jbnet.model.network import Device, Network
from jbnet.model.secrets import Secret
from jbnet.ports import Differ, Progress
from jbnet.services.deploy.desk import Desk, Timing

KINDS: dict[str, type[Router]] = {"vrp8": Vrp8, "vrp5": Vrp5, "comware7": Comware, "ios": Ios}
COUNTY, TOWNSHIP, COMMUNITY = "chengdong-r1", "chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1"
DEVICES = (COUNTY, TOWNSHIP, COMMUNITY)
WORD = "Word-of-"


class Words:
    """Secrets: every name has one. ``other``: those that were changed."""

    def __init__(self) -> None:
        self.other: dict[str, str] = {}

    def get(self, name: str) -> Secret:
        if name == "user-netops":
            return Secret(name, "a-Password-1")
        key = hashlib.sha256(name.encode()).hexdigest()[:8]  # of OSPF: at most 16 characters
        return Secret(name, self.other.get(name) or WORD + (key if name.startswith("ospf-") else name))


class CliClock:
    """A clock that moves when somebody sleeps, and the routers' clocks with it."""

    def __init__(self, routers: dict[str, Router]) -> None:
        self._routers, self.elapsed, self._start = routers, 0.0, datetime.now(UTC)

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.elapsed)

    def monotonic(self) -> float:
        return self.elapsed

    def sleep(self, seconds: float) -> None:
        self.elapsed += seconds
        for router in self._routers.values():
            router.wait(seconds)


class Lines:
    """DeviceSessions with routers that each have a port of their own on this machine."""

    def __init__(self, state: Path, ports: dict[str, int]) -> None:
        self._of = {
            name: CommandLineSessions(
                state, lambda _: ["127.0.0.1"], Words(), port=port, may_restart=lambda _device: True
            )
            for name, port in ports.items()
        }  # fmt: skip

    def session(self, device: Device) -> CommandLineDriver:
        return self._of[device.name].session(device)

    def differ(self, device: Device) -> Differ:
        return self._of[device.name].differ(device)


@dataclass
class CliWorld:
    """The routers of one platform, their servers, and what works on them. Implements Reporter."""

    platform: str
    state: Path
    network: Network
    routers: dict[str, Router] = field(default_factory=dict)
    servers: dict[str, SshServer] = field(default_factory=dict)
    steps: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock = CliClock(self.routers)
        self.words = Words()
        self._desk: Desk | None = None

    def report(self, progress: Progress) -> None:
        self.steps.append(progress)

    @property
    def devices(self) -> list[Device]:
        return [self.network.devices[name] for name in DEVICES]

    @property
    def sessions(self) -> Lines:
        return Lines(self.state, {name: server.port for name, server in self.servers.items()})

    def desk(self) -> Desk:
        """Return the one desk of this process: its journal is held until the end."""
        if self._desk is None:
            self._desk = desk_of(self.network, self.state, self.sessions, self.clock, self, self.words)
        return replace(self._desk, sessions=self.sessions)

    def running(self, name: str) -> str:
        return "\n".join(self.routers[name].running.lines()) + "\n"

    def saved(self, name: str) -> str:
        return "\n".join(self.routers[name].saved.lines()) + "\n"

    def by_hand(self, name: str, *lines: str) -> None:
        """Type lines at a router's console and save them."""
        router = self.routers[name]
        with router.lock:
            router.by_hand(*lines)
            router.saved = router.running.copy()

    @property
    def at_rest(self) -> bool:
        """No timer runs on any router."""
        timers = ("trial", "delay", "reboot_at", "revert")
        return all(getattr(router, timer, None) is None for router in self.routers.values() for timer in timers)


def desk_of(
    network: Network,
    state: Path,
    sessions: Lines,
    clock: object,
    reporter: object,
    words: Words | None = None,
    **timing: float,
) -> Desk:
    """Return what an apply works with, its files under ``state``."""
    return Desk(
        network, sessions, SqliteJournal(state / "change.db", clock),  # type: ignore[arg-type]  # a test's own
        DeviceLockFiles(state / "locks", clock),  # type: ignore[arg-type]  # a test's own clock
        BackupFiles(state / "backups", clock),  # type: ignore[arg-type]  # a test's own clock
        clock, reporter, "engineer@noc",  # type: ignore[arg-type]  # a test's own
        Timing(**{"workers": 1, **timing}), words or Words(),  # type: ignore[arg-type]  # any of its fields
        loaded=LoadedSecretFiles(state / "loaded"),
    )  # fmt: skip


def neighbours(network: Network, device: Device) -> list[OspfPeer]:
    """Return the neighbours that a deployed device sees on its circuits with an area."""
    found = []
    for port in circuit_interfaces(device):
        far = far_end(network, device, port)
        if far is not None and far.address is not None and port.area and port.address:
            name = network.ports[device.name][port.name]
            found.append(OspfPeer(name, str(port.address.ip), str(far.device.loopback), str(far.address)))
    return found


Written = Callable[[Network, Device], str]
"""``bootstrap`` or ``render``."""


def router(world: CliWorld, device: Device, written: Written) -> Router:
    """Return a router into which a configuration was typed, and saved."""
    config = revealed(written(world.network, device), world.words.get)
    config = config if world.platform == "ios" else write_lines(world.platform, paths_of(world.platform, config))
    seen = Seen(ospf=neighbours(world.network, device))
    return KINDS[world.platform](device.name, config, seen=seen)


@contextlib.contextmanager
def cli_world(platform: str, state: Path, written: Written = bootstrap) -> Iterator[CliWorld]:
    """Serve the routers of a platform for the length of a block."""
    world = CliWorld(platform, state, equipped(platform))
    for device in world.devices:
        world.routers[device.name] = router(world, device, written)
        world.servers[device.name] = SshServer(world.routers[device.name])
    (state / "known_hosts").write_text("".join(known_hosts_line(name) for name in DEVICES))
    try:
        yield world
    finally:
        for server in world.servers.values():
            server.close()
