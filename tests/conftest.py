"""What all tests share: a skipped test is not a passed one, and laws are tried on the same examples each time.

A change is judged by what it changes, not by the dice: a rare example that breaks a law would fail whoever comes by.
``make laws`` throws them anew and is where such examples are looked for; each becomes a test of its own.
"""

from __future__ import annotations

import os
import signal

import pytest
from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("anew", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("LAWS", "same"))

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
