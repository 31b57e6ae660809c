"""What all tests share: a skipped test is not a passed one."""

from __future__ import annotations

import signal

import pytest

skipped: list[str] = []

signal.signal(signal.SIGINT, signal.default_int_handler)
"""Who is started in the background by a script ignores Ctrl-C, and so would all that the tests start and interrupt."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember every test that was skipped."""
    if report.skipped:
        skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that skipped something: the machine is prepared by .ci/bootstrap, so nothing may be missing."""
    if skipped and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nskipped, and so not proved: {', '.join(skipped)}")
