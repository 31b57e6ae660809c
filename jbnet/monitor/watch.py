"""The state of one watched thing, debounced: good news counts at once, bad news when a second look agrees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Condition(StrEnum):
    """What is known of a thing. ``unknown`` is neither up nor down: it was never seen."""

    UP = "up"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Watch:
    """One watched thing. ``since``: when the condition began (for down: the first contrary look).

    ``ever_up``: it was seen working once; what never was explains nothing. ``doubt`` is the time of the first
    of ``looks`` consecutive contrary looks that are not yet believed.
    """

    condition: Condition = Condition.UNKNOWN
    since: datetime | None = None
    ever_up: bool = False
    doubt: datetime | None = None
    looks: int = 0

    @property
    def up(self) -> bool:
        """Say whether it is known to work."""
        return self.condition is Condition.UP

    @property
    def down(self) -> bool:
        """Say whether it is known not to work."""
        return self.condition is Condition.DOWN

    @property
    def doubtful(self) -> bool:
        """Say whether a contrary look waits for another one."""
        return self.doubt is not None


NEW = Watch()


def observe(watch: Watch, seen: Condition, time: datetime, confirm: int) -> Watch:
    """Return the watch after one more look. ``confirm`` is how many contrary looks in a row are believed."""
    if seen is Condition.UNKNOWN:
        return watch
    if seen is Condition.UP:
        if watch.up:
            return replace(watch, doubt=None, looks=0) if watch.doubtful else watch
        return Watch(Condition.UP, time, ever_up=True)
    if watch.down:
        return watch
    first, looks = watch.doubt or time, watch.looks + 1
    if looks >= confirm:
        return Watch(Condition.DOWN, first, watch.ever_up)
    return replace(watch, doubt=first, looks=looks)
