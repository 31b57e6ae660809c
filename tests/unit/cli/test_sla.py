"""jbnet sla: a month as text, JSON, CSV and HTML, and a carrier's claim."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from monitoring import make_monitor
from simnet import FakeClock, SimNet
from typer.testing import CliRunner

from jbnet.cli.app import root
from jbnet.cli.columns import cells
from jbnet.model.errors import UsageError
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]
LINE = "chengdong-up1"


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a monitor kept of a minute in May 2020 in which a county's line was down for 20 s."""
    state = tmp_path_factory.mktemp("state")
    net = SimNet(load_network(ROOT, state, whole=True))
    clock = FakeClock(datetime(2020, 5, 10, 4, tzinfo=UTC))
    monitor = make_monitor(net, state / "monitor.db", clock=clock)
    monitor.start()
    for cut in (False, True, True, False):
        net.cut = {LINE} if cut else set()
        monitor.poll_once()
        clock.sleep(10)
    monitor.close()
    return state


def run(state: Path, *arguments: str, code: int = 0) -> str:
    done = CliRunner().invoke(root, ["-C", str(ROOT), "--state", str(state), *arguments])
    assert done.exit_code == code, done.output
    return done.stdout


def data(state: Path, *arguments: str) -> Any:
    return json.loads(run(state, "--json", "sla", "--month", "2020-05", *arguments))["data"]


def test_a_carrier_answers_for_its_line_and_the_rest_of_the_month_is_unknown(state: Path) -> None:
    rows = {row["carrier"]: row for row in data(state, "--by", "carrier")["rows"]}
    carrier = load_network(ROOT, state, whole=True).circuits[LINE].carrier
    assert {name: row["down"] for name, row in rows.items() if row["down"]} == {carrier: 20.0}
    assert rows[carrier]["charged"] == {"county": 20.0}
    assert rows[carrier]["unknown"] > 0.99 * rows[carrier]["due"]


@pytest.mark.parametrize("by", ["site", "level", "carrier", "service"])
def test_parts_sum_to_what_was_due(state: Path, by: str) -> None:
    rows = data(state, "--by", by)["rows"]
    assert rows
    for row in rows:
        known = row["due"] - row["down"] - row["maintenance"] - row["unknown"]
        assert known >= -0.01
        assert row["availability"] is None or 0 <= row["availability"] <= 1


def test_as_csv_it_has_a_line_for_each_row(state: Path) -> None:
    said = run(state, "sla", "--month", "2020-05", "--by", "carrier", "--csv")
    rows = list(csv.DictReader(said.splitlines()))
    assert sum(float(row["down"]) for row in rows) == 20.0
    assert {row["charged_county"] for row in rows} == {"20.0", ""}


def test_levels_are_named_in_the_readers_language(state: Path) -> None:
    said = run(state, "--lang", "zh", "sla", "--month", "2020-05", "--by", "level")
    assert "township" not in said
    assert len([line for line in said.splitlines() if line.startswith(("省", "州", "市", "县", "乡", "社区"))]) == 5


def test_as_html_it_is_one_page(state: Path) -> None:
    said = run(state, "--lang", "zh", "sla", "--month", "2020-05", "--html")
    assert said.startswith("<!doctype html>")
    assert said.count("<tr>") == 1 + len(data(state)["rows"])
    assert "可用率" in said


def test_as_text_it_fits_a_terminal(state: Path) -> None:
    said = run(state, "sla", "--month", "2020-05", "--by", "carrier")
    assert "20 s" in said
    assert all(len(line) <= 80 for line in said.splitlines()), said


def test_the_claim_names_the_line_and_the_time(state: Path) -> None:
    carrier = load_network(ROOT, state, whole=True).circuits[LINE].carrier
    (row,) = data(state, "--claim", str(carrier))["rows"]
    assert (row["circuit"], row["down"], row["incident"]) == (LINE, 20.0, "1")
    assert (row["from"], row["to"]) == ("2020-05-10T04:00:10Z", "2020-05-10T04:00:30Z")
    assert "nothing was down" in run(state, "sla", "--month", "2020-04", "--claim", str(carrier))


def test_a_claim_speaks_of_outages_and_writes_times_as_everything_else_does(state: Path) -> None:
    carrier = load_network(ROOT, state, whole=True).circuits[LINE].carrier
    said = run(state, "sla", "--month", "2020-05", "--claim", str(carrier))
    assert said.startswith("outages from 2020-05-01 00:00")
    assert " 2020-05-10T04:00:10Z " in said
    assert "availability from" not in said
    assert f"({carrier})" in said


def test_the_heading_has_the_month_in_local_time_with_its_zone_and_in_utc(state: Path) -> None:
    first, second, *_ = run(state, "sla", "--month", "2020-05").splitlines()
    assert first == "availability from 2020-05-01 00:00 to 2020-06-01 00:00 (local time, +08:00)"
    assert second == "in UTC: 2020-04-30T16:00:00Z to 2020-05-31T16:00:00Z"
    found = data(state)
    assert (found["from"], found["to"]) == ("2020-04-30T16:00:00Z", "2020-05-31T16:00:00Z")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--month", "May"), "May is no month"),
        (("--month", "9999-12"), "9999-12 is no month"),
        (("--month", "0001-01"), "0001-01 is no month"),
        (("--month", "9998-01"), "9998-01 has not begun"),
        (("--claim", "nobody"), "there is no carrier nobody"),
        (("--claim", "nobody", "--by", "level"), "--by and --claim exclude each other"),
        (("--csv", "--html"), "--csv and --html exclude each other"),
    ],
)
def test_what_is_asked_wrongly_is_said(state: Path, arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(root, ["-C", str(ROOT), "--state", str(state), "sla", *arguments])
    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)


def test_where_nothing_was_monitored_that_is_said(tmp_path: Path) -> None:
    done = CliRunner().invoke(root, ["-C", str(ROOT), "--state", str(tmp_path / "none"), "sla"])
    assert "nothing was ever monitored here" in str(done.exception or done.output)


@pytest.mark.parametrize(("lang", "heads"), [("en", ("excluded", "owed")), ("zh", ("不计入", "应赔"))])
def test_the_claim_has_the_sums_of_each_line_and_can_be_printed(state: Path, lang: str, heads: tuple[str, ...]) -> None:
    carrier = str(load_network(ROOT, state, whole=True).circuits[LINE].carrier)
    said = run(state, "--lang", lang, "sla", "--month", "2020-05", "--claim", carrier)
    page = run(state, "--lang", lang, "sla", "--month", "2020-05", "--claim", carrier, "--html")
    assert all(head in said for head in heads)
    assert all(cells(line) <= 80 for line in said.splitlines())
    assert page.count("<table>") == 2
    assert data(state, "--claim", carrier)["lines"][0]["down"] == 20.0
    rows = list(csv.DictReader(run(state, "sla", "--month", "2020-05", "--claim", carrier, "--csv").splitlines()))
    assert [(row["row"], row["down"]) for row in rows] == [("outage", "20.0"), ("line", "20.0"), ("sum", "20.0")]


def test_a_level_is_shown_with_its_target_and_whether_it_was_met(state: Path) -> None:
    rows = {row["level"]: row for row in data(state, "--by", "level")["rows"]}
    assert (rows["county"]["target"], rows["county"]["verdict"]) == (99.9, "unknown")
    assert "99.9 unknown" in run(state, "sla", "--month", "2020-05", "--by", "level")


@pytest.mark.parametrize(("lang", "words"), [("en", "Fault report"), ("zh", "线路故障报告")])
def test_the_fault_report_names_the_line_its_carrier_and_whom_to_call(state: Path, lang: str, words: str) -> None:
    network = load_network(ROOT, state, whole=True)
    carrier = network.carriers[str(network.circuits[LINE].carrier)]
    page = run(state, "--lang", lang, "incidents", "#1", "--report", "--html")
    said = run(state, "--lang", lang, "incidents", "1", "--report")
    assert page.startswith("<!doctype html>")
    for shown in (said, page):
        assert words in shown
        assert LINE in shown
        assert carrier.name_zh in shown
    found = json.loads(run(state, "--json", "incidents", "1", "--report"))["data"]
    assert (found["circuit"], found["carrier"]["name"], found["incident"]) == (LINE, carrier.name, "1")
    assert found["call"]["phone"] in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--report",), "--report needs the number of an incident"),
        (("1", "--html"), "--html needs --report"),
        (("1", "--report", "--check"), "--report goes with neither --open nor --check"),
        (("99", "--report"), "there is no incident 99"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(state: Path, arguments: tuple[str, ...], said: str) -> None:
    done = CliRunner().invoke(root, ["-C", str(ROOT), "--state", str(state), "incidents", *arguments])
    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)
