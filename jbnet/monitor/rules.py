"""What is declared beside the policy: the calendar and the thresholds."""

from __future__ import annotations

from dataclasses import dataclass, field

from jbnet.monitor.calendar import Calendar


@dataclass(frozen=True, slots=True)
class Rules:
    """The calendar (opening hours and maintenance) by which a round is judged."""

    calendar: Calendar = field(default_factory=Calendar)


PLAIN = Rules()
"""Nothing ever closes, no work is announced, no measure has a limit."""
