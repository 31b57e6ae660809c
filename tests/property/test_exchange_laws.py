"""Laws of export and import: round trips change nothing; an edited cell changes exactly its value, byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.exchange.csv_cells import BOM, Sheet, read, write
from jbnet.inventory.exchange.style import in_flow, scalar
from jbnet.inventory.exchange.tables import IMPORTABLE, Column, Kind, columns, rows
from jbnet.inventory.exchange.taking import Taken, take
from jbnet.inventory.exchange.yaml_edits import edit
from jbnet.inventory.reading.source import read as read_yaml
from jbnet.inventory.report import Report
from jbnet.model.network import Network

ROOT = Path(__file__).parents[2]
BASE = read_files(ROOT / "tests" / "golden" / "check" / "base")
QUIET = settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow])
texts = st.text(
    st.sampled_from("'=+-@＝＋－＠\t\n;,\" 1a") | st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=12
)


@cache
def declared() -> Network:
    network = load(BASE).network
    assert network is not None
    return network


def sheet(rows_: list[list[str]], *, spreadsheet: bool = False) -> Sheet:
    report = Report()
    found = read(write(rows_, spreadsheet=spreadsheet).encode(), "table.csv", report)
    assert found is not None
    assert report.sorted() == ()
    return found


def taken(kind: Kind, rows_: list[list[str]], files: Mapping[str, str] = BASE) -> Taken:
    network = load(files).network
    assert network is not None
    return take(sheet(rows_), kind, files, network, Report())


@QUIET
@given(table=st.lists(st.lists(texts, min_size=2, max_size=4), min_size=1, max_size=5), spreadsheet=st.booleans())
def test_what_is_written_as_csv_is_read_back(table: list[list[str]], spreadsheet: bool) -> None:
    width = len(table[0])
    rows_ = [(row + ["x"] * width)[:width] for row in table]
    found = sheet(rows_, spreadsheet=spreadsheet)
    assert [[cell.text for cell in row] for row in found.rows] == rows_


@QUIET
@given(row=st.lists(texts, min_size=2, max_size=5))
def test_another_reader_of_csv_reads_the_same_unless_it_is_disarmed(row: list[str]) -> None:
    assume(not any(cell.lstrip("'").startswith(tuple("=+-@\t\r\n＝＋－＠")) for cell in row))
    assert next(csv.reader(io.StringIO(write([row]), newline=""))) == row


@QUIET
@given(cell=texts)
def test_no_cell_begins_as_a_formula(cell: str) -> None:
    for spreadsheet in (True, False):
        content = write([[cell, "x"]], spreadsheet=spreadsheet).removeprefix(BOM)
        written = next(csv.reader(io.StringIO(content, newline="")))[0]
        number = written[:1] in "+-" and written[1:].replace(".", "", 1).isdigit()
        assert number or not written.startswith(tuple("=+-@\t\r\n＝＋－＠"))


@QUIET
@given(raw=st.binary(max_size=60))
def test_any_bytes_are_cells_or_findings(raw: bytes) -> None:
    report = Report()
    found = read(raw, "table.csv", report)
    assert found is not None or report.has_errors
    for row in found.rows if found else ():
        assert all(cell.place.line >= 1 and cell.place.column >= 1 for cell in row)


scalars = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | texts | st.floats(-1e9, 1e9)


@QUIET
@given(value=scalars, quote=st.sampled_from(["", "'", '"']))
def test_every_scalar_is_read_back_as_it_was_written(value: object, quote: str) -> None:
    for content in (f"a: {scalar(value, quote=quote)}\n", f"a: {in_flow([value, value])}\n"):
        source = read_yaml("x.yaml", content, Report())
        assert source is not None
        assert isinstance(source.data, dict)
        found = source.data["a"]
        assert found in (value, [value, value])


def test_export_and_import_change_nothing() -> None:
    for kind in IMPORTABLE:
        table = [[column.cell(noun) for column in columns(kind)] for noun in rows(declared(), kind).values()]
        found = taken(kind, [[column.name for column in columns(kind)], *table])
        assert (found.findings, found.changes, found.files) == ((), (), {})


def _values(column: Column) -> st.SearchStrategy[str]:
    """Return cells that the declaration accepts in a column."""
    safe = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "Zs")), min_size=1, max_size=20)
    by_name = {
        "status": st.sampled_from(["planned", "active"]),
        "phase": st.integers(1, 9).map(str),
        "lon": st.floats(-180, 180).map(lambda x: str(round(x, 6))),
        "lat": st.floats(-90, 90).map(lambda x: str(round(x, 6))),
        "demand": st.floats(0, 900).map(lambda x: str(round(x, 3))),
        "bandwidth": st.integers(1, 400_000).map(str),
        "latency_ms": st.floats(0, 2000).map(lambda x: str(round(x, 3))),
        "monthly_cost": st.integers(0, 100_000).map(str),
        "carrier": st.sampled_from(["telecom", "mobile"]),
        "media": st.sampled_from(["fibre", "copper", "microwave", "4g"]),
        "name_zh": safe,
        "address": safe,
        "line_number": safe,
    }
    return by_name.get(column.name, st.nothing())


EDITABLE = [
    (kind, column)
    for kind in IMPORTABLE
    for column in columns(kind)
    if column.editable and not _values(column).is_empty
]


@QUIET
@given(data=st.data())
def test_an_edited_cell_changes_exactly_its_value_and_no_other_byte(data: st.DataObject) -> None:
    kind, column = data.draw(st.sampled_from(EDITABLE))
    name = data.draw(st.sampled_from(sorted(rows(declared(), kind))))
    said = data.draw(_values(column))
    noun = rows(declared(), kind)[name]
    assume(said.strip() and column.read(said.strip()) != column.value(noun))
    found = taken(kind, [["name", column.name], [name, said]])
    errors = [finding for finding in found.findings if finding.severity == "error"]
    if errors:  # refused (a line number for a cable, a name that is too long): at its cell, and nothing is written
        assert found.files == {}
        assert found.changes == ()
        return
    ((file, content),) = found.files.items()
    after = load({**BASE, file: content}).network
    assert after is not None
    assert column.cell(rows(after, kind)[name]).strip() == column.cell_of(column.read(said.strip()))
    _only_one_place_differs(BASE[file], content)
    assert {change.column for change in found.changes} == {column.name} or column.name == "status"
    if column.name not in ("phase", "status"):  # these are passed on, or decide what else is there
        assert [change.name for change in found.changes] == [name]


def _only_one_place_differs(before: str, after: str) -> None:
    """All that was there but the one value is still there, in its order."""
    changes = [code for code in SequenceMatcher(None, before.splitlines(), after.splitlines(), False).get_opcodes()
               if code[0] != "equal"]  # fmt: skip
    assert len(changes) == 1
    kind, a, b, *_ = changes[0]
    assert (kind, b - a) in (("insert", 0), ("replace", 1))


@QUIET
@given(data=st.data())
def test_importing_what_was_imported_changes_nothing_more(data: st.DataObject) -> None:
    kind, column = data.draw(st.sampled_from(EDITABLE))
    name = data.draw(st.sampled_from(sorted(rows(declared(), kind))))
    table = [["name", column.name], [name, data.draw(_values(column).filter(str.strip))]]
    first = taken(kind, table)
    assume(first.files)
    again = taken(kind, table, {**BASE, **first.files})
    assert (again.changes, again.files) == ((), {})


keys = st.sampled_from(["a", "b", "c", "zz"])
trees = st.recursive(
    st.integers(0, 99) | st.text("abc '\"#:,", max_size=5),
    lambda inner: st.dictionaries(keys, inner, min_size=1, max_size=3),
    max_leaves=6,
)


@QUIET
@given(
    before=st.dictionaries(keys, trees, min_size=1, max_size=4),
    changes=st.dictionaries(keys, trees, min_size=1, max_size=2),
    flow=st.booleans(),
    ending=st.sampled_from(["\n", "\r\n"]),
    comment=st.booleans(),
)
def test_an_edit_says_what_was_asked_or_is_refused(
    before: dict[str, object], changes: dict[str, object], flow: bool, ending: str, comment: bool
) -> None:
    import yaml

    from jbnet.inventory.exchange.yaml_edits import CannotEdit

    content = yaml.safe_dump(before, default_flow_style=flow, allow_unicode=True).replace("\n", ending)
    content = (f"# before{ending}{ending}" if comment else "") + content + (f"# after{ending}" if comment else "")
    try:
        found = edit(content, changes)
    except CannotEdit:
        return
    source = read_yaml("x.yaml", found, Report())
    assert source is not None

    def merged(old: object, new: object) -> object:
        if not isinstance(new, dict):
            return new
        base = old if isinstance(old, dict) else {}
        return {**base, **{key: merged(base.get(key), value) for key, value in new.items()}}

    old = read_yaml("x.yaml", content, Report())
    assert old is not None
    assert source.data == merged(old.data, changes)
    assert ("# before" in found, "# after" in found) == (comment, comment)
