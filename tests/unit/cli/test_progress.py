"""How far asking is, on stderr: a line at once, one every while, nothing behind the first result."""

from __future__ import annotations

import io
import re
import time
from pathlib import Path

import pytest
from rich.console import Console

from jbnet.cli import progress
from jbnet.cli.context import Context
from jbnet.cli.progress import Counting
from jbnet.ports import Progress


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    monkeypatch.setattr(progress, "SILENCE_S", 0.02)
    monkeypatch.setattr(progress, "SECOND_S", 0.02)
    return io.StringIO()


def context(tmp_path: Path, stream: io.StringIO, *, terminal: bool) -> Context:
    found = Context(tmp_path)
    found.__dict__["err"] = Console(file=stream, force_terminal=terminal, soft_wrap=True, highlight=False)
    return found


def wait_for(stream: io.StringIO, pattern: str) -> None:
    ends = time.monotonic() + 20
    while not re.search(pattern, stream.getvalue()):
        assert time.monotonic() < ends, stream.getvalue()
        time.sleep(0.01)


def test_without_a_terminal_it_says_at_once_that_it_asks_and_then_now_and_again(
    tmp_path: Path, told: io.StringIO
) -> None:
    asking = Counting(context(tmp_path, told, terminal=False), ["r1", "r2", "r3"])
    assert told.getvalue() == "asking devices: 3 ...\n"
    asking.report(Progress("plan.ended", "r2"))
    asking.report(Progress("plan.asked", "r2"))
    wait_for(told, r"devices that answered: 1 of 3, after 0 s; waiting for: r1, r3\n")
    assert "\x1b" not in told.getvalue()
    asking.close()


def test_the_first_result_ends_it(tmp_path: Path, told: io.StringIO) -> None:
    beside = context(tmp_path, told, terminal=False)
    Counting(beside, ["r1", "r2"])
    wait_for(told, "0 of 2")
    beside.say("done")
    said = told.getvalue()
    time.sleep(0.1)
    assert told.getvalue() == said


def test_on_a_terminal_one_line_is_written_over_and_wiped_out_in_the_end(tmp_path: Path, told: io.StringIO) -> None:
    asking = Counting(context(tmp_path, told, terminal=True), ["r1", "r2"])
    wait_for(told, "0 of 2")
    asking.report(Progress("drift.asked", "r1"))
    asking.report(Progress("drift.asked", "somebody-else"))
    wait_for(told, "1 of 2, after 0 s; waiting for: r2")
    asking.report(Progress("drift.asked", "r2"))
    assert "\n" not in told.getvalue()
    assert told.getvalue().endswith("\r\x1b[K")
