"""The demo lab with its databases, and a client in the network of a community that writes through the service
addresses: one row after the other and a row every 5 ms at most. Its record lies in memory, so that it does not compete
with the databases for the disk.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lab"), str(ROOT / "tests" / "fakes")]

from conftest import copy_workspace  # noqa: E402  found only on the path set above
from recovery_drill import Drill, wait  # noqa: E402  found only on the path set above

from jbnet import wiring  # noqa: E402  found only on the path set above

SCALE = "demo"
EVERY_S = 0.005
MEMORY = "/dev/shm"
GUARD_S = 90.0
"""In which the lab is taken away."""
AND_THEN_REMOVE = 'trap "" INT TERM HUP; "$0" -m jbnet.lab.guard "$1"; shift; rm -rf -- "$@"'
ENOUGH = 30
"""Acknowledged rows by which writing counts as going on."""


@contextmanager
def recovery_lab() -> Iterator[tuple[Drill, Path]]:
    """Have the lab up, deployed, its databases set up; yield it, and a folder in memory for records."""
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        tempfile.TemporaryDirectory(dir=MEMORY, ignore_cleanup_errors=True) as memory,
    ):
        workspace = copy_workspace(Path(folder) / "workspace")
        with ended_with_us(workspace, folder, memory):
            _jbnet(workspace, "lab", "up", "--scale", SCALE, "--deployed")
            drill = Drill(workspace, wiring.lab(workspace, workspace / ".jbnet"))
            drill.jbnet("databases", "set-up")
            yield drill, Path(memory)


@contextmanager
def ended_with_us(workspace: Path, *folders: str) -> Iterator[None]:
    """Have the lab, and all that runs in it, end when we do, by ``kill -9`` too: a guard waits for that.

    ``folders`` go behind it: killed, nobody else would take them away, and those in memory are the machine's memory.
    """
    state = workspace / ".jbnet"
    state.mkdir(mode=0o700, exist_ok=True)
    command = ("sh", "-c", AND_THEN_REMOVE, sys.executable, str(state), *folders)
    with subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True, cwd=ROOT) as guard:
        try:
            yield
        finally:
            assert guard.stdin is not None
            guard.stdin.close()
            guard.wait(GUARD_S)


@contextmanager
def writing(drill: Drill, record: Path) -> Iterator[None]:
    """Have the client write meanwhile."""
    through = [f"{d.name}={d.service_address}:{d.port}" for d in drill.network.databases.values()]
    options = ["--record", str(record), "--client", record.name, "--every", str(EVERY_S)]
    enter = ["nsenter", f"--net={drill.lab.netns(drill.community)}", "--", sys.executable, "-m", "jbnet.lab.client"]
    passfile = ["--passfile", str(wiring.client_passfile(drill.state))]
    client = subprocess.Popen([*enter, *options, *passfile, *through], cwd=ROOT)
    try:
        await_acks(drill, record)
        yield
    finally:
        client.terminate()
        client.wait(20)


def await_acks(drill: Drill, record: Path) -> None:
    """Wait until some more rows are acknowledged, and of every database some since."""
    before = len(acks(record))

    def holds() -> bool:
        late = acks(record)[before:]
        return len(late) >= ENOUGH and {ack["db"] for ack in late} >= set(drill.network.databases)

    wait(holds, "writes")


def acks(record: Path) -> list[dict[str, Any]]:
    """Return what was acknowledged so far, in order."""
    lines = record.read_text().split("\n")[:-1] if record.exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == "acked"]


def row(name: str, value: float, goal: float) -> dict[str, object]:
    """Return a row of build/bench.json."""
    return {"id": name, "value": round(value, 3), "unit": "s", "better": "lower", "goal": goal} | {
        "peer": None, "peer_value": None, "ratio": round(value / goal, 2),
    }  # fmt: skip


def _jbnet(workspace: Path, *arguments: str) -> None:
    dies_with_us = ("setpriv", "--pdeathsig", "KILL")
    command = [*dies_with_us, sys.executable, "-m", "jbnet", "-C", str(workspace), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)
