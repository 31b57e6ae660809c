"""Whether what a reader of the store is about to show is a picture of now. Every reader asks: old green is no green."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jbnet.monitor.self_watch import DEAF, UNDONE, UNWRITTEN, Blind

_OF_ALARM = {UNWRITTEN.name: Blind.CANNOT_WRITE, DEAF.name: Blind.DEAF, UNDONE.name: Blind.CHECK_UNDONE}


@dataclass(frozen=True, slots=True)
class Freshness:
    """``age_s``: since the last round (None: there was none). ``blind``: why the monitor does not see, worst first."""

    age_s: float | None
    stale: bool
    blind: Sequence[Blind]


def freshness(summary: Mapping[str, Any] | None, now: datetime) -> Freshness:
    """Return how fresh the summary of a store is (``jbnet.ports.store.Answers.summary``; None: nothing was polled)."""
    if summary is None:
        return Freshness(None, stale=True, blind=(Blind.NO_ROUND,))
    age = (now - datetime.fromisoformat(str(summary["as_of"]))).total_seconds()
    stale = age > float(summary["stale_s"])
    devices = summary["devices"]
    found = {
        Blind.NO_ROUND: stale,
        Blind.NO_ANSWER: devices["total"] > 0 and devices["answering"] == 0,
        **{reason: any(a["rule"] == rule for a in summary.get("alarms", ())) for rule, reason in _OF_ALARM.items()},
    }
    return Freshness(age, stale, tuple(reason for reason, so in found.items() if so))
