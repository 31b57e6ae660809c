"""A whole nation polled from one process: cores and memory at 1,000, 10,000 and 44,703 sites, every minute.

The generated national network is the declaration, its agents are simulated in another process. CPU and memory are those
of the monitor's process alone, over one whole interval after everybody was met: what is asked, decoded, correlated,
summed up and committed. The shares of the interval follow one another without a pause: nobody waits for a clock here.
It takes five minutes on two idle cores, and twice that beside other work, so it runs only when it is asked for; what is
done stands on standard error. ``round_s`` is by the wall clock: ``load`` says what else the machine had to do.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import agents
import national
import poll
from snmp import cpu

from jbnet import wiring
from jbnet.services.watch.collected import seldom_collected
from jbnet.services.watch.monitor import Monitor

SIZES = (1000, 10000, 44703)
INTERVAL_S = 60.0
UNITS = {"cores": "cores", "mib": "MiB", "devices": "devices", "round_s": "s"}
GOALS = {"cores": 1.0, "mib": 1024.0}


def rows() -> list[dict[str, object]]:
    """Measure every size, each in a process of its own: memory is that of its peak."""
    found: list[dict[str, object]] = []
    for size in SIZES:
        done = subprocess.run([sys.executable, __file__, str(size)], stdout=subprocess.PIPE, check=True)
        measured: dict[str, float] = json.loads(done.stdout)
        print(f"{size} sites: {measured}", file=sys.stderr)
        goals = GOALS if size == SIZES[-1] else {}
        found += [_row(f"scale.poll_{size}_{name}", value, goals.get(name)) for name, value in measured.items()]
    return found


def measure(size: int) -> dict[str, float]:
    """Poll so many sites over two intervals; return what the second one took."""
    with tempfile.TemporaryDirectory(prefix="jbnet-bench-") as folder:
        place = Path(folder)
        national.lay(place, size)
        command = [sys.executable, "-m", "jbnet", "-C", str(place), "address", "allocate"]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        network = wiring.load_network(place, place / ".jbnet", whole=True)
        monitor, transport = poll.make(network, place, INTERVAL_S)
        monitor.start()
        with agents.fleet(monitor.plant, place) as fleet:
            fleet.take_over(monitor)
            shares = monitor._schedule.shares
            _interval(monitor, shares)
            with seldom_collected():  # as Monitor.run does
                before = cpu()
                slowest = _interval(monitor, shares)
                cores = (cpu() - before) / INTERVAL_S
        answering = sum(1 for state in monitor.book.states.values() if state.answer.up)
        devices = len(monitor.plant.watched)
        monitor.close()
        transport.close()
    if answering < devices:
        print(f"{answering} of {devices} devices answered", file=sys.stderr)
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cores": cores, "mib": resident, "devices": devices, "round_s": slowest}


def _interval(monitor: Monitor, shares: int) -> float:
    """Poll all shares of an interval, one right after the other; return the seconds of the longest round."""
    return max(monitor.poll_once().summary.polled_s for _ in range(shares))


def _row(name: str, value: float, goal: float | None) -> dict[str, object]:
    unit = next(unit for end, unit in UNITS.items() if name.endswith(end))
    return {"id": name, "value": round(value, 3), "unit": unit, "better": "lower", "goal": goal or "-"} | {
        "peer": None, "peer_value": None, "ratio": round(value / goal, 2) if goal else "-",
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


if __name__ == "__main__":
    json.dump(measure(int(sys.argv[1])) if len(sys.argv) > 1 else rows(), sys.stdout, indent=1)
    print()
