"""Progress of long work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress for people, and one event for ``--json``."""

    event: str
    subject: str
    data: Mapping[str, object] = field(default_factory=dict)


class Reporter(Protocol):
    """Receives progress; the command line shows it, tests collect it."""

    def report(self, progress: Progress) -> None:
        """Take one step of progress."""
