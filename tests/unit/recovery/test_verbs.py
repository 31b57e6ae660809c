"""What a runbook is for, by what it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from recovery_world import bindings

from jbnet.recovery.runbook import load_runbook
from jbnet.recovery.verbs import TAKES, Verb, judged_as, verbs_of

RUNBOOKS = Path(__file__).parents[3] / "dr" / "runbooks"
OF = {
    path.stem: Verb.DRILL if path.stem.startswith("drill") else Verb(path.stem.split("-")[0])
    for path in RUNBOOKS.glob("*.yaml")
}


@pytest.mark.parametrize("name", sorted(OF))
def test_each_runbook_that_is_shipped_is_for_the_command_of_its_name(name: str) -> None:
    found, _ = load_runbook(name, (RUNBOOKS / f"{name}.yaml").read_text(encoding="utf-8"))
    assert found is not None
    assert verbs_of(found, bindings("production", "exchange")) == {OF[name]}


STEPS = """
name: n
title: t
title_zh: t
steps:
  - {{name: assess, action: assess, foreach: databases,
     params: {{database: "{{database}}", primary: "{{primary}}", standby: "{{standby}}"}}}}
  - {{name: approve, action: approve, approvals: 2, needs: [assess]}}
  - {{name: guard, action: {guard}, foreach: databases, needs: [approve],
     params: {{database: "{{database}}", host: "{{primary}}"}}}}
  - {{name: promote, action: promote, foreach: databases, needs: [guard],
     params: {{database: "{{database}}", host: "{{standby}}"}}}}
"""


@pytest.mark.parametrize(("guard", "verb"), [("fence", Verb.FAILOVER), ("stop-primary", Verb.SWITCHOVER)])
def test_a_promotion_behind_a_clean_stop_is_planned_and_behind_a_fence_is_not(guard: str, verb: Verb) -> None:
    found, faults = load_runbook("n", STEPS.format(guard=guard))
    assert found is not None, faults
    assert verbs_of(found, bindings("production")) == {verb}


def test_a_runbook_that_moves_nobody_may_be_started_by_any_command() -> None:
    found, faults = load_runbook(
        "n", "name: n\ntitle: t\ntitle_zh: t\nsteps:\n  - {name: w, action: wait, params: {seconds: 1}}\n"
    )
    assert found is not None, faults
    assert verbs_of(found, bindings("production")) == frozenset()


def test_a_failover_that_first_stops_the_primary_is_one_and_a_planned_move_is_no_failover() -> None:
    planned, disaster = frozenset({Verb.SWITCHOVER}), frozenset({Verb.FAILOVER})
    assert TAKES[Verb.FAILOVER] >= planned
    assert not TAKES[Verb.SWITCHOVER] >= disaster
    assert judged_as(Verb.FAILOVER, planned) == disaster, "it is not asked for a primary that answers"
    assert judged_as(Verb.SWITCHOVER, planned) == planned
