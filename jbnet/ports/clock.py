"""Time, as the services are given it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Time, so that the core never reads a clock."""

    def now(self) -> datetime:
        """Return the wall clock in UTC."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never steps."""

    def sleep(self, seconds: float) -> None:
        """Wait."""
