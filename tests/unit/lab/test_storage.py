"""The runtime directory lies in memory, wherever /run does, and goes without a trace."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jbnet.lab import storage


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose only tmpfs is the one returned."""
    found = tmp_path / "shm"
    found.mkdir()
    (tmp_path / "mounts").write_text(f"/dev/sda / ext4 rw 0 0\ntmpfs {found} tmpfs rw 0 0\n")
    for run in (tmp_path / "run", found / "run"):
        run.mkdir()
    monkeypatch.setattr(storage, "SHARED_MEMORY", found)
    monkeypatch.setattr(storage, "MOUNTS", tmp_path / "mounts")
    return found


def test_where_run_is_a_disk_the_directory_is_a_link_into_shared_memory(tmp_path: Path, shared: Path) -> None:
    runtime = tmp_path / "run" / "jbnet" / "abc"
    storage.create(runtime)
    (runtime / "file").write_text("x")
    assert (shared / "jbnet" / "abc" / "file").read_text() == "x"
    assert storage.left(runtime) == [runtime, shared / "jbnet" / "abc"]
    storage.remove(runtime)
    assert storage.left(runtime) == []
    assert not runtime.parent.exists()
    assert list(shared.iterdir()) == [shared / "run"]


def test_where_run_is_in_memory_it_is_a_plain_directory(tmp_path: Path, shared: Path) -> None:
    runtime = shared / "run" / "jbnet" / "abc"
    storage.create(runtime)
    assert runtime.is_dir()
    assert not runtime.is_symlink()
    storage.remove(runtime)
    assert storage.left(runtime) == []


def test_half_of_it_goes_too_and_other_labs_stay(tmp_path: Path, shared: Path) -> None:
    one, other = (tmp_path / "run" / "jbnet" / name for name in ("one", "other"))
    for runtime in (one, other):
        storage.create(runtime)
    one.unlink()  # as after a start of the machine: the link is gone
    storage.remove(one)
    assert storage.left(one) == []
    assert storage.left(other) != []


def test_labs_that_come_while_the_last_one_goes_find_their_directory(tmp_path: Path, shared: Path) -> None:
    def come_and_go(name: str) -> None:
        for _ in range(200):
            storage.create(tmp_path / "run" / "jbnet" / name)
            storage.remove(tmp_path / "run" / "jbnet" / name)

    with ThreadPoolExecutor(4) as labs:
        assert list(labs.map(come_and_go, "abcd")) == [None] * 4
