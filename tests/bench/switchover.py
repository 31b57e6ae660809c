"""A planned switchover of all databases, and the way home: how long an office outside finds nobody to write to.

The demo lab as deployed, each line as slow as declared. A client in the network of a community writes through the
service addresses, one row after the other and a row every 5 ms at most; the gap is the longest time between two
acknowledgements of a database, of the worst database, the median of some rounds. The record lies in
memory, so that it does not compete with the databases for the disk. Takes minutes and the machine: only on request
(``make bench ONLY=dr.switchover``).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "lab")]

from conftest import copy_workspace  # noqa: E402  found only on the path set above
from recovery_drill import Drill, wait  # noqa: E402  found only on the path set above

from jbnet import wiring  # noqa: E402  found only on the path set above
from jbnet.recovery.report.reading import acts  # noqa: E402  found only on the path set above

SCALE = "demo"
ROUNDS = 3
GOAL_S = 0.5
EVERY_S = 0.005
MEMORY = "/dev/shm"
IDS = {"switchover": "dr.switchover_gap_s", "failback": "dr.failback_gap_s"}


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory(dir=MEMORY) as memory:
        workspace = copy_workspace(Path(folder) / "workspace")
        lab = wiring.lab(workspace, workspace / ".jbnet")
        try:
            _jbnet(workspace, "lab", "up", "--scale", SCALE, "--deployed")
            drill = Drill(workspace, lab)
            drill.jbnet("databases", "set-up")
            found = _rounds(drill, Path(memory))
        finally:
            _jbnet(workspace, "lab", "down")
    return [_row(name, gaps) for name, gaps in found.items()]


def _rounds(drill: Drill, memory: Path) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in IDS}
    for number in range(ROUNDS):
        for runbook, gaps in found.items():
            record = memory / f"{runbook}-{number}"
            with _writing(drill, record):
                drill.carry_out(runbook)
                _await(record, drill.network.databases, len(_acks(record)) + 30)
            each = {name: round(_gap(record, name), 3) for name in drill.network.databases}
            print(f"{runbook} {number + 1}: {each}; {_said(drill)}", file=sys.stderr)
            gaps.append(max(each.values()))
    return found


@contextmanager
def _writing(drill: Drill, record: Path) -> Iterator[None]:
    """Have the client write meanwhile."""
    through = [f"{d.name}={d.service_address}:{d.port}" for d in drill.network.databases.values()]
    options = ["--record", str(record), "--client", record.name, "--every", str(EVERY_S)]
    enter = ["nsenter", f"--net={drill.lab.netns(drill.community)}", "--", sys.executable, "-m", "jbnet.lab.client"]
    passfile = ["--passfile", str(wiring.client_passfile(drill.state))]
    client = subprocess.Popen([*enter, *options, *passfile, *through], cwd=ROOT)
    try:
        _await(record, drill.network.databases, 30)
        yield
    finally:
        client.terminate()
        client.wait(20)


def _await(record: Path, databases: Iterable[str], count: int) -> None:
    """Wait until there are so many acknowledgements, of every database some."""
    wait(lambda: len(_acks(record)) >= count and {a["db"] for a in _acks(record)} >= set(databases), "writes")


def _acks(record: Path) -> list[dict[str, Any]]:
    lines = record.read_text().split("\n")[:-1] if record.exists() else []
    return [event for event in map(json.loads, lines) if event["event"] == "acked"]


def _gap(record: Path, database: str) -> float:
    times = [float(event["t"]) for event in _acks(record) if event["db"] == database]
    return max(after - before for before, after in zip(times, times[1:], strict=False))


def _said(drill: Drill) -> dict[str, object]:
    """Return where the time went, by the journal of the latest execution."""
    store = wiring.executions(drill.state)
    journal = store.journal(store.find(None))
    results = [act for act in acts(journal.entries()) if act.action == "hand-over" and act.kind == "result"]
    return {str(act.database): act.evidence.get("gap") for act in results}


def _jbnet(workspace: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True, cwd=ROOT)


def _row(name: str, gaps: list[float]) -> dict[str, object]:
    value = round(median(gaps), 3)
    return {"id": IDS[name], "value": value, "unit": "s", "better": "lower", "goal": GOAL_S} | {
        "peer": None, "peer_value": None, "ratio": round(value / GOAL_S, 2),
    }  # fmt: skip
