"""How the check of a declaration grows: whole processes on national networks of 1,000 to 44,703 sites."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import national

SIZES = (1000, 4000, 16000, 44703)
GOAL_S, GOAL_MB = 30.0, 1500


def rows() -> list[dict[str, object]]:
    """Measure every size; the last rows say how time grows beside n log n, from the second smallest size on."""
    with tempfile.TemporaryDirectory(prefix="jbnet-bench-") as folder:
        measured = {size: _check(Path(folder) / str(size), size) for size in SIZES}
    found = [_row(f"scale.check_{size}_s", round(seconds, 2), "s", None) for size, (seconds, _) in measured.items()]
    seconds, megabytes = measured[SIZES[-1]]
    found.append(_row("check.national_s", round(seconds, 2), "s", GOAL_S))
    found.append(_row("check.national_mb", round(megabytes), "MB", GOAL_MB))
    found.append(_row("scale.check_vs_nlogn", round(_growth(measured), 2), "times", 1.0))
    return found


def _growth(measured: dict[int, tuple[float, float]]) -> float:
    """Return by how much the largest takes longer than n log n from the second smallest would have it."""
    small, large = SIZES[1], SIZES[-1]
    expected = measured[small][0] * (large * math.log(large)) / (small * math.log(small))
    return measured[large][0] / expected


def _check(directory: Path, size: int) -> tuple[float, float]:
    """Return seconds and megabytes of a check of a fresh workspace, of one process on one core."""
    national.lay(directory, size)
    jbnet = [sys.executable, "-m", "jbnet", "-C", str(directory)]
    subprocess.run([*jbnet, "address", "allocate"], stdout=subprocess.DEVNULL, check=True)
    began = time.monotonic()
    process = subprocess.Popen([*jbnet, "check"], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"check of {size} sites ended with {process.returncode}")
    return time.monotonic() - began, usage.ru_maxrss / 1000


def _row(name: str, value: float, unit: str, goal: float | None) -> dict[str, object]:
    return {"id": name, "value": value, "unit": unit, "better": "lower", "goal": goal or "-"} | {
        "peer": None, "peer_value": None, "ratio": round(value / goal, 2) if goal else "-",
    }  # fmt: skip
