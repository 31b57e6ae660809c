"""``jbnet export`` and ``jbnet import``: what they print, what they write, how they exit."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
from command_line import Run

from jbnet import wiring
from jbnet.model.errors import TargetError

ROOT = Path(__file__).parents[3]
EAST = Path("inventory", "sites", "east.yaml")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "tests" / "golden" / "check" / "base", tmp_path / "net"))


def texts(workspace: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in workspace.rglob("*.yaml")}


@pytest.mark.parametrize("kind", ["sites", "circuits", "devices", "premises"])
def test_a_table_is_csv_with_its_header(run: Run, workspace: Path, kind: str) -> None:
    code, out, _ = run("-C", workspace, "export", kind)
    assert code == 0
    table = list(csv.reader(io.StringIO(out, newline="")))
    assert table[0][0] == "name"
    assert {len(row) for row in table} == {len(table[0])}
    assert out.endswith("\r\n")
    data = json.loads(run("-C", workspace, "--json", "export", kind)[1])["data"]
    assert data["columns"] == table[0]
    assert [list(row.values()) for row in data["rows"]] == table[1:]


def test_columns_are_chosen_and_a_wrong_one_is_told(run: Run, workspace: Path) -> None:
    assert run("-C", workspace, "export", "sites", "--columns", "code, name")[1].splitlines()[1] == "99,example"
    code, _, err = run("-C", workspace, "export", "sites", "--columns", "phaze")
    assert code == 2
    assert "did you mean phase?" in err


def test_a_file_for_a_spreadsheet_begins_with_its_mark(run: Run, workspace: Path, tmp_path: Path) -> None:
    target = tmp_path / "sites.csv"
    code, out, _ = run("-C", workspace, "export", "sites", "--excel", "-o", target)
    assert (code, out) == (0, f"rows written to {target}: {len(target.read_text().splitlines()) - 1}\n")
    assert target.read_bytes().startswith(b"\xef\xbb\xbfname,")
    assert run("-C", workspace, "import", "sites", target)[:2] == (0, "cells changed: 0, rows added: 0\n")


def test_a_place_that_cannot_be_written_exits_3(run: Run, workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, _, err = run("-C", workspace, "export", "sites", "-o", tmp_path / "file" / "x.csv")
    assert code == 3
    assert str(tmp_path / "file") in err


def test_an_import_changes_what_the_file_says(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,name_zh\noldtown,旧城区\n", encoding="utf-8")
    before = texts(workspace)
    code, out, _ = run("-C", workspace, "import", "sites", table, "--dry-run")
    assert (code, texts(workspace)) == (0, before)
    assert "oldtown name_zh: 旧城县 -> 旧城区" in out
    assert f"would be written: {EAST}" in out
    code, out, _ = run("-C", workspace, "import", "sites", table)
    assert code == 0
    assert f"written: {EAST}" in out
    after = texts(workspace)
    expected = before[workspace / EAST].replace("旧城县".encode(), "旧城区".encode())
    assert after == {**before, workspace / EAST: expected}
    assert "旧城区" in run("-C", workspace, "export", "sites")[1]


def test_new_sites_come_with_their_addresses_and_the_workspace_checks(
    run: Run, workspace: Path, tmp_path: Path
) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,code,level,parent,name_zh\nhill,990103,county,east,山城县\n", encoding="utf-8")
    code, out, _ = run("-C", workspace, "--json", "import", "sites", table)
    data = json.loads(out)["data"]
    assert (code, data["added"], data["written"]) == (0, ["hill"], True)
    assert data["files"] == [str(EAST), "topology/allocations.yaml"]
    assert run("-C", workspace, "check")[0] == 0


def test_a_refused_import_writes_nothing_and_exits_1(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,phase\noldtown,2\nnewtown,many\n", encoding="utf-8")
    before = texts(workspace)
    code, out, _ = run("-C", workspace, "import", "sites", table)
    assert code == 1
    assert "t.csv:3:9 error JB193" in out
    assert texts(workspace) == before
    code, out, _ = run("-C", workspace, "--lang", "zh", "--json", "import", "sites", table)
    envelope = json.loads(out)
    assert (code, envelope["ok"], envelope["data"]["written"]) == (1, False, False)
    assert envelope["findings"][0]["message"].startswith("phase 须为")


def test_another_encoding_is_read_and_said(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_bytes("name,name_zh\r\noldtown,旧城区\r\n".encode("gb18030"))
    code, _, err = run("-C", workspace, "import", "sites", table)
    assert code == 0
    assert "is read as GB 18030" in err


def test_yaml_to_paste_is_printed_where_an_edit_is_not_safe(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,code,level,parent,name_zh\nsouth,9903,prefecture,example,南州\n", encoding="utf-8")
    code, out, _ = run("-C", workspace, "import", "sites", table)
    assert code == 1
    assert "# inventory/sites/south.yaml\nprefectures:\n  south:" in out


def test_a_declaration_with_errors_is_not_edited(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,phase\noldtown,2\n", encoding="utf-8")
    (workspace / "inventory" / "odd.yaml").write_text("sitez: {}\n", encoding="utf-8")
    code, _, err = run("-C", workspace, "import", "sites", table)
    assert code == 1
    assert "the declaration has errors: 1" in err


def test_a_table_that_is_not_there_exits_3(run: Run, workspace: Path, tmp_path: Path) -> None:
    code, _, err = run("-C", workspace, "import", "circuits", tmp_path / "none.csv")
    assert code == 3
    assert "none.csv" in err


def test_the_mode_of_a_file_that_is_edited_stays(run: Run, workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,phase\noldtown,2\n", encoding="utf-8")
    (workspace / EAST).chmod(0o640)
    assert run("-C", workspace, "import", "sites", table)[0] == 0
    assert (workspace / EAST).stat().st_mode & 0o777 == 0o640


def test_a_file_that_somebody_changed_meanwhile_is_not_overwritten(workspace: Path, tmp_path: Path) -> None:
    table = tmp_path / "t.csv"
    table.write_text("name,phase\noldtown,2\n", encoding="utf-8")
    _, taken = wiring.take_table(workspace, "sites", table)
    with (workspace / EAST).open("a", encoding="utf-8") as file:
        file.write("# a remark\n")
    before = texts(workspace)
    with pytest.raises(TargetError, match=r"east\.yaml was changed meanwhile"):
        wiring.write_taken(workspace, taken)
    assert texts(workspace) == before


def test_ansible_gets_one_host_or_all_and_not_both(run: Run, workspace: Path) -> None:
    whole = json.loads(run("-C", workspace, "export", "ansible", "--list")[1])
    one = json.loads(run("-C", workspace, "export", "ansible", "--host", "core-r1")[1])
    assert one == whole["_meta"]["hostvars"]["core-r1"]
    assert run("-C", workspace, "export", "ansible", "--host", "core-r7")[0] == 2
    assert run("-C", workspace, "export", "ansible", "--list", "--host", "core-r1")[0] == 2
