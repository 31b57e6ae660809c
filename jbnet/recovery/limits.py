"""What readiness is measured against (``readiness:`` in dr/plan.yaml), each with a default."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from jbnet.inventory.reading.source import Source
from jbnet.model.text import Text, text
from jbnet.recovery.fields import Fields, Findings

MOST_PERCENT = 90
LEAST_EVERY_S, MOST_EVERY_S = 15, 86_400
"""A look takes seconds where hosts are silent: oftener it would only be looked at late."""
MOST_LOOKS = 100

N = TypeVar("N", int, float)


@dataclass(frozen=True, slots=True)
class Limits:
    """``drill_days``, ``restore_test_days``: the age from which practice counts as old. ``disk_free_percent``: what a
    database's volumes should have free; a quarter of it is red.

    The monitor looks every ``every_s`` seconds (0: never); what is red in ``alarm_after`` looks in a row is an alarm,
    what is amber only with ``alarm_amber``.
    """

    drill_days: float = 92.0
    restore_test_days: float = 31.0
    disk_free_percent: float = 20.0
    every_s: float = 60.0
    alarm_after: int = 2
    alarm_amber: bool = False


def read_limits(source: Source, raw: object, findings: Findings) -> Limits:
    """Read the section; None (it is absent) gives the defaults."""
    if raw is None:
        return Limits()
    fields = Fields(source, ("readiness",), raw, findings)
    usual = Limits()
    found = Limits(
        _positive(fields, "drill_days", usual.drill_days),
        _positive(fields, "restore_test_days", usual.restore_test_days),
        _positive(fields, "disk_free_percent", usual.disk_free_percent, MOST_PERCENT),
        _every(fields, usual.every_s),
        _looks(fields, usual.alarm_after),
        bool(fields.take("alarm_amber", bool, usual.alarm_amber)),
    )
    fields.end()
    return found


def _positive(fields: Fields, key: str, usual: float, most: float = 100_000) -> float:
    value = fields.take(key, float, usual)
    if value is not None and 0 < value <= most:
        return value
    return _wrong(fields, key, value, text("more than 0 and at most {most:g}", most=most), usual)


def _every(fields: Fields, usual: float) -> float:
    value = fields.take("every_s", float, usual)
    if value is not None and (value == 0 or LEAST_EVERY_S <= value <= MOST_EVERY_S):
        return value
    expected = text("0 (never), or from {least} to {most}", least=LEAST_EVERY_S, most=MOST_EVERY_S)
    return _wrong(fields, "every_s", value, expected, usual)


def _looks(fields: Fields, usual: int) -> int:
    value = fields.take("alarm_after", int, usual)
    if value is not None and 1 <= value <= MOST_LOOKS:
        return value
    return _wrong(fields, "alarm_after", value, text("from {least} to {most}", least=1, most=MOST_LOOKS), usual)


def _wrong(fields: Fields, key: str, value: object, expected: Text, usual: N) -> N:
    message = text("{key} is {value!r}; expected {expected}", key=key, value=value, expected=expected)
    fields.findings.add("JB703", message, fields.place(key))
    return usual
