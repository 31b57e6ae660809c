"""Whoever waits beside a process hears of its end, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from jbnet.adapters.successor import SuccessorProcess
from jbnet.model.errors import TargetError

LISTENS = """
import os, sys
said, file = sys.stdin.read(), sys.argv[1]
with open(file + ".part", "w") as part:
    part.write(said or "nothing")
os.rename(file + ".part", file)
"""
DIES = """
import os, signal, sys
from jbnet.adapters.successor import SuccessorProcess
with SuccessorProcess(lambda change, devices: [sys.executable, "-c", sys.argv[1], sys.argv[2]]).waiting("a1", ["r1"]):
    os.killpg(0, signal.SIGKILL)
"""


def test_it_is_told_when_there_is_nothing_to_take_over(tmp_path: Path) -> None:
    told: list[str] = []

    def command(change: str, devices: Sequence[str]) -> list[str]:
        told.extend([change, *devices])
        return [sys.executable, "-c", LISTENS, str(tmp_path / "heard")]

    with SuccessorProcess(command).waiting("a1", ["r1", "r2"]):
        assert told == ["a1", "r1", "r2"]
        assert not (tmp_path / "heard").exists()
    assert (tmp_path / "heard").read_text() == "done\n"


def test_it_outlives_a_process_whose_whole_group_is_killed_and_hears_nothing_from_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "heard.part")
    process = subprocess.Popen([sys.executable, "-c", DIES, LISTENS, str(tmp_path / "heard")], start_new_session=True)
    heard = (tmp_path / "heard.part").read_text()  # waits for whoever writes
    assert heard == "nothing"
    assert process.wait(60) == -signal.SIGKILL


def test_one_that_cannot_be_started_is_an_error_with_its_name() -> None:
    with (
        pytest.raises(TargetError, match="/no/such/program cannot be started"),
        SuccessorProcess(lambda _change, _devices: ["/no/such/program"]).waiting("a1", ["r1"]),
    ):
        pass
