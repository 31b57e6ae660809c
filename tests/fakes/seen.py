"""A monitor of the small network that looks at itself, and gives others what it knows."""

from __future__ import annotations

from pathlib import Path

from monitoring import FakeSecrets, all_checks
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.services.watch.monitor import Monitor, Turn
from jbnet.services.watch.outward import Outward
from jbnet.services.watch.self_watch import Parts, SelfWatch


class Seen:
    """The monitor, its network and clock; ``counts``, ``beats`` and ``unwritten`` are what its parts say."""

    def __init__(self, path: Path, clock: FakeClock | None = None):
        self.net, self.clock = SimNet(small()), clock or FakeClock()
        self.counts: dict[str, dict[str, int]] = {"syslog": {"syslog": 3}}
        self.beats: dict[str, float] = {}
        self.unwritten = 0
        checks = all_checks(self.net.network)
        parts = Parts(lambda: self.counts, lambda: {"heard": 2}, lambda: self.beats, lambda: self.unwritten)
        self.own = SelfWatch(SqliteStore(path), self.clock, checks, self.net.network, parts, 1.0)
        self.monitor = Monitor(
            self.net.network, checks, self.net, self.own, self.clock, FakeSecrets(), own=self.own, interval_s=1.0
        )
        self.monitor.start()
        self.outward = Outward(self.own, self.monitor.policy)
        self.outward.begin(self.monitor.plant)

    def rounds(self, count: int, apart: float = 1.0) -> Turn:
        """Do so many rounds, so many seconds apart."""
        for _ in range(count):
            self.clock.sleep(apart)
            turn = self.monitor.poll_once()
            self.outward.take(turn)
        return turn
