"""Echoes counted over a window: how many were lost, how long the others took, and by how much that varied."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple


class _Burst(NamedTuple):
    at: float
    sent: int
    answered: tuple[float, ...]


class EchoWindow:
    """The bursts of one device within ``seconds``. Times are monotonic seconds; round trips are seconds, None: lost.

    A burst of which nothing came back is silence, not loss, and begins the count anew: whether a device is there at
    all is found out elsewhere, and a line that was cut for a minute has not lost packets while it worked.
    """

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._bursts: deque[_Burst] = deque()
        self._jitter: float | None = None
        self._last: float | None = None

    def add(self, at: float, trips: Sequence[float | None]) -> None:
        """Take what came of the requests of one burst, in the order in which they were sent."""
        answered = tuple(trip for trip in trips if trip is not None)
        if not answered:
            self.clear()
            return
        for trip in trips:
            self._vary(trip)
        self._bursts.append(_Burst(at, len(trips), answered))
        while self._bursts[0].at <= at - self._seconds:
            self._bursts.popleft()

    def clear(self) -> None:
        """Forget everything: the way is another one, or was cut."""
        self._bursts.clear()
        self._jitter = self._last = None

    def values(self) -> Mapping[str, float]:
        """Return ``sent``, ``lost``, ``rtt`` (the median of the last burst) and ``jitter``; nothing: none is known."""
        if not self._bursts:
            return {}
        sent = sum(burst.sent for burst in self._bursts)
        answered = sum(len(burst.answered) for burst in self._bursts)
        found = {
            "sent": float(sent),
            "lost": float(sent - answered),
            "rtt": round(median(self._bursts[-1].answered), 6),
        }
        return found | ({"jitter": round(self._jitter, 6)} if self._jitter is not None else {})

    def _vary(self, trip: float | None) -> None:
        """Smooth the difference of two answers in a row (RFC 3550, 6.4.1); across a lost one there is none."""
        if trip is not None and self._last is not None:
            before = self._jitter or 0.0
            self._jitter = before + (abs(trip - self._last) - before) / 16
        self._last = trip
