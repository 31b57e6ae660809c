"""``jbnet standards`` and what ``jbnet check`` says of standards: tables, exit codes, both languages."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from house_rules import house_set
from rich.cells import cell_len

from jbnet.cli.app import root
from jbnet.cli.errors import run_guarded

REPOSITORY = Path(__file__).parents[3]
BASE = REPOSITORY / "tests" / "golden" / "check" / "base"
HOUSE = house_set("""\
  H-1:
    title: {en: A county has two lines, zh: 县级双线路}
    clause: "1"
    aspect: topology
    applies_to: sites
    where: {level: county}
    require: {lines_at_least: {count: 9}}
    note: {en: Because., zh: 说明。}
  H-2:
    title: {en: Leased lines have a number, zh: 线路编号}
    clause: "2"
    aspect: link
    severity: warning
    applies_to: circuits
    where: {level: [prefecture, county, township]}
    require: {states: {facts: [line_number]}}
  H-3:
    title: {en: Locks, zh: 门锁}
    clause: "3"
    aspect: physical
    evidence: elsewhere
waivers:
  - {rule: H-2, under: east, reason: Not asked yet., who: wang, until: "2099-12-31"}
""")
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["jbnet", *map(str, arguments)])
        code = run_guarded(root)
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return call


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Qinghai without its lines to Golmud."""
    workspace = tmp_path_factory.mktemp("broken")
    for folder in ("inventory", "topology", "monitors", "dr"):
        shutil.copytree(REPOSITORY / folder, workspace / folder)
    archetypes = workspace / "inventory" / "archetypes.yaml"
    text = archetypes.read_text(encoding="utf-8")
    begin, end = text.index("      up3:\n"), text.index("      pair1: {from: r1, to: r2}")
    archetypes.write_text(text[:begin] + text[end:], encoding="utf-8")
    return workspace


@pytest.mark.parametrize(("lang", "title"), [("en", "without passing the Xining core"), ("zh", "不经西宁核心")])
def test_the_shipped_network_is_fine_and_its_table_fits_a_screen(run: Run, lang: str, title: str) -> None:
    code, shown = run("-C", REPOSITORY, "--lang", lang, "standards")
    assert code == 0
    assert title in shown
    assert [line for line in shown.splitlines()[:-1] if cell_len(line) > 80] == []


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small network of the checks, with rules of its own that its counties break."""
    workspace = Path(shutil.copytree(BASE, tmp_path / "net"))
    (workspace / "topology" / "standards").mkdir()
    (workspace / "topology" / "standards" / "house.yaml").write_text(HOUSE, encoding="utf-8")
    return workspace


def test_a_prefecture_that_reaches_golmud_only_through_the_core_is_an_error_of_check(run: Run, broken: Path) -> None:
    code, shown = run("-C", broken, "check")
    lines = [line for line in shown.splitlines() if " error QH-T-03 " in line]
    assert code == 1
    assert len(lines) == 8
    assert "inventory/sites/haixi.yaml:" in "".join(lines)
    assert all(line.endswith("[QH 2.3]") for line in lines)


def test_standards_answers_no_with_places_and_the_clause(run: Run, broken: Path) -> None:
    code, shown = run("-C", broken, "--json", "standards", "QH-T-03")
    found = json.loads(shown)
    assert (code, found["ok"], found["counts"]["error"]) == (1, False, 8)
    assert {one["code"] for one in found["findings"]} == {"QH-T-03"}
    assert all(one["file"] and one["line"] for one in found["findings"])
    assert found["data"]["rules"][0]["levels"] == {"prefecture": {"violated": 8}}


@pytest.mark.parametrize("by", ["rule", "level", "site", "aspect"])
def test_every_table_fits_a_screen_and_ends_with_the_sums(run: Run, small: Path, by: str) -> None:
    code, shown = run("-C", small, "standards", "--by", by)
    lines = shown.splitlines()
    assert code == 1
    assert [line for line in lines[:-1] if cell_len(line) > 80] == []
    assert lines[-1].startswith("violated: ")
    assert "shown elsewhere: 1 rule" in lines[-1]


def test_one_rule_shows_what_it_requires_and_all_that_breaks_it(run: Run, small: Path) -> None:
    code, shown = run("-C", small, "standards", "h-1")
    assert code == 1
    assert "lines_at_least (count: 9)" in shown
    assert "Because." in shown
    assert "inventory/sites/east.yaml:" in shown


def test_one_site_is_judged_alone(run: Run, small: Path) -> None:
    code, shown = run("-C", small, "--json", "standards", "--site", "east")
    sites = {one["site"] for one in json.loads(shown)["data"]["judgements"]}
    assert (code, sites) == (0, {"east"})
    code, shown = run("-C", small, "--json", "standards", "--under", "east")
    assert code == 1
    assert "west" not in {one["site"] for one in json.loads(shown)["data"]["judgements"]}


def test_one_set_is_judged_alone(run: Run, small: Path) -> None:
    other = HOUSE.partition("waivers:")[0].replace("name: house", "name: other").replace("prefix: H", "prefix: O")
    other = other.replace("  H-", "  O-").replace("count: 9", "count: 1")
    (small / "topology" / "standards" / "other.yaml").write_text(other, encoding="utf-8")
    assert run("-C", small, "standards", "--set", "other")[0] == 0
    assert run("-C", small, "standards", "--set", "house")[0] == 1


def test_what_is_waived_shows_who_answers_for_it_and_until_when(run: Run, small: Path) -> None:
    assert "waived until 2099-12-31 by wang: Not asked yet." in run("-C", small, "standards", "H-2")[1]


def test_unknown_names_are_wrong_use_with_the_nearest(run: Run, small: Path) -> None:
    for arguments, like in ((("--set", "hous"), "house"), (("H-11",), "H-1"), (("--site", "eats"), "east")):
        code, shown = run("-C", small, "standards", *arguments)
        assert code == 2
        assert f"did you mean {like}" in shown


def test_check_explains_a_rule_of_the_workspace(run: Run, small: Path) -> None:
    code, shown = run("-C", small, "check", "--explain", "h-1")
    assert code == 0
    assert shown.startswith("H-1 error: A county has two lines")
    assert "Clause: House 1" in shown
    assert run("-C", small, "check", "--explain", "H-9")[0] == 2


def test_broken_rule_sets_are_findings_of_check_and_stop_the_judging(run: Run, small: Path) -> None:
    file = small / "topology" / "standards" / "house.yaml"
    file.write_text(HOUSE.replace("lines_at_least", "lines_at_laest"), encoding="utf-8")
    code, shown = run("-C", small, "check")
    assert code == 1
    assert "topology/standards/house.yaml:" in shown
    assert "did you mean lines_at_least?" in shown
    code, shown = run("-C", small, "standards")
    assert (code, "the standards have errors: 1" in shown) == (1, True)


def test_a_workspace_without_standards_has_nothing_to_judge(run: Run, small: Path) -> None:
    shutil.rmtree(small / "topology" / "standards")
    assert run("-C", small, "check")[0] == 0
    assert run("-C", small, "standards")[0] == 0


def test_rules_that_apply_to_nothing_at_a_site_are_counted_not_listed(small: Path, run: Run) -> None:
    _, whole = run("-C", small, "standards")
    _, narrow = run("-C", small, "standards", "--site", "example")
    assert "H-1" in whole
    assert "H-1" not in narrow
    assert "rules that apply to nothing here: 2" in narrow
    assert not [line for line in narrow.splitlines() if line.split()[1:] == ["-"] * 4]
