"""What unit tests share."""

from __future__ import annotations

import pytest
from command_line import Run, runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return the command line as a function."""
    return runner(monkeypatch, capfd)
