"""Readiness: what each check found, and what all of them answer: could we move, and could we do without the primary?

Unknown is a level of its own. It is never green, and where an answer needs the check it is never a yes.
Law: adding a result, or making one worse, never makes an answer better.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from jbnet.model.text import Text


class Level(StrEnum):
    """How a check came out. AMBER: it works and wants to be looked at."""

    GREEN = "green"
    AMBER = "amber"
    UNKNOWN = "unknown"
    RED = "red"

    @property
    def rank(self) -> int:
        """Return how bad it is: 0 is best."""
        return list(Level).index(self)


class Check(StrEnum):
    """The checks, in the order in which they are shown among equals."""

    LEADER = "leader"
    CLUSTER = "cluster"
    STANDBY = "standby"
    STREAM = "stream"
    LAG = "lag"
    SYNCHRONOUS = "synchronous"
    SLOT = "slot"
    DISK = "disk"
    VERSION = "version"
    EXTENSIONS = "extensions"
    SETTINGS = "settings"
    REWIND = "rewind"
    ADDRESS = "address"
    SERVICE = "service"
    FENCE = "fence"
    FILTER = "filter"
    VANTAGES = "vantages"
    LEASE = "lease"
    HOST = "host"
    APPLICATION = "application"
    NAME = "name"
    NAME_SERVERS = "name-servers"
    NAME_KEY = "name-key"
    APPROVERS = "approvers"
    MOVED = "moved"
    RECORD = "record"
    RUNBOOK = "runbook"
    DRILL = "drill"
    RESTORE = "restore-test"
    BACKUP = "backups"


class Question(StrEnum):
    """What is asked: a planned move with both sides well, or a failover with the leader gone."""

    SWITCHOVER = "switchover"
    FAILOVER = "failover"


class Can(StrEnum):
    """The answer to a question."""

    YES = "yes"
    UNKNOWN = "unknown"
    NO = "no"


NEEDED: Mapping[Question, frozenset[Check]] = {
    Question.SWITCHOVER: frozenset({
        Check.LEADER, Check.CLUSTER, Check.STANDBY, Check.STREAM, Check.LAG, Check.SLOT, Check.DISK, Check.VERSION,
        Check.EXTENSIONS, Check.SETTINGS, Check.ADDRESS, Check.SERVICE, Check.FILTER, Check.APPROVERS, Check.RUNBOOK,
    }),
    Question.FAILOVER: frozenset({
        Check.CLUSTER, Check.STANDBY, Check.VERSION, Check.EXTENSIONS, Check.SETTINGS, Check.FENCE, Check.FILTER,
        Check.VANTAGES, Check.APPROVERS, Check.MOVED, Check.RUNBOOK,
    }),
}  # fmt: skip
"""What each answer rests on. A failover does without the leader, and loses by its lag instead of waiting for it.

Left out of both: what would hurt afterwards (rewind, applications, backups, names, age of drills), which is shown,
and does not decide.
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found of one subject.

    ``value`` is the figure behind it, for its history (``unit``: ``B``, ``s``, ``d`` or empty); None where there is
    none. ``looked`` False: it could not be looked at (which is unknown); unknown otherwise is what a look did not show.
    ``question``: it speaks of one question only. ``aside``: it is of a standby that no move leads to, so no answer
    rests on it.
    """

    check: Check
    subject: str
    level: Level
    found: Text
    expected: Text
    advice: Text | None = None
    value: float | None = None
    unit: str = ""
    database: str | None = None
    looked: bool = True
    question: Question | None = None
    aside: bool = False

    def serves(self, question: Question) -> bool:
        """Say whether the answer to a question rests on it."""
        return not self.aside and self.check in NEEDED[question] and self.question in (None, question)


def answer(question: Question, results: Iterable[Result]) -> tuple[Can, tuple[Result, ...]]:
    """Return whether it could be done, and the results that stand in its way, the worst first."""
    against = [r for r in results if r.serves(question) and r.level in (Level.RED, Level.UNKNOWN)]
    against.sort(key=lambda result: -result.level.rank)
    if not against:
        return Can.YES, ()
    return (Can.NO if against[0].level is Level.RED else Can.UNKNOWN), tuple(against)


def worst_first(results: Iterable[Result]) -> tuple[Result, ...]:
    """Return results by level, the worst first, then in the order of the checks."""
    order = list(Check)
    return tuple(sorted(results, key=lambda r: (-r.level.rank, order.index(r.check), r.subject)))


class Outcome(StrEnum):
    """What all results come to; with its exit code in ``jbnet dr check``: 0, 3, 1."""

    READY = "ready"
    UNSEEN = "unseen"
    NOT_READY = "not ready"


def outcome(results: Iterable[Result]) -> Outcome:
    """Return what all results come to: NOT_READY with anything red, or unknown where an answer needs it.

    UNSEEN: what could not be looked at decides nothing.
    """
    found = list(results)
    if any(r.level is Level.RED for r in found):
        return Outcome.NOT_READY
    if any(r.level is Level.UNKNOWN and any(r.serves(question) for question in Question) for r in found):
        return Outcome.NOT_READY
    return Outcome.UNSEEN if any(r.level is Level.UNKNOWN and not r.looked for r in found) else Outcome.READY
