"""``jbnet whatif``: what it prints, how it exits, what it refuses."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import pytest
from command_line import Run, runner
from rich.cells import cell_len

ROOT = Path(__file__).parents[3]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], workspace: Path) -> Run:
    call = runner(monkeypatch, capfd)
    return lambda *arguments: call("-C", workspace, *arguments)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("net")
    for name in ("inventory", "topology"):
        shutil.copytree(ROOT / name, target / name)
    return target


def test_a_single_line_takes_all_below_it_and_is_named_by_its_highest_site(run: Run) -> None:
    code, out, _ = run("whatif", "--fail", "circuit:mangya-up1")
    assert code == 0
    assert "mangya (+" in out
    assert "services, with the number of sites" in out


def test_the_old_options_say_the_same_as_fail(run: Run) -> None:
    assert run("whatif", "--circuit", "mangya-up1")[:2] == run("whatif", "--fail", "circuit:mangya-up1")[:2]
    assert run("whatif", "--site", "golmud-dc")[:2] == run("whatif", "--fail", "location:golmud-dc")[:2]


def test_the_first_line_says_who_is_cut_off_also_where_nobody_is(run: Run) -> None:
    assert run("whatif", "--fail", "circuit:xining-up1")[1].startswith("sites cut off: none\n")
    assert run("whatif", "--fail", "circuit:mangya-up1")[1].startswith("sites cut off (")
    assert "sites cut off: none" not in run("whatif", "--fail", "circuit:mangya-up1")[1]


def test_sites_are_taken_by_code_and_chinese_name_as_show_site_takes_them(run: Run) -> None:
    meant = run("whatif", "--fail", "site:xining")[:2]
    assert meant[0] == 0
    for way in (("--fail", "site:西宁市"), ("--fail", "site:6301"), ("--site", "西宁市")):
        assert run("whatif", *way)[:2] == meant


def test_the_document_has_everything_that_was_shown_and_more(run: Run) -> None:
    code, out, _ = run("--json", "whatif", "--fail", "circuit:xining-up1")
    data = json.loads(out)["data"]
    assert code == 0
    assert data["on_backup"] == ["xining"]
    assert data["cut_off"] == []
    assert {"others", "premises", "devices", "services", "overloads", "degraded", "ways"} <= data.keys()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("kind", ["circuit", "device", "site", "srlg", "carrier", "underlay", "line"])
def test_every_failure_of_a_kind_is_a_table_of_80_columns_the_worst_first(run: Run, lang: str, kind: str) -> None:
    code, out, _ = run("--lang", lang, "whatif", "--each", kind, "--top", "5")
    assert code == 0
    assert max(cell_len(line) for line in out.splitlines()) <= 80


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("failure", ["device:core-r1", "underlay:egov", "carrier:telecom", "location:core"])
def test_long_lists_of_one_failure_are_broken_after_commas_at_80_columns(run: Run, lang: str, failure: str) -> None:
    _, out, _ = run("--lang", lang, "whatif", "--fail", failure)
    lines = out.splitlines()
    assert max(map(cell_len, lines)) <= 80
    assert len([line for line in lines if line.startswith("  ")]) > 2
    assert all(before.endswith(",") for before, line in pairwise(lines) if line.startswith("  "))


def test_the_province_hangs_on_the_core_that_its_lines_end_on(run: Run) -> None:
    def cut(device: str) -> list[str]:
        return list(json.loads(run("--json", "whatif", "--fail", f"device:{device}")[1])["data"]["cut_off"])

    assert (cut("core-r1"), cut("core-r2")) == (["qinghai"], [])


def test_planned_sites_are_told_apart_and_do_not_count(run: Run, tmp_path: Path, workspace: Path) -> None:
    shutil.copytree(workspace, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "inventory" / "sites" / "haixi.yaml"
    written = file.read_text(encoding="utf-8")
    before, county = written.split("      mangya:\n", 1)
    file.write_text(f"{before}      mangya:\n        status: planned\n{county}", encoding="utf-8")
    at = ("-C", tmp_path)
    data = json.loads(run(*at, "--json", "whatif", "--fail", "device:haixi-r1")[1])["data"]
    assert "mangya" in data["planned"]
    assert "mangya" not in data["cut_off"]
    assert {"name": "pension", "sites": len(data["cut_off"])} in data["services"]
    _, out, _ = run(*at, "whatif", "--fail", "device:haixi-r1")
    assert f"not in use yet, and without a way ({len(data['planned'])}): mangya" in out
    _, out, _ = run(*at, "whatif", "--each", "device", "--top", "40")
    assert f"{len(data['cut_off'])} +{len(data['planned'])}" in out
    assert "+: sites that are not in use yet" in out
    _, out, _ = run(*at, "whatif", "--single-points")
    assert "circuit mangya-up1" not in out


def test_an_office_that_is_cut_off_is_somebody_and_is_counted(run: Run) -> None:
    code, out, _ = run("whatif", "--each", "premises", "--top", "200")
    assert code == 0
    assert "xining-pension " in out
    assert "banma-employment" not in out  # it has no line that could fail: it sits in the site's own building


def test_the_groups_of_single_points_add_up_and_hold_no_router_with_a_partner_beside_it(run: Run) -> None:
    _, out, _ = run("whatif", "--single-points")
    groups = [line for line in out.splitlines() if " only (" in line]
    for line in groups:
        told, parts = line.split("(")[1].split("): ")
        assert int(told) == sum(int(part.rsplit(" ", 1)[1]) for part in parts.split(", "))
    assert not any("prefecture" in line for line in groups)
    assert "device xining-r1" in out  # seven partners hang on it, but the prefecture has two routers


def test_the_document_of_each_is_complete_whatever_is_shown(run: Run) -> None:
    _, out, _ = run("--json", "whatif", "--each", "device", "--top", "1")
    assert len(json.loads(out)["data"]) > 1000


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_single_points_fit_and_those_that_are_alike_are_counted(run: Run, lang: str) -> None:
    code, out, _ = run("--lang", lang, "whatif", "--single-points", "--top", "3")
    assert code == 0
    assert max(cell_len(line) for line in out.splitlines()) <= 80
    assert "422" in out


def test_measured_demand_overloads_what_it_overloads(run: Run, tmp_path: Path) -> None:
    (tmp_path / "demand.json").write_text('{"mangya": 500}', encoding="utf-8")
    (tmp_path / "demand.csv").write_text("site,mbps\nmangya,500\n", encoding="utf-8")
    for name in ("demand.json", "demand.csv"):
        _, out, _ = run("--json", "whatif", "--fail", "circuit:haixi-up1", "--demand", tmp_path / name)
        assert any(over["load"] == 500.0 for over in json.loads(out)["data"]["overloads"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "[]"),
        ("a.json", '{"xining": "much"}'),
        ("a.json", '{"xining": -1}'),
        ("a.json", '{"atlantis": 1}'),
        ("a.csv", "city,load\nxining,1\n"),
        ("a.json", "{"),
    ],
)
def test_demand_that_cannot_be_read_is_refused(run: Run, tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    code, _, err = run("whatif", "--fail", "circuit:xining-up1", "--demand", tmp_path / name)
    assert code == 2
    assert name in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--each"),
        (("--fail", "circuit:xinig-up1"), "circuit:xining-up1"),
        (("--fail", "device:mangya"), "site:mangya"),
        (("--each", "cable"), "srlg"),
        (("--each", "device", "--single-points"), "one of them"),
        (("--disjoint", "xining-r1"), "--from"),
    ],
)
def test_wrong_use_is_refused_with_what_would_be_right(run: Run, arguments: tuple[str, ...], said: str) -> None:
    code, _, err = run("whatif", *arguments)
    assert code == 2
    assert said in err


def test_disjoint_routes_are_shown_and_their_absence_is_a_no(run: Run) -> None:
    code, out, _ = run("whatif", "--disjoint", "xining-dc-r1", "--from", "noc-s1", "--from", "golmud-dc-r1")
    assert (code, len(out.splitlines())) == (0, 2)
    assert run("whatif", "--disjoint", "mangya-r1", "--from", "noc-s1", "--from", "golmud-dc-r1")[0] == 1


def test_single_points_say_where_a_mend_helps_only_some_and_who_the_others_are(run: Run) -> None:
    _, out, err = run("whatif", "--single-points")
    assert "others: locations, peers and offices" in out
    assert "in part: " in out
    assert err == ""  # progress is for terminals
    data = json.loads(run("--json", "whatif", "--single-points")[1])["data"]
    egov = next(point for point in data["points"] if point["name"] == "egov")
    assert egov["mends"]
    assert not egov["mended"]
    row = next(line for line in out.splitlines() if line.startswith("underlay egov"))
    assert row.split()[3] == str(len(egov["others"]) + len(egov["premises"]))
