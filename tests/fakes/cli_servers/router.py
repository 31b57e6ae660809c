"""A router's memory: what runs, what is saved, its clock, what it sees of its neighbours, and the faults it has."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cli_servers import editor
from cli_servers.tree import Node

START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass
class Faults:
    """What goes wrong. Each text is a part of a typed line.

    ``refuse``: answered with an error. ``ask``: asks a question that nobody expects first. ``drop``: the connection
    ends before the line is done; ``drop_after``: when it is done, without an answer. ``refuse_commit``: a commit of a
    configuration with this text fails. ``cut_by``: while a line with this text runs, nobody gets through.
    ``act`` is done when a line with the text ``at`` comes, once. ``piece`` and ``pause``: answers come in pieces of so
    many bytes, so many seconds apart. ``endless``: answered with lines without end, until the session is cut.
    """

    refuse: str = ""
    ask: str = ""
    drop: str = ""
    drop_after: str = ""
    refuse_commit: str = ""
    cut_by: str = ""
    piece: int = 0
    pause: float = 0.0
    banner: str = ""
    silent: str = ""
    endless: str = ""
    at: str = ""
    act: Callable[[], None] = lambda: None


@dataclass
class Port:
    """An interface of the hardware; what is configured on it stands in the configuration."""

    name: str
    up: bool = True
    mac: str = "00e0-fc12-3456"
    speed: int = 1000
    mtu: int = 1500
    received: int = 1000
    sent: int = 2000


@dataclass(frozen=True)
class Lldp:
    port: str
    chassis: str
    remote_port: str
    remote_port_description: str
    name: str
    description: str
    address: str = ""


@dataclass(frozen=True)
class OspfPeer:
    port: str
    local: str
    router_id: str
    address: str
    area: str = "0.0.0.0"
    state: str = "Full"
    up: str = "00h04m14s"


@dataclass(frozen=True)
class BgpPeer:
    address: str
    remote_as: int
    router_id: str
    state: str = "Established"
    up: str = "00h57m53s"
    received: int = 3
    active: int = 2
    advertised: int = 5
    description: str = ""


@dataclass(frozen=True)
class Arp:
    address: str
    mac: str
    port: str
    minutes: int = 17


@dataclass(frozen=True)
class Route:
    prefix: str
    protocol: str
    preference: int
    cost: int
    next_hop: str
    port: str
    age: str = "00h12m07s"
    active: bool = True


@dataclass
class Seen:
    """What the hardware is and sees."""

    model: str = "NetEngine 8000 M1A"
    version: str = "V800R021C10SPC600"
    serial: str = "2102351ABC10K1000001"
    uptime_minutes: int = 1510
    ports: list[Port] = field(default_factory=list)
    lldp: list[Lldp] = field(default_factory=list)
    ospf: list[OspfPeer] = field(default_factory=list)
    bgp: list[BgpPeer] = field(default_factory=list)
    arp: list[Arp] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    answers_ping: frozenset[str] = frozenset()


class Router:
    """What all three systems have in common. ``family`` chooses the grammar; ``now`` moves only when a test says so."""

    family = "huawei"
    keeps_undo_shutdown = False
    """The system shows ``undo shutdown`` as a line of its own."""

    def __init__(self, name: str, config: str = "", seen: Seen | None = None) -> None:
        self.lock = threading.RLock()
        self.seen = seen or Seen()
        self.faults = Faults()
        self.passwords = {"netops": "a-Password-1"}
        self.keys: set[tuple[str, str]] = set()
        self.now = START
        self.running = Node("", "system")
        self.typed: list[str] = []
        self.host_key_sizes: list[str] = []
        """The modulus of each host key that was made at the command line, as it was typed."""
        self.hang_ups: list[Callable[[], None]] = []
        self.by_hand(f"sysname {name}", *config.splitlines())
        self.saved = self.running.copy()

    @property
    def name(self) -> str:
        return next((n.line.split()[1] for n in self.running.children if n.line.startswith("sysname ")), "HUAWEI")

    def by_hand(self, *lines: str) -> None:
        """Type lines at the console, indented as they are printed; they run at once."""
        path: list[str] = []
        for line in lines:
            if line.strip() in ("", "#", "return"):
                continue
            depth = len(line) - len(line.lstrip(" "))
            path = path[:depth]
            node, _ = editor.enter(
                self.family, self.running, tuple(path), line.strip(), keeps_undo_shutdown=self.keeps_undo_shutdown
            )
            path.append(node.line)

    def wait(self, seconds: float) -> None:
        """Let time pass; timers that are due do their work."""
        with self.lock:
            self.now += timedelta(seconds=seconds)
            self.expire()

    def expire(self) -> None:
        """Do what timers that have run out do."""

    def session_ended(self, session: object) -> None:
        """A session is over."""

    def replace_running(self, config: Node) -> None:
        self.running = config.copy()

    @property
    def cut(self) -> bool:
        """Nobody gets through now."""
        text = self.faults.cut_by
        return bool(text) and any(text in line for line in self.running.lines())

    def drop_sessions(self) -> None:
        for hang_up in list(self.hang_ups):
            hang_up()

    def header(self) -> list[str]:
        """Return what stands above the first section of a printed configuration."""
        return []
