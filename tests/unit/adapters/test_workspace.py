"""The workspace on disk, and the network with and without a lab."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from jbnet.adapters.workspace import lay, read_files, write_file
from jbnet.model.errors import AnswerIsNo, Missing, TargetError, UsageError
from jbnet.wiring import load_network

BASE = Path(__file__).parents[2] / "golden" / "check" / "base"


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASE, tmp_path / "net"))


def test_files_are_keyed_by_their_path_in_the_workspace(workspace: Path) -> None:
    (workspace / "inventory" / "notes.txt").write_text("not declared", encoding="utf-8")
    files = read_files(workspace)
    assert "inventory/sites/east.yaml" in files
    assert "topology/lab.yaml" in files
    assert "inventory/notes.txt" not in files


def test_a_folder_without_inventory_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no workspace"):
        read_files(tmp_path)


def test_a_directory_named_like_a_file_and_a_dangling_link_are_clear_errors(workspace: Path) -> None:
    (workspace / "inventory" / "odd.yaml").mkdir()
    (workspace / "inventory" / "inner.yaml").symlink_to(workspace / "nowhere.yaml")
    with pytest.raises(TargetError, match=r"inner\.yaml"):
        read_files(workspace)


def test_writing_replaces_a_file_whole_and_leaves_no_draft(workspace: Path) -> None:
    write_file(workspace, "topology/lab.yaml", "scales: {}\n")
    assert (workspace / "topology" / "lab.yaml").read_text(encoding="utf-8") == "scales: {}\n"
    assert [path.name for path in (workspace / "topology").iterdir() if path.name.startswith(".")] == []


def test_with_a_lab_up_the_network_is_the_labs(workspace: Path, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    assert len(load_network(workspace, state).devices) == 16
    record = {"devices": {"core-r1": {"pid": 1}, "core-r2": {"pid": 2}}}
    (state / "lab.json").write_text(json.dumps(record), encoding="utf-8")
    assert set(load_network(workspace, state).devices) == {"core-r1", "core-r2"}
    assert len(load_network(workspace, state, whole=True).devices) == 16


def test_a_torn_lab_record_is_a_clear_error(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "lab.json").write_text('{"devices": {"core', encoding="utf-8")
    with pytest.raises(TargetError, match="lab down"):
        load_network(workspace, tmp_path)


def test_a_declaration_with_errors_is_refused_with_its_findings(workspace: Path, tmp_path: Path) -> None:
    (workspace / "inventory" / "network.yaml").write_text("network: {}\n", encoding="utf-8")
    with pytest.raises(AnswerIsNo) as caught:
        load_network(workspace, tmp_path)
    assert "JB106" in {finding.code for finding in caught.value.findings}


def test_a_hidden_file_of_an_editor_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / ".#network.yaml").symlink_to("somebody@somewhere.1234")
    assert read_files(tmp_path) == {}


def test_a_link_to_something_without_end_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "inventory" / "network.yaml").symlink_to("/dev/zero")
    with pytest.raises(Missing, match="it is no regular file"):
        read_files(tmp_path)


def test_a_new_workspace_keeps_its_state_out_of_git(tmp_path: Path) -> None:
    assert ".gitignore" in lay(tmp_path)
    assert ".jbnet/" in (tmp_path / ".gitignore").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("link", ["inventory", "topology/addresses.yaml"])
def test_a_new_workspace_is_not_laid_where_a_link_leads(tmp_path: Path, link: str) -> None:
    directory, elsewhere = tmp_path / "net", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (directory / link).parent.mkdir(parents=True)
    (directory / link).symlink_to(elsewhere if link == "inventory" else elsewhere / "dangling")
    with pytest.raises(UsageError, match="is a link: nothing is laid where it leads"):
        lay(directory, {"inventory/network.yaml": "", "topology/addresses.yaml": ""})
    assert list(elsewhere.iterdir()) == []
    assert [entry.name for entry in directory.iterdir()] == [link.partition("/")[0]]


def test_the_directory_itself_may_be_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "net").symlink_to(tmp_path / "real")
    lay(tmp_path / "net")
    assert (tmp_path / "real" / "inventory").is_dir()


def test_what_was_ignored_before_stays_so(tmp_path: Path) -> None:
    for there, then in ((b"\xc4\xe3*.tmp", b"\xc4\xe3*.tmp\n# "), (b".jbnet/\n", b".jbnet/\n")):
        directory = tmp_path / str(len(there))
        directory.mkdir()
        (directory / ".gitignore").write_bytes(there)
        lay(directory)
        found = (directory / ".gitignore").read_bytes()
        assert found.startswith(then)
        assert found.count(b".jbnet/") == 1
