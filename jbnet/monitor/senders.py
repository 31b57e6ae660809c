"""How much each sender may send: a bucket of tokens per address, for a bounded number of addresses."""

from __future__ import annotations

from collections import OrderedDict

PER_SECOND = 100.0
BURST = 1000.0
MOST = 8192
"""Addresses that are remembered; of forged ones there may be any number. Those not remembered share one bucket."""


class Senders:
    """Token buckets. Time is given; nothing here reads a clock."""

    def __init__(self, per_second: float = PER_SECOND, burst: float = BURST, most: int = MOST):
        self._per_second, self._burst, self._most = per_second, burst, most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def may(self, sender: str, now: float) -> bool:
        """Say whether a sender may send one more at a time in seconds, and count it."""
        if sender not in self._buckets and len(self._buckets) >= self._most and not self._make_room(now):
            sender = ""
        tokens, at = self._buckets.get(sender, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - at) * self._per_second)
        allowed = tokens >= 1.0
        self._buckets[sender] = (tokens - 1.0 if allowed else tokens, now)
        self._buckets.move_to_end(sender)
        return allowed

    def _make_room(self, now: float) -> bool:
        """Forget the one that was silent for longest, if its bucket is full again anyhow."""
        oldest = next(name for name in self._buckets if name)
        tokens, at = self._buckets[oldest]
        if tokens + (now - at) * self._per_second < self._burst:
            return False
        del self._buckets[oldest]
        return True
