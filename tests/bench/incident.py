"""From a cut in the lab to the incident: seconds until it is told with its cause, and with all the sites it cuts off.

The demo lab as deployed, with a monitor in its NOC at an interval of a second. Townships' only lines are cut, one after
the other, so that each has a site that nobody reaches. Silent cuts leave interfaces up: no end reports anything, and a
silent device is given ``hold_s`` before it is called a cause, so these have no goal but their figure. The
lab builds in seconds but takes the machine: it runs only when it is asked for.
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import IO, Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lab"), str(ROOT / "tests" / "fakes")]

from conftest import copy_workspace  # noqa: E402  found only on the path set above

from jbnet import wiring  # noqa: E402  found only on the path set above
from jbnet.lab.lab import Lab  # noqa: E402  found only on the path set above
from jbnet.model.network import Network  # noqa: E402  found only on the path set above

SCALE = "demo"
CUTS = 5
PATIENCE_S = 90.0
Line = Mapping[str, Any]
GOALS: Mapping[str, float | None] = {"link": 1.0, "silent": None}


class Told:
    """What the monitor prints, with when it came."""

    def __init__(self, stream: IO[str]):
        self._lines: queue.Queue[tuple[float, Line]] = queue.Queue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream: IO[str]) -> None:
        for line in stream:
            self._lines.put((time.monotonic(), json.loads(line)))

    def until(self, event: str, holds: Any) -> float:
        """Return when a line of that event came that has what is asked for."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            at, line = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            if str(line["event"]).startswith(event) and holds(line["data"]):
                return at


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(Path(folder) / "workspace")
        lab, network = wiring.lab(workspace, workspace / ".jbnet"), wiring.load_scale(workspace, SCALE)
        try:
            _jbnet(workspace, "lab", "up", "--scale", SCALE, "--deployed")
            with _monitor(workspace) as told:
                told.until("state", lambda data: data["devices"]["answering"] == data["devices"]["total"])
                found = {way: _cuts(lab, network, told, silent=way == "silent") for way in GOALS}
        finally:
            _jbnet(workspace, "lab", "down")
    return [row for way, seconds in found.items() for row in _rows(way, seconds)]


def _cuts(lab: Lab, network: Network, told: Told, *, silent: bool) -> list[float]:
    """Cut and heal; return the seconds from each cut to the incident with its cause and a site."""
    seconds = []
    for circuit in _only_lines(network)[:CUTS]:
        began = time.monotonic()
        lab.cut(circuit, silent=silent)
        at = told.until("incident", lambda data: data["sites"] and data["state"] == "open")
        seconds.append(at - began)
        lab.heal(circuit)
        told.until("incident.closed", lambda data: True)
    return seconds


def _only_lines(network: Network) -> list[str]:
    """Return the lines that are the one way to a township."""
    townships = {s.name for s in network.sites.values() if s.level.value == "township"}
    ends = [(c.name, network.devices[end.device].home) for c in network.circuits.values() for end in (c.a, c.z)]
    homes = [home for _, home in ends]
    return sorted(name for name, home in ends if home in townships and homes.count(home) == 1)


@contextmanager
def _monitor(workspace: Path) -> Iterator[Told]:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), "--json", "monitor"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield Told(process.stdout)
    finally:
        process.terminate()
        process.wait()


def _jbnet(workspace: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)


def _rows(way: str, seconds: list[float]) -> Iterator[dict[str, object]]:
    goal = GOALS[way]
    for name, value in ((f"incident.detect_{way}_s", median(seconds)), (f"incident.worst_{way}_s", max(seconds))):
        yield {"id": name, "value": round(value, 2), "unit": "s", "better": "lower", "goal": goal or "-"} | {
            "peer": None, "peer_value": None, "ratio": round(value / goal, 2) if goal else "-", "cuts": len(seconds),
        }  # fmt: skip


if __name__ == "__main__":
    json.dump(rows(), sys.stdout, indent=1)
    print()
