"""The lines of a lab, and what happens to them: cut (no carrier), silent (carrier, but frames are lost), healed.

Between the two ends of a circuit lies the carrier's equipment, two ports in a network namespace of its own, as
between the ends of a leased line; nftables hands each frame from one port to the other (a bridge each would do the
same, but the kernel deletes bridges one by one, with all of the machine's networking waiting). Cutting takes the
carrier's ports down: both ends lose the carrier and stay administratively up. Cutting silently stops the handing
over, in both directions or one; a share of the frames is lost by chance (``numgen``) before they are handed over.
A line with delay is a relay (``jbnet.lab.relay``) unless the kernel has netem.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from jbnet.lab.faults import ALL as WHOLE
from jbnet.lab.faults import CUT, Fault
from jbnet.lab.lines import TABLE, Line, batch_for, exchange_for, faults_in, holder, impaired, netem_for
from jbnet.lab.paths import LabPaths, tail
from jbnet.lab.process import POLL_S
from jbnet.lab.relay import ALL, STATE, Ends, as_text, ask
from jbnet.model.errors import CommandFailed

LINES_A_RELAY = 64
"""Lines that one relay process serves: select(2) knows 1024 descriptors, a line has two, and looks at each."""


class Circuits:
    """Acts on the lines of a lab that is up. ``carriers`` is a process in the carriers' namespace."""

    def __init__(self, paths: LabPaths, lines: Iterable[Line], carriers: int):
        self._paths = paths
        self._lines = {line.name: line for line in lines}
        self._carriers = carriers

    def plug_in(self, lans: Iterable[tuple[str, str]], pids: Mapping[str, int], environment: Mapping[str, str]) -> None:
        """Make all lines. Raises CommandFailed."""
        lines = self._lines.values()
        self._batch("ip", "-batch", batch_for(lines, lans, pids))
        self._batch("nft", "-f", exchange_for(lines))
        if delays := netem_for(lines):
            self._batch("tc", "-batch", delays)
        for number, relayed in enumerate(self._relayed()):
            self._start_relay(number, relayed, pids, environment)

    def set_states(self, faults: Mapping[str, Fault]) -> None:
        """Cut lines, lose frames on them, or heal them: all at once but for those of relays. Raises CommandFailed."""
        ports = {self._lines[name].port: fault for name, fault in faults.items() if self._lines[name].port}
        if ports:
            states = {port: "up" if fault.carrier else "down" for port, fault in ports.items()}
            links = (f"link set {port}{end} {state}\n" for port, state in states.items() for end in "az")
            self._batch("ip", "-batch", "".join(links))
            self._batch("nft", "-f", "".join(impaired(port, fault) for port, fault in ports.items()))
        for number, lines in enumerate(self._relayed()):
            for line in lines:
                if line.name in faults:
                    self._ask(number, faults[line.name].word, line.name)

    def states(self) -> dict[str, str]:
        """Return the word for the state of every line, read from the kernel and from the relays."""
        up = {link["ifname"] for link in json.loads(self._show("ip", "-json", "link", "show")) if "UP" in link["flags"]}
        lost = faults_in(json.loads(self._show("nft", "-j", "list", "table", *TABLE.split())))
        relayed = {n: state for number, _ in enumerate(self._relayed()) for n, state in self._ask(number).items()}
        return {
            line.name: _port_state(line.port, up, lost) if line.port else relayed[line.name]
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

    def _batch(self, tool: str, option: str, commands: str) -> None:
        self._run((tool, option, "-"), commands)

    def _show(self, *argv: str) -> str:
        return self._run(argv, "")

    def _run(self, argv: Sequence[str], said: str) -> str:
        command = ("nsenter", f"--net=/proc/{self._carriers}/ns/net", *argv)
        done = subprocess.run(command, input=said, capture_output=True, text=True, check=False)
        if done.returncode:
            raise CommandFailed("the lab's lines: {tool} failed: {error}", tool=argv[0], error=done.stderr.strip())
        return done.stdout

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
    return f"/proc/{holder(end, pids)}/ns/net", end[1]


def _port_state(port: str, up: Collection[str], lost: Mapping[str, float]) -> str:
    """Return the state of a line by its ports: those that are up, and how many frames each loses."""
    if f"{port}a" not in up or f"{port}z" not in up:
        return CUT.word
    return Fault(lost_a=lost.get(f"{port}a", WHOLE), lost_z=lost.get(f"{port}z", WHOLE)).word
