"""Which red checks say for themselves what is wrong: what merely follows from another is shown, and calls nobody.

One cause, one alarm. What is at stake is never a symptom: who leads, which cluster, whom commits wait for, full disks,
a filter that was left, a slot that is lost.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

from jbnet.recovery.parity import UNREAD
from jbnet.recovery.readiness import NEEDED, Check, Level, Result

FOLLOWS: Mapping[Check, frozenset[Check]] = {
    Check.STANDBY: frozenset({Check.STREAM, Check.LAG, Check.SLOT}),
    Check.CLUSTER: frozenset({Check.STREAM, Check.LAG, Check.SLOT}),
    Check.STREAM: frozenset({Check.LAG, Check.SLOT}),
    Check.SLOT: frozenset({Check.STREAM, Check.LAG}),
    Check.ADDRESS: frozenset({Check.SERVICE}),
    Check.VANTAGES: frozenset({Check.FENCE}),
}
"""By a red check: those of the same database that are red because of it. Of a slot only that nobody reads it follows,
and only from one that is not there, or lost, something else does."""
SYMPTOMS = frozenset({
    Check.STANDBY, Check.STREAM, Check.LAG, Check.SLOT, Check.ADDRESS, Check.SERVICE, Check.FENCE, Check.VANTAGES,
    Check.HOST, Check.APPLICATION,
})  # fmt: skip
"""Checks that a fault of the network makes red; of a slot only that nobody reads it."""


def is_symptom(result: Result) -> bool:
    """Say whether a fault of the network alone may have made a check what it is. Unknown always may be."""
    if result.level is Level.UNKNOWN:
        return True
    return result.check in SYMPTOMS and (result.check is not Check.SLOT or result.found == UNREAD)


def following(found: Sequence[Result]) -> frozenset[int]:
    """Return the places of the red results that follow from others of the same database, and of the same standby.

    Where neither of its hosts was seen, that its fence cannot be read either is the same silence.
    """
    red = [r for r in found if r.level is Level.RED]
    unseen = {r.database for r in found if r.check is Check.STANDBY and not r.looked and not r.aside}
    unseen &= {r.database for r in found if r.check is Check.SYNCHRONOUS and not r.looked}
    return frozenset(
        place
        for place, r in enumerate(found)
        if r.level is Level.RED
        and (
            any(_follows(r, other) for other in red)
            or (r.check in (Check.FENCE, Check.VANTAGES) and r.database in unseen)
        )
    )


def _follows(one: Result, other: Result) -> bool:
    if (one.database, one.aside) != (other.database, other.aside) or one.check not in FOLLOWS.get(other.check, ()):
        return False
    if other.check is Check.SLOT and other.found == UNREAD:
        return False
    return one.check is not Check.SLOT or one.found == UNREAD


class Weight(IntEnum):
    """How much a red check weighs."""

    GRAVE = 0
    """Data may be going apart, or clients are not served."""
    MOVE = 1
    """No planned move, or no failover."""
    LESS = 2
    """Either goes; something is missing behind it."""
    AWAY = 3
    """Nothing is wrong: people moved it, and somebody has to remember the way back."""


GRAVE = frozenset({Check.LEADER, Check.CLUSTER, Check.ADDRESS, Check.RECORD})
"""Of the last: the standby leads and nobody on record fenced the primary, which may come back beside it any moment."""
ALSO_MOVE = frozenset({Check.SYNCHRONOUS, Check.LEASE})
"""No question rests on them, and what a failover would lose, or whether there can be one, does."""


def weight(check: Check) -> Weight:
    """Return how much it weighs that a check is red."""
    if check in GRAVE:
        return Weight.GRAVE
    if check is Check.MOVED:
        return Weight.AWAY
    needed = any(check in checks for checks in NEEDED.values())
    return Weight.MOVE if needed or check in ALSO_MOVE else Weight.LESS
