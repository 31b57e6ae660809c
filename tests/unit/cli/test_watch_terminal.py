"""jbnet watch as a program on a real pseudo-terminal, over a real store that somebody writes meanwhile."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.monitor.actions import Deed

PATIENCE_S = 60.0
"""How long a condition is waited for; a loaded machine is slow, not wrong."""


class Monitored:
    """A store that rounds are added to; its clock is the world's, so that nothing in it is stale."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.net = SimNet(small())
        self.clock = FakeClock(datetime.now(UTC) - timedelta(seconds=10))
        self.monitor = make_monitor(self.net, folder / "monitor.db", clock=self.clock)
        self.monitor.start()
        self.rounds(3)

    def rounds(self, count: int) -> None:
        for _ in range(count):
            self.clock.time = max(self.clock.time + timedelta(seconds=1), datetime.now(UTC))
            self.monitor.poll_once()

    def looks_on(self) -> None:
        """Add a round if the last is a second old: a monitor that looks no more is what the screen would show."""
        if datetime.now(UTC) - self.clock.time >= timedelta(seconds=1):
            self.rounds(1)


class Screen:
    """The program on a terminal of its own: ``until`` waits for a text, ``press`` sends keys.

    ``meanwhile`` is called again and again while a text is waited for.
    """

    def __init__(self, *words: str, meanwhile: Callable[[], None], environment: dict[str, str] | None = None):
        self.meanwhile = meanwhile
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.before = termios.tcgetattr(theirs)
        self.theirs = theirs
        known = {**os.environ, "TERM": "xterm", "LANG": "C.UTF-8", **(environment or {})}
        command = [sys.executable, "-m", "jbnet", *words]
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=known, preexec_fn=self._own_terminal
        )
        self.seen = ""

    def _own_terminal(self) -> None:
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    def until(self, text: str) -> str:
        """Read until a text was drawn since the last call; return all that was drawn."""
        end = time.monotonic() + PATIENCE_S
        while text not in self.seen:
            self.meanwhile()
            ready, _, _ = select.select([self.ours], [], [], 0.2)
            if ready:
                self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")
            assert time.monotonic() < end, f"{text!r} was not drawn; the last was {self.seen[-2500:]!r}"
        drawn, self.seen = self.seen, ""
        return drawn

    def press(self, keys: str) -> None:
        os.write(self.ours, keys.encode())

    def ended(self) -> int:
        """Wait for its end, reading on; return the exit code."""
        end = time.monotonic() + PATIENCE_S
        while self.process.poll() is None:
            ready, _, _ = select.select([self.ours], [], [], 0.1)
            if ready:
                self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")
            assert time.monotonic() < end
        while select.select([self.ours], [], [], 0)[0]:
            self.seen += os.read(self.ours, 65536).decode("utf-8", "replace")
        return self.process.returncode

    def assert_restored(self) -> None:
        assert termios.tcgetattr(self.theirs) == self.before
        assert "\x1b[?25h" in self.seen
        assert "\x1b[?1049l" in self.seen

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def monitored(tmp_path: Path) -> Iterator[Monitored]:
    made = Monitored(tmp_path / "state")
    yield made
    made.monitor.close()


@pytest.fixture
def screen(monitored: Monitored, tmp_path: Path) -> Iterator[Screen]:
    opened = Screen("-C", str(tmp_path), "--state", str(monitored.folder), "watch", meanwhile=monitored.looks_on)
    yield opened
    opened.close()


def test_an_incident_appears_is_filtered_acknowledged_and_the_terminal_is_as_before(
    screen: Screen, monitored: Monitored
) -> None:
    screen.until("no incident is open")
    monitored.net.cut = {"chengdong-up1"}
    monitored.rounds(3)
    screen.until("circuit chengdong-up1")
    screen.press("/nothing-like-it\r")
    screen.until("no open incident is selected")
    screen.press("/\x15chengdong\r")
    screen.until("circuit chengdong-up1")
    screen.press("a")
    screen.until("who is on it")
    screen.press("li\r")
    screen.until("what is known")
    screen.press("运营商已通知\r")
    screen.until("→ li")
    screen.press("\r")
    screen.until("运营商已通知")
    ((_, action),) = ActionFile(monitored.folder / "actions.db").after(0)
    assert (action.deed, action.owner, action.comment) == (Deed.ACKNOWLEDGE, "li", "运营商已通知")
    screen.press("q")
    assert screen.ended() == 0
    screen.assert_restored()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 130)])
def test_a_signal_leaves_the_terminal_as_it_was(screen: Screen, number: signal.Signals, code: int) -> None:
    screen.until("no incident is open")
    screen.process.send_signal(number)
    assert screen.ended() == code
    screen.assert_restored()


def test_put_aside_it_gives_the_terminal_back_and_draws_again_when_it_goes_on(screen: Screen) -> None:
    screen.until("no incident is open")
    screen.process.send_signal(signal.SIGTSTP)
    screen.until("\x1b[?1049l")
    _, status = os.waitpid(screen.process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    assert termios.tcgetattr(screen.theirs) == screen.before
    screen.process.send_signal(signal.SIGCONT)
    screen.until("no incident is open")
    screen.press("q")
    assert screen.ended() == 0
    screen.assert_restored()


def test_a_window_that_changes_is_drawn_anew(screen: Screen) -> None:
    screen.until("no incident is open")
    fcntl.ioctl(screen.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 30, 0, 0))
    screen.process.send_signal(signal.SIGWINCH)
    screen.until("make the window larger")
    screen.press("q")
    assert screen.ended() == 0


def test_without_a_terminal_there_is_a_line_for_each_change_and_another_run_goes_on_behind_it(
    monitored: Monitored, tmp_path: Path
) -> None:
    words = ["-C", str(tmp_path), "--state", str(monitored.folder), "--json", "watch", "--once", "--since"]

    def lines(since: str) -> list[dict[str, object]]:
        done = subprocess.run([sys.executable, "-m", "jbnet", *words, since], capture_output=True, check=True)
        return [json.loads(line) for line in done.stdout.splitlines()]

    monitored.net.cut = {"chengdong-up1"}
    monitored.rounds(3)
    first = lines("0")
    assert "incident.opened" in [line["event"] for line in first]
    assert {"schema", "id", "time", "event", "subject", "data"} == set(first[0])
    last = str(first[-1]["id"])
    assert lines(last) == []
    monitored.net.cut = set()
    monitored.rounds(3)
    again = lines(last)
    assert "incident.closed" in [line["event"] for line in again]
    assert not {str(line["id"]) for line in first} & {str(line["id"]) for line in again}
