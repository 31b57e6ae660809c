"""Rounds that could not be written yet: kept in memory, bounded, with nothing lost but raw samples."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace

from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round
from jbnet.monitor.summary import Summary

MOST = 60
"""Rounds kept with their samples; of earlier ones the events, states and incidents."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """What ``Store.commit`` was given. ``rounds``: how many are folded into this one."""

    turn: Round
    before: Watchbook
    outcome: Outcome
    summary: Summary
    rounds: int = 1


class Backlog:
    """A queue of rounds that folds its oldest two into one when it is full."""

    def __init__(self, most: int = MOST):
        self._most = most
        self._queue: deque[Unwritten] = deque()

    def __len__(self) -> int:
        return len(self._queue)

    @property
    def rounds(self) -> int:
        """Return how many rounds wait."""
        return sum(one.rounds for one in self._queue)

    @property
    def folded(self) -> int:
        """Return of how many rounds the samples are gone."""
        return sum(one.rounds for one in self._queue if not one.turn.looks)

    def add(self, one: Unwritten) -> None:
        """Add the latest round."""
        self._queue.append(one)
        if len(self._queue) > self._most:
            first, second = self._queue.popleft(), self._queue.popleft()
            self._queue.appendleft(folded(first, second))

    def first(self) -> Unwritten | None:
        """Return the oldest, which stays until ``drop``."""
        return self._queue[0] if self._queue else None

    def drop(self) -> None:
        """Forget the oldest: it is written."""
        self._queue.popleft()


def folded(first: Unwritten, second: Unwritten) -> Unwritten:
    """Return two rounds as one without samples: the same memory, events and incidents in the end."""
    incidents = {incident.id: incident for incident in (*first.outcome.incidents, *second.outcome.incidents)}
    outcome = Outcome(
        second.outcome.book,
        (*first.outcome.events, *second.outcome.events),
        tuple(sorted(incidents.values(), key=lambda i: int(i.id))),
        tuple({spell.id: spell for spell in (*first.outcome.spells, *second.outcome.spells)}.values()),
    )
    turn = replace(second.turn, looks=())
    return Unwritten(turn, first.before, outcome, second.summary, first.rounds + second.rounds)
