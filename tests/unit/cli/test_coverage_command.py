"""``jbnet coverage``: what it prints, how it exits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from command_line import Run
from rich.cells import cell_len

ROOT = Path(__file__).parents[3]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "inventory", tmp_path / "net" / "inventory")
    shutil.copytree(ROOT / "topology", tmp_path / "net" / "topology")
    return tmp_path / "net"


def test_the_shipped_network_against_the_plan(run: Run, workspace: Path) -> None:
    code, out, _ = run("-C", workspace, "--json", "coverage")
    assert code == 0
    rows = {row["key"].get("level"): row for row in json.loads(out)["data"]["rows"]}
    assert [rows[level]["target"] for level in ("province", "prefecture", "county", "township", "community")] == [
        1, 8, 46, 398, 392,
    ]  # fmt: skip
    assert (rows["county"]["active"]["sites"], rows["county"]["divisions"]) == (45, 45)
    assert rows["county"]["remark"]
    assert rows[None]["registered"] == {"sites": 1024, "unknown": 0}
    assert rows[None]["alive"] == {"sites": 0, "unknown": 1024}


@pytest.mark.parametrize(("lang", "label"), [("en", "qinghai itself"), ("zh", "青海省本级")])
def test_the_province_among_prefectures_is_said_to_be_its_own_offices(
    run: Run, workspace: Path, lang: str, label: str
) -> None:
    _, out, _ = run("-C", workspace, "--lang", lang, "coverage", "--by", "prefecture")
    assert [line for line in out.splitlines() if line.startswith(label)]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("by", ["level", "phase", "prefecture", "phase,level", "prefecture,level", "prefecture,phase"])
def test_the_table_stays_within_80_columns(run: Run, workspace: Path, lang: str, by: str) -> None:
    code, out, _ = run("-C", workspace, "--lang", lang, "coverage", "--by", by)
    assert code == 0
    table = [line for line in out.splitlines()[1:] if not line.startswith(("[", "deployed", "alive", "已部署", "在线"))]
    assert max(cell_len(line) for line in table) <= 80


def test_a_target_that_is_missed_exits_1_and_unknown_is_not_enough(run: Run, workspace: Path) -> None:
    code, out, _ = run("-C", workspace, "coverage", "--require", "active=100%")
    assert code == 1
    assert "short of the target: county 45 / 46" in out
    assert run("-C", workspace, "coverage", "--require", "active=97")[0] == 0
    code, out, _ = run("-C", workspace, "--json", "coverage", "--by", "prefecture", "--require", "alive=1%")
    assert code == 1
    assert len(json.loads(out)["data"]["short"]) == 5


def test_the_register_and_the_declaration_are_compared(run: Run, workspace: Path) -> None:
    assert run("-C", workspace, "coverage", "--missing")[0] == 0
    register = workspace / "inventory" / "register" / "qinghai-divisions.csv"
    text = register.read_text(encoding="utf-8")
    register.write_text(text.replace("630102,county,城东区", "630199,county,新区"), encoding="utf-8")
    code, out, _ = run("-C", workspace, "coverage", "--missing")
    assert code == 1
    assert "  630199 county 新区" in out
    assert "  630102 county chengdong 城东区" in out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--by", "carrier"], 2, "coverage cannot be counted by 'carrier'"),
        (["--by", "level,level"], 2, "coverage cannot be counted by 'level'"),
        (["--require", "active"], 2, "the requirement 'active' cannot be read"),
        (["--require", "sleepy=3%"], 2, "stages are registered, planned, active, deployed, alive"),
    ],
)
def test_wrong_use_says_what_is_right(run: Run, workspace: Path, arguments: list[str], code: int, said: str) -> None:
    done = run("-C", workspace, "coverage", *arguments)
    assert done[0] == code
    assert said in done[2]


def test_without_targets_there_is_a_table_and_nothing_to_require(run: Run, workspace: Path) -> None:
    (workspace / "topology" / "targets.yaml").unlink()
    assert run("-C", workspace, "coverage")[0] == 0
    assert run("-C", workspace, "coverage", "--require", "active=1%")[0] == 2
    assert run("-C", workspace, "coverage", "--missing")[0] == 2


def test_a_network_laid_a_moment_ago_is_covered_too(run: Run, tmp_path: Path) -> None:
    assert run("init", tmp_path / "new")[0] == 0
    code, out, _ = run("-C", tmp_path / "new", "coverage", "--by", "prefecture,phase")
    assert code == 0
    assert "Registered" in out


def test_a_register_that_is_gone_or_is_none_is_named(run: Run, workspace: Path) -> None:
    register = workspace / "inventory" / "register" / "qinghai-divisions.csv"
    register.write_text("a,b\n1,2\n", encoding="utf-8")
    assert run("-C", workspace, "coverage")[0] == 1
    register.unlink()
    code, _, err = run("-C", workspace, "coverage")
    assert code == 3
    assert "qinghai-divisions.csv" in err


def test_check_looks_into_the_targets_too(run: Run, workspace: Path) -> None:
    with (workspace / "topology" / "targets.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {level: village, sites: 3}\n")
    code, out, _ = run("-C", workspace, "check")
    assert code == 1
    assert "topology/targets.yaml" in out
