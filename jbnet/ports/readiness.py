"""What readiness was before: one row a check and run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jbnet.recovery.readiness import Check, Level, Result


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a check found at a time; ``database`` is empty where it is of none."""

    time: datetime
    check: Check
    subject: str
    database: str
    level: Level
    value: float | None


LastKnown = Mapping[tuple[Check, str, str], Recorded]
"""The newest known level (not unknown) by check, subject and database."""


class ReadinessHistory(Protocol):
    """Keeps what checks found; the oldest goes when there is too much."""

    def append(self, time: datetime, results: Sequence[Result]) -> None:
        """Keep a run. Raises TargetError where it cannot be written."""

    def of(self, check: Check, database: str | None = None) -> Sequence[Recorded]:
        """Return what a check found, oldest first; nothing where it never ran. Raises TargetError."""

    def last_known(self) -> LastKnown:
        """Return when each was last known, and how it stood. Raises TargetError."""
