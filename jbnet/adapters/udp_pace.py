"""How fast requests may leave: a rate, and windows of requests whose answers may still come in a burst."""

from __future__ import annotations

from collections import deque

# A request that is out for longer no longer threatens the receive buffer: dead devices must not hold up the others.
_FRESH_S = 0.25
_BURST_S = 0.01
_LEAST_WAIT_S = 0.0002


class Pace:
    """Counts what was sent lately. Time is given; nothing here reads a clock.

    What hardly will be answered (``unlikely``) has a window of its own: were it in that of the others, four hundred
    dead devices would keep a thousand that answer waiting for most of a second.
    """

    def __init__(self, window: int, per_second: float):
        self._per_second = per_second
        self._windows = (_Window(window), _Window(window))
        self._tokens, self._at = 1.0, 0.0

    def wait(self, now: float, *, unlikely: bool = False) -> float:
        """Return 0 when a request may leave now, else after how many seconds to ask again."""
        most = max(1.0, self._per_second * _BURST_S)
        self._tokens = min(most, self._tokens + (now - self._at) * self._per_second)
        self._at = now
        if self._tokens < 1.0:
            return max(_LEAST_WAIT_S, (1.0 - self._tokens) / self._per_second)
        return self._windows[unlikely].wait(now)

    def sent(self, number: int, now: float, *, unlikely: bool = False) -> None:
        """Note a request."""
        self._tokens -= 1.0
        self._windows[unlikely].sent(number, now)

    def answered(self, number: int) -> None:
        """Note an answer."""
        for window in self._windows:
            window.fresh.discard(number)


class _Window:
    """Requests that were sent lately and are not answered yet."""

    def __init__(self, most: int):
        self._most = most
        self._sent: deque[tuple[float, int]] = deque()
        self.fresh: set[int] = set()

    def wait(self, now: float) -> float:
        while self._sent and self._sent[0][0] <= now - _FRESH_S:
            self.fresh.discard(self._sent.popleft()[1])
        if len(self.fresh) < self._most:
            return 0.0
        return max(_LEAST_WAIT_S, self._sent[0][0] + _FRESH_S - now)

    def sent(self, number: int, now: float) -> None:
        self._sent.append((now, number))
        self.fresh.add(number)
