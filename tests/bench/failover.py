"""A failover with a positive fence: from the second approval to the first row a community may write again.

The demo lab as deployed, each line as slow as declared. The host of the primaries loses its power while the client
writes; its servers' routers hold the fence. Of the worst database, the median of some rounds; each ends with the
databases back where they are declared. Beside it ``jbnet dr check`` on the same lab: all checks, and the whole process.
Takes minutes and the machine: only on request (``make bench ONLY=dr.failover``).
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from recovery_lab import acks, await_acks, recovery_lab, row, writing

from jbnet import wiring
from jbnet.recovery.report.reading import acts, time_of

sys.path[:0] = [str(Path(__file__).parents[1] / "lab")]

from recovery_drill import PATIENCE_S, Drill  # noqa: E402  found only on the path set above

ROUNDS = 3
CHECKS = 5
READ_S = 10.0
"""Nobody reads what is lost, and signs for it, in less."""
FAILOVER_GOAL_S, READINESS_GOAL_S = 3.0, 2.0


@dataclass(frozen=True, slots=True)
class Replaced:
    """Seconds to the first row accepted: from the second approval on, and from when the power was gone."""

    approved_s: float
    dark_s: float


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    with recovery_lab() as (drill, memory):
        checked = [_check(drill) for _ in range(CHECKS)]
        found = [replaced(drill, memory / f"failover-{number}").approved_s for number in range(ROUNDS)]
    print(f"readiness: {checked}\nfailover: {found}", file=sys.stderr)
    return [
        row("dr.failover_approved_s", median(found), FAILOVER_GOAL_S),
        row("dr.readiness_s", median(checks for checks, _ in checked), READINESS_GOAL_S),
        row("dr.readiness_command_s", median(whole for _, whole in checked), READINESS_GOAL_S),
    ]


def _check(drill: Drill) -> tuple[float, float]:
    """Return the seconds of all checks, and of the command that makes them."""
    began = time.monotonic()
    said = drill.jbnet("dr", "check", codes=(0, 1)).stdout
    whole = time.monotonic() - began
    return float(json.loads(said)["data"]["seconds"]), round(whole, 3)


def replaced(drill: Drill, record: Path) -> Replaced:
    """Take the primaries' power away, fail over, and bring all home again."""
    with writing(drill, record):
        dark = time.time()
        drill.lab.kill(drill.host)
        execution = _failover(drill)
        await_acks(drill, record)
    drill.lab.boot(drill.host)
    drill.await_reachable(drill.host)
    drill.carried_out("failback")
    approved, written = _approved_and_written(drill, execution, record)
    return Replaced(written - approved, written - dark)


def _failover(drill: Drill) -> str:
    events = drill.start("dr", "failover", "--as", "operator")
    execution = drill.signed_by_both(events, READ_S)
    assert events.finish(PATIENCE_S) == 0
    return execution


def _approved_and_written(drill: Drill, execution: str, record: Path) -> tuple[float, float]:
    entries = wiring.executions(drill.state).journal(execution).entries()
    approved = max(time_of(entry) for entry in entries if entry["kind"] == "approval").timestamp()
    steps = {act.key: f"{act.time.timestamp() - approved:.2f}" for act in acts(entries) if act.kind == "verified"}
    print(f"seconds after the second approval: {steps}", file=sys.stderr)
    later = [ack for ack in acks(record) if ack["wall"] > approved]
    written = (min(float(ack["wall"]) for ack in later if ack["db"] == name) for name in drill.network.databases)
    return approved, max(written)
