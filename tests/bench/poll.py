"""From request to committed row: devices per CPU-second of the whole monitor, with states and rates worked out.

The real monitor with its real store over this workspace's network, the agents simulated in another process: rounds are
polled, decoded, absorbed, correlated, summed up and committed. CPU time is that of the monitor's process. It is
measured with 22 variables a device, as the goal has it, and with all that the declared devices have (33 on average).
Other work on the same cores makes CPU seconds longer, for it takes the caches: ``load`` says how much there was.
"""

from __future__ import annotations

import cProfile
import json
import os
import pstats
import sys
import tempfile
import time
from pathlib import Path

import agents
from snmp import cpu

sys.path.append(str(Path(__file__).parents[1] / "fakes"))

from monitoring import FakeSecrets

from jbnet import wiring
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.adapters.udp import UdpSnmpTransport
from jbnet.model.network import Network
from jbnet.monitor.checks import Asking, Check, Checks, Reads
from jbnet.services.watch.collected import seldom_collected
from jbnet.services.watch.monitor import Monitor

ROOT = Path(__file__).parents[2]
ROUNDS = 16
FEW = 22
"""Variables of a device that the goal is for."""
GOAL = 8000
PATIENT = Asking(timeout_s=4.0, retries=3, look_timeout_s=4.0)
"""Nothing is lost here; but the agents share the machine with who asks."""


def checks_of(network: Network, every_s: float, asking: Asking) -> Checks:
    """Return the two checks of the measure: the agent and its interfaces."""
    roles = frozenset(network.roles)
    return Checks(
        tuple(Check(str(reads), reads, roles, every_s) for reads in (Reads.SYSTEM, Reads.INTERFACES)), asking=asking
    )


def make(
    network: Network, folder: Path, interval_s: float = 1.0, *, patient: bool = True
) -> tuple[Monitor, UdpSnmpTransport]:
    """Return a monitor with a real store and transport; not started. ``patient``: nobody is to be called silent."""
    path, transport = folder / "monitor.db", UdpSnmpTransport()
    store = KeptStore(SqliteStore(path), path, lambda said: print(said, file=sys.stderr))
    checks = checks_of(network, interval_s, PATIENT if patient else Asking())
    return Monitor(network, checks, transport, store, SystemClock(), FakeSecrets(), interval_s=interval_s), transport


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as folder:
        return [
            _measured("poll.committed_devices_per_cpu_s", Path(few), FEW),
            _measured("poll.committed_all_variables_per_cpu_s", Path(folder), None),
        ]


def _round(monitor: Monitor) -> float:
    """Return the CPU seconds of one round, in which all answer."""
    before = cpu()
    summary = monitor.poll_once().summary
    if summary.devices_answering != summary.devices:
        raise RuntimeError(f"{summary.devices_answering} of {summary.devices} answer")
    return cpu() - before


def _measured(name: str, folder: Path, asked: int | None) -> dict[str, object]:
    network = wiring.load_network(ROOT, ROOT / "build" / "no-state", whole=True)
    monitor, transport = make(network, folder)
    monitor.start()
    with agents.fleet(monitor.plant, folder, asked) as fleet:
        fleet.take_over(monitor)
        with seldom_collected():  # as Monitor.run does
            used = [_round(monitor) for _ in range(ROUNDS)]
        devices = len(monitor.plant.watched)
        variables = round(agents.variables(monitor.plant, asked), 1)
    monitor.close()
    transport.close()
    best = sorted(used[3:])
    value = devices / (sum(best[: len(best) // 2]) / (len(best) // 2))
    return _row(name, value, devices=devices, variables=variables, load=round(os.getloadavg()[0], 1))


def _row(name: str, value: float, **more: float) -> dict[str, object]:
    """Return the row. Of the rounds the better half counts: the machine has other things to do."""
    return {
        "id": name, "value": round(value), "unit": "devices/CPU-s", "better": "higher",
        "goal": GOAL, "peer": None, "peer_value": None, "ratio": round(value / GOAL, 2),
    } | more  # fmt: skip


def profile() -> None:
    """Print where the time goes, of the monitor's own thread."""
    profiler = cProfile.Profile(time.thread_time)
    with tempfile.TemporaryDirectory() as folder:
        profiler.enable()
        print(_measured("profile", Path(folder), None))
        profiler.disable()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(35)


if __name__ == "__main__":
    if "--profile" in sys.argv:
        profile()
    else:
        json.dump(rows(), sys.stdout, indent=1)
        print()
