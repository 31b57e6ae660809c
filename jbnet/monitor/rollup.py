"""From looks to figures a graph is drawn from: smallest, mean and largest of each five minutes, then of each hour.

Pure arithmetic. What was not known in a span is not in it, and a span in which nothing was known has no figures:
a gap stays a gap, and is neither zero nor the value before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.state import DeviceState, InterfaceState

FINE_S = 300
"""Seconds of the finer spans, kept for 90 days."""
COARSE_S = 3600
"""Seconds of the coarser spans, kept for three years."""

LEAST_WEIGHT = 0.125
"""Of a rate that is of the time before its span: it counts, and hardly."""


class Variable(StrEnum):
    """What is rolled up: traffic of an interface in bit/s, round trip in seconds, the share of looks answered."""

    IN_BPS = "in_bps"
    OUT_BPS = "out_bps"
    RTT_S = "rtt_s"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a graph. ``part`` is the interface's name; empty for what is the device's own."""

    device: str
    part: str
    variable: Variable


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of a variable in a span. ``weight``: seconds of traffic, or looks, that the mean is of; above 0."""

    low: float
    mean: float
    high: float
    weight: float


@dataclass(frozen=True, slots=True)
class Finished:
    """A span of a series that is over; ``start`` in seconds since 1970 UTC, a multiple of the span's length."""

    series: Series
    start: int
    figures: Figures


def joined(parts: Iterable[Figures]) -> Figures | None:
    """Return the figures of several spans together; None of none: unknown stays unknown."""
    found = list(parts)
    if not found:
        return None
    weight = sum(part.weight for part in found)
    low, high = min(part.low for part in found), max(part.high for part in found)
    mean = sum(part.mean * part.weight for part in found) / weight
    return Figures(low, min(max(mean, low), high), high, weight)  # rounding must not put a mean outside


def span_of(time: datetime, seconds: int) -> int:
    """Return the start of the span that a time lies in, in seconds since 1970 UTC."""
    return int(time.timestamp() // seconds) * seconds


class Gatherer:
    """Takes rounds in order of time and gives finished spans. The same rounds give the same spans, always."""

    def __init__(self, seconds: int = FINE_S):
        self._seconds = seconds
        self._start: int | None = None
        self._sums: dict[Series, list[float]] = {}  # low, sum of value times weight, high, weight
        self._names: dict[tuple[str, str], tuple[Series, Series]] = {}

    def note(
        self, turn: Round, before: Mapping[str, DeviceState], after: Mapping[str, DeviceState]
    ) -> tuple[Finished, ...]:
        """Take a round in: its looks and the states around it. Returns the spans that are over since."""
        start = span_of(turn.time, self._seconds)
        finished: tuple[Finished, ...] = ()
        if self._start is not None and start > self._start:
            finished = self._finish()
        self._start = start if self._start is None else max(self._start, start)
        for sample in (sample for look in turn.looks for sample in look):
            self._note_answer(sample)
        for device in {sample.device for look in turn.looks for sample in look}:
            if device in after:
                self._note_traffic(device, before.get(device), after[device])
        return finished

    def _note_answer(self, sample: Sample) -> None:
        self._add(Series(sample.device, "", Variable.ANSWERS), 1.0 if sample.answered else 0.0, 1.0)
        if sample.rtt_s is not None:
            self._add(Series(sample.device, "", Variable.RTT_S), sample.rtt_s, 1.0)

    def _note_traffic(self, device: str, before: DeviceState | None, after: DeviceState) -> None:
        if before is None or before.interfaces is after.interfaces:
            return
        for name, state in after.interfaces.items():
            weight = self._weight(before.interfaces.get(name), state)
            if weight > 0:
                incoming, outgoing = self._series(device, name)
                if state.rate.in_bps is not None:
                    self._add(incoming, state.rate.in_bps, weight)
                if state.rate.out_bps is not None:
                    self._add(outgoing, state.rate.out_bps, weight)

    def _weight(self, before: InterfaceState | None, after: InterfaceState) -> float:
        """Return the seconds of this span that a rate is of (some, where it is of the time before); 0: no new rate."""
        if before is None or before.read is None or after.read is None or after.read <= before.read:
            return 0.0
        elapsed = (after.read - before.read).total_seconds()
        return max(min(elapsed, after.read.timestamp() - (self._start or 0)), LEAST_WEIGHT)

    def _series(self, device: str, name: str) -> tuple[Series, Series]:
        known = self._names.get((device, name))
        if known is None:
            known = Series(device, name, Variable.IN_BPS), Series(device, name, Variable.OUT_BPS)
            self._names[device, name] = known
        return known

    def _add(self, series: Series, value: float, weight: float) -> None:
        sums = self._sums.get(series)
        if sums is None:
            self._sums[series] = [value, value * weight, value, weight]
            return
        if value < sums[0]:
            sums[0] = value
        sums[1] += value * weight
        if value > sums[2]:
            sums[2] = value
        sums[3] += weight

    def _finish(self) -> tuple[Finished, ...]:
        start = self._start or 0
        finished = tuple(
            Finished(series, start, Figures(low, min(max(total / weight, low), high), high, weight))
            for series, (low, total, high, weight) in self._sums.items()
        )
        self._sums = {}
        return finished
