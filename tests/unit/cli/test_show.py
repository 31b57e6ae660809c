"""``jbnet show``: every noun, within 80 columns, in both languages, as JSON whichever side ``--json`` stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Run, runner

from jbnet.cli.context import Context

REPOSITORY = Path(__file__).parents[3]
THINGS = [("site", "golmud"), ("location", "golmud-dc"), ("interface", "golmud-r1:up1"), ("database", "production")]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    call = runner(monkeypatch, capfd)
    return lambda *arguments: call("-C", REPOSITORY, *arguments)


def test_all_sites_below_are_counted_and_those_directly_below_are_listed(run: Run) -> None:
    _, out, _ = run("show", "site", "golmud")
    assert "Sites below    43" in out
    assert "Sites directly below (11)" in out


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


def test_a_location_asked_for_as_a_site_is_answered_with_its_own_command(run: Run) -> None:
    code, _, err = run("show", "site", "xining-dc")
    assert code == 2
    assert "jbnet show location xining-dc" in err
    code, _, err = run("show", "location", "golmud")
    assert code == 2
    assert "jbnet show site golmud" in err


@pytest.mark.parametrize("subject", ["site", "location", "interface", "asn", "platform", "prefix"])
def test_an_unknown_name_is_wrong_use(run: Run, subject: str) -> None:
    code, out, err = run("show", subject, "nosuchthing")
    assert (code, out) == (2, "")
    assert "nosuchthing" in err


def test_the_plural_lists_what_the_noun_without_a_name_lists(run: Run) -> None:
    assert run("show", "locations") == run("show", "location")
    _, out, _ = run("--json", "show", "locations")
    assert [found["name"] for found in json.loads(out)["data"]] == ["noc", "core", "xining-dc", "golmud-dc"]


def test_a_location_says_what_stands_in_it_and_what_runs_there(run: Run) -> None:
    _, out, _ = run("--json", "show", "location", "格尔木容灾中心")
    data = json.loads(out)["data"]
    assert (data["name"], data["site"]) == ("golmud-dc", "golmud")
    assert {"golmud-dc-r1", "golmud-dc-db1"} <= {device["name"] for device in data["devices"]}
    assert {found["part"] for found in data["databases"]} == {"standby"}
    assert "insurance" in {found["name"] for found in data["applications"]}
    assert "golmud-dc-up1" in {circuit["name"] for circuit in data["circuits"]}
    assert {"device": "golmud-dc-r1", "interface": "lan1", "address": "10.2.0.1/24"} in data["addresses"]


@pytest.mark.parametrize(
    "what",
    [("location", "golmud-dc"), ("device", "golmud-dc-r1"), ("circuit", "golmud-up1"), ("peer", "ministry"),
     ("premises", "golmud-medical")],
)  # fmt: skip
def test_values_of_every_home_and_what_it_houses_are_explained(run: Run, what: tuple[str, str]) -> None:
    _, out, _ = run("--json", "show", *what, "--explain")
    facts = json.loads(out)["data"]
    assert facts[0]["subject"] == what[1]
    assert all((REPOSITORY / fact["file"]).is_file() for fact in facts if fact["file"])
    assert any(fact["file"] for fact in facts)


def test_a_name_is_needed_to_explain(run: Run) -> None:
    assert run("show", "location", "--explain")[0] == 2


def test_the_list_of_platforms_says_on_which_of_them_nothing_is_proved_on_hardware(run: Run) -> None:
    _, out, _ = run("show", "platforms")
    assert {line.split()[0]: "unproven on hardware" in line for line in out.splitlines()[1:]} == {
        "comware7": True, "frr": False, "ios": True, "vrp5": True, "vrp8": True,
    }  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_json_of_a_platform_has_plain_words(run: Run, lang: str) -> None:
    _, out, _ = run("--lang", lang, "--json", "show", "platform", "vrp5")
    assert json.loads(out)["data"]["commit_timer"] == "reboot"


def test_a_place_at_line_100_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Context(directory=REPOSITORY).out.print("inventory/a.yaml:100:11")
    assert "a.yaml:100:11" in capsys.readouterr().out
