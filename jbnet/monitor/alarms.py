"""Alarms: a measure beyond its threshold, or something that is not as it is declared. States with a severity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jbnet.model.text import Text
from jbnet.monitor.state import Subject

Words = str | Text
"""What is said: as somebody else said it, or so that it can be told in the reader's language."""
Said = tuple[Words, Words]
"""What is expected, and what is there."""


class Severity(StrEnum):
    """How bad it is: the perceived severities of ITU-T X.733, worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class AlarmId:
    """Names an alarm: the rule that raises it and what it is about."""

    rule: str
    subject: Subject


@dataclass(frozen=True, slots=True)
class Alarm:
    """What is remembered of a rule on a subject: while it is raised, or while contrary looks wait for more.

    ``raised`` is when it was raised (None: not yet). ``doubt`` is the time of the first of ``looks`` consecutive
    looks that say the contrary. ``value`` is what was measured, ``limit`` what it is held against.
    ``said``: what is expected and what is there, where figures do not say it. ``part``: which part of the subject the
    value is of, where it has several and is judged by one. ``advice``: what to do next.
    """

    severity: Severity
    measure: str
    raised: datetime | None = None
    doubt: datetime | None = None
    looks: int = 0
    value: float | None = None
    limit: float | None = None
    said: Said | None = None
    part: str = ""
    advice: Words | None = None


Alarms = Mapping[AlarmId, Alarm]


def standing(alarms: Alarms) -> Alarms:
    """Return those that are raised, worst first."""
    order = {severity: number for number, severity in enumerate(Severity)}
    raised = [(found, alarm) for found, alarm in alarms.items() if alarm.raised is not None]
    return dict(sorted(raised, key=lambda item: (order[item[1].severity], item[0])))
