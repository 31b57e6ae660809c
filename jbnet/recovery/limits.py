"""What readiness is measured against (``readiness:`` in dr/plan.yaml), each with a default."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.inventory.reading.source import Source
from jbnet.model.text import text
from jbnet.recovery.fields import Fields, Findings

MOST_PERCENT = 90


@dataclass(frozen=True, slots=True)
class Limits:
    """``drill_days``, ``restore_test_days``: the age from which practice counts as old. ``disk_free_percent``: what a
    database's volumes should have free; a quarter of it is red.
    """

    drill_days: float = 92.0
    restore_test_days: float = 31.0
    disk_free_percent: float = 20.0


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
    )
    fields.end()
    return found


def _positive(fields: Fields, key: str, usual: float, most: float = 100_000) -> float:
    value = fields.take(key, float, usual)
    if value is not None and 0 < value <= most:
        return value
    message = text("{key} is {value!r}; expected {expected}", key=key, value=value,
                   expected=text("more than 0 and at most {most:g}", most=most))  # fmt: skip
    fields.findings.add("JB703", message, fields.place(key))
    return usual
