"""The commands of the declaration: what they print, what they write, how they exit."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from command_line import Run
from rich.cells import cell_len

from jbnet.inventory.codes import RULES

REPOSITORY = Path(__file__).parents[3]
GOLDEN = REPOSITORY / "tests" / "golden" / "check"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(GOLDEN / "base", tmp_path / "net"))


def spoil(workspace: Path, case: str) -> None:
    shutil.copytree(GOLDEN / case, workspace, dirs_exist_ok=True)


def test_a_good_declaration_exits_zero_and_is_counted(run: Run) -> None:
    code, out, _ = run("-C", REPOSITORY, "check")
    assert code == 0
    assert out.splitlines() == ["errors: 0, other findings: 0", "qinghai: 1024 sites, 1042 devices, 1092 circuits"]


def test_counts_of_the_shipped_network_stand_in_the_envelope(run: Run) -> None:
    code, out, _ = run("-C", REPOSITORY, "--json", "check")
    counts = json.loads(out)["counts"]
    assert (code, counts["error"], counts["sites"]) == (0, 0, 1024)


def test_errors_exit_one_with_a_line_each_and_a_count(run: Run, workspace: Path) -> None:
    spoil(workspace, "duplicate-key")
    code, out, _ = run("-C", workspace, "check")
    assert code == 1
    assert "inventory/network.yaml:5:3 error JB103 asn stands twice in this mapping" in out
    assert out.splitlines()[-1] == "errors: 2, other findings: 0"


def test_json_has_the_envelope_with_places(run: Run, workspace: Path) -> None:
    spoil(workspace, "unknown-key")
    code, out, _ = run("-C", workspace, "--json", "check")
    document = json.loads(out)
    assert code == 1
    assert document["ok"] is False
    assert document["counts"]["error"] == len(document["findings"]) == 5
    first = document["findings"][0]
    assert (first["code"], first["file"], first["line"], first["column"]) == (
        "JB105",
        "inventory/locations.yaml",
        13,
        36,
    )


def test_findings_speak_chinese(run: Run, workspace: Path) -> None:
    spoil(workspace, "wrong-types")
    _, out, _ = run("--lang", "zh", "-C", workspace, "check")
    assert "port 应为：不小于 1024 的数；实为：" in out
    assert "must be" not in out


def test_files_of_other_folders_are_read_as_yaml_too(run: Run, workspace: Path) -> None:
    (workspace / "monitors").mkdir()
    (workspace / "monitors" / "policy.yaml").write_text("a: 1\na: 2\n", encoding="utf-8")
    code, out, _ = run("-C", workspace, "check")
    assert code == 1
    assert "monitors/policy.yaml:2:1 error JB103" in out


@pytest.mark.parametrize("code", RULES)
def test_every_code_is_explained(run: Run, code: str) -> None:
    status, out, _ = run("check", "--explain", code)
    assert status == 0
    assert out.startswith(f"{code} {RULES[code].severity}: {RULES[code].title}")
    assert str(RULES[code].doc) in out


def test_an_unknown_code_and_a_missing_workspace_are_wrong_use(run: Run, tmp_path: Path) -> None:
    code, _, err = run("check", "--explain", "JB10")
    assert code == 2
    assert "JB10" in err
    code, _, err = run("-C", tmp_path / "nowhere", "check")
    assert code == 2
    assert "no workspace" in err
    assert "jbnet init" in err


def test_init_lays_a_workspace_that_checks_and_can_be_extended(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "new"
    assert run("init", place)[0] == 0
    assert run("-C", place, "check")[0] == 0
    example = (place / "inventory" / "sites" / "README.md").read_text(encoding="utf-8")
    declared = example.split("```yaml\n")[1].split("```")[0]
    (place / "inventory" / "sites" / "east.yaml").write_text(declared, encoding="utf-8")
    code, out, _ = run("-C", place, "check")
    assert code == 1
    assert "jbnet address allocate" in out
    assert run("-C", place, "address", "allocate")[0] == 0
    assert run("-C", place, "check")[0] == 0


def test_init_lays_what_ansible_needs_as_it_stands_in_the_shipped_workspace(run: Run, tmp_path: Path) -> None:
    place = tmp_path / "new"
    assert run("init", place)[0] == 0
    for file in ("ansible.cfg", "playbooks/inventory.sh", "playbooks/in-noc.sh"):
        laid, shipped = place / file, REPOSITORY / file
        assert laid.read_text(encoding="utf-8") == shipped.read_text(encoding="utf-8")
        assert os.access(laid, os.X_OK) == os.access(shipped, os.X_OK)


def test_init_touches_nothing_where_something_is(run: Run, workspace: Path) -> None:
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
    code, _, err = run("init", workspace)
    assert code == 2
    assert "exists already" in err
    assert {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()} == before


def test_allocate_writes_new_blocks_once_and_a_dry_run_writes_none(run: Run, workspace: Path) -> None:
    spoil(workspace, "without-allocation")
    shutil.copy(GOLDEN / "base" / "topology" / "addresses.yaml", workspace / "topology")
    file = workspace / "topology" / "allocations.yaml"
    before = file.read_text(encoding="utf-8")
    assert run("-C", workspace, "address", "allocate", "--dry-run")[0] == 0
    assert file.read_text(encoding="utf-8") == before
    _, out, _ = run("-C", workspace, "address", "allocate")
    assert out.splitlines() == ["990202 marsh 10.17.0.0/17", "blocks allocated: 1"]
    added = set(file.read_text(encoding="utf-8").splitlines()) - set(before.splitlines())
    assert added == {'  "990202": 10.17.0.0/17'}
    assert run("-C", workspace, "address", "allocate")[1] == "blocks allocated: 0\n"
    assert run("-C", workspace, "check")[0] == 0


def test_allocate_refuses_a_full_block_by_name(run: Run, workspace: Path) -> None:
    counties = "".join(f'  c{n}: {{code: "9901{n}", name_zh: 县, parent: east}}\n' for n in range(10, 26))
    (workspace / "inventory" / "more.yaml").write_text("counties:\n" + counties, encoding="utf-8")
    code, _, err = run("-C", workspace, "address", "allocate")
    assert code == 1
    assert "no free /17 is left for c23 in the block of east" in err


def test_blocks_are_listed_for_a_subtree(run: Run, workspace: Path) -> None:
    _, out, _ = run("-C", workspace, "address", "list", "--under", "oldtown")
    assert [line.split()[-1] for line in out.splitlines()] == [
        "Name",
        "oldtown",
        "oldtown-bridge",
        "oldtown-bridge-north",
        "oldtown-mill",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "what",
    [
        ("site", "xining"),
        ("site", "630102"),
        ("site", "茫崖市"),
        ("site", "lvse-none"),
        ("device", "core-r1"),
        ("device", "gangcha-shaliuhe-sanjiaochengzhongyangchang-r1"),
        ("circuit", "golmud-dc-up1"),
        ("circuit", "core-pair1"),
        ("service", "identity"),
        ("database", "production"),
    ],
)
def test_what_is_shown_fits_80_columns(run: Run, what: tuple[str, str], lang: str) -> None:
    code, out, err = run("-C", REPOSITORY, "--lang", lang, "show", *what)
    assert code == (2 if "none" in what[1] else 0)
    assert [line for line in (out + err).splitlines() if cell_len(line) > 80] == []


def test_show_prints_the_noun_as_json(run: Run) -> None:
    _, out, _ = run("-C", REPOSITORY, "--json", "show", "circuit", "xining-up1")
    data = json.loads(out)["data"]
    assert data["a"] == {"device": "core-r1", "interface": "d01-1"}
    assert data["prefix"] == "10.8.64.0/31"


def test_a_name_borne_by_several_sites_is_refused_with_their_names(run: Run) -> None:
    code, _, err = run("-C", REPOSITORY, "show", "site", "城关镇")
    assert code == 2
    assert "datong-chengguan" in err
