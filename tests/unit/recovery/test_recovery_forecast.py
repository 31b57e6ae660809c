"""The forecast: what earlier executions took, laid out as the engine carries a runbook out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from recovery_world import APPROVERS, Bench, World, bindings

from jbnet.recovery.forecast import USUAL_S, finished, forecasts, step_times
from jbnet.recovery.replay import Entry
from jbnet.recovery.runbook import Runbook, load_runbook

ROOT = Path(__file__).parents[3]
START = datetime(2026, 11, 23, tzinfo=UTC)


def shipped(name: str) -> Runbook:
    runbook, findings = load_runbook(f"{name}.yaml", (ROOT / "dr" / "runbooks" / f"{name}.yaml").read_text())
    assert runbook is not None, findings
    return runbook


def journal(*entries: tuple[float, str, str], runbook: str = "failover", **data: object) -> list[Entry]:
    """Entries as (seconds, kind, subject)."""
    rows: list[Entry] = [
        {"time": START.isoformat(), "kind": "execution", "subject": "x-1", "data": {"runbook_name": runbook}}
    ]
    for seconds, kind, subject in entries:
        time = (START + timedelta(seconds=seconds)).isoformat()
        rows.append({"time": time, "kind": kind, "subject": subject, "data": data})
    return rows


def test_a_step_takes_from_its_intent_to_its_proof() -> None:
    seen = journal((0, "intent", "fence[a]"), (2, "result", "fence[a]"), (3, "verified", "fence[a]"))
    assert step_times([seen], "failover") == {"fence[a]": [3.0], "fence": [3.0]}
    assert step_times([seen], "switchover") == {}


@pytest.mark.parametrize("kind", ["resumed", "interrupted", "retry", "skip"])
def test_a_step_that_something_came_between_is_not_counted(kind: str) -> None:
    subject = "fence[a]" if kind in ("retry", "skip") else "x-1"
    seen = journal((0, "intent", "fence[a]"), (5, kind, subject), (3600, "verified", "fence[a]"))
    assert step_times([seen], "failover") == {}


def test_a_step_whose_effect_held_already_is_not_counted() -> None:
    seen = journal((0, "intent", "fence[a]"), (1, "result", "fence[a]"), (1, "verified", "fence[a]"), probed=True)
    assert step_times([seen], "failover") == {}


def test_an_attempt_that_failed_and_was_tried_again_by_itself_is_part_of_the_time() -> None:
    seen = journal(
        (0, "intent", "fence[a]"), (4, "failed", "fence[a]"), (4, "intent", "fence[a]"), (6, "verified", "fence[a]")
    )
    assert step_times([seen], "failover")["fence[a]"] == [6.0]


def test_without_any_execution_usual_times_are_taken_and_said_to_be() -> None:
    found = forecasts(shipped("failover"), bindings("a"), {})["a"]
    usual = sum(USUAL_S[action] for action in ("fence", "promote", "move-address", "verify-writes"))
    assert found.median_s == pytest.approx(usual)
    assert found.worst_s == 120 + 60 + 60 + 60  # the steps' own time-outs
    assert found.assumed == ("fence[a]", "promote[a]", "move-address[a]", "verify-writes[a]")
    assert found.measured == 0


def test_measured_times_give_median_and_worst_of_the_steps_from_the_approval_on() -> None:
    times = {
        "assess": [100.0],
        "fence": [1.0, 2.0, 9.0],
        "promote": [0.5],
        "move-address": [1.0],
        "verify-writes": [0.1],
    }
    found = forecasts(shipped("failover"), bindings("a", "b"), times)
    assert {name: (round(f.median_s, 3), round(f.worst_s, 3)) for name, f in found.items()} == {
        "a": (3.6, 10.6),
        "b": (3.6, 10.6),  # side by side, not one after the other
    }
    assert found["a"].assumed == ()
    assert found["a"].measured == 1


def test_a_database_s_own_times_count_before_those_of_others() -> None:
    times = {"fence": [9.0], "fence[a]": [1.0]}
    found = forecasts(shipped("failover"), bindings("a", "b"), times)
    assert found["b"].median_s - found["a"].median_s == pytest.approx(8.0)


def test_a_planned_move_stops_writes_from_its_stop_to_the_first_that_arrives() -> None:
    times = {
        "check-standby": [50.0], "hand-over": [2.8], "verify-writes": [0.2], "rebuild-standby": [600.0],
    }  # fmt: skip
    found = forecasts(shipped("switchover"), bindings("a"), times)["a"]
    assert found.median_s == pytest.approx(3.0)


def test_what_the_engine_writes_is_what_the_forecast_reads() -> None:
    names = ("a", "b")
    bench = Bench(World.before(*names))
    bench.engine().start("x-1", shipped("failover"), bindings(*names), ["op"], APPROVERS)
    assert finished(bench.journal.entries()) is None
    assert bench.engine().run().result == "done"
    entries = bench.journal.entries()
    times = step_times([entries], "failover")
    found = forecasts(shipped("failover"), bindings(*names), times)
    assert [one.assumed for one in found.values()] == [()] * len(names)
    done = finished(entries)
    assert done is not None
    assert (done.execution, done.runbook, done.databases) == ("x-1", "failover", names)
