"""What waits to be written elsewhere: bounded in bytes and age, the oldest goes first, tries are ever further apart."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

FIRST_S, LONGEST_S = 1.0, 60.0
"""Seconds between two tries: doubled from the first to the longest."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """A request that waits: ``samples`` in it, its ``size`` in bytes, ``time_ms`` of them (since 1970 UTC).

    ``body`` None: it is in the file ``name``.
    """

    name: str
    samples: int
    size: int
    time_ms: int
    body: bytes | None = None


class SendBuffer:
    """Parcels in their order. Time is given; nothing here reads a clock or a file."""

    def __init__(self, most_bytes: int, most_ms: int | None = None):
        self._most, self._most_ms = most_bytes, most_ms
        self._parcels: deque[Parcel] = deque()
        self._pause, self.try_at = 0.0, 0.0
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._parcels)

    def add(self, parcel: Parcel) -> list[Parcel]:
        """Add a parcel; return those that were dropped to make room, or because they had become too old beside it."""
        self._parcels.append(parcel)
        self.bytes += parcel.size
        dropped = []
        while self._parcels and (self.bytes > self._most or self._old(self._parcels[0], parcel.time_ms)):
            dropped.append(self._take())
        return dropped

    def first(self) -> Parcel | None:
        """Return the oldest, which stays until ``done``."""
        return self._parcels[0] if self._parcels else None

    def done(self) -> None:
        """Forget the oldest: it was taken, or never will be."""
        self._take()
        self._pause, self.try_at = 0.0, 0.0

    def failed(self, now: float) -> None:
        """Try again later."""
        self._pause = min(LONGEST_S, self._pause * 2 or FIRST_S)
        self.try_at = now + self._pause

    def _take(self) -> Parcel:
        parcel = self._parcels.popleft()
        self.bytes -= parcel.size
        return parcel

    def _old(self, parcel: Parcel, now_ms: int) -> bool:
        return self._most_ms is not None and parcel.time_ms < now_ms - self._most_ms
