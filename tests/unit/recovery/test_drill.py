"""A drill in a bubble: when there must be none, what counts as shown, and how its limits are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from jbnet.recovery.drill import (
    EXTRA,
    MIB,
    STAGES,
    Drilled,
    DrillLimits,
    HostLook,
    Left,
    in_memory,
    objections,
    reserve,
)
from jbnet.recovery.observed import ServerLook
from jbnet.recovery.plan import load_plan
from jbnet.recovery.runbook import load_runbook, only_drills

GIB = 1 << 30
LIMITS = DrillLimits()
LOOK = HostLook(free=80 * GIB, volume=100 * GIB, size=10 * GIB)
LEADER = ServerLook("production", "xining", in_recovery=False, written=1000 * MIB, newest_row=120.0)
FOLLOWER = ServerLook(
    "production", "golmud", in_recovery=True, replayed=1000 * MIB - 100, receiver="streaming", receives_s=0.5,
    replay_state="not paused",
)  # fmt: skip


def said(look: HostLook = LOOK, leader: ServerLook | None = LEADER, follower: ServerLook = FOLLOWER) -> list[str]:
    return [str(told) for told, _ in objections(look, leader, follower, LIMITS)]


def test_with_all_well_there_may_be_a_drill() -> None:
    assert said() == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (said(leader=None), "nobody is seen to lead"),
        (said(leader=replace(LEADER, in_recovery=True)), "nobody is seen to lead"),
        (said(follower=replace(FOLLOWER, in_recovery=False)), "does not follow"),
        (said(follower=replace(FOLLOWER, answers=False, in_recovery=None)), "does not follow"),
        (said(follower=replace(FOLLOWER, receiver=None)), "receives nothing"),
        (said(follower=replace(FOLLOWER, receives_s=60.0)), "receives nothing"),
        (said(follower=replace(FOLLOWER, replay_state="paused")), "receives nothing"),
        (said(follower=replace(FOLLOWER, replayed=900 * MIB)), "100 MiB behind; expected at most 64 MiB"),
        (said(replace(LOOK, left=Left("/x", "drill 1", 77, (77,)))), "is going on there (process 77)"),
        (said(replace(LOOK, encloses="Operation not permitted")), "no namespaces: Operation not permitted"),
        (said(replace(LOOK, copies=False)), "may not copy"),
        (said(replace(LOOK, tablespaces=2)), "2 tablespaces"),
        (said(replace(LOOK, size=None)), "size of the databases is not known"),
    ],
)
def test_each_thing_that_forbids_a_drill_is_named_alone(found: list[str], words: str) -> None:
    assert len(found) == 1
    assert words in found[0]


def test_a_copy_never_takes_what_is_to_stay_free() -> None:
    needed = LOOK.needed
    assert needed == int(10 * GIB * 1.1) + EXTRA
    least = needed + 20 * GIB
    assert said(replace(LOOK, free=least)) == []
    assert "stay so" in said(replace(LOOK, free=least - 1))[0]


def test_a_small_copy_lies_in_memory_where_enough_of_it_stays_free_and_needs_no_room_on_the_volume() -> None:
    small = replace(LOOK, size=1 * GIB, free=0, memory_total=16 * GIB, memory=8 * GIB)
    needed = small.needed
    assert needed is not None
    assert in_memory(small, LIMITS) == needed
    assert said(small) == []
    assert reserve(small, LIMITS) == int(16 * GIB * 0.2), "of what it lies in"


@pytest.mark.parametrize(
    ("look", "limits"),
    [
        (replace(LOOK, size=2 * GIB, memory_total=64 * GIB, memory=64 * GIB), LIMITS),
        (replace(LOOK, size=1, memory_total=10 * GIB, memory=2 * GIB + EXTRA), LIMITS),
        (replace(LOOK, size=1, memory_total=10 * GIB, memory=9 * GIB), replace(LIMITS, in_memory_mb=0)),
        (replace(LOOK, size=None, memory_total=10 * GIB, memory=9 * GIB), LIMITS),
    ],
    ids=["larger than declared", "too little would stay free", "none is to", "size not known"],
)
def test_any_other_copy_lies_on_the_volume(look: HostLook, limits: DrillLimits) -> None:
    assert in_memory(look, limits) == 0
    assert reserve(look, limits) == 20 * GIB


def whole(**more: Mapping[str, object]) -> Drilled:
    stages: dict[str, Mapping[str, object]] = {stage: {"holds": True, "seconds": 0.5} for stage in STAGES}
    stages["recovered"] = {"seconds": 1.0, "replayed": 1000 * MIB - 300, "newest_row": 119.0}
    found = Drilled(leader=LEADER)
    for stage, words in {**stages, **more}.items():
        found = found.heard({"phase": stage, **words})
    return found


def test_what_a_drill_showed_is_read_from_its_stages() -> None:
    found = whole()
    assert found.missing == ()
    assert found.wrong == ()
    assert (found.rto_s, found.behind_bytes, found.behind_s) == (2.0, 300, 1.0)


def test_without_the_leader_seen_the_loss_is_unknown_and_not_none() -> None:
    found = replace(whole(), leader=None)
    assert (found.behind_bytes, found.behind_s) == (None, None)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_that_was_not_reached_is_missed(stage: str) -> None:
    found = whole()
    assert replace(found, stages={k: v for k, v in found.stages.items() if k != stage}).missing == (stage,)


@pytest.mark.parametrize("check", ["enclosed", "wrote", "amcheck", "checksums"])
@pytest.mark.parametrize("holds", [False, None])
def test_a_check_holds_only_where_it_was_said_to(check: str, holds: object) -> None:
    assert whole(**{check: {"holds": holds, "said": "bad block"}}).wrong == (f"{check}: bad block",)


def test_a_smoke_test_that_says_no_is_named() -> None:
    found = whole().heard({"phase": "smoke", "name": "ledger", "holds": False, "said": "f"})
    assert found.wrong == ("smoke ledger: f",)


def test_what_is_left_is_nothing_only_where_everything_was_seen() -> None:
    assert Left().nothing
    assert not replace(Left(), sessions=None).nothing, "a server that does not answer shows nothing"
    assert not replace(Left(), slots=1).nothing
    assert "folder /x" in Left(folder="/x").said()


PLAN = """
sites: {primary: a, standby: b}
run_from: h
fences: {}
drills:
"""


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("rate_mb_s: 0", "JB703"),
        ("rate_mb_s: 2000", "JB703"),
        ("checkpoint: slow", "JB703"),
        ("free_percent: 95", "JB703"),
        ("lag_mb: much", "JB703"),
        ("smoke: [x]", "JB703"),
        ("smoke: {production: {x: 1}}", "JB703"),
        ("every: 90", "JB701"),
    ],
)
def test_a_wrong_limit_is_found_with_its_line(line: str, code: str) -> None:
    plan, findings = load_plan("plan.yaml", f"{PLAN}  {line}\n")
    assert plan is None
    assert [(one.code, one.place.line if one.place else None) for one in findings] == [(code, 6)]


def test_limits_that_are_declared_are_taken_and_others_have_their_usual_values() -> None:
    plan, findings = load_plan("plan.yaml", f"{PLAN}  rate_mb_s: 8\n  smoke: {{production: {{x: SELECT true}}}}\n")
    assert plan is not None
    assert not findings
    assert plan.drills == DrillLimits(rate_mb_s=8, smoke={"production": {"x": "SELECT true"}})


RUNBOOK = """
name: drill
title: A drill
steps:
  - {name: drill, action: drill, foreach: databases, params: {database: "{database}", host: "{standby}"%s}}
"""


def test_only_a_runbook_that_does_nothing_but_drill_counts_as_one() -> None:
    drill, findings = load_runbook("x.yaml", RUNBOOK % "")
    assert drill is not None
    assert not findings
    assert only_drills(drill)
    waiting, _ = load_runbook(
        "x.yaml", "name: drill\ntitle: x\nsteps:\n- {name: w, action: wait, params: {seconds: 1}}\n"
    )
    assert waiting is not None
    assert not only_drills(waiting)
    mixed = RUNBOOK % "" + '  - {name: look, action: assess, foreach: databases, params: {database: "{database}"}}\n'
    other, _ = load_runbook("x.yaml", mixed)
    assert other is not None
    assert not only_drills(other), "a drill that does more is a recovery like any other"


def test_a_surprise_is_one_that_there_is() -> None:
    assert load_runbook("x.yaml", RUNBOOK % ", surprise: any")[1] == ()
    assert [one.code for one in load_runbook("x.yaml", RUNBOOK % ", surprise: flood")[1]] == ["JB703"]
