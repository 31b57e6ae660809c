"""``jbnet check --format``: what machines get is what people get, in the form that their standards ask for."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from jbnet.cli.app import root
from jbnet.wiring import check_workspace

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
CASES = ["everything-at-once", "trap-unseen-characters", "files-of-other-names", "base"]

# Required and allowed properties below are those of the SARIF 2.1.0 schema (OASIS, sections 3.13 to 3.49).
LEVELS = {"none", "note", "warning", "error"}


@pytest.fixture(params=CASES)
def workspace(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    shutil.copytree(GOLDEN / "base", tmp_path / "net")
    shutil.copytree(GOLDEN / request.param, tmp_path / "net", symlinks=True, dirs_exist_ok=True)
    return tmp_path / "net"


def printed(workspace: Path, *arguments: str) -> str:
    ran = CliRunner().invoke(root, ["-C", str(workspace), *arguments])
    assert ran.exit_code == (0 if check_workspace(workspace).network else 1), ran.output
    return str(ran.stdout)


def log(workspace: Path, *arguments: str) -> dict[str, Any]:
    found = json.loads(printed(workspace, *arguments, "check", "--format", "sarif"))
    assert isinstance(found, dict)
    return found


def only(value: dict[str, Any], required: set[str], allowed: set[str]) -> None:
    """Hold an object against the schema: it is closed, every property is known and the required ones are there."""
    assert required <= value.keys() <= required | allowed


def test_a_log_has_the_structure_that_the_standard_requires(workspace: Path) -> None:
    found = log(workspace)
    only(found, {"version", "runs"}, {"$schema"})
    assert found["version"] == "2.1.0"
    (run,) = found["runs"]
    only(run, {"tool", "results"}, {"language", "columnKind", "originalUriBaseIds"})
    assert run["columnKind"] == "unicodeCodePoints"
    assert re.fullmatch(r"[a-zA-Z]{2}(-[a-zA-Z]{2})?", run["language"])
    driver = run["tool"]["driver"]
    only(driver, {"name", "rules"}, {"version"})
    for rule in driver["rules"]:
        only(rule, {"id", "shortDescription", "help"}, {"fullDescription", "defaultConfiguration"})
        assert rule["help"]["text"]
        assert rule["help"]["markdown"].startswith(rule["help"]["text"])
        assert rule["defaultConfiguration"]["level"] in LEVELS
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])


def test_every_result_points_at_its_rule_and_at_places_below_a_known_base(workspace: Path) -> None:
    (run,) = log(workspace)["runs"]
    rules, bases = run["tool"]["driver"]["rules"], run["originalUriBaseIds"]
    for result in run["results"]:
        only(
            result,
            {"message", "ruleId", "ruleIndex", "level", "partialFingerprints"},
            {"locations", "relatedLocations"},
        )
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in LEVELS
        assert result["message"]["text"]
        for location in [*result["locations"], *result.get("relatedLocations", [])]:
            only(location, {"physicalLocation"}, {"id", "message"})
            artifact = location["physicalLocation"]["artifactLocation"]
            assert artifact["uriBaseId"] in bases
            assert re.fullmatch(r"[A-Za-z0-9._~%/-]+", artifact["uri"])
            assert not artifact["uri"].startswith("/")
            region = location["physicalLocation"]["region"]
            assert region["startLine"] >= 1
            assert region["startColumn"] >= 1
        ids = [related["id"] for related in result.get("relatedLocations", [])]
        assert len(set(ids)) == len(ids)


def test_a_log_says_what_the_text_says(workspace: Path) -> None:
    expected = [
        (f.code, f.message, f.place.line, f.place.column) for f in check_workspace(workspace).findings if f.place
    ]
    (run,) = log(workspace)["runs"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    shown = [
        (result["ruleId"], result["message"]["text"], region["startLine"], region["startColumn"])
        for result, region in zip(run["results"], regions, strict=True)
    ]
    assert shown == expected


def test_json_is_the_envelope_with_either_option(workspace: Path) -> None:
    assert printed(workspace, "--json", "check") == printed(workspace, "check", "--format", "json")


def test_annotations_are_one_line_a_finding_with_everything_escaped(workspace: Path) -> None:
    findings = check_workspace(workspace).findings
    lines = [line for line in printed(workspace, "check", "--format", "github").split("\n") if line]
    assert len(lines) == len(findings)
    for line, finding in zip(lines, findings, strict=True):
        matched = re.fullmatch(r"::(error|warning|notice) file=([^,:]+),line=(\d+),col=(\d+),title=[^:,]+::(.+)", line)
        assert matched is not None, line
        assert finding.place is not None
        assert (int(matched[3]), int(matched[4])) == (finding.place.line, finding.place.column)


@pytest.mark.parametrize("character", ["西", "𠀀", "é", "A"])
def test_columns_count_code_points_also_behind_chinese(tmp_path: Path, character: str) -> None:
    workspace = Path(shutil.copytree(GOLDEN / "base", tmp_path / "net"))
    line = f"  radio: {{name_zh: {character * 5}, phon: 1}}"
    (workspace / "inventory" / "more.yaml").write_text(f"carriers:\n{line}\n", encoding="utf-8")
    (run,) = log(workspace)["runs"]
    (region,) = [result["locations"][0]["physicalLocation"]["region"] for result in run["results"]]
    assert (region["startLine"], region["startColumn"]) == (2, line.index("phon") + 1)


def test_a_log_speaks_chinese(tmp_path: Path) -> None:
    workspace = Path(shutil.copytree(GOLDEN / "base", tmp_path / "net"))
    shutil.copytree(GOLDEN / "unknown-key", workspace, dirs_exist_ok=True)
    (run,) = log(workspace, "--lang", "zh")["runs"]
    assert run["language"] == "zh-CN"
    assert "未知" in json.dumps(run["tool"], ensure_ascii=False) or "键" in run["results"][0]["message"]["text"]
