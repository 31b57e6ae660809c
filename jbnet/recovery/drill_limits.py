"""Reading ``drills:`` of dr/plan.yaml: what a drill may take of a host, and what must be true of the copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from jbnet.inventory.reading.source import Source
from jbnet.model.text import text
from jbnet.recovery.drill import DrillLimits
from jbnet.recovery.fields import Fields, Findings

CHECKPOINTS: Final = ("spread", "fast")
BOUNDS: Final = {"rate_mb_s": (1, 1024), "memory_mb": (1, 65536), "in_memory_mb": (0, 1 << 20), "lag_mb": (1, 65536)}
"""MiB a second (pg_basebackup takes 1 GB/s at most), then MiB; nothing lies in memory where ``in_memory_mb`` is 0."""
MOST_PERCENT: Final = 90


def read_drills(source: Source, raw: object, findings: Findings) -> DrillLimits:
    """Read the section; None (it is absent) gives the defaults."""
    usual = DrillLimits()
    if raw is None:
        return usual
    fields = Fields(source, ("drills",), raw, findings)
    found = DrillLimits(
        rate_mb_s=_whole(fields, "rate_mb_s", usual.rate_mb_s),
        checkpoint=fields.choice("checkpoint", CHECKPOINTS, usual.checkpoint),
        memory_mb=_whole(fields, "memory_mb", usual.memory_mb),
        in_memory_mb=_whole(fields, "in_memory_mb", usual.in_memory_mb),
        free_percent=_percent(fields, usual.free_percent),
        lag_mb=_whole(fields, "lag_mb", usual.lag_mb),
        smoke=_smoke(source, fields, findings),
    )
    fields.end()
    return found


def _whole(fields: Fields, key: str, usual: int) -> int:
    least, most = BOUNDS[key]
    value = fields.take(key, int, usual)
    if value is not None and least <= value <= most:
        return value
    _wrong(fields, key, value, f"{least} to {most}")
    return usual


def _percent(fields: Fields, usual: float) -> float:
    value = fields.take("free_percent", float, usual)
    if value is not None and 0 < value <= MOST_PERCENT:
        return value
    _wrong(fields, "free_percent", value, f"more than 0 and at most {MOST_PERCENT}")
    return usual


def _smoke(source: Source, fields: Fields, findings: Findings) -> Mapping[str, Mapping[str, str]]:
    """Read smoke tests, by database and name."""
    raw = fields.raw("smoke")
    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        _wrong(fields, "smoke", raw, "a mapping")
        return {}
    found: dict[str, dict[str, str]] = {}
    for database, tests in raw.items():
        each = Fields(source, ("drills", "smoke", database), tests, findings)
        names = list(tests) if isinstance(tests, Mapping) else []
        found[str(database)] = {str(name): each.require(name, str, "") for name in names}
    return found


def _wrong(fields: Fields, key: str, value: object, expected: str) -> None:
    message = text("{key} is {value!r}; expected {expected}", key=key, value=value, expected=expected)
    fields.findings.add("JB703", message, fields.place(key))
