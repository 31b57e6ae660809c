"""Availability: how a period was spent, to the second, and to whom the lost part is charged. Pure arithmetic.

Every moment of a period that counts belongs to exactly one part. Closed hours do not count at all; of what counts,
time that nobody watched is unknown, then comes work that was announced, then what was down, and the rest was up. So
the parts sum to the whole, and a period that is split anywhere gives the same sums.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from jbnet.monitor.causes import CauseId
from jbnet.monitor.hours import Interval
from jbnet.monitor.spells import Loss, Spell

ZERO = timedelta()
_RANK = {Loss.UNKNOWN: 0, Loss.MAINTENANCE: 1, Loss.DOWN: 2}


@dataclass(frozen=True, slots=True)
class Account:
    """How the time of one or more subjects was spent. ``due`` is the sum of the others.

    ``charged`` says to which incidents and causes ``down`` belongs. The time of subjects that are added up is
    added too: two sites over an hour have two hours.
    """

    up: timedelta = ZERO
    down: timedelta = ZERO
    maintenance: timedelta = ZERO
    unknown: timedelta = ZERO
    charged: Mapping[tuple[str, CauseId | None], timedelta] = field(default_factory=dict)

    @property
    def due(self) -> timedelta:
        """Return the time in which there should have been service."""
        return self.up + self.down + self.maintenance + self.unknown

    @property
    def availability(self) -> float | None:
        """Return the share of the known time, planned work left out, that was up; None: there was no such time."""
        known = self.up + self.down
        return self.up / known if known else None

    def __add__(self, other: Account) -> Account:
        """Return the account of both."""
        charged = dict(self.charged)
        for whom, time in other.charged.items():
            charged[whom] = charged.get(whom, ZERO) + time
        return Account(
            self.up + other.up,
            self.down + other.down,
            self.maintenance + other.maintenance,
            self.unknown + other.unknown,
            charged,
        )


NOTHING = Account()


def total(accounts: Iterable[Account]) -> Account:
    """Return the account of all."""
    found = NOTHING
    for account in accounts:
        found += account
    return found


def spent(counts: Iterable[Interval], spells: Iterable[Spell], of: int = 1) -> Account:
    """Return how the time that counts was spent.

    ``counts``: spans in order and apart from each other. ``spells``: of the subject and of the watching itself, in any
    order; they may overlap. ``of``: at how many places a service is used; a spell takes it from ``Spell.sites`` of
    them, and those that take the same away are charged in the order in which they began, no place twice.
    """
    lost = _Lost(spells)
    lengths: dict[int, timedelta] = {}
    for begins, ends in counts:
        for number, length in lost.pieces(begins, ends):
            lengths[number] = lengths.get(number, ZERO) + length
    return total(_piece(length, lost.standing(number), of) for number, length in lengths.items())


class _Lost:
    """Spells by time: between two edges nothing changes."""

    def __init__(self, spells: Iterable[Spell]):
        self._spells = sorted(spells, key=lambda s: (_RANK[s.loss], s.begins, s.incident, s.name))
        edges = {s.begins for s in self._spells} | {s.ends for s in self._spells if s.ends is not None}
        self._edges = sorted(edges)

    def pieces(self, begins: datetime, ends: datetime) -> Iterable[tuple[int, timedelta]]:
        """Yield how much of a span lies before each edge: the edge's number, or how many there are for what is left."""
        at = begins
        for number in range(bisect_right(self._edges, begins), len(self._edges)):
            if self._edges[number] >= ends:
                break
            yield number, self._edges[number] - at
            at = self._edges[number]
        if at < ends:
            yield bisect_right(self._edges, at), ends - at

    def standing(self, number: int) -> Sequence[Spell]:
        """Return the spells between the edge before the one of that number and it: by what they count as, then age."""
        if number == 0:
            return ()
        time = self._edges[number - 1]
        return [s for s in self._spells if s.begins <= time and (s.ends is None or time < s.ends)]


def _piece(length: timedelta, lost: Sequence[Spell], of: int) -> Account:
    """Return how a span in which nothing changes was spent: ``of`` places, each in one part of it."""
    left, parts = of, dict.fromkeys(Loss, 0)
    charged: dict[tuple[str, CauseId | None], timedelta] = {}
    for spell in lost:
        taken = min(left, of if spell.loss is Loss.UNKNOWN else spell.sites)
        left -= taken
        parts[spell.loss] += taken
        if taken and spell.loss is Loss.DOWN:
            whom = (spell.incident, spell.cause)
            charged[whom] = charged.get(whom, ZERO) + taken * length
    return Account(
        left * length,
        parts[Loss.DOWN] * length,
        parts[Loss.MAINTENANCE] * length,
        parts[Loss.UNKNOWN] * length,
        charged,
    )
