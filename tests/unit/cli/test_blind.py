"""A monitor that does not see is never shown as all green, by whatever reads its store."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from seen import Seen
from simnet import FakeClock

from jbnet.adapters.clock import SystemClock
from jbnet.monitor.freshness import freshness
from jbnet.monitor.self_watch import Blind


def run(state: Path, *arguments: str) -> tuple[int, str]:
    argv = [sys.executable, "-m", "jbnet", "--state", str(state), *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout


@pytest.fixture
def state(tmp_path: Path) -> Path:
    (tmp_path / "state").mkdir(mode=0o700)
    return tmp_path / "state"


def test_after_the_last_round_has_become_old_everybody_says_so_first(state: Path) -> None:
    seen = Seen(state / "monitor.db")  # of another year
    seen.rounds(4)
    seen.monitor.close()
    for command in ("status", "incidents"):
        _, said = run(state, command)
        assert said.splitlines()[1] == "BLIND: no round"
    code, said = run(state, "--json", "incidents", "--check")
    assert code == 3
    assert json.loads(said)["ok"] is False
    assert json.loads(said)["data"]["blind"] == ["no round"]
    assert json.loads(run(state, "--json", "status")[1])["data"]["blind"] == ["no round"]


def test_a_fresh_picture_of_a_sound_network_is_green(state: Path) -> None:
    seen = Seen(state / "monitor.db", FakeClock(SystemClock().now()))
    seen.rounds(4)
    seen.clock.time = SystemClock().now()
    turn = seen.rounds(1, apart=0.0)
    seen.monitor.close()
    found = freshness(turn.summary.as_json(), turn.summary.time)
    assert (found.stale, found.blind) == (False, ())


def test_without_an_answer_from_anybody_or_with_a_check_undone_it_is_blind(state: Path) -> None:
    seen = Seen(state / "monitor.db")
    summary = seen.rounds(3).summary
    seen.monitor.close()
    whole = summary.as_json()
    assert freshness({**whole, "devices": {"answering": 0, "total": 9}}, summary.time).blind == (Blind.NO_ANSWER,)
    alarms = [{"rule": "check-not-done"}, {"rule": "monitor-deaf"}]
    assert freshness({**whole, "alarms": alarms}, summary.time).blind == (Blind.DEAF, Blind.CHECK_UNDONE)
    assert freshness(None, summary.time).blind == (Blind.NO_ROUND,)
