"""What an import takes over, what it refuses and where it says so; how the YAML files look afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from jbnet.adapters.workspace import read_files
from jbnet.inventory import load
from jbnet.inventory.addresses.changes import FILE as ALLOCATIONS
from jbnet.inventory.building.port_numbers import FILE as PORTS
from jbnet.inventory.building.port_numbers import recorded
from jbnet.inventory.exchange.csv_cells import LIMIT, read, write
from jbnet.inventory.exchange.tables import IMPORTABLE, Kind, columns, rows
from jbnet.inventory.exchange.taking import Taken, take
from jbnet.inventory.report import Report
from jbnet.model.network import Network

ROOT = Path(__file__).parents[3]
BASE = read_files(ROOT / "tests" / "golden" / "check" / "base")
EAST = "inventory/sites/east.yaml"


def declared(files: Mapping[str, str]) -> Network:
    network = load(files).network
    assert network is not None
    return network


def taken(kind: str, content: str | bytes, files: Mapping[str, str] = BASE) -> Taken:
    report = Report()
    sheet = read(content.encode() if isinstance(content, str) else content, "t.csv", report)
    if sheet is None or report.has_errors:
        return Taken(report.sorted())
    return take(sheet, Kind(kind), files, declared(files), report)


def told(found: Taken) -> list[tuple[str, str]]:
    return [(str(finding.place), finding.code) for finding in found.findings]


def lines_added(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line for line in after.splitlines() if line not in old]


# Columns


def test_columns_follow_the_nouns_and_the_schema_says_what_is_imported() -> None:
    editable = {c.name for c in columns(Kind.SITES) if c.editable}
    assert {"name_zh", "status", "phase", "lon", "lat", "contact.name", "contact.phone", "demand"} <= editable
    assert not {"name", "code", "level", "parent", "block", "own"} & editable
    assert not any(c.editable for kind in (Kind.DEVICES, Kind.PREMISES) for c in columns(kind))
    assert {"a.device", "z.device", "prefix"}.isdisjoint({c.name for c in columns(Kind.CIRCUITS) if c.editable})


def test_every_table_of_the_shipped_network_can_be_written(qinghai: Network) -> None:
    for kind in Kind:
        for noun in rows(qinghai, kind).values():
            assert all(isinstance(column.cell(noun), str) for column in columns(kind))


# What is refused, and where it is said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\xff\xfe", [("t.csv:1:1", "JB190")]),
        (b"name,phase\r\neast\0,1\r\n", [("t.csv:1:1", "JB190")]),
        ("", [("t.csv:1:1", "JB191")]),
        ("name;phase\neast;1\n", [("t.csv:1:1", "JB191")]),
        ("phase\n1\n", [("t.csv:1:1", "JB191")]),
        ("name,phaze,phase,phase\n", [("t.csv:1:6", "JB191"), ("t.csv:1:18", "JB191")]),
        ('name,phase\nea"st,1\n', [("t.csv:2:1", "JB192")]),
        ('name,phase\n"east,1\n', [("t.csv:2:1", "JB192")]),
        ("name,phase\neast\n", [("t.csv:2:1", "JB192")]),
        ("name,phase\neast,1,2\n", [("t.csv:2:1", "JB192")]),
        ("name,phase\neast,two\n", [("t.csv:2:6", "JB193")]),
        ("name,lon\neast,nan\n", [("t.csv:2:6", "JB193")]),
        ("name,status\neast,asleep\n", [("t.csv:2:6", "JB193")]),
        ("name,code\noldtown-bridge-north,9.90101E+11\n", [("t.csv:2:22", "JB194")]),
        ("name,phase\neast,1\neast,2\n", [("t.csv:3:1", "JB195")]),
        ("name,phase\n,2\n", [("t.csv:2:1", "JB195")]),
        ("name,phase\neasst,2\n", [("t.csv:2:1", "JB195")]),
        ("name,code,level,parent,name_zh\nx,990109,village,east,x\n", [("t.csv:2:10", "JB195")]),
        ("name,code,level,parent,name_zh\nx,990109001,township,east,x\n", [("t.csv:2:22", "JB195")]),
        ("name,code,level,parent,name_zh\nx,990101009,township,oldtown,x\n", [("t.csv:2:1", "JB195")]),
        ("name,parent\noldtown,west\n", [("t.csv:2:9", "JB196")]),
        ("name,block\noldtown,10.0.0.0/8\n", [("t.csv:2:9", "JB196")]),
        ("name,phase\neast,44\n", [("t.csv:2:6", "JB107")]),
        ("name,archetype\nnewtown,township\n", [("t.csv:2:9", "JB135")]),
    ],
)
def test_a_bad_cell_is_told_at_its_place_and_nothing_is_taken(
    content: str | bytes, expected: list[tuple[str, str]]
) -> None:
    found = taken("sites", content)
    assert told(found) == expected
    assert (found.files, found.changes) == ({}, ())


def test_all_bad_rows_are_told_at_once() -> None:
    found = taken("sites", 'name,phase,lon\neast,x,1\nwest,1,y\nnowhere,1,1\n"oldtown",1,"z"\n')
    assert told(found) == [
        ("t.csv:2:6", "JB193"),
        ("t.csv:2:8", "JB281"),  # what is right by itself is tried, too
        ("t.csv:3:8", "JB193"),
        ("t.csv:4:1", "JB195"),
        ("t.csv:5:13", "JB193"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("name,a.device,z.device\noldtown-up9,core-r1,oldtown-r9\n", [("t.csv:2:21", "JB195")]),
        ("name,a.device,z.device\nnewtown-up9,core-r1,oldtown-r1\n", [("t.csv:2:1", "JB195")]),
        ("name,carrier\noldtown-up1,pigeon\n", [("t.csv:2:13", "JB114")]),
        ("name,bandwidth\noldtown-up1,12.5\n", [("t.csv:2:13", "JB193")]),
    ],
)
def test_a_bad_circuit_is_told_at_its_place(content: str, expected: list[tuple[str, str]]) -> None:
    found = taken("circuits", content)
    assert told(found) == expected
    assert found.files == {}


def test_an_empty_cell_removes_nothing_and_says_so() -> None:
    found = taken("sites", "name,name_zh,phase\neast,,2\n")
    assert told(found) == [("t.csv:2:6", "JB199")]
    assert [(c.name, c.column, c.after) for c in found.changes if c.name == "east"] == [("east", "phase", "2")]


def test_a_cell_that_another_key_overrules_is_refused() -> None:
    found = taken("circuits", "name,payer\noldtown-up1,county\n")  # a level: the site of that level comes of it
    assert {finding.code for finding in found.findings} == {"JB198"}
    assert found.files == {}


def test_export_and_import_of_the_shipped_network_change_nothing(
    qinghai: Network, qinghai_files: dict[str, str]
) -> None:
    for kind in IMPORTABLE:
        shown = columns(kind)
        table = [[column.cell(noun) for column in shown] for noun in rows(qinghai, kind).values()]
        found = taken(kind, write([[c.name for c in shown], *table], spreadsheet=True), qinghai_files)
        assert (found.findings, found.changes, found.files) == ((), (), {})


def test_a_table_that_is_too_large_is_refused_unread() -> None:
    assert told(taken("sites", b"x" * (LIMIT + 1))) == [("t.csv:1:1", "JB190")]


# Encodings


@pytest.mark.parametrize(("encoding", "named"), [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("gb18030", "GB 18030")])
def test_the_encodings_of_spreadsheets_are_read(encoding: str, named: str) -> None:
    raw = "name,name_zh\r\noldtown,旧城新区\r\n".encode(encoding)
    sheet = read(raw, "t.csv", Report())
    assert sheet is not None
    assert sheet.encoding == named
    assert "name_zh: 旧城新区" in taken("sites", raw).files[EAST]


# What is written


def test_a_value_is_replaced_where_it_stands() -> None:
    commented = BASE[EAST].replace("name_zh: 旧城县", "name_zh: 旧城县   # renamed in 2019")
    found = taken("sites", "name,name_zh\noldtown,旧城区\n", {**BASE, EAST: commented})
    assert found.files == {EAST: commented.replace("旧城县", "旧城区")}


def test_quotation_marks_stay_and_come_where_they_are_needed() -> None:
    quoted = BASE[EAST].replace("name_zh: 旧城县", "name_zh: '旧城县'")
    found = taken("sites", "name,name_zh\noldtown,O'Hara: 1\nnewtown,yes\n", {**BASE, EAST: quoted})
    assert "name_zh: 'O''Hara: 1'" in found.files[EAST]
    assert 'name_zh: "yes"' in found.files[EAST]


def test_a_new_key_goes_before_the_sites_below() -> None:
    found = taken("sites", "name,contact.name,contact.phone\noldtown,值班室,0971-1\n")
    assert "        name_zh: 旧城县\n        contact:" in found.files[EAST] or (
        '        name_zh: 旧城县\n        contact: {name: 值班室, phone: "0971-1"}\n' in found.files[EAST]
    )
    contact = declared({**BASE, **found.files}).sites["oldtown"].contact
    assert contact is not None
    assert (contact.name, contact.phone) == ("值班室", "0971-1")


def test_a_circuit_of_the_archetype_is_overridden_at_its_site() -> None:
    found = taken("circuits", "name,bandwidth,line_number\noldtown-up1,77,OT-1\noldtown-bridge-north-up1,7,\n")
    assert lines_added(BASE[EAST], found.files[EAST]) == [
        "        circuits:",
        "          up1: {bandwidth: 77, line_number: OT-1}",
        '              north: {code: "990101001001", name_zh: 北街社区, circuits: {up1: {bandwidth: 7}}}',
    ]


def test_new_sites_stand_after_their_siblings_in_their_style_and_have_addresses() -> None:
    found = taken(
        "sites",
        "name,code,level,parent,name_zh,status\n"
        "oldtown-bridge-south,990101001002,community,oldtown-bridge,南街社区,\n"
        "hilltown-top-a,990103001001,community,hilltown-top,甲社区,\n"
        "hilltown-top,990103001,township,hilltown,山顶镇,planned\n"
        "hilltown,990103,county,east,山城县,\n",
    )
    assert told(found) == []
    assert set(found.added) == {"oldtown-bridge-south", "hilltown", "hilltown-top", "hilltown-top-a"}
    assert '              south: {code: "990101001002", name_zh: 南街社区}\n' in found.files[EAST]
    assert found.files[EAST].startswith(BASE[EAST].split("          mill:")[0].rsplit("              north", 1)[0])
    after = declared({**BASE, **found.files})
    assert after.sites["hilltown-top"].status == "planned"
    assert after.sites["hilltown-top-a"].block is not None
    before = declared(BASE)
    assert all(after.sites[name].block == site.block for name, site in before.sites.items())


def test_new_sites_of_the_shipped_network_have_ports_and_no_other_line_moves() -> None:
    files = read_files(ROOT)
    found = taken("sites", "name,code,level,parent,name_zh\nxinqu,630199,county,xining,新区\n", files)
    assert told(found) == []
    assert sorted(found.files) == ["inventory/sites/xining.yaml", ALLOCATIONS, PORTS]
    before, after = recorded(files[PORTS]), recorded(found.files[PORTS])
    assert all(numbers.items() <= after[device].items() for device, numbers in before.items())
    assert after["xining-r1"].keys() - before["xining-r1"].keys() == {"d0199-1"}


def test_a_new_prefecture_has_a_file_of_its_own_which_is_printed() -> None:
    found = taken("sites", "name,code,level,parent,name_zh\nsouth,9903,prefecture,example,南州\n")
    assert told(found) == [("t.csv:2:1", "JB197")]
    assert found.files == {}
    pasted = {
        **BASE,
        **found.paste,
        "topology/allocations.yaml": BASE["topology/allocations.yaml"] + '  "9903": 10.24.0.0/13\n',
    }
    assert declared(pasted).sites["south"].name_zh == "南州"


def test_what_cannot_be_edited_safely_is_printed_and_not_touched() -> None:
    odd = BASE[EAST].replace("name_zh: 旧城县", "name_zh: >-\n          旧城县")
    found = taken("sites", "name,name_zh\noldtown,旧城区\nnewtown,新城区\n", {**BASE, EAST: odd})
    assert told(found) == [("t.csv:2:9", "JB197")]
    assert found.files == {}
    assert "name_zh: 旧城区" in found.paste[EAST]


def test_a_new_circuit_between_declared_devices_is_added_to_the_lower_home() -> None:
    found = taken(
        "circuits", "name,a.device,z.device,bandwidth,carrier,role\nnewtown-up2,east-r2,newtown-r1,20,mobile,backup\n"
    )
    assert told(found) == []
    assert found.added == ("newtown-up2",)
    circuit = declared({**BASE, **found.files}).circuits["newtown-up2"]
    assert (circuit.a.device, circuit.bandwidth, circuit.carrier, circuit.role) == ("east-r2", 20, "mobile", "backup")


def test_what_a_county_passes_on_does_not_overrule_what_the_file_says_of_its_townships() -> None:
    content = "name,phase\noldtown,3\noldtown-bridge,1\noldtown-mill,3\n"
    found = taken("sites", content)
    sites = declared({**BASE, **found.files}).sites
    assert (sites["oldtown"].phase, sites["oldtown-bridge"].phase, sites["oldtown-mill"].phase) == (3, 1, 3)
    assert found.files[EAST].count("phase:") == BASE[EAST].count("phase:") + 2


def test_line_ends_of_the_file_stay_what_they_are() -> None:
    crlf = BASE[EAST].replace("\n", "\r\n")
    found = taken("sites", "name,phase\noldtown,3\n", {**BASE, EAST: crlf})
    assert "        phase: 3\r\n" in found.files[EAST]
    assert found.files[EAST].count("\n") == found.files[EAST].count("\r\n") == crlf.count("\n") + 1


def test_a_file_without_a_last_line_end_is_added_to() -> None:
    found = taken("sites", "name,phase\nnewtown,3\n", {**BASE, EAST: BASE[EAST].rstrip("\n")})
    assert found.files[EAST].endswith("archetype: county-single\n        phase: 3\n")


def test_one_slip_does_not_hide_those_of_other_rows_and_nothing_points_at_lines_that_are_not_there() -> None:
    found = taken(
        "sites",
        "name,level,parent,code,name_zh\n"
        "Bad_Name,county,east,990110,坏县\n"
        "good,county,east,99011x,好县\n"
        "nice,county,east,990112,妙县\n"
        "Bad_Name-low,township,Bad_Name,990110001,坏乡\n"
        "twin,county,east,990102,双县\n",
    )
    assert told(found) == [("t.csv:2:1", "JB111"), ("t.csv:3:1", "JB110"), ("t.csv:6:1", "JB113")]
