"""``jbnet show``: every noun, within 80 columns, in both languages, as JSON whichever side ``--json`` stands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.cells import cell_len

from jbnet.cli.app import root
from jbnet.cli.errors import run_guarded

REPOSITORY = Path(__file__).parents[3]
Run = Callable[..., tuple[int, str, str]]
THINGS = [
    ("site", "qinghai"),
    ("site", "golmud"),
    ("device", "xining-r1"),
    ("device", "golmud-dc-app1"),
    ("circuit", "yushu-up1"),
    ("premises", "golmud-employment"),
    ("premises", "chengdong-employment"),
    ("peer", "ministry"),
    ("peer", "hospitals-qinghai"),
    ("agency", "medical"),
    ("service", "residents-medical"),
    ("application", "insurance"),
    ("database", "production"),
]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["jbnet", "-C", str(REPOSITORY), *map(str, arguments)])
        code = int(run_guarded(root))
        said = capfd.readouterr()
        return code, said.out, said.err

    return call


def test_all_sites_below_are_counted_and_those_directly_below_are_listed(run: Run) -> None:
    _, out, _ = run("show", "site", "golmud")
    assert "Sites below    43" in out
    assert "Sites directly below (11)" in out


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("what", THINGS)
def test_every_noun_is_shown_within_80_columns(run: Run, what: tuple[str, str], lang: str) -> None:
    code, out, _ = run("--lang", lang, "show", *what)
    assert code == 0
    assert what[1] in out
    assert [line for line in out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("options", [("site", "xining", "--explain"), ("costs",), ("costs", "--by", "payer")])
def test_tables_stay_within_80_columns(run: Run, options: tuple[str, ...]) -> None:
    for lang in ("en", "zh"):
        code, out, _ = run("--lang", lang, "show", *options)
        assert code == 0
        assert [line for line in out.splitlines() if cell_len(line) > 80] == []


@pytest.mark.parametrize("what", THINGS)
def test_json_may_stand_after_the_command(run: Run, what: tuple[str, str]) -> None:
    _, before, _ = run("--json", "show", *what)
    _, after, _ = run("show", *what, "--json")
    assert json.loads(after) == json.loads(before)
    assert json.loads(after)["data"]["name"] == what[1]


def test_levels_are_said_in_the_chosen_language(run: Run) -> None:
    _, out, _ = run("--lang", "zh", "show", "service", "medical")
    assert "乡镇" in out
    assert "township" not in out


def test_explain_says_file_line_and_through_what(run: Run) -> None:
    _, out, _ = run("show", "site", "golmud", "--explain", "--json")
    facts = {(fact["subject"], fact["key"]): fact for fact in json.loads(out)["data"]}
    bandwidth = facts["golmud-up1", "bandwidth"]
    assert (bandwidth["file"], bandwidth["source"]) == ("inventory/archetypes.yaml", "archetype county")
    lines = (REPOSITORY / bandwidth["file"]).read_text(encoding="utf-8").splitlines()
    assert lines[bandwidth["line"] - 1][bandwidth["column"] - 1 :].startswith(bandwidth["value"])


def test_costs_add_up_whatever_they_are_counted_by(run: Run) -> None:
    totals = []
    for by in ("carrier", "payer", "level"):
        _, out, _ = run("--json", "show", "costs", "--by", by)
        data = json.loads(out)["data"]
        assert sum(cost["yuan"] for cost in data["costs"]) == data["total"]["yuan"]
        totals.append((data["total"]["lines"], data["total"]["yuan"]))
    assert len(set(totals)) == 1
    assert run("show", "costs", "--by", "colour")[0] == 2


def test_a_misspelt_name_is_answered_with_the_nearest(run: Run) -> None:
    code, _, err = run("show", "premises", "xining-medcal")
    assert code == 2
    assert "xining-medical" in err


def test_a_location_asked_for_as_a_site_is_answered_with_its_devices(run: Run) -> None:
    code, _, err = run("show", "site", "xining-dc")
    assert code == 2
    assert "xining-dc-r1" in err
