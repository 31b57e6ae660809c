"""Whether a database leads where it is declared to; where people moved it away, since when, and what is left to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from jbnet.model.text import text
from jbnet.recovery.forecast import Finished, finished
from jbnet.recovery.observed import DatabaseLook
from jbnet.recovery.readiness import Check, Level, Question, Result
from jbnet.recovery.replay import Entry
from jbnet.recovery.waiting import shown_time

AWAY, HOME = frozenset({"failover", "switchover"}), frozenset({"failback"})
"""Runbooks that move databases to their declared standby, and back."""


def moves(journals: Iterable[Sequence[Entry]]) -> Mapping[str, Finished]:
    """Return by database the execution that moved it away, where none on record brought it back since."""
    ends = [done for done in map(finished, journals) if done is not None and done.runbook in AWAY | HOME]
    last = {name: done for done in sorted(ends, key=lambda one: one.ended) for name in done.databases}
    return {name: done for name, done in last.items() if done.runbook in AWAY}


def about_moved(look: DatabaseLook, by: Finished | None) -> tuple[Result, ...]:
    """Say that the declared standby leads: a failover leads there, so there is none before the way back.

    ``by``: the execution that moved it; None: none is on record here. That is no defect, but a state to be ended.
    """
    primary, leader = look.database.primary, look.leader
    if leader == primary:
        return ()
    found = text("{host} leads, the declared standby", host=leader)
    if by is not None:
        found = text("{host} leads since {since} ({runbook} {execution})", host=leader,
                     since=shown_time(by.ended.timestamp()), runbook=by.runbook, execution=by.execution)  # fmt: skip
    advice = text("there is no failover meanwhile: jbnet dr failback, in a quiet hour, once {primary} is well",
                  primary=primary)  # fmt: skip
    return (Result(Check.MOVED, leader, Level.RED, found, text("{primary} leads, as declared", primary=primary), advice,
                   database=look.database.name, question=Question.FAILOVER),)  # fmt: skip
