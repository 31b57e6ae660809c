"""kill -9 of a monitor that tells people, at random points of an outage: the same incidents, each told once."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import telling_process
from receivers import Web, serving

ROUNDS = 50
KILLS = 7


def begin(folder: Path, url: str) -> subprocess.Popen[str]:
    command = [sys.executable, telling_process.__file__, str(folder), url, str(ROUNDS)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def go_on(process: subprocess.Popen[str], lines: int) -> bool:
    """Read so many lines more; say whether the process has come to its end."""
    assert process.stdout is not None
    return any(process.stdout.readline().strip() == "done" for _ in range(lines))


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_anywhere_nothing_is_told_twice_and_nothing_is_missed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    web = Web()
    with serving(web):
        for _ in range(KILLS):
            process = begin(tmp_path, web.url)
            ended = go_on(process, chance.randrange(1, 9))
            if not ended:
                assert process.stdout is not None
                timer = chance.random() * 0.02  # somewhere inside a round, a transaction, or a message
                run_on(process, timer)
                process.send_signal(signal.SIGKILL)
            process.wait()
            assert process.stdout is not None
            process.stdout.close()
        last = begin(tmp_path, web.url)
        assert go_on(last, ROUNDS + 5)
        assert last.wait() == 0
        assert last.stdout is not None
        last.stdout.close()
    by_key = dict(zip(web.keys, web.got, strict=True))
    told = Counter((a["labels"]["instance"], a["status"]) for got in by_key.values() for a in got["alerts"])
    lines = ("chengdong-up1", "huangyuan-t1-up1")
    assert told == {(line, status): 1 for line in lines for status in ("firing", "resolved")}
    with sqlite3.connect(tmp_path / "monitor.db") as database:
        news = database.execute("SELECT incident, event FROM outbox ORDER BY 1, id").fetchall()
        numbers = [row[0] for row in database.execute("SELECT number FROM rounds ORDER BY 1")]
        states = set(database.execute("SELECT state FROM messages"))
    assert news == [(1, "opened"), (1, "closed"), (2, "opened"), (2, "closed")]
    assert numbers == list(range(1, ROUNDS + 1))
    assert states == {("sent",)}


def run_on(process: subprocess.Popen[str], seconds: float) -> None:
    """Let a process run on for a moment."""
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
