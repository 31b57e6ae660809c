"""Runbooks: what is wrong with one is said with its place, and the safety rules cannot be written around."""

from __future__ import annotations

from pathlib import Path

import pytest
from recovery_world import bindings

from jbnet.recovery.expand import ancestors, expand
from jbnet.recovery.plan import load_plan
from jbnet.recovery.runbook import from_content, load_runbook

DR = Path(__file__).parents[3] / "dr"
SOUND = """\
name: move
title: Move
steps:
  - name: look
    action: assess
    foreach: databases
    params: {database: "{database}"}
  - name: agree
    action: approve
  - name: fence
    action: fence
    foreach: databases
    params: {database: "{database}", host: "{primary}"}
  - name: promote
    action: promote
    foreach: databases
    params: {database: "{database}", host: "{standby}"}
"""


def findings(content: str) -> list[str]:
    runbook, found = load_runbook("book.yaml", content)
    assert (runbook is None) == bool(found)
    return [f"{f.place} {f.code} {f.message}" for f in found]


def changed(old: str, new: str) -> list[str]:
    assert old in SOUND
    return findings(SOUND.replace(old, new))


@pytest.mark.parametrize("name", ["failover", "failback", "rejoin", "switchover"])
def test_the_shipped_runbooks_are_sound(name: str) -> None:
    assert findings((DR / "runbooks" / f"{name}.yaml").read_text(encoding="utf-8")) == []


def test_the_shipped_plan_is_sound() -> None:
    plan, found = load_plan("dr/plan.yaml", (DR / "plan.yaml").read_text(encoding="utf-8"))
    assert not found
    assert plan is not None
    assert plan.fences["xining-dc-db1"].rings == (("xining-dc-r1",), ("core-r1", "core-r2"))


def test_a_plan_with_one_vantage_or_an_unknown_key_is_refused_with_the_place() -> None:
    content = (DR / "plan.yaml").read_text(encoding="utf-8").replace("[noc-s1, golmud-dc-db1]", "[noc-s1, noc-s1]")
    found = load_plan("plan.yaml", content.replace("run_from:", "runs_from:"))[1]
    assert [f.code for f in found] == ["JB702", "JB701", "JB707"]
    assert "did you mean run_from?" in found[1].message


def test_a_sound_runbook_has_no_findings() -> None:
    assert findings(SOUND) == []


def test_the_hash_is_of_the_content_not_of_comments_and_spaces() -> None:
    first = load_runbook("a", SOUND)[0]
    second = load_runbook("b", "# a remark\n" + SOUND.replace("title: Move", "title:   'Move'"))[0]
    third = load_runbook("c", SOUND.replace("title: Move", "title: Other"))[0]
    assert first is not None
    assert second is not None
    assert third is not None
    assert first.sha256 == second.sha256 != third.sha256


def test_the_pinned_content_gives_the_same_runbook_back() -> None:
    runbook = load_runbook("a", SOUND)[0]
    assert runbook is not None
    again = from_content(runbook.content)[0]
    assert again is not None
    assert again.sha256 == runbook.sha256
    assert [step.name for step in again.steps] == ["look", "agree", "fence", "promote"]


def test_a_step_that_names_no_needs_needs_the_one_before_it() -> None:
    runbook = load_runbook("a", SOUND)[0]
    assert runbook is not None
    assert [step.needs for step in runbook.steps] == [(), ("look",), ("agree",), ("fence",)]


def test_each_database_is_recovered_to_its_end_before_the_next_is_begun() -> None:
    runbook = load_runbook("a", SOUND)[0]
    assert runbook is not None
    instances = expand(runbook, bindings("p", "e"))
    assert [i.key for i in instances] == [
        "look[p]", "look[e]", "agree", "fence[p]", "promote[p]", "fence[e]", "promote[e]",
    ]  # fmt: skip
    assert instances[3].params == {"database": "p", "host": "xining-dc-db1"}
    assert [i.key for i in ancestors(instances, instances[4])] == ["look[p]", "look[e]", "agree", "fence[p]"]


def test_a_promotion_without_a_fence_is_refused() -> None:
    found = changed("  - name: fence\n    action: fence\n", "  - name: fence\n    action: assess\n")
    assert len(found) == 1
    assert found[0].startswith("book.yaml:14:5 JB710 step promote promotes before the old primary is fenced")


def test_a_promotion_after_its_fence_in_the_file_but_not_needing_it_is_refused() -> None:
    content = SOUND.replace("  - name: promote\n", "  - name: promote\n    needs: [agree]\n")
    assert [line.split()[1] for line in findings(content)] == ["JB710"]


def test_a_fence_of_the_host_that_is_promoted_does_not_count() -> None:
    assert [line.split()[1] for line in changed('host: "{primary}"', 'host: "{standby}"')] == ["JB710"]


def test_the_fence_of_another_database_does_not_count() -> None:
    found = changed(
        'params: {database: "{database}", host: "{primary}"}', 'params: {database: core, host: "{primary}"}'
    )
    assert [line.split()[1] for line in found] == ["JB710"]


def test_production_is_not_touched_before_an_approval() -> None:
    found = changed("  - name: agree\n    action: approve\n", "")
    assert {line.split()[1] for line in found} == {"JB711"}
    assert len(found) == 2


def test_a_fence_is_not_opened_before_its_host_leads_again() -> None:
    more = '  - {name: open, action: unfence, params: {database: p, host: "h"}}\n'
    assert [line.split()[1] for line in findings(SOUND + more)] == ["JB712"]


@pytest.mark.parametrize(
    ("host", "on_fail", "codes"),
    [("old", "abort", []), ("other", "abort", ["JB711", "JB712"]), ("old", "ask", ["JB711", "JB712"])],
)
def test_a_fence_is_opened_around_a_host_that_was_seen_to_follow_and_needs_no_approval(
    host: str, on_fail: str, codes: list[str]
) -> None:
    steps = (
        "name: again\ntitle: Again\nsteps:\n"
        f"  - {{name: look, action: check-standby, params: {{database: p, host: old}}, on_fail: {on_fail}}}\n"
        f"  - {{name: open, action: unfence, params: {{database: p, host: {host}}}}}\n"
    )
    assert [line.split()[1] for line in findings(steps)] == codes


def test_nothing_is_undone_after_a_promotion() -> None:
    assert [line.split()[1] for line in findings(SOUND + "    on_fail: undo\n")] == ["JB713"]


@pytest.mark.parametrize("step", ["agree", "fence"])
def test_guards_cannot_be_skipped_by_an_answer(step: str) -> None:
    found = changed(f"  - name: {step}\n", f"  - name: {step}\n    on_fail: ask\n")
    assert [line.split()[1] for line in found] == ["JB714"]


def test_one_approval_is_not_enough() -> None:
    found = changed("    action: approve\n", "    action: approve\n    approvals: 1\n")
    assert found == ["book.yaml:8:5 JB705 step agree: approvals is 1; expected 2 to 99"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("action: assess", "action: asses", "book.yaml:5:13 JB703 action is asses; expected one of"),
        ("    foreach: databases\n    params: {database: \"{database}\"}", "    foreech: databases",
         "book.yaml:6:5 JB701 unknown key foreech; did you mean foreach?"),
        ("name: agree", "name: look", "book.yaml:8:5 JB704 step look stands twice"),
        ("action: approve", "action: approve\n    needs: [lok]",
         "book.yaml:8:5 JB704 step agree needs lok, which is no earlier step (most alike: look)"),
        ('{database: "{database}"}', '{database: "{databse}"}',
         "book.yaml:4:5 JB706 step look: {databse} is not known here"),
        ("action: approve", "action: approve\n    timeout: soon",
         "book.yaml:10:14 JB703 timeout is 'soon'; expected a number"),
        ("name: move\n", "", "book.yaml:1:1 JB702 name is missing"),
        ("    action: assess\n", "    action: assess\n    approvals: 2\n",
         "book.yaml:6:16 JB703 approvals belongs to the action approve, not to assess"),
        ("title: Move", "title: [", "book.yaml:4:3 JB101 not YAML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, expected: str) -> None:
    found = changed(old, new)
    assert any(line.startswith(expected) for line in found), found


def test_all_problems_are_reported_at_once() -> None:
    content = SOUND.replace("action: assess", "action: asses").replace("title: Move", "titel: Move")
    assert [line.split()[1] for line in findings(content)] == ["JB702", "JB701", "JB703"]


@pytest.mark.parametrize("content", ["", "[]", "steps: 7", "name: x\ntitle: y\nsteps: [1, {}, null]", "a: b: c"])
def test_nonsense_gives_findings_and_never_an_exception(content: str) -> None:
    assert findings(content)


PLANNED = """\
name: move
title: Move
steps:
  - name: agree
    action: approve
  - name: over
    action: hand-over
    foreach: databases
    params: {database: "{database}", from: "{primary}", to: "{standby}"}
    on_fail: undo
    undo: {action: take-back, params: {database: "{database}", from: "{primary}", to: "{standby}"}}
"""


def test_a_hand_over_may_be_undone_for_it_knows_whether_there_is_a_way_back() -> None:
    assert findings(PLANNED) == []


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("on_fail: undo", "on_fail: ask", "JB714"),
        ('from: "{primary}", to: "{standby}"}\n    on_fail', 'host: "{primary}"}\n    on_fail', "JB702"),
        ("  - name: agree\n    action: approve\n", "", "JB711"),
        ("undo: {action: take-back", "undo: {action: hand-over", "JB703"),
    ],
)
def test_a_hand_over_keeps_the_rules_of_a_promotion(old: str, new: str, code: str) -> None:
    assert old in PLANNED
    assert {line.split()[1] for line in findings(PLANNED.replace(old, new))} == {code}


def test_nothing_is_undone_after_a_hand_over() -> None:
    more = "  - {name: open, action: unfence, params: {database: p, host: h}, on_fail: undo}\n"
    assert "JB713" in {line.split()[1] for line in findings(PLANNED + more)}


def test_a_fence_is_opened_behind_the_hand_over_to_its_host_and_no_other() -> None:
    step = '  - {name: open, action: unfence, foreach: databases, params: {database: "{database}", host: "{HOST}"}}\n'
    assert findings(PLANNED + step.replace("HOST", "standby")) == []
    assert [line.split()[1] for line in findings(PLANNED + step.replace("HOST", "primary"))] == ["JB712"]
