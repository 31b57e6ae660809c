"""A planned switchover of all databases, and the way home: how long an office outside finds nobody to write to.

The demo lab as deployed, each line as slow as declared. The gap is the longest time between two acknowledgements of a
database, of the worst database, the median of some rounds. Takes minutes and the machine: only on request
(``make bench ONLY=dr.switchover``).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from recovery_lab import acks, await_acks, recovery_lab, row, writing

from jbnet import wiring
from jbnet.recovery.report.reading import acts

sys.path[:0] = [str(Path(__file__).parents[1] / "lab")]

from recovery_drill import Drill  # noqa: E402  found only on the path set above

ROUNDS = 3
GOAL_S = 0.5
IDS = {"switchover": "dr.switchover_gap_s", "failback": "dr.failback_gap_s"}


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with recovery_lab() as (drill, memory):
        found = rounds(drill, memory, ROUNDS)
    return [row(IDS[name], median(gaps), GOAL_S) for name, gaps in found.items()]


def rounds(drill: Drill, memory: Path, times: int) -> Mapping[str, list[float]]:
    """Move there and back so many times; return the gaps of each way, in seconds."""
    found: dict[str, list[float]] = {name: [] for name in IDS}
    for number in range(times):
        for runbook, gaps in found.items():
            record = memory / f"{runbook}-{number}"
            with writing(drill, record):
                drill.carry_out(runbook)
                await_acks(drill, record)
            each = {name: round(_gap(record, name), 3) for name in drill.network.databases}
            print(f"{runbook} {number + 1}: {each}; {_said(drill)}", file=sys.stderr)
            gaps.append(max(each.values()))
    return found


def _gap(record: Path, database: str) -> float:
    times = [float(event["t"]) for event in acks(record) if event["db"] == database]
    return max(after - before for before, after in zip(times, times[1:], strict=False))


def _said(drill: Drill) -> dict[str, object]:
    """Return where the time went, by the journal of the latest execution."""
    store = wiring.executions(drill.state)
    journal = store.journal(store.find(None))
    results = [act for act in acts(journal.entries()) if act.action == "hand-over" and act.kind == "result"]
    return {str(act.database): act.evidence.get("gap") for act in results}
