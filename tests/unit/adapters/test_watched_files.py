"""Files that somebody edits are read again when they have changed and lie still: never half of them."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from jbnet.adapters.watched_files import STILL_S, WatchedFolder
from jbnet.model.errors import JbnetError

FILE = "monitors/maintenance.yaml"


class Wall:
    """The wall clock, as far as the folder knows."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def workspace(tmp_path: Path, wall: Wall) -> Path:
    (tmp_path / "inventory").mkdir()
    (tmp_path / "monitors").mkdir()
    write(tmp_path, wall, "maintenance: {}\n")
    wall.time += 60
    return tmp_path


def write(workspace: Path, wall: Wall, content: str) -> None:
    path = workspace / FILE
    path.write_text(content, encoding="utf-8")
    os.utime(path, (wall.time, wall.time))


@pytest.fixture
def watched(workspace: Path, wall: Wall) -> WatchedFolder:
    found = WatchedFolder(workspace, "monitors", wall)
    assert found.changed() == {FILE: "maintenance: {}\n"}, "the first time it is what is there"
    return found


def test_nothing_is_read_again_while_nothing_changes(watched: WatchedFolder) -> None:
    assert [watched.changed() for _ in range(3)] == [None, None, None]


def test_a_change_is_taken_when_two_looks_see_the_same(workspace: Path, wall: Wall, watched: WatchedFolder) -> None:
    write(workspace, wall, "")
    assert watched.changed() is None, "the editor may be about to fill it"
    wall.time += 0.1
    write(workspace, wall, "hours: {}\n")
    assert watched.changed() is None
    assert watched.changed() == {FILE: "hours: {}\n"}
    assert watched.changed() is None


def test_what_was_written_some_time_ago_is_taken_at_once(workspace: Path, wall: Wall, watched: WatchedFolder) -> None:
    write(workspace, wall, "hours: {}\n")
    wall.time += STILL_S
    assert watched.changed() == {FILE: "hours: {}\n"}


def test_a_file_that_is_gone_is_taken_as_gone_when_it_stays_so(
    workspace: Path, wall: Wall, watched: WatchedFolder
) -> None:
    (workspace / FILE).unlink()
    assert watched.changed() is None, "an editor may be about to put another one in its place"
    assert watched.changed() == {}


def test_a_file_in_a_folder_of_its_own_is_watched_too(workspace: Path, wall: Wall, watched: WatchedFolder) -> None:
    other = workspace / "monitors" / "west" / "a.yaml"
    other.parent.mkdir()
    other.write_text("hours: {}\n", encoding="utf-8")
    os.utime(other, (wall.time, wall.time))
    wall.time += STILL_S
    assert watched.changed() == {FILE: "maintenance: {}\n", "monitors/west/a.yaml": "hours: {}\n"}


def test_what_cannot_be_read_is_said_once_and_taken_as_soon_as_it_can(
    workspace: Path, wall: Wall, watched: WatchedFolder
) -> None:
    write(workspace, wall, "hours: {}\n")
    wall.time += STILL_S
    (workspace / "inventory").rename(workspace / "away")
    with pytest.raises(JbnetError, match="is no workspace"):
        watched.changed()
    assert [watched.changed() for _ in range(3)] == [None, None, None]
    (workspace / "away").rename(workspace / "inventory")
    assert watched.changed() == {FILE: "hours: {}\n"}
    assert watched.changed() is None


def test_a_folder_that_cannot_be_walked_through_is_said_once_and_ends_nothing(
    workspace: Path, wall: Wall, watched: WatchedFolder
) -> None:
    write(workspace, wall, "hours: {}\n")
    wall.time += STILL_S
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, limits[1]))  # no descriptor is left
    try:
        with pytest.raises(JbnetError, match="Too many open files"):
            watched.changed()
        assert [watched.changed() for _ in range(3)] == [None, None, None]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)
    assert watched.changed() == {FILE: "hours: {}\n"}
