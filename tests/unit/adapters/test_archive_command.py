"""The archive command of database hosts whose repository lies elsewhere: what it pushes, and when it lets go."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "playbooks/roles/pgbackrest_host/files/pgbackrest-archive"
SEGMENT = 1 << 20
FAKE = """#!/bin/sh
for wanted; do :; done
echo "$wanted" >>pushed
case $wanted in *{slow}) exec sleep 60 ;; esac
grep -qx "$wanted" others && exit 45
grep -qx "$wanted" failing && exit 99
exit 0
"""
HISTORY = "1\t0/{fork:X}\tno recovery target specified\n\n"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory, and a pgBackRest that notes what it is given."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "pgbackrest").write_text(FAKE.replace("{slow}", "5"))
    (tmp_path / "bin" / "pgbackrest").chmod(0o755)
    data = tmp_path / "data"
    (data / "pg_wal").mkdir(parents=True)
    for name in ("others", "failing"):
        (data / name).touch()
    return data


def segment(number: int, timeline: int = 1) -> str:
    return f"pg_wal/{timeline:08X}{number // 4096:08X}{number % 4096:08X}"


def lay(data: Path, *numbers: int) -> None:
    for number in numbers:
        with (data / segment(number)).open("wb") as stream:
            stream.truncate(SEGMENT)


def started(data: Path, wanted: str) -> subprocess.Popen[bytes]:
    path = {**os.environ, "PATH": f"{data.parent}/bin:{os.environ['PATH']}"}
    return subprocess.Popen([PROGRAM, "production", wanted], cwd=data, env=path)


def pushed(data: Path) -> list[str]:
    return (data / "pushed").read_text().split() if (data / "pushed").exists() else []


def test_a_history_is_pushed_behind_the_whole_segments_before_its_fork_and_none_behind_it(data: Path) -> None:
    lay(data, 0x1F, 0x20, 0x21, 0x22, 0x30)
    history = data / "pg_wal/00000002.history"
    history.write_text(HISTORY.format(fork=0x21 * SEGMENT + 4711))
    (data / "others").write_text(segment(0x1F))
    assert started(data, "pg_wal/00000002.history").wait() == 0
    assert pushed(data) == [segment(0x1F), segment(0x20), "pg_wal/00000002.history"]


def test_what_was_owed_and_cannot_be_pushed_is_tried_again_with_its_history(data: Path) -> None:
    lay(data, 0x20)
    (data / "pg_wal/00000002.history").write_text(HISTORY.format(fork=0x21 * SEGMENT))
    (data / "failing").write_text(segment(0x20))
    assert started(data, "pg_wal/00000002.history").wait() == 1
    assert pushed(data) == [segment(0x20)]


def test_a_push_that_fails_says_so_as_pgbackrest_does(data: Path) -> None:
    (data / "failing").write_text(segment(1))
    assert started(data, segment(1)).wait() == 99


def test_the_marker_of_a_move_ends_a_push_with_a_code_at_which_the_archiver_gives_up(data: Path) -> None:
    running = started(data, segment(5))
    while not pushed(data):
        assert running.poll() is None
    (data / "standby.signal").touch()
    assert running.wait() == 126
    assert started(data, segment(1)).wait() == 126
    assert pushed(data) == [segment(5)], "with the marker there nothing is begun"


def test_a_marker_that_a_move_left_behind_keeps_nothing_from_the_archive(data: Path) -> None:
    (data / "standby.signal").touch()
    hour_ago = time.time() - 3600
    os.utime(data / "standby.signal", (hour_ago, hour_ago))
    assert started(data, segment(1)).wait() == 0
    assert pushed(data) == [segment(1)]
