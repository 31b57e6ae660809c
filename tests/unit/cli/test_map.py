"""``jbnet map``: where it writes, in which language, and how it refuses."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from xml.etree import ElementTree as ET

from command_line import Run

REPOSITORY = Path(__file__).parents[3]


def test_the_levels_go_to_stdout_in_the_language_asked_for(run: Run) -> None:
    code, out, err = run("-C", REPOSITORY, "map", "--lang", "zh")
    assert (code, err) == (0, "")
    root_element = ET.fromstring(out)
    assert "四级网络" in (root_element[0].text or "")


def test_a_picture_goes_to_a_file(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("-C", REPOSITORY, "map", "--view", "geography", "-o", tmp_path / "g.svg")
    assert (code, out) == (0, "")
    assert ET.parse(tmp_path / "g.svg").getroot().tag.endswith("svg")


def test_json_is_one_envelope_with_its_schema(run: Run) -> None:
    for arguments in (["map", "--format", "json"], ["--json", "map"]):
        code, out, _ = run("-C", REPOSITORY, *arguments)
        document = json.loads(out)
        assert (code, document["schema"], document["ok"]) == (0, "jbnet/map/1", True)
        assert document["data"]["view"] == "levels"


def test_mermaid_shows_the_backbone_when_nothing_else_is_asked_for(run: Run) -> None:
    code, out, _ = run("-C", REPOSITORY, "map", "--format", "mermaid")
    assert code == 0
    assert out.startswith("flowchart TB")
    assert "golmud-dc-r1" in out
    assert "chengdong" not in out


def test_mermaid_of_a_prefecture_is_folded_and_that_of_everything_refused(run: Run) -> None:
    code, out, _ = run("-C", REPOSITORY, "map", "--format", "mermaid", "--view", "under:xining")
    assert code == 0
    assert out.count("\n") < 500
    code, _, err = run("-C", REPOSITORY, "map", "--format", "mermaid", "--view", "levels")
    assert code == 2
    assert "160 at most" in err


def test_wrong_use_is_told_with_what_there_is(run: Run) -> None:
    for arguments, said in (
        (["--view", "tree"], "under:SITE"),
        (["--view", "site:nowhere"], "did you mean"),
        (["--fail", "circuit:xining-up9"], "xining-up1"),
        (["--fail", "xining-up1"], "circuit:xining-up1"),
        (["--lang", "fr"], "en, zh"),
    ):
        code, out, err = run("-C", REPOSITORY, "map", *arguments)
        assert (code, out) == (2, "")
        assert said in err


def test_a_file_that_cannot_be_written_is_named(run: Run, tmp_path: Path) -> None:
    code, _, err = run("-C", REPOSITORY, "map", "-o", tmp_path / "no" / "such.svg")
    assert code == 3
    assert "such.svg" in err


def test_a_broken_outline_is_named_with_file_and_place(run: Run, tmp_path: Path) -> None:
    for folder in ("inventory", "topology"):
        shutil.copytree(REPOSITORY / folder, tmp_path / folder)
    (tmp_path / "topology" / "geo" / "qinghai.geo.json").write_text('{"type": "FeatureCollection",\n', encoding="utf-8")
    code, _, err = run("-C", tmp_path, "map", "--view", "geography")
    assert code == 2
    assert "topology/geo/qinghai.geo.json:2:1" in err
    code, _, _ = run("-C", tmp_path, "map")
    assert code == 0
