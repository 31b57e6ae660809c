"""``jbnet render`` and platforms: what cannot be rendered is refused by name, what its lab copy runs can be had."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import Run, runner

from jbnet.cli.render_explain import explained, room_of_output
from jbnet.config import printer
from jbnet.config.intent import Intent
from jbnet.config.trace import TracedLine
from jbnet.model.errors import TargetError
from jbnet.platforms.registry import names, platform

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """What is shipped, but nobody knows what the data centres' routers are."""
    place = tmp_path / "workspace"
    for folder in ("inventory", "topology"):
        shutil.copytree(REPOSITORY / folder, place / folder)
    roles = place / "inventory" / "roles.yaml"
    role, typed = (
        "  dc-router: {managed: true, monitored: true, snmp: v3, platform: vrp8",
        ", device_type: netengine-8000-m14",
    )
    assert role + typed in roles.read_text()
    roles.write_text(roles.read_text().replace(role + typed, role))
    return place


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Path) -> Run:
    call = runner(monkeypatch, capfd)
    return lambda *arguments: call("-C", workspace, *arguments)


def test_a_device_of_unknown_hardware_is_refused_and_the_way_on_is_named(run: Run) -> None:
    code, out, err = run("render", "xining-dc-r1")
    assert (code, out) == (3, "")
    assert "xining-dc-r1" in err
    assert "device_type" in err


def test_a_platform_without_templates_is_refused_and_the_way_on_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printer, "platform", lambda name: replace(platform(name), sections=()))
    with pytest.raises(TargetError, match=r"FRRouting .*--as-lab"):
        printer.print_intent("frr", Intent("r1", ()))


def test_explain_names_declaration_and_template_above_the_lines(run: Run) -> None:
    code, out, _ = run("render", "core-r1", "--explain")
    assert code == 0
    lines = out.splitlines()
    at = lines.index("     6  sysname core-r1")
    above = next(line for line in reversed(lines[:at]) if line and not line.startswith(" "))
    assert above.startswith("inventory/locations.yaml:")
    assert above.endswith(" (vrp8/system.j2)")


WIDE = "a configuration line that is wider than a terminal of eighty columns, as a key of SSH is, or a description"


def test_what_is_explained_is_whole_where_the_output_is_no_terminal_and_in_files(run: Run, tmp_path: Path) -> None:
    config = run("render", "core-r1")[1].splitlines()
    assert max(map(len, config)) > 72
    assert run("render", "core-r1", "--explain", "-o", tmp_path / "out")[0] == 0
    for said in (run("render", "core-r1", "--explain")[1], (tmp_path / "out" / "core-r1.explain.txt").read_text()):
        below = [line for line in said.splitlines() if line.startswith(" ")]
        assert [line[8:] for line in below] == config


@pytest.mark.parametrize("room", [80, 120])
def test_on_a_terminal_explained_lines_go_on_below_themselves_in_its_width(
    monkeypatch: pytest.MonkeyPatch, room: int
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(room))
    lines = [TracedLine(f" {WIDE}", "inventory/sites.yaml:1", "vrp8/system.j2:1")]
    said = explained(lines, room_of_output()).splitlines()
    assert room - 20 < max(map(len, said)) <= room
    assert " ".join(line.strip() for line in said[1:]).split(maxsplit=1)[1] == WIDE


def test_explain_traces_a_filters_rules_to_application_agency_and_site(run: Run) -> None:
    _, out, _ = run("render", "core-r1", "--explain")
    blocks = [block.splitlines() for block in out.split("\n\n")]
    rules = [block for block in blocks if "(vrp8/filters.j2)" in block[0] and " rule " in block[1]]
    origins = [block[0] for block in rules]
    assert any(origin.startswith("inventory/agencies.yaml:") for origin in origins)
    assert any(origin.startswith("inventory/services.yaml:") for origin in origins)
    assert all("inventory/network.yaml:" in origin for origin in origins)
    code, out, _ = run("render", "xining-r1", "--explain", "--bootstrap")
    assert code == 0
    assert "vrp8/statics.j2" in out


def test_what_is_explained_into_files_can_still_be_typed(run: Run, tmp_path: Path) -> None:
    assert run("render", "core-r1", "-o", tmp_path / "plain")[0] == 0
    assert run("render", "core-r1", "--explain", "-o", tmp_path / "out")[0] == 0
    assert (tmp_path / "out" / "core-r1.conf").read_text() == (tmp_path / "plain" / "core-r1.conf").read_text()
    assert "(vrp8/system.j2)" in (tmp_path / "out" / "core-r1.explain.txt").read_text()


@pytest.mark.parametrize("bootstrap", [(), ("--bootstrap",)])
def test_the_json_of_an_explanation_has_file_line_and_template_of_every_line(
    run: Run, bootstrap: tuple[str, ...]
) -> None:
    _, out, _ = run("--json", "render", "core-r1", "--explain", *bootstrap)
    data = json.loads(out)["data"]
    config = json.loads(run("--json", "render", "core-r1", *bootstrap)[1])["data"]["configs"]["core-r1"]
    lines = data["lines"]["core-r1"]
    assert data["configs"]["core-r1"] == config
    assert [line["text"] for line in lines] == config.splitlines()
    named = next(line for line in lines if line["text"] == "sysname core-r1")
    assert named["template"] == {"file": "vrp8/system.j2", "line": 6}
    assert named["declared"][0]["file"] == "inventory/locations.yaml"
    assert named["declared"][0]["line"] > 0


def test_files_are_private_and_only_own_ones_are_overwritten(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    assert run("render", "core-r1", "-o", folder)[0] == 0
    assert run("render", "core-r1", "-o", folder)[0] == 0
    file = folder / "core-r1.conf"
    assert file.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    file.write_text("mine")
    code, _, err = run("render", "core-r1", "-o", folder)
    assert (code, file.read_text()) == (4, "mine")
    assert "core-r1.conf" in err


def test_a_link_in_the_folder_is_not_followed(run: Run, tmp_path: Path) -> None:
    folder, other = tmp_path / "out", tmp_path / "other"
    folder.mkdir()
    (folder / "core-r1.conf").symlink_to(other)
    assert run("render", "core-r1", "-o", folder)[0] == 4
    assert not other.exists()


def test_the_copy_in_a_lab_is_rendered_on_request(run: Run) -> None:
    code, out, _ = run("render", "core-r1", "--as-lab")
    assert code == 0
    assert "hostname core-r1\n" in out
    code, out, _ = run("render", "core-r1", "--as-lab", "--bootstrap")
    assert code == 0
    assert "hostname core-r1\n" in out


def test_where_only_some_can_be_rendered_those_are_and_the_exit_code_says_so(run: Run, tmp_path: Path) -> None:
    code, _, err = run("render", "location:golmud-dc", "-o", tmp_path / "out")
    assert code == 3
    written = {file.name for file in (tmp_path / "out").iterdir()}
    assert "golmud-dc-db1.conf" in written
    assert "golmud-dc-r1.conf" not in written
    assert "golmud-dc-r1" in err


def test_json_is_one_document_also_when_some_fail(run: Run) -> None:
    code, out, _ = run("--json", "render", "location:golmud-dc")
    assert code == 3
    assert json.loads(out)["ok"] is False
    code, out, _ = run("--json", "render", "location:golmud-dc", "--as-lab")
    assert code == 0
    assert "golmud-dc-r1" in json.loads(out)["data"]["configs"]


@pytest.mark.parametrize("name", names())
def test_every_platform_says_what_it_can_do(name: str) -> None:
    known = platform(name)
    assert known.name == name
    assert known.commit_timer in ("native", "device", "reboot")
    assert (known.trial is not None) == (known.commit_timer == "native")
    assert known.replace in ("whole", "lines")
    assert known.negation in ("no", "undo")
