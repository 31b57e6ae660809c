"""The monitor's time: the wall clock as long as it runs evenly, and never back when somebody sets it.

Rounds lie in order of time, for ever: a record that goes back could not be played again. So a clock that is set back
leaves the monitor's time ahead of it, and that comes back slowly; a clock that is set forward is followed at once.
Either is said. What lasts (silence, a hold) is measured by this time, what is due by the monotonic clock.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from jbnet.model.text import Text, text
from jbnet.ports import Clock

TOLERANCE_S = 1.0
"""A difference between the two clocks that is no step."""
COMING_BACK = 0.02
"""Seconds by which the time comes back to the clock each second: rates are wrong by no more than this share."""


class Timeline:
    """Reads the clocks of ``clock``; call ``now`` often, and ``take_remarks`` for what was noticed."""

    def __init__(self, clock: Clock, not_before: datetime | None = None):
        self._clock = clock
        self._wall, self._mono = clock.now(), clock.monotonic()
        self._ahead = timedelta()
        self._remarks: list[Text] = []
        self._stepped = False
        if not_before is not None and not_before > self._wall:
            self._set_back((not_before - self._wall).total_seconds())
        self._last = self._wall + self._ahead

    def now(self) -> datetime:
        """Return the time in UTC, never earlier than before."""
        wall, mono = self._clock.now(), self._clock.monotonic()
        elapsed = mono - self._mono
        step = (wall - self._wall).total_seconds() - elapsed
        self._wall, self._mono = wall, mono
        if step < -TOLERANCE_S:
            self._set_back(-step)
        elif step > TOLERANCE_S:
            self._set_forward(step)
        self._ahead = max(timedelta(), self._ahead - timedelta(seconds=elapsed * COMING_BACK))
        self._last = max(self._last, wall + self._ahead)
        return self._last

    def take_step(self) -> bool:
        """Say whether the time jumped since this was asked last: no rate is known across a jump."""
        stepped, self._stepped = self._stepped, False
        return stepped

    def take_remarks(self) -> tuple[Text, ...]:
        """Return what was noticed since this was asked last."""
        remarks, self._remarks = tuple(self._remarks), []
        return remarks

    def _set_back(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)
        self._remarks.append(
            text(
                "the clock was set back by {seconds} s: recorded times run ahead by {ahead} s, and come back",
                seconds=round(seconds),
                ahead=round(self._ahead.total_seconds()),
            )
        )

    def _set_forward(self, seconds: float) -> None:
        """Follow the clock; a time that ran ahead of it is caught up first."""
        caught_up = min(self._ahead.total_seconds(), seconds)
        self._ahead -= timedelta(seconds=caught_up)
        if seconds - caught_up <= TOLERANCE_S:
            return
        self._stepped = True
        self._remarks.append(
            text(
                "the clock was set forward by {seconds} s (or this machine stood still): holds may have ended early,"
                " rates across it are unknown",
                seconds=round(seconds),
            )
        )
