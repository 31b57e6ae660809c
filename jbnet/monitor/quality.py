"""Errors, discards and speed of interfaces, and the traffic of agents that have 32-bit counters only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jbnet.monitor.rates import COUNTER32, UNKNOWN, Rate, counter_rate, events_rate
from jbnet.snmp.ifquality import QualityRow


@dataclass(frozen=True, slots=True)
class Quality:
    """An interface as it was last asked about: ``errors`` and ``discards`` a second, both ways; None: unknown.

    ``low`` is the traffic by the 32-bit counters, for want of the 64-bit ones.
    """

    row: QualityRow
    read: datetime
    errors: float | None = None
    discards: float | None = None
    low: Rate = UNKNOWN


Qualities = Mapping[str, Quality]


def after(before: Qualities, rows: Iterable[QualityRow] | None, time: datetime, *, continuous: bool) -> Qualities:
    """Return what is known of the interfaces after a look, by ifName; None: these tables were not asked for.

    ``continuous``: the counters may be compared with those before; after a restart they may not, asked for or not.
    """
    if rows is None:
        return before if continuous else {}
    return {row.name: _after(before.get(row.name), row, time, continuous=continuous) for row in rows}


def _after(before: Quality | None, row: QualityRow, time: datetime, *, continuous: bool) -> Quality:
    if before is None or not continuous or not _joined(before.row, row):
        return Quality(row, time)
    old, seconds = before.row, (time - before.read).total_seconds()
    errors = events_rate((old.in_errors, old.out_errors), (row.in_errors, row.out_errors), seconds)
    discards = events_rate((old.in_discards, old.out_discards), (row.in_discards, row.out_discards), seconds)
    return Quality(row, time, errors, discards, _low(old, row, seconds))


def _joined(before: QualityRow, after: QualityRow) -> bool:
    return before.index == after.index and before.discontinuity == after.discontinuity


def _low(before: QualityRow, after: QualityRow, seconds: float) -> Rate:
    """Return the traffic by the 32-bit counters: only where the speed says that they wrapped once at most.

    An agent that does not say when its counters broke (ifCounterDiscontinuityTime) may have set them back: there a
    counter that fell is no wrap.
    """
    speed = after.speed_mbps
    if not speed or speed != before.speed_mbps:
        return UNKNOWN
    ways = ((before.low_in_octets, after.low_in_octets), (before.low_out_octets, after.low_out_octets))
    rates = []
    for old, new in ways:
        fell = old is not None and new is not None and new < old and after.discontinuity is None
        rates.append(None if fell else counter_rate(old, new, seconds, modulus=COUNTER32, max_bps=speed * 1e6))
    return Rate(*rates)
