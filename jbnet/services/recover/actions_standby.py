"""Actions about standbys: list-lost, rebuild-standby, rebuild-local, check-standby."""

from __future__ import annotations

from dataclasses import asdict

from jbnet.model.errors import CommandFailed, Refused
from jbnet.model.text import text
from jbnet.ports import DatabaseServer, LostTransactions, ServerState, StepOutcome
from jbnet.recovery.step_params import ON_RECORD
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.actions import (
    Params,
    Place,
    Tools,
    facts,
    named,
    not_yet,
    other_server,
    place,
    refuse_strangers,
    seen,
    server,
)
from jbnet.services.recover.alone import apart, lost_by

STREAM_S = 60.0
CLOSE_BYTES = 16 << 20
"""A standby within one WAL segment (PostgreSQL's default 16 MB) counts as close."""


def following(where: Place, source: ServerState, mine: ServerState) -> bool:
    """Say whether the host streams from the source, as both of them see it."""
    names = [f["name"] for f in source.followers if f["state"] == "streaming"]
    return mine.in_recovery is True and mine.receiver == "streaming" and member_name(where.host) in names


def follows_as_declared(where: Place, source: ServerState, mine: ServerState) -> bool:
    """Say whether it streams, and commits wait for it where the database is declared so: nothing is to be rebuilt."""
    return following(where, source, mine) and _waited_for(where, source)


def _waited_for(where: Place, source: ServerState) -> bool:
    """Say whether commits wait as they are to, as far as it is this host's affair."""
    wanted = where.database.waited_for(where.other)
    if wanted is None:
        return not source.synchronous_to
    return wanted != where.host or member_name(wanted) in (source.synchronous_to or "")


def at_rest(where: Place, source: DatabaseServer, mine: DatabaseServer) -> ServerState:
    """Let the source write a checkpoint, and end a server that does not stream from it; return how that is now.

    Raises Refused where it is another cluster's: neither is that ended, nor its data taken away.
    """
    state = mine.state()
    refuse_strangers(where, state, source.state())
    source.checkpoint()
    if state.in_recovery is True and state.receiver == "streaming":
        return state
    mine.kill(STREAM_S)
    return mine.state()


UNLISTED = text(
    "keep a copy of its data first; jbnet dr resume --skip --accept-loss goes on without a list, and what it has alone"
    " is gone"
)


class ListLost:
    """What a host that led has, and the one that leads now lacks, is on record before anything is taken away.

    A step of its own: its list is in the journal before the host is rebuilt, whatever becomes of that.
    """

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """It is always listed anew: nothing has been taken away yet."""
        return not_yet(text("{database}: not yet looked at", database=params["database"]))

    def do(self, params: Params) -> StepOutcome:
        """List it. Raises CommandFailed where the log is there and cannot tell: a person says whether to go on."""
        where = place(self._tools, params)
        source, mine = other_server(self._tools, where), server(self._tools, where)
        _refuse_unless_leading(where, source)
        _refuse_with_clients(self._tools, where, mine.state())
        state = at_rest(where, source, mine)
        lost = lost_by(source, mine, state)
        if lost.count is None and state.exists:
            raise CommandFailed(
                "{database}: what {host} has alone cannot be listed: {reason}",
                database=where.database.name,
                host=where.host,
                reason=lost.reason,
                hint=UNLISTED,
            )
        return self._outcome(where, lost, state)

    def verify(self, params: Params) -> StepOutcome:
        """Look again: the log is still there."""
        where = place(self._tools, params)
        state = server(self._tools, where).state()
        lost = lost_by(other_server(self._tools, where), server(self._tools, where), state)
        return self._outcome(where, lost, state)

    @staticmethod
    def _outcome(where: Place, lost: LostTransactions, state: ServerState) -> StepOutcome:
        name, host, evidence = where.database.name, where.host, {"lost": asdict(lost), "host": facts(state)}
        if lost.count is None:
            message = text("{database}: what {host} had alone is not known: {reason}", database=name, host=host,
                           reason=lost.reason)  # fmt: skip
            return StepOutcome(not state.exists, message, evidence)
        message = text("{database}: {host} has {count} transactions alone", database=name, host=host, count=lost.count)
        return StepOutcome(True, message, evidence)


def _refuse_unless_leading(where: Place, source: DatabaseServer) -> None:
    if not source.state().leads:
        raise Refused(
            "{database}: {source} does not lead, so nothing can be rebuilt from it",
            database=where.database.name,
            source=where.other,
            hint=text(
                "jbnet dr check says who leads: with {host} leading the way back is jbnet dr failback, else jbnet dr"
                " rejoin; jbnet dr resume --abandon gives this execution up",
                host=where.database.standby,
            ),
        )


def _refuse_with_clients(tools: Tools, where: Place, state: ServerState) -> None:
    """Raise Refused where both lead and clients reach this one alone: nobody approved that it is ended.

    One that was fenced alive announces on behind its filters: clients reach the other, which announces too, preferred.
    """
    address = str(where.database.service_address)
    here, there = (tools.routes.announces(address, host) for host in (where.host, where.other))
    if state.leads and here and not there:
        raise Refused(
            "{database}: {host} takes writes and announces {address}: it is not ended to follow {source}",
            database=where.database.name,
            host=where.host,
            address=address,
            source=where.other,
            hint=text(
                "both take writes: docs/recovery-howto.md; the one that clients reach goes on, the other one is stopped"
            ),
        )


class RebuildStandby:
    """A host that led, or fell behind, becomes a standby of the one that leads.

    By pg_rewind, and by a whole new copy where that fails. What it has alone is listed here as well, for runbooks
    without a step of their own for that; after an attempt that failed the list is no longer there to be made. What
    could not be listed is taken away only where a step before has it on record, or a person said so (``ON_RECORD``).
    ``first_had``: what it has alone another host had first.
    """

    def __init__(self, tools: Tools, *, first_had: bool = False):
        self._tools = tools
        self._first_had = first_had

    def probe(self, params: Params) -> StepOutcome:
        """Done when it streams, and commits wait for it where the database is declared synchronous."""
        where = place(self._tools, params)
        there, here = other_server(self._tools, where), server(self._tools, where)
        source = there.state()
        mine, error = seen(here.state)
        done = mine is not None and follows_as_declared(where, source, mine)
        done = done and mine is not None and not self._twins(there, here, mine)
        name, host = where.database.name, where.host
        message = (
            text("{database}: {host} streams from {source}", database=name, host=host, source=where.other)
            if done
            else text("{database}: {host} does not stream from {source}", database=name, host=host, source=where.other)
        )
        return StepOutcome(done, message, {"host": facts(mine, error), "source": facts(source)})

    def do(self, params: Params) -> StepOutcome:
        """Rebuild it. Raises Refused when the source does not lead, or the host cannot be stopped."""
        where = place(self._tools, params)
        source, mine = other_server(self._tools, where), server(self._tools, where)
        _refuse_unless_leading(where, source)
        _refuse_with_clients(self._tools, where, mine.state())
        self._tools.routes.withdraw(str(where.database.service_address), where.host)
        evidence = self._bring_into_line(where, source, mine, known=self._first_had or params.get(ON_RECORD) is True)
        try:
            self._follow(where, source, mine)
        except CommandFailed as error:
            evidence |= {"by": f"copy, because: {error}"}
            mine.kill(STREAM_S)
            mine.copy()
            self._follow(where, source, mine)
        mine.drop_slots()
        if where.database.waited_for(where.other) == where.host:
            source.settings(where.host, follow=False)
        message = text("{database}: {host} follows {source}", database=where.database.name, host=where.host, source=where.other)  # fmt: skip  # noqa: E501  one sentence with its values
        return StepOutcome(True, message, evidence)

    def verify(self, params: Params) -> StepOutcome:
        """Look again, until the leader's new settings are in force."""
        return self._tools.awaited(lambda: self.probe(params), STREAM_S)

    def _bring_into_line(
        self, where: Place, source: DatabaseServer, mine: DatabaseServer, *, known: bool
    ) -> dict[str, object]:
        """Make the stopped host's data an earlier state of the source's; return what was done and lost."""
        state = at_rest(where, source, mine)
        lost = lost_by(source, mine, state)
        if not state.exists:
            mine.copy()
            return {"by": "copy", "lost": asdict(lost)}
        if lost.count is None and not known:
            raise Refused(
                "{database}: {host} is not rebuilt: what it has alone cannot be listed ({reason})",
                database=where.database.name,
                host=where.host,
                reason=lost.reason,
                hint=text("keep a copy of its data first; jbnet dr resume --accept-loss rebuilds it all the same"),
            )
        if self._twins(source, mine, state):
            mine.kill(STREAM_S)
            mine.copy()
            return {"by": f"copy, because: both call their own timeline {state.timeline}", "lost": asdict(lost)}
        if lost.count == 0 and self._may_follow(source, mine, state):
            return {"by": "start", "lost": asdict(lost)}
        return {"by": self._rewind(where, mine), "lost": asdict(lost)}

    @staticmethod
    def _twins(source: DatabaseServer, mine: DatabaseServer, state: ServerState) -> bool:
        """Say whether both went on along timelines of their own that have one number.

        pg_rewind takes them for the same and does nothing; the host then streams, with other data behind the same name.
        """
        theirs = source.state()
        parted = apart(mine, state, source, theirs).parted
        return parted is not None and parted.promoted and state.timeline == theirs.timeline

    @staticmethod
    def _may_follow(source: DatabaseServer, mine: DatabaseServer, state: ServerState) -> bool:
        """Say whether it can just follow: it went on along no timeline of its own, and where it led it was stopped
        before the fork (its last record is its shutdown checkpoint).
        """
        parted = apart(mine, state, source, source.state()).parted
        if not state.was_leading:
            return parted is None or not parted.promoted
        if parted is None or parted.timeline != state.timeline:
            return False
        return state.shut_down and state.checkpoint is not None and state.checkpoint < parted.at

    def _rewind(self, where: Place, mine: DatabaseServer) -> str:
        """Rewind; copy everything where that fails. The marker is off meanwhile: pg_rewind may have to replay."""
        mine.clear_demotion()
        try:
            mine.rewind()
        except CommandFailed as error:
            mine.copy()
            return f"copy, because: {error}"
        return "rewind"

    def _follow(self, where: Place, source: DatabaseServer, mine: DatabaseServer) -> None:
        mine.settings(None, follow=True)
        source.ensure_slot(member_name(where.host))
        mine.start()
        self._await_stream(where, source, mine)

    def _await_stream(self, where: Place, source: DatabaseServer, mine: DatabaseServer) -> None:
        if not self._tools.wait_for(lambda: following(where, source.state(), mine.state()), STREAM_S):
            raise CommandFailed(
                "{database}: {host} was rebuilt and does not stream from {source}",
                database=where.database.name,
                host=where.host,
                source=where.other,
                hint=text("see the servers' logs; resume rebuilds it again"),
            )


class RebuildLocal:
    """The local standby follows the primary again, and commits wait for it. Where none is declared nothing is done.

    It always follows the primary's host, so it is brought into line once that leads. What it had alone the primary had
    first, and that is listed.
    """

    def __init__(self, tools: Tools):
        self._tools = tools
        self._rebuild = RebuildStandby(tools, first_had=True)

    def probe(self, params: Params) -> StepOutcome:
        """Done when it streams and commits wait for it."""
        given = self._given(params)
        return self._rebuild.probe(given) if given is not None else self._none(params)

    def do(self, params: Params) -> StepOutcome:
        """Rebuild it. Raises Refused where the primary does not lead."""
        given = self._given(params)
        return self._rebuild.do(given) if given is not None else self._none(params)

    def verify(self, params: Params) -> StepOutcome:
        """Look again, until the leader's new settings are in force."""
        given = self._given(params)
        return self._rebuild.verify(given) if given is not None else self._none(params)

    def _given(self, params: Params) -> Params | None:
        found = self._tools.network.databases.get(named(params, "database"))
        host = found.local_standby if found is not None else None
        return {**params, "host": host} if host is not None else None

    @staticmethod
    def _none(params: Params) -> StepOutcome:
        return StepOutcome(True, text("{database}: no local standby is declared", database=params["database"]))


class CheckStandby:
    """The standby streams and is close behind: what the approvers are shown before a planned move."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Figures are always taken anew."""
        return not_yet(text("{database}: not yet looked at", database=params["database"]))

    def do(self, params: Params) -> StepOutcome:
        """Wait until it is close. Raises CommandFailed when it is not in time, Refused when it is somebody else's."""
        outcome = self._tools.awaited(lambda: self._look(params), STREAM_S)
        if not outcome.done:
            raise CommandFailed("{reason}", reason=outcome.text, hint=text("rebuild the standby, and resume"))
        return outcome

    def verify(self, params: Params) -> StepOutcome:
        """Look again."""
        return self._look(params)

    def _look(self, params: Params) -> StepOutcome:
        where = place(self._tools, params)
        mine = server(self._tools, where).state(heartbeat=True)
        source = other_server(self._tools, where).state()
        refuse_strangers(where, mine, source)
        lag = None
        if source.written is not None and mine.received is not None:
            lag = max(0, source.written - mine.received)
        done = following(where, source, mine) and lag is not None and lag < CLOSE_BYTES
        name, host = where.database.name, where.host
        message = (
            text(
                "{database}: {host} is {lag} bytes behind {source}",
                database=name,
                host=host,
                lag=lag,
                source=where.other,
            )
            if done
            else text("{database}: {host} is not close behind {source}", database=name, host=host, source=where.other)
        )
        figures = {"lag_bytes": lag, "behind_s": mine.replay_age_s, "heartbeat_age_s": mine.newest_row_age_s}
        return StepOutcome(done, message, {**figures, "host": facts(mine), "source": facts(source)})
