"""Hostile and huge workspaces: the work grows with the size and no faster, and what is not listed is counted.

Work is counted in calls, not in seconds; what calls do not show (a search through a list) is caught by sizes at which
it would take minutes, under the timeout of the test.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from types import FrameType

import pytest
from command_line import Run
from hostile_shapes import SHAPES

from jbnet.inventory import declaration, likeness
from jbnet.inventory.addresses.blocks import Outermost
from jbnet.inventory.building import bounds
from jbnet.inventory.likeness import Hints, Known, nearest
from jbnet.inventory.loader import Loaded
from jbnet.inventory.reading import builder
from jbnet.inventory.report import IN_ALL, IN_FILE, Report
from jbnet.inventory.rules.load import summed
from jbnet.model.findings import Finding, Place
from jbnet.wiring import check_workspace

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"
FEW, MANY = 300, 1200
LARGE = 20_000


def laid(files: Mapping[str, str], workspace: Path) -> Path:
    shutil.copytree(BASE, workspace)
    for file, content in files.items():
        path = workspace / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return workspace


def calls(workspace: Path) -> int:
    """Return how many functions a check of a workspace calls, Python's own included."""
    count = 0

    def note(_frame: FrameType, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        check_workspace(workspace)
    finally:
        sys.setprofile(None)
    return count


def counted(findings: tuple[Finding, ...], code: str) -> int:
    return sum(finding.count for finding in findings if finding.code == code)


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> int:
    """What the small network costs that every shape lies over; the first check imports what the others use."""
    workspace = laid({}, tmp_path_factory.mktemp("base") / "net")
    check_workspace(workspace)
    return calls(workspace)


@pytest.mark.parametrize("name", SHAPES)
def test_the_work_grows_with_the_size_and_no_faster(
    name: str, start: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is wrong four times as often, the work is at most five times as much: 16 times would be quadratic."""
    monkeypatch.setattr(likeness, "_MOST", 10)
    few = calls(laid(SHAPES[name](FEW), tmp_path / "few")) - start
    many = calls(laid(SHAPES[name](MANY), tmp_path / "many")) - start
    assert many < 5 * max(few, 10_000)


@pytest.mark.parametrize("name", SHAPES)
def test_what_is_wrong_twenty_thousand_times_is_told_in_few_lines(name: str, tmp_path: Path) -> None:
    loaded = check_workspace(laid(SHAPES[name](LARGE), tmp_path / "net"))
    codes = {finding.code for finding in loaded.findings}
    assert len(loaded.findings) <= len(codes) * (IN_ALL + IN_ALL // IN_FILE + 1)
    assert all(len(finding.message) < 5000 and len(finding.related) <= 20 for finding in loaded.findings)


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("parents that are missing", "JB114", LARGE),
        ("one parent that is missing", "JB114", LARGE),
        ("codes that are numbers", "JB110", LARGE),
        ("carriers that are nothing", "JB107", LARGE),
        ("unknown keys", "JB105", LARGE),
        ("keys that stand twice", "JB103", LARGE - 1),
        ("services that need all that is missing", "JB114", LARGE),
        ("payers that are missing", "JB232", LARGE),
    ],
)
def test_counts_hold_however_many_are_listed(name: str, code: str, expected: int, tmp_path: Path) -> None:
    loaded = check_workspace(laid(SHAPES[name](LARGE), tmp_path / "net"))
    assert counted(loaded.findings, code) == expected


def test_findings_past_the_limit_of_a_file_are_counted_at_the_first_of_them() -> None:
    report = Report()
    for line in range(1, 1001):
        report.add("JB105", "the key {key} is unknown here", Place("a.yaml", line), key=line)
    found = report.sorted()
    assert len(found) == IN_FILE + 1
    assert (found[-1].place, found[-1].count) == (Place("a.yaml", IN_FILE + 1), 1000 - IN_FILE)
    assert str(found[-1].text) == "and 800 more of JB105 in this file"


def test_findings_past_the_limit_of_all_files_are_counted_in_one() -> None:
    report = Report()
    for file in range(3000):
        for line in (1, 2):
            report.add("JB105", "the key {key} is unknown here", Place(f"{file:04}.yaml", line), key=line)
    (rest,) = [finding for finding in report.sorted() if finding.count > 1]
    assert rest.message == "and 5000 more of JB105 in 2500 files"
    assert (rest.place, rest.severity) == (Place("0500.yaml", 1), "error")
    assert counted(report.sorted(), "JB105") == 6000


def test_what_is_said_twice_is_counted_once_also_past_the_limit() -> None:
    report = Report()
    for _ in range(3):
        for line in range(1, 501):
            report.add("JB105", "the key {key} is unknown here", Place("a.yaml", line), key="x")
    assert counted(report.sorted(), "JB105") == 500


def test_a_report_that_is_taken_over_is_counted_as_it_was() -> None:
    one, other, whole = Report(), Report(), Report()
    for file in range(2000):
        one.add("JB105", "x", Place(f"{file:04}.yaml"))
    for line in range(300):
        other.add("JB105", "x", Place("z.yaml", line + 1))
    whole.extend(one.sorted())
    whole.extend(other.sorted())
    whole.extend(other.sorted())
    assert counted(whole.sorted(), "JB105") == 2300
    again = Report()
    again.extend(whole.sorted())
    assert again.sorted() == whole.sorted()


def test_one_code_past_its_limit_leaves_room_for_others() -> None:
    report = Report()
    for line in range(5000):
        report.add("JB105", "x", Place("a.yaml", line + 1))
    report.add("JB106", "y", Place("a.yaml", 9))
    assert [finding.message for finding in report.sorted() if finding.code == "JB106"] == ["y"]


def test_more_is_told_in_every_format(run: Run, tmp_path: Path) -> None:
    workspace = laid(SHAPES["unknown keys"](1000), tmp_path / "net")
    envelope = json.loads(run("-C", workspace, "--json", "check")[1])
    assert envelope["counts"]["error"] == 1000
    assert [finding["count"] for finding in envelope["findings"] if finding["count"] > 1] == [800]
    plain = run("-C", workspace, "check")[1]
    assert "and 800 more of JB105 in this file" in plain
    assert "errors: 1000, other findings: 0" in plain
    log = json.loads(run("-C", workspace, "check", "--format", "sarif")[1])
    results = log["runs"][0]["results"]
    assert sum(result.get("occurrenceCount", 1) for result in results) == 1000
    assert "and 800 more of JB105" in run("-C", workspace, "check", "--format", "github")[1]


def test_hints_are_given_for_a_readable_number_of_names_and_asked_for_once() -> None:
    hints, known = Hints(), [f"name{number}" for number in range(5000)]
    found = [hints.nearest(f"nam{number}", known) for number in range(1000)]
    assert sum(like is not None for like in found) == likeness._MOST
    assert hints.nearest("nam7", known) == found[7]


@pytest.mark.parametrize("slip", ["xining-high", "xinign-highschool", "xining-highschol", "xiningg"])
def test_among_many_names_one_slip_is_found(slip: str) -> None:
    known = ["xining-highschool", *(f"{first}{second}" for first in "abcdefgh" for second in range(1000)), "xining"]
    assert nearest(slip, known) in ("xining-highschool", "xining")


def test_a_name_is_compared_with_a_bounded_number_of_many() -> None:
    known = Known([f"name{number:05}" for number in range(50_000)])
    assert len(known._candidates("name12346")) <= 4 * likeness._NEIGHBOURS
    assert known.nearest("x" * 1_000_000) is None


def test_more_values_than_a_file_may_have_are_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builder, "MOST_VALUES", 1000)
    loaded = check_workspace(laid(SHAPES["carriers"](400), tmp_path / "net"))
    (finding,) = loaded.findings
    assert (finding.code, finding.place and finding.place.file) == ("JB187", "inventory/more.yaml")
    assert "1000 keys and values" in finding.message


def test_more_values_than_all_files_may_have_are_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not read may have been what is referred to: nothing else is called wrong."""
    monkeypatch.setattr(declaration, "MOST_VALUES", 20)
    found = check_workspace(laid({}, tmp_path / "net")).findings
    assert {finding.code for finding in found} == {"JB187"}


def test_more_than_can_be_built_is_refused_before_it_is_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST", 20)
    loaded: Loaded = check_workspace(laid({}, tmp_path / "net"))
    (finding,) = loaded.findings
    assert (finding.code, loaded.network) == ("JB189", None)
    assert finding.message.endswith("20 are built at most")


def test_demand_is_summed_up_chains_and_round_loops() -> None:
    above = {"a": "b", "b": "c", "x": "y", "y": "z", "z": "x", "t": "x"}
    found = summed({"a": 1.0, "b": 2.0, "c": 4.0, "x": 8.0, "y": 16.0, "z": 32.0, "t": 64.0}, above)
    assert found == {"a": 1.0, "b": 3.0, "c": 7.0, "x": 120.0, "y": 120.0, "z": 120.0, "t": 64.0}


def test_a_prefix_is_held_by_one_pool_and_not_by_two_side_by_side() -> None:
    from ipaddress import IPv4Network

    pools = Outermost([IPv4Network("10.0.0.0/9"), IPv4Network("10.128.0.0/9"), IPv4Network("10.1.0.0/16")])
    assert pools.hold(IPv4Network("10.1.2.0/24"))
    assert pools.hold(IPv4Network("10.128.0.0/9"))
    assert not pools.hold(IPv4Network("10.0.0.0/8"))
    assert not pools.hold(IPv4Network("9.0.0.0/24"))
    assert all(not pools.hold(IPv4Network((int(a) * 2**24, 8))) for a, _ in pairwise(range(11, 20)))
