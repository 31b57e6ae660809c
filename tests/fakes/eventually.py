"""Waiting for a condition, never for a number of seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(look: Callable[[], T], timeout: float = 60.0) -> T:
    """Return the first true answer of ``look``; the last one, true or not, after ``timeout`` seconds."""
    deadline = time.monotonic() + timeout
    while not (answer := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer
