"""Watching who reaches whom while a plan is carried out on a copy."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping

from jbnet.change.rehearsal import Pair
from jbnet.ports import Clock, LiveCopy

EVERY_S = 0.1


class Links:
    """Who reaches whom in a copy: pairs by name, asked by address."""

    def __init__(self, copy: LiveCopy, addresses: Mapping[str, str]):
        self._copy, self._addresses = copy, addresses

    def missing(self, pairs: Collection[Pair]) -> frozenset[Pair]:
        """Return those of the pairs that do not exchange packets now."""
        asked = {(pair.source, self._addresses[pair.target]): pair for pair in pairs}
        reached = self._copy.reached(asked)
        return frozenset(pair for key, pair in asked.items() if key not in reached)


class Watch:
    """Asks over and over in a thread of its own, within a ``with``, and remembers since when who is missing whom."""

    def __init__(self, links: Links, expected: Iterable[Pair], clock: Clock):
        self._links, self._expected, self._clock = links, frozenset(expected), clock
        self._stop, self._looking = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._run, name="rehearsal watch", daemon=True)
        self._since: dict[Pair, float] = {}
        self._moment: dict[Pair, tuple[str, ...]] = {}
        self._changed: tuple[str, ...] = ()
        self._outages: dict[Pair, float] = {}

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def note(self, device: str) -> None:
        """Take in that a device is being changed."""
        self._changed = (*self._changed, device)

    def missing(self) -> frozenset[Pair]:
        """Look now, and return the pairs that are missing."""
        with self._looking:
            missing = self._links.missing(self._expected)
            self._take(missing, self._clock.monotonic())
            return missing

    def missing_of(self, pairs: Collection[Pair]) -> frozenset[Pair]:
        """Return those of some other pairs that are missing now; nothing is remembered of them."""
        with self._looking:
            return self._links.missing(pairs) if pairs else frozenset()

    def changed_before(self, pairs: Iterable[Pair]) -> Mapping[Pair, tuple[str, ...]]:
        """Return the devices that had been changed when a missing pair was lost, in their order."""
        return {pair: self._moment.get(pair, ()) for pair in pairs}

    def next_wave(self) -> Mapping[Pair, float]:
        """Forget and return the pairs that came back since the last wave, with the seconds of their longest absence."""
        found, self._outages, self._changed = self._outages, {}, ()
        return dict(sorted(found.items()))

    def _run(self) -> None:
        """Look until told to stop. Where looking fails the thread ends: the next ``missing`` meets the same failure."""
        while not self._stop.is_set():
            try:
                self.missing()
            except Exception:  # noqa: BLE001  whatever it is, it is raised where somebody waits for an answer
                return
            self._stop.wait(EVERY_S)

    def _take(self, missing: frozenset[Pair], now: float) -> None:
        for pair in set(self._since) - missing:
            self._outages[pair] = round(max(self._outages.get(pair, 0.0), now - self._since[pair]), 1)
        for pair in missing - set(self._since):
            self._moment[pair] = self._changed
        self._since = {pair: self._since.get(pair, now) for pair in missing}
