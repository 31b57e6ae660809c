"""Flapping, by Zino's model: a penalty that doubles with every change and halves with time.

A cause that comes and goes is one incident, not a hundred: from the change that brings its penalty to the limit on,
until the penalty has fallen below it again. ``FlapPolicy`` has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from jbnet.monitor.causes import CauseId
from jbnet.monitor.policy import FlapPolicy

_FORGOTTEN = 1.0
"""A penalty below this is as good as none."""
_THIRD = 4
"""Times the first penalty is that of a third change at once."""


@dataclass(frozen=True, slots=True)
class Flap:
    """The penalty of one cause as of its last change, ``at``; ``changes`` counts them since it was calm."""

    penalty: float
    at: datetime
    changes: int = 1

    def at_moment(self, now: datetime, policy: FlapPolicy) -> float:
        """Return what is left of the penalty."""
        age = max(0.0, (now - self.at).total_seconds())
        return self.penalty * math.exp2(-age / policy.half_life_s)

    def flapping(self, now: datetime, policy: FlapPolicy) -> bool:
        """Say whether the cause flaps."""
        return 0 < policy.suppress_at <= self.at_moment(now, policy)

    def holds(self, now: datetime, policy: FlapPolicy) -> bool:
        """Say whether its incident stays open although the cause is gone: it flaps, or may be about to.

        What has come and gone twice in a short time ends only when it has been calm for a half-life.
        """
        calm = (now - self.at).total_seconds() >= policy.half_life_s
        soon = policy.suppress_at > 0 and self.penalty >= _THIRD * policy.first and not calm
        return soon or self.flapping(now, policy)


Flaps = Mapping[CauseId, Flap]


def hit(flap: Flap | None, now: datetime, policy: FlapPolicy) -> Flap:
    """Return the penalty after one more change."""
    left = flap.at_moment(now, policy) if flap is not None else 0.0
    if flap is None or left < _FORGOTTEN:
        return Flap(policy.first, now)
    return Flap(min(policy.ceiling, max(policy.first, left * 2)), now, flap.changes + 1)


def aged(flaps: Flaps, changed: Iterable[CauseId], now: datetime, policy: FlapPolicy) -> Flaps:
    """Return the penalties after a round in which these causes came or went; what is forgotten is left out."""
    hits = set(changed)
    kept = {c: f for c, f in flaps.items() if c not in hits and f.at_moment(now, policy) >= _FORGOTTEN}
    if len(kept) == len(flaps) and not hits:
        return flaps
    return {**kept, **{cause: hit(flaps.get(cause), now, policy) for cause in sorted(hits)}}


def next_look(flaps: Flaps, now: datetime, policy: FlapPolicy) -> datetime | None:
    """Return when to look again because of a change, None: no change waits for that."""
    due = (flap.at + timedelta(seconds=policy.look_again_s) for flap in flaps.values())
    return min((time for time in due if time > now), default=None)
