"""How fast requests may leave: a rate, and a window of requests whose answers may still come in a burst."""

from __future__ import annotations

from collections import deque

# A request that is out for longer no longer threatens the receive buffer: dead devices must not hold up the others.
_FRESH_S = 0.25
_BURST_S = 0.01
_LEAST_WAIT_S = 0.0002


class Pace:
    """Counts what was sent lately. Time is given; nothing here reads a clock."""

    def __init__(self, window: int, per_second: float):
        self._window, self._per_second = window, per_second
        self._sent: deque[tuple[float, int]] = deque()
        self._fresh: set[int] = set()
        self._tokens, self._at = 1.0, 0.0

    def wait(self, now: float) -> float:
        """Return 0 when a request may leave now, else after how many seconds to ask again."""
        while self._sent and self._sent[0][0] <= now - _FRESH_S:
            self._fresh.discard(self._sent.popleft()[1])
        most = max(1.0, self._per_second * _BURST_S)
        self._tokens = min(most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1.0:
            return max(_LEAST_WAIT_S, (1.0 - self._tokens) / self._per_second)
        if len(self._fresh) >= self._window:
            return max(_LEAST_WAIT_S, self._sent[0][0] + _FRESH_S - now)
        return 0.0

    def sent(self, number: int, now: float) -> None:
        """Note a request."""
        self._tokens -= 1.0
        self._sent.append((now, number))
        self._fresh.add(number)

    def answered(self, number: int) -> None:
        """Note an answer."""
        self._fresh.discard(number)
