"""``jbnet audit`` as a command: exit codes, what it writes, what it refuses."""

from __future__ import annotations

import csv
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from audited import ROOT, hardened
from command_line import Run
from house_rules import house_set
from rich.cells import cell_len

from jbnet import wiring
from jbnet.ports import Fetch

ONE = "device:xining-r1"
ONLY_BANNER = house_set("""\
  H-1:
    title: {en: A banner, zh: 警示}
    clause: "1"
    aspect: host
    evidence: configuration
    applies_to: devices
    require: {entries_at_least: {fact: banner, count: 1}}
""")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    for name in ("inventory", "topology"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path


def test_what_would_be_rendered_is_judged_without_any_device(run: Run, workspace: Path) -> None:
    code, out, _ = run("-C", workspace, "--json", "audit", ONE, "--rendered")
    told = json.loads(out)
    assert code == 1
    assert told["ok"] is False
    assert told["data"]["origin"] == "rendered"
    assert [device["device"] for device in told["data"]["devices"]] == ["xining-r1"]
    idle = next(one for one in told["data"]["judgements"] if one["rule"] == "CF-H-11")
    assert idle["outcome"] == "fulfilled"
    assert [line["text"] for line in idle["evidence"]] == ["acl 2000 inbound"]


def test_findings_of_the_envelope_point_at_the_line_that_shows_them(run: Run, workspace: Path) -> None:
    _, out, _ = run("-C", workspace, "--json", "audit", ONE, "--rendered")
    shown = next(one for one in json.loads(out)["findings"] if one["code"] == "CF-H-20")
    assert shown["file"] == "xining-r1/rendered"
    assert shown["line"] > 0
    assert "8.1.5.4 d)" in shown["message"]


def test_0_means_that_everything_is_shown_and_nothing_is_violated(run: Run, workspace: Path) -> None:
    shutil.rmtree(workspace / "topology" / "standards")
    (workspace / "topology" / "standards").mkdir()
    (workspace / "topology" / "standards" / "house.yaml").write_text(ONLY_BANNER, encoding="utf-8")
    code, out, _ = run("-C", workspace, "audit", ONE, "--rendered")
    assert code == 0
    assert "violated: 0 errors, 0 others" in " ".join(out.split())


def test_a_waiver_of_a_rule_on_configurations_is_counted_as_waived_and_shown(run: Run, workspace: Path) -> None:
    test_0_means_that_everything_is_shown_and_nothing_is_violated(run, workspace)
    file = workspace / "topology" / "standards" / "house.yaml"
    stricter = ONLY_BANNER.replace("count: 1", "count: 2")
    waiver = '{rule: H-1, subjects: [xining-r1], reason: Later., who: wang, until: "2099-12-31"}'
    file.write_text(f"{stricter}waivers:\n  - {waiver}\n", encoding="utf-8")
    code, out, _ = run("-C", workspace, "audit", ONE, "--rendered", "--details")
    assert code == 0
    assert "waived: 1" in out
    assert "waived until 2099-12-31 by wang" in out


def test_from_backup_judges_the_last_one_and_3_means_that_a_device_has_none(run: Run, workspace: Path) -> None:
    history = wiring.config_history(workspace / ".jbnet")
    history.keep(Fetch({"xining-r1": hardened("vrp8")}, "wang@noc", everybody=False))
    code, out, _ = run("-C", workspace, "--json", "audit", "site:xining", "--from", "backup")
    told = json.loads(out)["data"]
    assert code == 3
    assert {one["device"]: one["unasked"] is None for one in told["devices"]} == {"xining-r1": True, "xining-r2": False}
    fresh = [one for one in told["judgements"] if one["rule"] == "CF-D-03" and one["device"] == "xining-r1"]
    assert [one["outcome"] for one in fresh] == ["fulfilled"]
    assert {one["outcome"] for one in told["judgements"] if one["device"] == "xining-r2"} == {"not shown"}


def test_the_report_and_the_rows_are_written_where_they_were_asked_for(run: Run, workspace: Path) -> None:
    page, rows = workspace / "audit.html", workspace / "audit.csv"
    run("-C", workspace, "audit", ONE, "--rendered", "--html", page, "--csv", rows)
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    with rows.open(encoding="utf-8", newline="") as file:
        read = list(csv.DictReader(file))
    assert {row["device"] for row in read} == {"xining-r1"}
    assert {row["site_zh"] for row in read} == {"西宁市"}
    assert datetime.fromisoformat(read[0]["time"]).tzinfo == UTC


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", [("--by", "site"), ("--details",)])
def test_no_line_is_wider_than_80_columns(run: Run, tmp_path: Path, lang: str, words: tuple[str, ...]) -> None:
    code, out, _ = run("-C", ROOT, "--state", tmp_path, "--lang", lang, "audit", "site:xining", "--rendered", *words)
    assert code == 1
    wide = [line for line in out.splitlines() if cell_len(line) > 80]
    assert [line for line in wide if len(line.split()) > 1] == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rendered", "--from", "backup"), "either rendered or backed up"),
        (("--rendered", "role=database-server"), "no device of ours is selected"),
    ],
)
def test_wrong_use_is_2_and_says_why(run: Run, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    code, _, err = run("-C", ROOT, "--state", tmp_path, "audit", *words)
    assert code == 2
    assert said in " ".join(err.split())


def test_without_any_rule_on_configurations_it_is_said_where_they_are_written(run: Run, workspace: Path) -> None:
    shutil.rmtree(workspace / "topology" / "standards")
    code, _, err = run("-C", workspace, "audit", ONE, "--rendered")
    assert code == 2
    assert "evidence: configuration" in err


def test_standards_lists_the_controls_that_an_audit_judges_and_judges_none(run: Run, tmp_path: Path) -> None:
    _, out, _ = run("-C", ROOT, "--state", tmp_path, "standards", "--set", "configuration")
    assert "shown by configurations (jbnet audit): 33 rules" in out
    _, out, _ = run("-C", ROOT, "--state", tmp_path, "standards", "CF-H-07")
    assert "to mend it:" in out
    assert "configurations show this: jbnet audit" in out
