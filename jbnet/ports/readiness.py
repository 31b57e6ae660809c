"""Readiness: what it was before, one row a check and run, and who looks at it beside the monitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from jbnet.model.text import Text
from jbnet.monitor.probing_results import Probed
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


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest run, whoever made it."""

    time: datetime
    rows: tuple[Recorded, ...]


@dataclass(frozen=True, slots=True)
class ReadinessLook:
    """A look as the monitor records it. ``unkept``: why it is not in the history."""

    found: tuple[Probed, ...]
    unkept: Text | None = None


LastKnown = Mapping[tuple[Check, str, str], Recorded]
"""The newest known level (not unknown) by check, subject and database."""


class ReadinessHistory(Protocol):
    """Keeps what checks found; the oldest goes when there is too much."""

    def append(self, time: datetime, results: Sequence[Result]) -> None:
        """Keep a run. Raises TargetError where it cannot be written."""

    def of(self, check: Check, database: str | None = None) -> Sequence[Recorded]:
        """Return what a check found, oldest first; nothing where it never ran. Raises TargetError."""

    def newest(self) -> Newest | None:
        """Return the newest run; None where there never was one. Raises TargetError."""

    def last_known(self) -> LastKnown:
        """Return when each was last known, and how it stood. Raises TargetError."""


class ReadinessLooks(Protocol):
    """Looks at the readiness for recovery, beside whoever asks: what it costs or meets is not theirs."""

    def look(self, timeout: float) -> ReadinessLook:
        """Look once, keep what was found, and return it. Raises TargetError where there is no look in so many seconds.

        A look that is late has ended when this returns.
        """

    def close(self) -> None:
        """End what is under way; may be called by another thread than the one that looks. Never raises."""
