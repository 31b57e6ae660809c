"""The lines of a lab, and what happens to them: cut (no carrier), cut silently (carrier, but nothing arrives), healed.

Between the two ends of a circuit lies the carrier's equipment, a bridge in a network namespace of its own, as
between the ends of a leased line. Cutting takes the carrier's ports down: both ends lose the carrier and stay
administratively up. A line with delay is a relay (``jbnet.lab.relay``) unless the kernel has netem.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jbnet.lab.paths import LabPaths, tail
from jbnet.lab.process import POLL_S
from jbnet.lab.relay import ALL, CUT, SILENT, STATE, UP, Ends, as_text, ask
from jbnet.model.errors import CommandFailed

NETEM_QUEUE_PACKETS = 100_000
LINES_A_RELAY = 64
"""Lines that one relay process serves: select(2) knows 1024 descriptors, a line has two, and looks at each."""


@dataclass(frozen=True, slots=True)
class Line:
    """One circuit of a lab that is up. ``port`` names the carrier's bridge; empty: the line is a relay."""

    name: str
    a: tuple[str, str]
    z: tuple[str, str]
    latency_ms: float
    port: str

    def as_json(self) -> dict[str, object]:
        """Return the form in which lab.json keeps it."""
        return {
            "name": self.name,
            "a": list(self.a),
            "z": list(self.z),
            "latency_ms": self.latency_ms,
            "port": self.port,
        }


def batch_for(lines: Iterable[Line], lans: Iterable[tuple[str, str]], pids: Mapping[str, int]) -> str:
    """Return the `ip -batch` text that plugs in all lines without delay, and gives each LAN port its switch.

    ``lans`` are (device, interface); ``pids`` are processes in the devices' namespaces.
    """
    commands: list[str] = []
    for line in lines:
        if line.port:
            commands += _bridge(line, pids)
    for number, (device, interface) in enumerate(lans):
        commands.append(f"link add lan{number} type veth peer name {interface} netns {pids[device]}")
        commands.append(f"link set lan{number} up")
    return "".join(f"{command}\n" for command in commands)


def _bridge(line: Line, pids: Mapping[str, int]) -> list[str]:
    port = line.port
    commands = [f"link add {port} type bridge"]
    for letter, (device, interface) in (("a", line.a), ("z", line.z)):
        commands.append(f"link add {port}{letter} type veth peer name {interface} netns {pids[device]}")
        commands.append(f"link set {port}{letter} master {port} up")
    return [*commands, f"link set {port} up"]


def netem_for(lines: Iterable[Line]) -> str:
    """Return the `tc -batch` text that delays the lines: half of the round trip at each of the carrier's ports."""
    return "".join(
        f"qdisc add dev {line.port}{end} root netem delay {line.latency_ms * 500:.0f}us limit {NETEM_QUEUE_PACKETS}\n"
        for line in lines
        if line.port and line.latency_ms
        for end in "az"
    )


class Circuits:
    """Acts on the lines of a lab that is up. ``carriers`` is a process in the carriers' namespace."""

    def __init__(self, paths: LabPaths, lines: Iterable[Line], carriers: int):
        self._paths = paths
        self._lines = {line.name: line for line in lines}
        self._carriers = carriers

    def plug_in(self, lans: Iterable[tuple[str, str]], pids: Mapping[str, int], environment: Mapping[str, str]) -> None:
        """Make all lines. Raises CommandFailed."""
        self._batch("ip", batch_for(self._lines.values(), lans, pids))
        delays = netem_for(self._lines.values())
        if delays:
            self._batch("tc", delays)
        for number, lines in enumerate(self._relayed()):
            self._start_relay(number, lines, pids, environment)

    def set_state(self, name: str, state: str) -> None:
        """Cut a line (``cut``), cut it silently (``silent``), or heal it (``up``). Raises CommandFailed."""
        line = self._lines[name]
        if not line.port:
            number = next(n for n, lines in enumerate(self._relayed()) if line in lines)
            self._ask(number, state, name)
            return
        ports, bridge = ("down" if state == CUT else "up"), ("down" if state == SILENT else "up")
        self._batch(
            "ip", f"link set {line.port}a {ports}\nlink set {line.port}z {ports}\nlink set {line.port} {bridge}\n"
        )

    def states(self) -> dict[str, str]:
        """Return the state of every line, read from the kernel and from the relays."""
        command = ("nsenter", f"--net=/proc/{self._carriers}/ns/net", "ip", "-json", "link", "show")
        shown = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        up = {link["ifname"] for link in json.loads(shown or "[]") if "UP" in link["flags"]}
        relayed = {n: state for number, _ in enumerate(self._relayed()) for n, state in self._ask(number).items()}
        return {
            line.name: self._bridge_state(line, up) if line.port else relayed[line.name]
            for line in self._lines.values()
        }

    def await_relays(self, deadline: float) -> None:
        """Wait until every relay answers (monotonic deadline). Raises CommandFailed."""
        for number, _ in enumerate(self._relayed()):
            while not self._answers(number):
                if time.monotonic() > deadline:
                    log = tail(Path(f"{self._paths.relay(number)}.log"))
                    raise CommandFailed("the relay of the lines with delay did not start: {words}", words=log)
                time.sleep(POLL_S)

    def _relayed(self) -> list[list[Line]]:
        """Return the lines with delay, relay by relay."""
        lines = [line for line in self._lines.values() if not line.port]
        return [lines[first : first + LINES_A_RELAY] for first in range(0, len(lines), LINES_A_RELAY)]

    @staticmethod
    def _bridge_state(line: Line, up: set[str]) -> str:
        if f"{line.port}a" not in up or f"{line.port}z" not in up:
            return CUT
        return UP if line.port in up else SILENT

    def _answers(self, number: int) -> bool:
        try:
            return bool(ask(self._paths.relay(number), STATE))
        except OSError:
            return False

    def _ask(self, number: int, verb: str = STATE, name: str = ALL) -> dict[str, str]:
        try:
            return ask(self._paths.relay(number), verb, name)
        except OSError as error:
            raise CommandFailed("the relay of the lines with delay does not answer: {error}", error=error) from error

    def _batch(self, tool: str, commands: str) -> None:
        argv = ("nsenter", f"--net=/proc/{self._carriers}/ns/net", tool, "-batch", "-")
        done = subprocess.run(argv, input=commands, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandFailed("the lab's lines: {tool} failed: {error}", tool=tool, error=done.stderr.strip())

    def _start_relay(
        self, number: int, lines: Sequence[Line], pids: Mapping[str, int], environment: Mapping[str, str]
    ) -> None:
        socket = self._paths.relay(number)
        told = [Ends(line.name, line.latency_ms, _end(line.a, pids), _end(line.z, pids)) for line in lines]
        argv = ("setsid", "--fork", sys.executable, "-m", "jbnet.lab.relay", str(socket))
        with Path(f"{socket}.log").open("wb") as log:
            subprocess.run(
                argv, env=environment, cwd="/", input=as_text(told).encode(), stdout=log, stderr=log, check=True
            )


def _end(end: tuple[str, str], pids: Mapping[str, int]) -> tuple[str, str]:
    return f"/proc/{pids[end[0]]}/ns/net", end[1]
