"""What unit tests share."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from command_line import Run, runner


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Return the command line as a function."""
    return runner(monkeypatch, capfd)


@pytest.fixture(autouse=True)
def _nothing_goes_on_telling() -> Iterator[None]:
    """Fail a test that leaves a thread behind which would write into what the next tests read from stderr."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread.name == "progress" and thread not in before]
    for thread in left:
        thread.join(1.0)
    assert not [thread for thread in left if thread.is_alive()]
