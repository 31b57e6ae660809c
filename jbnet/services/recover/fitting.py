"""Whether a planned command fits who leads now: asked before an execution is on record, where it would block another.

A failover is never asked: it is for the night in which nobody answers, and its own first step looks.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from jbnet.model.errors import CommandFailed, JbnetError, Refused, Unreachable, UsageError
from jbnet.model.network import Database
from jbnet.model.text import Text, text
from jbnet.ports import DatabaseServers, ServerState
from jbnet.recovery.observed import Unseen
from jbnet.recovery.verbs import Verb
from jbnet.services.recover.actions import Place
from jbnet.services.recover.actions_standby import follows_as_declared
from jbnet.services.recover.side_by_side import Asked

LOOK_S = 12.0
PLANNED = frozenset({Verb.SWITCHOVER, Verb.FAILBACK, Verb.REJOIN})
"""Moves that need both hosts, and know who has to lead."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A database with what its two hosts said of themselves."""

    database: Database
    primary: ServerState | Unseen
    standby: ServerState | Unseen

    @property
    def leaders(self) -> tuple[str, ...]:
        """Return the hosts that are seen to take writes."""
        both = (self.database.primary, self.primary), (self.database.standby, self.standby)
        return tuple(host for host, seen in both if isinstance(seen, ServerState) and seen.leads)

    @property
    def follows(self) -> bool:
        """Say whether the declared standby follows its primary, and commits wait as declared."""
        if not (isinstance(self.primary, ServerState) and isinstance(self.standby, ServerState)):
            return False
        where = Place(self.database, self.database.standby, self.database.primary)
        return self.leaders == (self.database.primary,) and follows_as_declared(where, self.primary, self.standby)


def refuse_unfit(verbs: Collection[Verb], databases: Sequence[Database], servers: DatabaseServers) -> None:
    """Raise what says why a planned command does not fit who leads; nothing is said of other commands.

    UsageError: there is nothing to be done, or another command does it. Refused: both take writes. Unreachable: a host
    that it needs does not answer. CommandFailed: nobody takes writes.
    """
    if len(verbs) != 1 or not PLANNED.issuperset(verbs):
        return
    error = _JUDGES[next(iter(verbs))](_look(databases, servers))
    if error is not None:
        raise error


def _look(databases: Sequence[Database], servers: DatabaseServers) -> list[Pair]:
    calls = {(d.name, host): servers.server(d.name, host).state for d in databases for host in (d.primary, d.standby)}
    seen = Asked(calls, LOOK_S).answers()
    return [Pair(d, seen[d.name, d.primary], seen[d.name, d.standby]) for d in databases]


def _names(pairs: Sequence[Pair]) -> str:
    return ", ".join(pair.database.name for pair in pairs)


def _both(pairs: Sequence[Pair]) -> JbnetError | None:
    found = [pair for pair in pairs if len(pair.leaders) > 1]
    if not found:
        return None
    hint = text(
        "one of them has to stop first: docs/recovery-howto.md, both think they are primary; jbnet dr alone lists what"
        " each has alone"
    )
    return Refused("{names}: both hosts take writes", names=_names(found), hint=hint)


def _silent(pairs: Sequence[Pair], hint: Text) -> JbnetError | None:
    for pair in pairs:
        for host, seen in ((pair.database.primary, pair.primary), (pair.database.standby, pair.standby)):
            if isinstance(seen, Unseen):
                return Unreachable("{host} was not seen: {reason}", host=host, reason=seen.reason, hint=hint)
    return None


def _nobody(pairs: Sequence[Pair]) -> JbnetError | None:
    found = [pair for pair in pairs if not pair.leaders]
    if not found:
        return None
    hint = text("jbnet dr check says what stands in the way; nothing was begun")
    return CommandFailed("{names}: nobody takes writes, so nobody can be followed", names=_names(found), hint=hint)


def _led_by(pairs: Sequence[Pair], host: Callable[[Database], str]) -> list[Pair]:
    return [pair for pair in pairs if pair.leaders == (host(pair.database),)]


def _rest(pairs: Sequence[Pair], without: Sequence[Pair], command: str) -> Text:
    """Name the command for the databases that it does fit."""
    names = " ".join(f"--database {pair.database.name}" for pair in pairs if pair not in without)
    return text("for the others: {command}", command=f"jbnet dr {command} {names}")


def _primary(database: Database) -> str:
    return database.primary


def _standby(database: Database) -> str:
    return database.standby


def _switchover(pairs: Sequence[Pair]) -> JbnetError | None:
    away = _led_by(pairs, _standby)
    if away:
        hint = (
            text("the way back is: jbnet dr failback") if len(away) == len(pairs) else _rest(pairs, away, "switchover")
        )
        return UsageError("{names}: the standby leads already", names=_names(away), hint=hint)
    gone = text("nothing was begun; a planned move needs both hosts. When the primary is gone: jbnet dr failover")
    return _both(pairs) or _silent(pairs, gone) or _nobody(pairs)


def _failback(pairs: Sequence[Pair]) -> JbnetError | None:
    home = _led_by(pairs, _primary)
    if home:
        follow = text("where a standby does not follow: jbnet dr rejoin; to move away: jbnet dr switchover")
        hint = follow if len(home) == len(pairs) else _rest(pairs, home, "failback")
        return UsageError("nothing to fail back: {names} is led by its primary", names=_names(home), hint=hint)
    wait = text("nothing was begun; the way back needs both hosts: wait until the primary's is up again")
    # both may lead here: an old primary that was fenced alive goes on behind its filters until this brings it back
    return _silent(pairs, wait) or _nobody(pairs)


def _rejoin(pairs: Sequence[Pair]) -> JbnetError | None:
    away = _led_by(pairs, _standby)
    if away:
        back = text("it is the other one that has to follow: jbnet dr failback")
        hint = back if len(away) == len(pairs) else _rest(pairs, away, "rejoin")
        return UsageError("{names}: the standby leads", names=_names(away), hint=hint)
    if all(pair.follows for pair in pairs):
        hint = text("jbnet dr check says how it stands")
        return UsageError("nothing to rejoin: the standby follows, for {names}", names=_names(pairs), hint=hint)
    return _silent(pairs, text("nothing was begun; wait until that host is up again")) or _nobody(pairs)


_JUDGES: Mapping[Verb, Callable[[Sequence[Pair]], JbnetError | None]] = {
    Verb.SWITCHOVER: _switchover,
    Verb.FAILBACK: _failback,
    Verb.REJOIN: _rejoin,
}
