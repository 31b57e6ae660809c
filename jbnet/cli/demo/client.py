"""The client outside: writes from a township through the service addresses; a probe tries both hosts beside it."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from jbnet import wiring
from jbnet.cli.demo.waiting import wait_for
from jbnet.lab.client.probe import two_writers
from jbnet.model.text import text

if TYPE_CHECKING:
    import subprocess

    from jbnet.cli.demo.stage import Stagehand

NAME = "demo-client"
PATIENCE_S = 120.0


class Outside:
    """Both programs, their records, and what is read from those."""

    def __init__(self, hand: Stagehand):
        self._hand = hand
        self.writes = hand.folder / "client.jsonl"
        self.probes = hand.folder / "probe.jsonl"
        self._running: dict[str, subprocess.Popen[str]] = {}

    def start(self) -> None:
        """Start both in the township's network."""
        network, _, _ = self._hand.built
        services = [f"{d.name}={d.service_address}:{d.port}" for d in network.databases.values()]
        hosts = [
            f"{d.name}={network.devices[host].loopback}:{d.port}"
            for d in network.databases.values()
            for host in (d.primary, d.standby)
        ]
        self._start("jbnet.lab.client", self.writes, NAME, services)
        self._start("jbnet.lab.client.probe", self.probes, f"{NAME}-probe", [*hosts, "--every", "0.25"])

    def stop_writing(self) -> None:
        """End the writer; everything it did is in its record."""
        self._hand.runner.stop(self._running["jbnet.lab.client"])

    def stop(self) -> None:
        """End both."""
        for process in self._running.values():
            self._hand.runner.stop(process)

    def await_writes(self, count: int, since: float = 0.0) -> None:
        """Wait until every database acknowledged so many writes after a moment (monotonic clock)."""
        wait_for(lambda: self._all("acked", since, count), text("acknowledged writes to every database"), PATIENCE_S)

    def await_failures(self, since: float) -> None:
        """Wait until a write to every database failed after a moment."""
        wait_for(lambda: self._all("failed", since, 1), text("the client to notice"), PATIENCE_S)

    def two_writers(self) -> int:
        """Count the probe's instants at which both sites accepted a write."""
        return two_writers(lines(self.probes))

    def measure_arguments(self, since: float) -> tuple[str, ...]:
        """Return the command that measures the record from a moment on."""
        options = ("--record", str(self.writes), "--client", NAME, "--since", str(since))
        return ("databases", "measure", *options)

    def _start(self, module: str, record: Path, name: str, arguments: list[str]) -> None:
        _, picks, lab = self._hand.built
        options = [
            "--record",
            str(record),
            "--client",
            name,
            "--passfile",
            str(wiring.client_passfile(self._hand.runner.state)),
        ]
        argv = [f"--net={lab.netns(picks.client)}", "--", sys.executable, "-m", module, *options, *arguments]
        self._running[module] = self._hand.runner.spawn(["nsenter", *argv])

    def _all(self, event: str, since: float, count: int) -> bool:
        network, _, _ = self._hand.built
        found = Counter(e["db"] for e in map(json.loads, lines(self.writes)) if e["event"] == event and e["t"] >= since)
        return all(found[name] >= count for name in network.databases)


def lines(path: Path) -> list[str]:
    """Return the lines of a record that may still be written to: a torn last line is left out."""
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    return content.split("\n")[:-1]
