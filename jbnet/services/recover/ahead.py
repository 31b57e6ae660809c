"""While people decide: what comes next is made ready, so that after their word nobody waits for connections and keys.

Most of the seconds between an approval and the first write were logins. Nothing of what is seen here is believed, or
written down: after the approval every step looks for itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

from jbnet.ports import Clock, StepAction
from jbnet.ports.recovery import Preparing
from jbnet.recovery.expand import Instance
from jbnet.services.recover.side_by_side import Asked

EVERY_S = 15.0
"""Seconds between two times: a silent host is asked again, and no connection is dropped for having been idle."""


class Ahead:
    """Prepares steps in the background."""

    def __init__(self, actions: Mapping[str, StepAction], clock: Clock):
        self._actions, self._clock = actions, clock
        self._under_way: Asked[str, None] | None = None
        self._due = 0.0

    @property
    def due(self) -> bool:
        """Say whether it is time to prepare: nothing is under way, and the last time was a while ago."""
        idle = self._under_way is None or not self._under_way.going_on
        return idle and self._clock.monotonic() >= self._due

    def prepare(self, steps: Iterable[Instance]) -> None:
        """Begin with all of these whose actions can be prepared, and return at once. What fails is told by nobody."""
        self._due = self._clock.monotonic() + EVERY_S
        actions = ((step, self._actions[step.action]) for step in steps if step.action in self._actions)
        able = {step.key: partial(a.prepare, step.params) for step, a in actions if isinstance(a, Preparing)}
        self._under_way = Asked(able, 0.0)
