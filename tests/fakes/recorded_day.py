"""A day of a simulated network as a monitor lives through it: faults, work that is announced, limits, restarts."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from monitoring import FakeSecrets, all_checks
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.monitor.alarms import Severity
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.hours import Hours, parse
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.rules import Rules
from jbnet.monitor.thresholds import Threshold
from jbnet.services.watch.monitor import Monitor, Turn

DAY_S = 86_400
CALM_S, NEWS_S = 170, 3
"""Seconds between two rounds while nothing happens, and after something did (traps, second looks)."""

RULES = Rules(
    Calendar(
        Hours({"chengdong-t1": parse("Mo-Su 00:30-09:00")}),
        (
            Maintenance(
                "declared:works", Opener.DECLARED, START + timedelta(hours=3), START + timedelta(hours=4),
                frozenset({"xining-r2"}), frozenset({"huangyuan-up1"}),
            ),
        ),
    ),
    (
        Threshold("busy", "utilisation-in", 0.8, 0.6, Severity.WARNING, looks=2, roles=frozenset({"county-router"})),
        Threshold("slow", "rtt", 0.5, 0.2, Severity.MINOR, looks=1, roles=frozenset({"county-router"})),
    ),
)  # fmt: skip


@dataclass
class Announced:
    """Implements the Windows port."""

    held: list[Maintenance] = field(default_factory=list)

    def windows(self) -> Sequence[Maintenance]:
        return tuple(self.held)

    def register(self, window: Maintenance) -> None:
        self.held = [*(w for w in self.held if w.id != window.id), window]


class Day:
    """Lives one day, by its dice, in the store at ``path``. ``net`` is what is watched."""

    def __init__(self, net: SimNet, path: Path, seed: int, *, seconds: int = DAY_S):
        self.net, self.path, self.seconds = net, path, seconds
        self.dice = random.Random(seed)
        self.clock = FakeClock()
        self.windows = Announced()
        self.turns: list[Turn] = []
        self.restarts = 0

    def live(self) -> None:
        """Poll for a day; everything is mended half an hour before its end."""
        end, mended = START + timedelta(seconds=self.seconds), False
        while self.clock.now() < end:
            with self._monitor() as monitor:
                until = self.clock.now() + timedelta(seconds=self.dice.randint(3_600, 14_000))
                while self.clock.now() < min(until, end):
                    if not mended and self.clock.now() > end - timedelta(minutes=30):
                        self._mend_all()
                        mended = True
                    self._round(monitor, calm=mended or self.dice.random() > 0.2)
            self.restarts += 1

    @contextmanager
    def _monitor(self) -> Iterator[Monitor]:
        made = Monitor(
            self.net.network, all_checks(self.net.network), self.net, SqliteStore(self.path), self.clock,
            FakeSecrets(), interval_s=CALM_S, rules=RULES, windows=self.windows,
        )  # fmt: skip
        made.start()
        try:
            yield made
        finally:
            made.close()

    def _round(self, monitor: Monitor, *, calm: bool) -> None:
        self.turns.append(monitor.poll_once())
        if calm:
            self.clock.sleep(CALM_S)
            return
        self._happen()
        for _ in range(self.dice.randint(1, 6)):
            self.clock.sleep(NEWS_S)
            self.turns.append(monitor.poll_once())

    def _happen(self) -> None:
        """Break something, mend something, lose an answer, or announce work."""
        kind = self.dice.choice(("cut", "dropped", "dead", "deaf", "mend", "mend", "mend", "lossy", "work"))
        if kind == "mend":
            self._mend_all() if self.dice.random() < 0.3 else self._mend_one()
        elif kind == "lossy":
            self.net.lossy[self._device()] = self.dice.randint(1, 3)
        elif kind == "work":
            self._announce()
        else:
            broken: set[str] = getattr(self.net, kind)
            broken.add(self._line() if kind in ("cut", "dropped") else self._device())

    def _announce(self) -> None:
        """Announce work on a device, and take it down."""
        now, device = self.clock.now(), self._device()
        self.net.dead.add(device)
        window = Maintenance(
            f"change:{len(self.windows.held)}", Opener.CHANGE, now, now + timedelta(minutes=self.dice.randint(2, 40)),
            frozenset({device}), registered=now,
        )  # fmt: skip
        self.windows.register(window)

    def _mend_one(self) -> None:
        for broken in (self.net.cut, self.net.dropped, self.net.dead, self.net.deaf):
            if broken:
                broken.discard(self.dice.choice(sorted(broken)))

    def _mend_all(self) -> None:
        for broken in (self.net.cut, self.net.dropped, self.net.dead, self.net.deaf):
            broken.clear()

    def _line(self) -> str:
        return self.dice.choice(sorted(self.net.network.circuits))

    def _device(self) -> str:
        return self.dice.choice(sorted(self.net.plant.watched - {self.net.plant.origin or ""}))
