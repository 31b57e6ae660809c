"""Events followed from outside: each once and in order, over restarts of the monitor, kills and damage of its store."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_events import SqliteEventLog
from jbnet.adapters.store_kept import KeptStore
from jbnet.model.errors import Missing
from jbnet.monitor.cursor import Cursor, Recorded, parse_cursor
from jbnet.services.watch.follow import follow

ROOT = Path(__file__).parents[3]


def until_nothing(found: Iterator[Recorded | None]) -> list[Recorded]:
    """Return what is there to read now."""
    return [one for one in iter(found.__next__, None) if one is not None]


class Watched:
    """A monitor of a small network whose one line comes and goes."""

    def __init__(self, path: Path):
        self.path, self.net, self.clock = path, SimNet(small()), FakeClock()
        self.log = SqliteEventLog(path)

    def rounds(self, count: int) -> None:
        """Start a monitor, let the line change each round, and stop it."""
        monitor = make_monitor(self.net, KeptStore(SqliteStore(self.path), self.path, lambda _: None), clock=self.clock)
        monitor.start()
        for _ in range(count):
            self.clock.sleep(1)
            self.net.cut ^= {"chengdong-up1"}
            monitor.poll_once()
        monitor.close()

    def kept(self) -> list[int]:
        database = sqlite3.connect(self.path)
        rows = [row[0] for row in database.execute("SELECT id FROM events ORDER BY id")]
        database.close()
        return rows


@pytest.fixture
def watched(tmp_path: Path) -> Watched:
    found = Watched(tmp_path / "monitor.db")
    found.rounds(4)
    return found


def test_a_reader_gets_every_event_once_over_restarts_of_the_monitor_and_its_own(watched: Watched) -> None:
    read = until_nothing(follow(watched.log, watched.clock, None))
    for _ in range(3):
        watched.rounds(3)
        going = follow(watched.log, watched.clock, parse_cursor(str(read[-1].cursor)))
        read += until_nothing(going)
        watched.rounds(3)
        read += until_nothing(going)
    assert [one.cursor.number for one in read] == watched.kept()
    assert not any(one.gap for one in read)


def test_a_store_that_was_replaced_is_read_from_where_it_goes_on_and_the_gap_is_said(watched: Watched) -> None:
    going = follow(watched.log, watched.clock, None)
    before = until_nothing(going)
    damaged = bytearray(watched.path.read_bytes())
    damaged[4096:] = b"\xa5" * (len(damaged) - 4096)
    watched.path.write_bytes(damaged)
    watched.rounds(8)
    after = until_nothing(going)
    assert after
    assert after[0].gap
    assert not any(one.gap for one in after[1:])
    assert [one.cursor.number for one in after] == watched.kept()
    times = [one.event.time for one in (*before, *after)]
    assert all(a <= b for a, b in pairwise(times))


def test_what_is_gone_with_age_is_a_gap(watched: Watched) -> None:
    read = until_nothing(follow(watched.log, watched.clock, None))
    database = sqlite3.connect(watched.path)
    database.execute("DELETE FROM events WHERE id <= ?", (read[3].cursor.number,))
    database.commit()
    database.close()
    assert until_nothing(follow(watched.log, watched.clock, read[3].cursor)) == read[4:]
    again = until_nothing(follow(watched.log, watched.clock, read[1].cursor))
    assert [one.cursor for one in again] == [one.cursor for one in read[4:]]
    assert [one.gap for one in again] == [True, *[False] * (len(again) - 1)]


def test_another_store_is_read_from_its_beginning_with_a_gap(watched: Watched) -> None:
    first, *_ = until_nothing(follow(watched.log, watched.clock, Cursor("somebodyelse", 7, 7)))
    assert first.gap
    assert first.cursor.number == 1


def test_without_a_store_there_is_nothing_to_follow(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        next(follow(SqliteEventLog(tmp_path / "monitor.db"), FakeClock(), None))


@given(st.text(max_size=30))
def test_a_cursor_is_read_back_or_refused(written: str) -> None:
    try:
        found = parse_cursor(written)
    except ValueError:
        return
    assert parse_cursor(str(found)) == found


def test_a_killed_monitor_and_a_killed_reader_leave_nothing_out_and_give_nothing_twice(tmp_path: Path) -> None:
    path = tmp_path / ".jbnet" / "monitor.db"
    path.parent.mkdir(mode=0o700)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "tests/fakes")))}
    program = [sys.executable, str(ROOT / "tests/fakes/monitoring.py"), str(path), "chengdong-up1"]
    read: list[str] = []
    for _ in range(2):
        writer = subprocess.Popen(program, stdout=subprocess.PIPE, env=environment, text=True)
        assert writer.stdout is not None
        for _ in range(6):
            writer.stdout.readline()
        behind = ["--after", read[-1]] if read else ["--last", "10000"]
        reader = subprocess.Popen(
            [sys.executable, "-m", "jbnet", "--state", str(path.parent), "--json", "events", "--follow", *behind],
            stdout=subprocess.PIPE, env=environment, text=True,
        )  # fmt: skip
        assert reader.stdout is not None
        read.append(json.loads(reader.stdout.readline())["cursor"])
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        reader.send_signal(signal.SIGKILL)
        read += [json.loads(line)["cursor"] for line in reader.stdout if line.endswith("\n")]
        reader.wait()
        reader.stdout.close()
    rest = [sys.executable, "-m", "jbnet", "--state", str(path.parent), "--json", "events", "-n", "10000"]
    done = subprocess.run([*rest, "--after", read[-1]], stdout=subprocess.PIPE, env=environment, text=True, check=True)
    read += [event["cursor"] for event in json.loads(done.stdout)["data"]["events"]]
    numbers = [parse_cursor(cursor).number for cursor in read]
    assert numbers == list(range(1, len(numbers) + 1))
