"""Tables from strangers: bounded in size and work, no cell becomes a formula, no name becomes YAML."""

from __future__ import annotations

import csv
import io
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.exchange import csv_cells, wishes
from jbnet.inventory.exchange.csv_cells import Sheet, read, write
from jbnet.inventory.exchange.places import Spot
from jbnet.inventory.exchange.tables import Kind, columns, rows
from jbnet.inventory.exchange.taking import Taken, take
from jbnet.inventory.exchange.wishes import Wish, report_unsafe
from jbnet.inventory.exchange.yaml_edits import CannotEdit
from jbnet.inventory.report import IN_FILE, Report
from jbnet.model.findings import Place
from jbnet.model.network import Network
from jbnet.model.text import text

BASE = read_files(Path(__file__).parents[2] / "golden" / "check" / "base")
EAST = "inventory/sites/east.yaml"
FORMULAS = ['=HYPERLINK("http://x","y")', "+1+1", "@SUM(1)", "＝公式", "＋公式", "－公式", "＠公式", "'=1", "''@x"]


def network(files: dict[str, str]) -> Network:
    found = load(files).network
    assert found is not None
    return found


def taken(content: str, files: dict[str, str] = BASE, kind: Kind = Kind.SITES) -> Taken:
    report = Report()
    sheet = read(content.encode(), "t.csv", report)
    return (
        Taken(report.sorted())
        if sheet is None or report.has_errors
        else take(sheet, kind, files, network(files), report)
    )


def cells(sheet: Sheet | None) -> list[list[str]]:
    assert sheet is not None
    return [[cell.text for cell in row] for row in sheet.rows]


@pytest.mark.parametrize("formula", [*FORMULAS, "\t=1", "\r=1", "\n=1"])
@pytest.mark.parametrize("spreadsheet", [True, False])
def test_no_cell_begins_as_a_formula_and_every_cell_is_read_back(formula: str, spreadsheet: bool) -> None:
    table = [["name", "name_zh"], ["x", formula], [formula, "x"]]
    written = write(table, spreadsheet=spreadsheet)
    others = list(csv.reader(io.StringIO(written.removeprefix(csv_cells.BOM), newline="")))
    assert all(cell[0] not in "=+-@\t\r\n＝＋－＠" for row in others for cell in row)
    assert cells(read(written.encode(), "t.csv", Report())) == table


@pytest.mark.parametrize("separator", [";", "\t", ","])
def test_what_a_spreadsheet_takes_for_a_separator_starts_no_cell(separator: str) -> None:
    assert write([[f"a{separator}=1", "b"]]) == f'"a{separator}=1",b\r\n'


def test_numbers_stay_numbers() -> None:
    assert write([["-12.5", "+8697112345"]]) == "-12.5,+8697112345\r\n"


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_declared_formula_goes_out_and_comes_back_unchanged(formula: str) -> None:
    files = {**BASE, EAST: BASE[EAST].replace("name_zh: 新城县", "name_zh: '" + formula.replace("'", "''") + "'")}
    declared = network(files)
    assert declared.sites["newtown"].name_zh == formula
    shown = columns(Kind.SITES)
    table = [[column.cell(site) for column in shown] for site in rows(declared, Kind.SITES).values()]
    written = write([[column.name for column in shown], *table])
    assert f",{formula}" not in written
    found = taken(written, files)
    assert (found.findings, found.changes, found.files) == ((), (), {})


@pytest.mark.parametrize(
    "name", ["=cmd", "+a", "@a", "New-Town", "new town", "x: {code: '1'}", "a#b", "新城", "a\nb", '"a', "a: b"]
)
def test_a_new_site_obeys_the_naming_standard_at_its_cell(name: str) -> None:
    found = taken(write([["name", "code", "level", "parent", "name_zh"], [name, "990103", "county", "east", "x"]]))
    assert [(str(finding.place), finding.code) for finding in found.findings] == [("t.csv:2:1", "JB111")]
    assert (found.files, found.paste) == ({}, {})


@pytest.mark.parametrize("key", ["=up1", "up0", "up1: {}", "uplink"])
def test_a_new_circuit_obeys_the_naming_standard_at_its_cell(key: str) -> None:
    content = write([["name", "a.device", "z.device"], [f"newtown-{key}", "east-r2", "newtown-r1"]])
    found = taken(content, kind=Kind.CIRCUITS)
    assert [(str(finding.place), finding.code) for finding in found.findings] == [("t.csv:2:1", "JB111")]
    assert found.files == {}


def test_bad_rows_past_the_limit_are_counted() -> None:
    found = taken("name,code,level,parent,name_zh\n" + "".join(f"x{k},{k},county,nowhere,y\n" for k in range(20_000)))
    assert len(found.findings) == IN_FILE + 1
    assert sum(finding.count for finding in found.findings) == 20_000


@pytest.mark.parametrize(
    ("content", "code", "count"),
    [
        ("name,code\n" + "".join(f"x{k},{k}\n" for k in range(20_000)), "JB195", 20_000),
        ("name,code\n" + "newtown\n" * 20_000, "JB192", 20_000),
        ("name,phase\n" + "newtown,2\n" * 20_000, "JB195", 19_999),
        (",".join(f"n{k}" for k in range(20_000)) + "\n", "JB191", 20_001),
        ("name\n" + '"a"b,' * 20_000 + "\n", "JB192", 20_000),
        ("name\n" + '"a\n' * 20_001, "JB192", 10_001),
        ("name,code,level,parent,name_zh\n" + "=x,1,county,east,y\n" + "".join(
            f"=x{k},{k},county,east,y\n" for k in range(19_999)), "JB111", 20_000),
    ],
    ids=["unknown", "ragged", "twice", "columns", "quotes inside", "open quotes", "names"],
)  # fmt: skip
def test_a_table_wrong_twenty_thousand_times_is_told_in_few_lines(content: str, code: str, count: int) -> None:
    found = taken(content)
    assert len(found.findings) <= 2 * (IN_FILE + 1)
    assert sum(finding.count for finding in found.findings if finding.code == code) == count


def test_empty_lines_are_passed_over_and_counted() -> None:
    report = Report()
    sheet = read(b"name\r\n" + b"\n" * 1_000_000 + b"\r\r\n  \r\nx\n", "t.csv", report)
    assert cells(sheet) == [["name"], ["x"]]
    assert sheet is not None
    assert sheet.rows[1][0].place == Place("t.csv", 1_000_005, 1)


def test_more_rows_or_cells_than_a_table_has_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = "name,phase\n" + "newtown,2\n" * 10
    for limit, line in (("MOST_ROWS", 4), ("MOST_CELLS", 3)):
        with monkeypatch.context() as patched:
            patched.setattr(csv_cells, limit, {"MOST_ROWS": 3, "MOST_CELLS": 5}[limit])
            (finding,) = taken(content).findings
            assert (finding.code, str(finding.place)) == ("JB190", f"t.csv:{line}:1")


def test_what_cannot_be_edited_is_found_with_a_bounded_number_of_edits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each edit reads the whole file again: one for each of many rows would take the square of them."""
    tried: list[int] = []

    def edit(_content: str, changes: dict[str, object]) -> str:
        tried.append(len(changes))
        if "k700" in changes:
            raise CannotEdit(text("a value is not written on one line"))
        return ""

    monkeypatch.setattr(wishes, "edit", edit)
    many = [Wish(f"s{k}", Spot("f", (f"k{k}",)), k, Place("t.csv", k + 2)) for k in range(1000)]
    report = Report()
    report_unsafe("", many, CannotEdit(text("a value is not written on one line")), report)
    assert [str(finding.place) for finding in report.sorted()] == ["t.csv:702:1"]
    assert len(tried) <= wishes._TRIALS


def test_a_new_site_gets_an_address_whatever_its_row_begins_with() -> None:
    """A cell that was disarmed on the way out is the name that it was."""
    found = taken("name,code,level,parent,name_zh\nhill,990103,county,east,'=山县\n")
    assert found.findings == ()
    assert 'name_zh: "=山县"' in found.files[EAST]
    declared = network({**BASE, **found.files})
    assert declared.sites["hill"].name_zh == "=山县"
    assert declared.sites["hill"].block is not None
    assert declared.sites["hill"].block.subnet_of(IPv4Network("10.8.0.0/13"))
