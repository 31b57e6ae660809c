"""Leases on devices: one run at a time, whoever started it; what a killed run held ends by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jbnet.adapters.device_files import DeviceLockFiles
from jbnet.model.errors import Refused

ELSEWHERE = """
import sys
from pathlib import Path
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.device_files import DeviceLockFiles
DeviceLockFiles(Path(sys.argv[1]), SystemClock()).acquire("core-r1", sys.argv[2], 300)
print("held", flush=True)
sys.stdin.read()
"""


class Clock:
    """The machine's clock, set forward by ``later`` seconds."""

    later = 0.0

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.later)

    def monotonic(self) -> float:
        return self.later

    def sleep(self, seconds: float) -> None:
        self.later += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def locks(tmp_path: Path, clock: Clock) -> DeviceLockFiles:
    return DeviceLockFiles(tmp_path, clock)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    """A maker of other processes, each of which holds core-r1 for an owner until it ends."""
    started: list[subprocess.Popen[bytes]] = []

    def hold(owner: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", ELSEWHERE, str(tmp_path), owner]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        assert started[-1].stdout is not None
        assert started[-1].stdout.readline() == b"held\n"
        return started[-1]

    yield hold
    for process in started:
        process.kill()
        process.wait()


def test_somebody_elses_lease_is_named_with_its_end_and_honoured_until_then(
    locks: DeviceLockFiles, clock: Clock
) -> None:
    locks.acquire("core-r1", "li@noc", 300)
    with pytest.raises(Refused, match=r"core-r1 is locked by li@noc until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"):
        locks.acquire("core-r1", "wang@noc", 300)
    locks.acquire("core-r2", "wang@noc", 300)
    locks.release("core-r1", "wang@noc")
    with pytest.raises(Refused):
        locks.acquire("core-r1", "wang@noc", 300)
    clock.sleep(301)
    locks.acquire("core-r1", "wang@noc", 300)


def test_two_runs_of_one_account_keep_each_other_out(
    locks: DeviceLockFiles, elsewhere: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    """An office shares one account: it is the run that holds the device."""
    elsewhere("netops@noc")
    with pytest.raises(Refused, match="netops@noc"):
        locks.acquire("core-r1", "netops@noc", 300)
    locks.release("core-r1", "netops@noc")
    with pytest.raises(Refused, match="netops@noc"):
        locks.acquire("core-r1", "netops@noc", 300)


def test_what_a_killed_run_held_is_free_for_its_owner_at_once_and_for_others_later(
    locks: DeviceLockFiles, clock: Clock, elsewhere: Callable[[str], subprocess.Popen[bytes]]
) -> None:
    run = elsewhere("netops@noc")
    run.kill()
    run.wait()
    with pytest.raises(Refused):
        locks.acquire("core-r1", "wang@noc", 300)
    locks.acquire("core-r1", "netops@noc", 300)
    locks.release("core-r1", "netops@noc")
    locks.acquire("core-r1", "wang@noc", 300)


def test_a_run_may_take_its_own_lease_again(locks: DeviceLockFiles) -> None:
    locks.acquire("core-r1", "netops@noc", 300)
    locks.acquire("core-r1", "netops@noc", 300)


@pytest.mark.parametrize("content", ["", "{", '{"owner": "li@noc"}', "[]"])
def test_a_torn_lease_is_nobodys(tmp_path: Path, locks: DeviceLockFiles, content: str) -> None:
    (tmp_path / "core-r1.json").write_text(content)
    locks.acquire("core-r1", "wang@noc", 300)


def test_a_lease_of_an_older_jbnet_that_names_no_process_is_its_owners(tmp_path: Path, locks: DeviceLockFiles) -> None:
    (tmp_path / "core-r1.json").write_text(f'{{"owner": "li@noc", "until": {2**33}}}')
    with pytest.raises(Refused):
        locks.acquire("core-r1", "wang@noc", 300)
    locks.acquire("core-r1", "li@noc", 300)
    assert str(os.getpid()) in (tmp_path / "core-r1.json").read_text()
