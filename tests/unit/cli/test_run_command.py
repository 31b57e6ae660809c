"""jbnet run as people and programs see it: tables of 80 columns, CSV, what is refused before anybody is asked."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import Run, runner

from jbnet.cli.run_table import by_worth, chosen, layout, sheet
from jbnet.cli.show_print import cells
from jbnet.model.errors import UsageError
from jbnet.model.text import text
from jbnet.services.run import Failure, Ran, State
from jbnet.services.run_answer import Answer, Form

ROOT = Path(__file__).parents[3]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return runner(monkeypatch, capfd)


def answer(device: str, *records: dict[str, str], said: str = "") -> Answer:
    form = Form.JSON if records else Form.TEXT
    return Answer(device, "frr", said, form, records)


def test_a_table_stays_within_80_columns_and_says_what_it_left_out() -> None:
    wide = {f"column{number}": "x" * 20 for number in range(8)}
    found = layout([answer("core-r1", wide)], list(wide))
    assert max(cells(line) for line in found.lines) <= 80
    assert len(found.left_out) == 5


def test_a_wide_cell_is_cut_also_in_chinese() -> None:
    found = layout([answer("core-r1", {"note": "西宁" * 20})], ["note"])
    assert found.lines[1].endswith("…")
    assert cells(found.lines[1]) <= 80


def test_columns_that_are_empty_everywhere_are_not_shown() -> None:
    assert chosen("", [answer("core-r1", {"a": "1", "b": ""})]) == ["a"]


def test_a_column_that_is_not_there_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="column c"):
        chosen("a,c", [answer("core-r1", {"a": "1", "b": "2"})])


def columns_of(command: str, *records: dict[str, str]) -> list[str]:
    """Return the columns that a screen has for FRR's answer."""
    answers = [answer("core-r1", *records)]
    return list(layout(answers, by_worth(answers, command)).shown[1:])


def test_a_neighbour_is_shown_with_its_state_address_and_interface() -> None:
    common = {"priority": "1", "state": "Full/-", "nbrPriority": "1", "nbrState": "Full/-", "converged": "Full",
              "role": "DROther", "upTimeInMsec": "40162", "deadTimeMsecs": "3860"}  # fmt: skip
    rows = [{"key": f"10.4.0.{n}", **common, "address": f"10.4.1.{n}", "ifaceAddress": f"10.4.1.{n}",
             "ifaceName": f"noc-{n}:10.4.0.128", "retransmitCounter": "0"} for n in (1, 2)]  # fmt: skip
    shown = columns_of("sh ip ospf nei", *rows)
    assert shown[:4] == ["key", "nbrState", "ifaceAddress", "ifaceName"]
    assert not {"state", "address"} & set(shown)


def test_a_route_is_shown_once_and_with_its_next_hop() -> None:
    rows = [{"key": f"10.{n}.0.0/16", "prefix": f"10.{n}.0.0/16", "prefixLen": "16", "protocol": "ospf", "vrfId": "0",
             "vrfName": "default", "table": "254", "ip": f"10.0.128.{n}", "interfaceName": f"up{n}"}
            for n in (1, 2)]  # fmt: skip
    shown = columns_of("show ip route", *rows)
    assert shown[:4] == ["key", "protocol", "ip", "interfaceName"]
    assert "prefix" not in shown


def test_a_summary_of_routes_names_the_kinds() -> None:
    rows = [{"routesTotal": "40", "routesTotalFib": "33", "fib": f"{n}", "rib": f"{n}", "type": kind}
            for n, kind in ((8, "connected"), (1, "static"))]  # fmt: skip
    assert columns_of("show ip route summary", *rows)[0] == "type"


def test_of_what_no_data_speaks_names_come_first_then_what_differs_and_nothing_is_said_twice() -> None:
    rows = [{"vrf": "default", "count": f"{n}", "state": state, "again": state, "flag": "0", "flag2": "0",
             "key": f"b{n}"} for n, state in ((1, "up"), (2, "down"))]  # fmt: skip
    assert columns_of("show something", *rows) == ["key", "state", "count", "vrf", "flag", "flag2"]


def test_csv_has_records_and_text_side_by_side() -> None:
    rows = sheet([answer("core-r1", {"a": "1"}), answer("core-r2", said="one\ntwo")], "")
    assert rows == [
        ["device", "form", "a", "text"],
        ["core-r1", "json", "1", ""],
        ["core-r2", "text", "", "one"],
        ["core-r2", "text", "", "two"],
    ]


def test_a_writing_command_is_refused_with_the_reason_and_what_to_do(call: Run, tmp_path: Path) -> None:
    code, _, said = call("-C", ROOT, "--state", tmp_path, "run", "platform=vrp8", "--", "reset", "ospf", "process")
    assert code == 4
    assert "reset is not known to only read" in said
    assert "--write" in said


def test_a_device_that_refuses_was_asked_and_its_words_are_given(
    call: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refusal = Failure(State.DECLINED, text("core-r1 refuses it: Unknown command"))
    silence = Failure(State.FAILED, text("core-r2 does not answer"))
    ran = Ran({}, {"core-r1": refusal, "core-r2": silence})
    monkeypatch.setattr("jbnet.services.run.run", lambda _order, _ways: ran)
    code, said, _ = call("-C", ROOT, "--state", tmp_path, "run", "role=core", "--", "display nonsense")
    assert code == 3
    assert said.splitlines() == ["could not be asked: core-r2 does not answer", "core-r1 refuses it: Unknown command"]


def test_a_dry_run_names_the_devices_and_asks_nobody(call: Run, tmp_path: Path) -> None:
    code, said, _ = call(
        "-C", ROOT, "--state", tmp_path, "run", "role=core", "--write", "--dry-run", "--", "reset ospf process"
    )
    assert code == 0
    assert "core-r1" in said


def test_nobody_who_can_be_asked_means_that_nothing_is_sent(call: Run, tmp_path: Path) -> None:
    code, _, said = call("-C", ROOT, "--state", tmp_path, "--json", "run", "role=core", "--write", "--", "reset x")
    assert code == 4
    assert "--yes" in said


def test_servers_are_politely_left_out(call: Run, tmp_path: Path) -> None:
    code, _, said = call("-C", ROOT, "--state", tmp_path, "run", "role=noc-server", "--", "display version")
    assert code == 2
    assert "no device of ours is selected" in said
