"""What waits to be written elsewhere: bounded in bytes, the oldest goes first, and tries are ever further apart."""

from __future__ import annotations

from collections import deque

FIRST_S, LONGEST_S = 1.0, 60.0
"""Seconds between two tries: doubled from the first to the longest."""


class SendBuffer:
    """Bodies with the number of samples in each. Time is given; nothing here reads a clock."""

    def __init__(self, most_bytes: int):
        self._most = most_bytes
        self._bodies: deque[tuple[bytes, int]] = deque()
        self._pause, self.try_at = 0.0, 0.0
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._bodies)

    def add(self, body: bytes, samples: int) -> int:
        """Add a body; return how many samples were dropped to make room."""
        self._bodies.append((body, samples))
        self.bytes += len(body)
        dropped = 0
        while self.bytes > self._most and self._bodies:
            old, count = self._bodies.popleft()
            self.bytes -= len(old)
            dropped += count
        return dropped

    def first(self) -> tuple[bytes, int] | None:
        """Return the oldest, which stays until ``done``."""
        return self._bodies[0] if self._bodies else None

    def done(self) -> None:
        """Forget the oldest: it was taken, or never will be."""
        body, _ = self._bodies.popleft()
        self.bytes -= len(body)
        self._pause, self.try_at = 0.0, 0.0

    def failed(self, now: float) -> None:
        """Try again later."""
        self._pause = min(LONGEST_S, self._pause * 2 or FIRST_S)
        self.try_at = now + self._pause
