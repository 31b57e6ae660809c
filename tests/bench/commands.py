"""How long commands take as whole processes, cold in the sense of a new interpreter each time.

Modules are compiled once beforehand, as they are wherever the package is installed: an environment that forbids
writing bytecode would otherwise have every run compile the whole program again.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
RUNS = 5
COMMANDS = {"cli.help_s": (["--help"], 0.4), "check.province_s": (["check"], 1.0)}


def rows() -> list[dict[str, object]]:
    """Measure every command: the median of some runs."""
    return [_row(name, arguments, goal) for name, (arguments, goal) in COMMANDS.items()]


def _row(name: str, arguments: list[str], goal: float) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="jbnet-bytecode-") as bytecode:
        _once(arguments, bytecode)
        seconds = sorted(_once(arguments, bytecode) for _ in range(RUNS))[RUNS // 2]
    return {"id": name, "value": round(seconds, 3), "unit": "s", "better": "lower", "goal": goal} | {
        "peer": None, "peer_value": None, "ratio": round(seconds / goal, 2),
    }  # fmt: skip


def _once(arguments: list[str], bytecode: str) -> float:
    command = [sys.executable, "-m", "jbnet", "-C", str(ROOT), *arguments]
    compiled = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.monotonic()
    subprocess.run(
        command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT, env=compiled | {"PYTHONPYCACHEPREFIX": bytecode}
    )
    return time.monotonic() - began
