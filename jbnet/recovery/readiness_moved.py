"""Whether a database leads where it is declared to; where it was moved away: since when, by whom, and what is left.

A database that is led by its standby and was moved there by nobody on record was promoted by hand, or the record lies
elsewhere. Then nothing is known to keep the old primary from taking writes beside it: that is no matter of course.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from jbnet.model.text import Text, text
from jbnet.recovery.forecast import Finished, finished
from jbnet.recovery.observed import DatabaseLook, ServerLook
from jbnet.recovery.readiness import Check, Level, Question, Result
from jbnet.recovery.replay import Entry, State, replay
from jbnet.recovery.runbook import HAND_OVER, LEADING, from_content, only_drills
from jbnet.recovery.waiting import shown_time

AWAY, HOME = frozenset({"failover", "switchover"}), frozenset({"failback"})
"""Runbooks that move databases to their declared standby, and back."""


def moves(journals: Iterable[Sequence[Entry]]) -> Mapping[str, Finished]:
    """Return by database the execution that moved it away, where none on record brought it back since.

    By the promotions that are on record, whatever became of the execution behind them, and by those that are done.
    """
    ends = [(one, away) for entries in journals for one, away in (*_done(entries), *_led(entries))]
    last = {name: (one, away) for one, away in sorted(ends, key=lambda end: end[0].ended) for name in one.databases}
    return {name: one for name, (one, away) in last.items() if away}


def _done(entries: Sequence[Entry]) -> Iterator[tuple[Finished, bool]]:
    done = finished(entries)
    if done is not None and done.runbook in AWAY | HOME:
        yield done, done.runbook in AWAY


def _led(entries: Sequence[Entry]) -> Iterator[tuple[Finished, bool]]:
    """Yield every promotion that is on record: when a host led, and whether it is the declared standby."""
    state = replay(entries)
    standbys = {binding.get("database"): binding.get("standby") for binding in state.bindings}
    begun: dict[str, Mapping[str, object]] = {}
    for entry in entries:
        kind, subject, data = str(entry["kind"]), str(entry["subject"]), entry["data"]
        if kind == "intent" and isinstance(data, Mapping) and data.get("action") in LEADING:
            params = data.get("params")
            begun[subject] = {**params, "action": data["action"]} if isinstance(params, Mapping) else {}
        elif kind in ("result", "verified") and subject in begun:
            params = begun[subject]
            host = params.get("to" if params.get("action") == HAND_OVER else "host")
            name, ended = str(params.get("database")), datetime.fromisoformat(str(entry["time"]))
            one = Finished(state.execution, str(state.header.get("runbook_name", "")), ended, (name,))
            yield one, host is not None and host == standbys.get(name)


def unfinished(journals: Iterable[Sequence[Entry]]) -> Mapping[str, str]:
    """Return by database the newest execution that is for it and has not ended; drills are none of them."""
    open_ = [
        state for state in map(replay, journals) if state.execution and state.result is None and not _drills(state)
    ]
    return {str(binding.get("database")): state.execution for state in open_ for binding in state.bindings}


def _drills(state: State) -> bool:
    runbook, _ = from_content(state.runbook_content)
    return runbook is not None and only_drills(runbook)


def about_moved(look: DatabaseLook, by: Finished | None) -> tuple[Result, ...]:
    """Say that the declared standby leads: a failover leads there, so there is none before the way back.

    ``by``: the execution that moved it; None: none is on record here, which is said by a check of its own.
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
    moved = Result(Check.MOVED, leader, Level.RED, found, text("{primary} leads, as declared", primary=primary), advice,
                   database=look.database.name, question=Question.FAILOVER)  # fmt: skip
    return (moved, _record(look, by))


def _record(look: DatabaseLook, by: Finished | None) -> Result:
    """Judge whether somebody is known to have made the standby lead: a runbook proves a fence before it does."""
    primary, leader = look.database.primary, look.leader

    def result(level: Level, found: Text, advice: Text | None = None) -> Result:
        expected = text("an execution on record made {host} lead", host=leader)
        return Result(Check.RECORD, leader, level, found, expected, advice, database=look.database.name)

    execution = by.execution if by is not None else look.unfinished
    if execution is not None:
        return result(Level.GREEN, text("{execution}", execution=execution))
    found = text("no execution on record here made {host} lead: promoted by hand, or recorded elsewhere", host=leader)
    if _follows(look):
        advice = text("{primary} follows it, so there is one leader. Find out who promoted it; the way back is: jbnet"
                      " dr failback", primary=primary)  # fmt: skip
        return result(Level.AMBER, found, advice)
    advice = text("nothing is known to keep {primary} from taking writes: see that it does not run, and start it"
                  " nowhere. What it alone has: jbnet dr alone, and jbnet dr failback lists it",
                  primary=primary)  # fmt: skip
    return result(Level.RED, found, advice)


def _follows(look: DatabaseLook) -> bool:
    """Say whether the declared primary is seen to stream from the leader, as both of them see it."""
    seen, leader = look.at(look.database.primary), look.at(look.leader)
    if not (isinstance(seen, ServerLook) and isinstance(leader, ServerLook)):
        return False
    followers = {one.name for one in leader.followers if one.state == "streaming"}
    return seen.in_recovery is True and look.members.get(look.database.primary) in followers
