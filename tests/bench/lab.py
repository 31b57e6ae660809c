"""The whole province as a lab: how long it takes to come and to go, what it holds, how busy it is at rest.

And how long the monitor in its NOC takes for one look at all of it, every agent a real one: the median of rounds
of a monitor that runs already (``rounds.py``).

Takes minutes and 16 GiB, so it runs only when it is asked for: ``make bench ONLY=lab``. Memory is the difference of
MemAvailable (proc(5)): private and kernel memory alike. The machine should have nothing else to do.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lab"), str(ROOT / "tests" / "fakes")]

from conftest import copy_workspace  # noqa: E402  found only on the path set above
from province_view import available_mib, from_the_noc  # noqa: E402  found only on the path set above

from jbnet import wiring  # noqa: E402  found only on the path set above

SCALE = "province"
GOALS = {"up_s": 180.0, "gib": 18.0, "reached_s": 60.0, "rest_cores": 1.0, "status_s": 2.0, "down_s": 30.0,
         "sweep_s": 2.0}  # fmt: skip
ROUNDS = 8
REST_S = 20.0
PATIENCE_S = 300.0


def rows() -> list[dict[str, object]]:
    """Bring the province up as deployed, measure, take it down."""
    with tempfile.TemporaryDirectory() as folder:
        workspace = copy_workspace(Path(folder) / "workspace")
        try:
            found = _measure(workspace)
        finally:
            found_down = _timed(lambda: _jbnet(workspace, "lab", "down"))
    return [_row(name, value) for name, value in (found | {"down_s": found_down}).items()]


def _measure(workspace: Path) -> dict[str, float]:
    before = available_mib()
    found = {"up_s": _timed(lambda: _jbnet(workspace, "lab", "up", "--scale", SCALE, "--deployed"))}
    found["reached_s"] = _timed(lambda: _await_all(workspace))
    found["gib"] = (before - available_mib()) / 1024
    found["rest_cores"] = _busy_cores()
    found["status_s"] = _timed(lambda: _jbnet(workspace, "lab", "status"))
    found["sweep_s"] = median(_sweeps(workspace))
    return found


def _sweeps(workspace: Path) -> list[float]:
    """Return how long rounds of a running monitor took in which every device was asked, and answered."""
    network = wiring.load_scale(workspace, SCALE)
    inside = f"--net={wiring.lab(workspace, workspace / '.jbnet').netns(str(network.noc))}"
    program = [sys.executable, str(Path(__file__).with_name("rounds.py")), str(workspace), str(ROUNDS)]
    command = ["nsenter", inside, "--", *program]
    printed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True)
    rounds = [json.loads(line) for line in printed.stdout.splitlines()]
    print("rounds:", *(f"{one['seconds']:.2f} s ({one['answering']}/{one['devices']})" for one in rounds))
    whole = [one["seconds"] for one in rounds if one["answering"] == one["devices"]]
    if not whole:
        raise TimeoutError("there was no round in which every device answered")
    return whole


def _await_all(workspace: Path) -> None:
    """Wait until every device but those of peers has answered the NOC."""
    network, lab = wiring.load_scale(workspace, SCALE), wiring.lab(workspace, workspace / ".jbnet")
    left = {d.name for d in network.devices.values() if d.home not in network.peers}
    deadline = time.monotonic() + PATIENCE_S
    while left and time.monotonic() < deadline:
        left -= from_the_noc(lab, network, "ping", left)
    if left:
        raise TimeoutError(f"{len(left)} devices did not answer, {min(left)} among them")


def _busy_cores() -> float:
    """Return how many cores the machine keeps busy while nobody asks anything of it."""
    before = _cpu()
    time.sleep(REST_S)
    return (_cpu() - before) / os.sysconf("SC_CLK_TCK") / REST_S


def _cpu() -> int:
    """Return the clock ticks that all cores have worked (proc(5), /proc/stat: all but idle and iowait)."""
    fields = [int(field) for field in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(fields) - fields[3] - fields[4]


def _jbnet(workspace: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)


def _timed(act: Callable[[], None]) -> float:
    began = time.monotonic()
    act()
    return time.monotonic() - began


def _row(name: str, value: float) -> dict[str, object]:
    goal, unit = GOALS[name], {"gib": "GiB", "rest_cores": "cores"}.get(name, "s")
    return {"id": f"lab.province_{name}", "value": round(value, 2), "unit": unit, "better": "lower", "goal": goal} | {
        "peer": None, "peer_value": None, "ratio": round(value / goal, 2),
    }  # fmt: skip
