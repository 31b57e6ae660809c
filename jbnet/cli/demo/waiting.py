"""Waiting for a condition, with a deadline that says what was waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from jbnet.model.errors import CommandFailed
from jbnet.model.text import Text

T = TypeVar("T")
STEP_S = 0.05


def wait_for(
    look: Callable[[], T | None], what: Text, patience: float, *, alive: Callable[[], bool] = lambda: True
) -> T:
    """Return what ``look`` finds, once it finds something. Raises CommandFailed when time or life runs out."""
    deadline = time.monotonic() + patience
    while True:
        living = alive()
        found = look()
        if found:
            return found
        if not living or time.monotonic() > deadline:
            raise CommandFailed("waited in vain for: {what}", what=what)
        time.sleep(STEP_S)
