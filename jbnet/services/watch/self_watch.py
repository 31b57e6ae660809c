"""The monitor looking at itself: between it and its store, where every round passes whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime

from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.monitor.checks import Checks
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.self_watch import Health, late_s, look_at
from jbnet.monitor.summary import Summary
from jbnet.ports import Clock, Store
from jbnet.services.watch.gathering import Gathered
from jbnet.services.watch.tallies import Tallies

_LOST = ("QueueFull", "KernelDropped")
"""Ends of the names of counters that count what the monitor itself had no room or time for."""
EVERY_S = 2.0
BEGIN_S = 120.0
"""Seconds that the first round may take."""


class Parts:
    """What else in the process can be asked how it is; each is asked from any thread.

    ``beats``: when each thread's loop went round last, in monotonic seconds; of one that sleeps longer than a moment
    until when it may.
    """

    def __init__(
        self,
        counts: Callable[[], Mapping[str, Mapping[str, int]]] = dict,
        queues: Callable[[], Mapping[str, int]] = dict,
        beats: Callable[[], Mapping[str, float]] = dict,
        unwritten: Callable[[], int] = int,
    ):
        self.counts, self.queues, self.beats, self.unwritten = counts, queues, beats, unwritten


class SelfWatch:
    """Implements the Store port over another store, and knows how the rounds go. ``health`` is for any thread."""

    def __init__(self, store: Store, clock: Clock, checks: Checks, network: Network, parts: Parts, interval_s: float):
        self._store, self._clock, self._checks, self._parts = store, clock, checks, parts
        self._interval, self._begun = interval_s, clock.monotonic()
        self._rounds, self._last, self._commit_s, self._lag_s = 0, 0.0, 0.0, 0.0
        self._summary: Summary | None = None
        self._tallies = Tallies(checks, network, late_s(checks.policy.stale_s, interval_s))
        self._lost, self._lost_at, self._losing = 0, clock.monotonic(), 0.0

    def add(
        self,
        part: str,
        counts: Callable[[], Mapping[str, int]],
        waiting: Callable[[], int],
        beat: Callable[[], float] | None = None,
    ) -> None:
        """Ask one more part how it is. ``beat``: when its loop went round last, of one that has a thread."""
        before = self._parts
        self._parts = Parts(
            lambda: {**before.counts(), part: counts()},
            lambda: {**before.queues(), part: waiting()},
            before.beats if beat is None else lambda: {**before.beats(), part: beat()},
            before.unwritten,
        )

    def load(self) -> tuple[Watchbook, int]:
        """Return what the store returns; from here on rounds are expected."""
        found = self._store.load()
        self._begun = self._clock.monotonic()
        return found

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Let the store write the round, and note how it went."""
        begun = self._clock.monotonic()
        self._store.commit(turn, before, outcome, summary)
        now = self._clock.monotonic()
        self._tallies.note(turn, outcome.book.states, now)
        late = now - self._last - self._interval if self._rounds else 0.0
        self._commit_s, self._lag_s, self._summary = now - begun, max(0.0, late), summary
        self._last, self._rounds = now, self._rounds + 1

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def look(self, time: datetime) -> Sample:
        """Return the monitor's look at itself for a round that is about to be judged."""
        now = self._clock.monotonic()
        lost = sum(n for counts in self._parts.counts().values() for e, n in counts.items() if e.endswith(_LOST))
        if now > self._lost_at:
            self._losing = (lost - self._lost) / (now - self._lost_at)
            self._lost, self._lost_at = lost, now
        return look_at(self.health(time))

    def felt(self, found: Gathered, time: datetime) -> None:
        """Add the monitor's look at itself to what a round gathered."""
        found.take([(self.look(time),)])

    def health(self, time: datetime | None = None) -> Health:
        """Return how the monitor is now."""
        now, summary = self._clock.monotonic(), self._summary
        return Health(
            now=time or self._clock.now(),
            running_s=now - self._begun,
            rounds=self._rounds,
            round_age_s=now - self._last if self._rounds else 0.0,
            interval_s=self._interval,
            stale_s=self._checks.policy.stale_s,
            polled_s=summary.polled_s if summary is not None else 0.0,
            commit_s=self._commit_s,
            lag_s=max(self._lag_s, now - self._last - self._interval) if self._rounds else 0.0,
            unwritten=self._parts.unwritten(),
            answering=summary.devices_answering if summary is not None else 0,
            watched=summary.devices if summary is not None else 0,
            queues=self._parts.queues(),
            beats_s={name: max(0.0, now - beat) for name, beat in self._parts.beats().items()},
            counts=self._parts.counts(),
            checks=self._tallies.health(now),
            dropped=self._losing,
        )


class Keeper:
    """Tells whoever started the monitor that it lives, as long as rounds are done; says it when none are.

    ``alive`` is called every two seconds while rounds come in time. A monitor that is stuck is not told to live.
    """

    def __init__(self, watch: SelfWatch, say: Callable[[Text], None], alive: Callable[[], None]):
        self._watch, self._say, self._alive = watch, say, alive
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self._stuck = False

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def step(self) -> None:
        """Look once."""
        health = self._watch.health()
        stuck = health.stale and (health.rounds > 0 or health.running_s > BEGIN_S)
        if not stuck:
            self._alive()
        elif not self._stuck:
            age = health.round_age_s if health.rounds else health.running_s
            self._say(text("the monitor is stuck: no round was done for {seconds} s", seconds=round(age)))
        self._stuck = stuck

    def _run(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.step()
