"""What others are given of the monitor: the network as of the last committed round, while that is recent enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from jbnet.monitor import metrics, self_metrics
from jbnet.monitor.plant import Plant
from jbnet.monitor.points import Point
from jbnet.monitor.policy import Policy
from jbnet.services.watch.monitor import Turn
from jbnet.services.watch.self_watch import SelfWatch


class Outward:
    """``take`` is called after each round; ``points`` and ``batches`` by who serves or writes, in threads of theirs."""

    def __init__(self, own: SelfWatch, policy: Policy):
        self._own, self._policy = own, policy
        self._plant: Plant | None = None
        self._picture: metrics.Picture | None = None
        self._written: datetime | None = None

    def begin(self, plant: Plant) -> None:
        """Take what is watched; before the first round nothing is known of it."""
        self._plant = plant

    def take(self, turn: Turn) -> None:
        """Take a round that was committed."""
        if self._plant is not None:
            self._picture = metrics.Picture(self._plant, self._policy, turn.outcome.book, turn.summary)

    def points(self) -> Iterator[Point]:
        """Yield what is known now. Of a network that is not seen any more nothing is: that it was fine is no news."""
        health = self._own.health()
        yield from self_metrics.points(health)
        if self._picture is not None and not health.stale:
            yield from metrics.points(self._picture)

    def batches(self) -> Iterator[tuple[int, Iterable[Point]]]:
        """Yield what was not written before, by its time in milliseconds: the monitor itself, and each round once."""
        health, picture = self._own.health(), self._picture
        yield int(health.now.timestamp() * 1000), self_metrics.points(health)
        if picture is not None and not health.stale and picture.time != self._written:
            self._written = picture.time
            yield int(picture.time.timestamp() * 1000), metrics.points(picture)
