"""What devices send unasked, as far as the rounds are concerned: who has news, and that no storm holds them up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from jbnet.monitor.state import Event
from jbnet.ports import Clock, TrapSource
from jbnet.services.watch.filing import Filing

QUIET_S = 0.2
"""Seconds between two rounds that news sets off: the first comes at once, a storm is five a second at most."""

READ_AT_ONCE = 20_000
"""Traps and messages that are read before a round begins: what came while the last one was under way."""

GLANCE_S = 0.05
"""How often, in seconds, one looks up while answers are owed."""


class Ears:
    """Files what is heard. ``source`` may be missing: then nothing ever is."""

    def __init__(self, source: TrapSource | None, filing: Filing, clock: Clock):
        self._source, self._filing, self._clock = source, filing, clock
        self._senders: set[str] = set()
        self._quiet_until = clock.monotonic()

    def urgent(self) -> bool:
        """Say whether there is news to look at now."""
        self.hear()
        return bool(self._senders) and self._clock.monotonic() >= self._quiet_until

    def hear(self) -> None:
        """File all that waits, up to a bound; nothing is waited for."""
        for _ in range(READ_AT_ONCE if self._source is not None else 0):
            if not self._file(0.0):
                return

    def take(self) -> Sequence[str]:
        """Return the devices that have news, and forget it: they are about to be looked at."""
        found, self._senders = sorted(self._senders), set()
        self._quiet_until = self._clock.monotonic() + QUIET_S
        return found

    def forget(self) -> None:
        """Forget who has news: everybody is about to be looked at."""
        self._senders.clear()

    def wait(self, until: float, landed: Callable[[], bool] | None) -> None:
        """Wait for a time, for news, or until ``landed`` says so (None: nothing can land)."""
        while (left := until - self._clock.monotonic()) > 0:
            if self._senders:
                rest = self._quiet_until - self._clock.monotonic()
                if rest <= 0:
                    return
                left = min(left, rest)
            if landed is not None:
                if landed():
                    return
                left = min(left, GLANCE_S)
            if self._source is None:
                self._clock.sleep(left)
            elif self._file(left):
                self.hear()

    def events(self, time: datetime, last: datetime | None) -> list[Event]:
        """Return what of the filed messages is kept with a round that ended at ``time``."""
        return self._filing.take(time, self._clock.monotonic(), last)

    def _file(self, timeout: float) -> bool:
        """File the next of what waits; False: nothing came in ``timeout`` seconds."""
        heard = self._source.take(timeout) if self._source is not None else None
        if heard is None:
            return False
        device = self._filing.file(heard)
        if device is not None:
            self._senders.add(device)
        return True
