"""The evidence of a rehearsal beside its plan, and how people are told of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from command_line import runner

from jbnet import wiring
from jbnet.change.model import Change, Plan, Wave
from jbnet.change.rehearsal import Counts, Evidence, Likeness, Lost, Pair, Scale, Stead, Trial
from jbnet.cli import rehearse
from jbnet.cli.context import Context
from jbnet.cli.plan import keep_plan
from jbnet.cli.rehearse import print_evidence
from jbnet.model.errors import UsageError
from jbnet.model.findings import Finding, Severity
from jbnet.model.text import text

ROOT = Path(__file__).parents[3]
LOST = tuple(Lost(Pair("town-r1", target), "county-r1") for target in ("core-r1", "noc-s1", "database production"))
EVIDENCE = Evidence(
    "c0ffee" * 10, datetime(2026, 11, 22, 8, tzinfo=UTC), 31.4, Scale(9, 11, 4), Counts(80, 80, 77),
    (Trial(1, ("county-r1",), 77, LOST, {Pair("a-r1", "b-r1"): 1.5}),),
    likeness=Likeness({"far-r1": text("too little memory for it")}, {}, ("line-1",)),
)  # fmt: skip


def test_evidence_lies_beside_the_plan_and_is_read_again(tmp_path: Path) -> None:
    plans = tmp_path / "plans"
    assert wiring.read_evidence(plans, EVIDENCE.plan) is None
    file = wiring.keep_evidence(plans, EVIDENCE)
    assert file == plans / f"{EVIDENCE.plan}.rehearsal.json"
    assert wiring.read_evidence(plans, EVIDENCE.plan) == EVIDENCE


def test_evidence_that_was_edited_blesses_nothing(tmp_path: Path) -> None:
    file = wiring.keep_evidence(tmp_path, EVIDENCE)
    data = json.loads(file.read_text())
    data["waves"][0]["lost"] = []
    file.write_text(json.dumps(data))
    with pytest.raises(UsageError, match="changed after it was written"):
        wiring.read_evidence(tmp_path, EVIDENCE.plan)
    file.write_text("{")
    with pytest.raises(UsageError, match="cannot be read"):
        wiring.read_evidence(tmp_path, EVIDENCE.plan)


def test_people_see_who_lost_whom_after_which_device_and_what_is_not_proved(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_evidence(Context(tmp_path), EVIDENCE)
    said = capsys.readouterr().out
    for line in (
        "wave 1: pairs reached: 77, lost: 3",
        "  lost after county-r1: 3",
        "    town-r1: core-r1, database production, noc-s1",
        "  missing for a while: 1 pairs, 1.5 s at most",
        "left out: far-r1 (too little memory for it)",
        "circuits that do not work today and did not here: line-1",
        "the plan is not blessed: county-r1",
    ):
        assert line in said.splitlines()
    assert "not proved: " in said
    assert max(map(len, said.splitlines())) <= 80
    print_evidence(Context(tmp_path), replace(EVIDENCE, trials=()))
    assert "the plan is blessed" in capsys.readouterr().out


def test_people_see_in_whose_place_others_stood_and_what_was_not_rehearsed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stead = Stead("vrp5", (text("not understood: {line}", line="dhcp enable"),), ("+ snmp-agent",))
    harmless = replace(EVIDENCE, trials=(replace(EVIDENCE.trials[0], lost=()),), likeness=Likeness(stood_in={
        "county-r1": stead, "core-r1": Stead("vrp8")}))  # fmt: skip
    print_evidence(Context(tmp_path), harmless)
    said = capsys.readouterr().out
    for line in (
        "FRR stood in for vrp5: county-r1",
        "unproved: county-r1: not understood: dhcp enable",
        "not rehearsed: county-r1: + snmp-agent",
        "the plan is blessed, with FRR in the place of county-r1",
    ):
        assert line in said.splitlines()
    against = replace(harmless, likeness=Likeness(stood_in={"county-r1": replace(stead, against=("+ rip 1",))}))
    print_evidence(Context(tmp_path), against)
    said = capsys.readouterr().out
    assert "may move packets and could not be rehearsed: county-r1: + rip 1" in said.splitlines()
    assert said.splitlines()[-1] == "the plan is not blessed: county-r1"
    plans = tmp_path / "plans"
    wiring.keep_evidence(plans, against)
    assert wiring.read_evidence(plans, against.plan) == against


def test_a_rehearsal_names_the_rules_for_which_apply_will_refuse_the_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fault = Finding("JB413", Severity.ERROR, text("the permission {name} is over", name="audit"))
    changes = {"core-r1": Change("core-r1", ("+ x",), "", "")}
    made = Plan("qinghai", (Wave(1, ("core-r1",)),), changes, faults=(fault,))
    keep_plan(Context(ROOT, state=tmp_path), made, None)
    monkeypatch.setattr(rehearse, "rehearsed", lambda *_: replace(EVIDENCE, trials=()))  # no copy is built here
    call = runner(monkeypatch, capfd)
    said = call("-C", ROOT, "--state", tmp_path, "rehearse", made.hash[:12])[1]
    assert "JB413 the permission audit is over" in said
    assert "--override JB413" in said
    document = json.loads(call("-C", ROOT, "--state", tmp_path, "--json", "rehearse", made.hash[:12])[1])
    assert [finding["code"] for finding in document["findings"]] == ["JB413"]
