"""kill -9 of the monitor in the middle of an outage: it goes on with the same incidents."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import monitoring
import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

CUTS = ["chengdong-up1", "huangyuan-t1-up1"]


@pytest.mark.parametrize("rounds", [4, 5, 9])
def test_a_killed_monitor_goes_on_with_the_same_open_incidents(tmp_path: Path, rounds: int) -> None:
    path = tmp_path / "monitor.db"
    process = subprocess.Popen(
        [sys.executable, monitoring.__file__, str(path), *CUTS], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    said = [process.stdout.readline() for _ in range(rounds)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert said[-1].split() == [str(rounds), "2"]

    net = SimNet(small())
    net.cut = set(CUTS)
    clock = FakeClock(START + timedelta(hours=1))
    monitor = make_monitor(net, path, clock=clock)
    monitor.start()
    opened = {i.root_cause.name: (i.id, i.opened) for i in monitor.book.incidents.open.values()}
    assert sorted(opened) == sorted(CUTS)
    monitor.poll_once()
    assert {i.root_cause.name: (i.id, i.opened) for i in monitor.book.incidents.open.values()} == opened
    net.cut.clear()
    clock.sleep(1)
    monitor.poll_once()
    monitor.close()
    assert not monitor.book.incidents.open
    with sqlite3.connect(path) as database:
        news = database.execute("SELECT incident, event, count(*) FROM outbox GROUP BY 1, 2").fetchall()
    assert sorted(news) == [(1, "closed", 1), (1, "opened", 1), (2, "closed", 1), (2, "opened", 1)]
