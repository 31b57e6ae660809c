"""Readiness of the two servers of a database: who leads, are they one cluster, does the standby follow, how close."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.model.business import Replication
from jbnet.model.text import Text, text
from jbnet.recovery import advice
from jbnet.recovery.lag import HEARTBEAT_AGE_S, Lag, lag_of
from jbnet.recovery.observed import DatabaseLook, ServerLook, Unseen
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.waiting import ENOUGH, alone_since, in_force, lsn_text, nothing_missing, read_names, shown_time

BACKLOG_BYTES = 256 << 20
"""Log that is there and not replayed, which a promotion has to replay first: 99 MB took a second (measured)."""
SILENT_S = 15.0
"""The leader sends something every 5 s at least (half of ``wal_sender_timeout``)."""


def about_servers(look: DatabaseLook) -> Iterator[Result]:
    """Yield what is to be said of the two servers."""
    yield _leader(look)
    yield _cluster(look)
    yield _standby(look)
    yield _stream(look)
    yield lag_result(look)
    yield _synchronous(look.beside() or look)


def unseen(check: Check, look: DatabaseLook, host: str, seen: Unseen, expected: Text) -> Result:
    """Return the result of a check for which a host would have had to answer."""
    found = text("{host} was not seen: {reason}", host=host, reason=seen.reason)
    return Result(check, host, Level.UNKNOWN, found, expected, LOOK, database=look.database.name, looked=False)


LOOK = text("log in there, or look at its console; silence does not say that it is down")


def _leader(look: DatabaseLook) -> Result:
    name, database = look.database.name, look.database
    expected = text("{host} takes writes, and nobody else", host=database.primary)

    def result(level: Level, found: Text, advice: Text | None = None, *, looked: bool = True) -> Result:
        return Result(Check.LEADER, name, level, found, expected, advice, database=name, looked=looked)

    if look.stray is not None:
        found = text("{host}, the local standby, takes writes: it was promoted outside of any runbook", host=look.stray)
        return result(Level.RED, found, advice.BOTH_LEAD)
    if len(look.leaders) > 1:
        found = text("{hosts} both take writes", hosts=", ".join(look.leaders))
        return result(Level.RED, found, advice.BOTH_LEAD)
    if look.leaders == (database.primary,):
        return result(Level.GREEN, text("{host} takes writes", host=database.primary))
    if look.leaders:
        found = text("{host}, the declared standby, takes writes: as after a failover", host=database.standby)
        back = text("the way back is: jbnet dr failback")
        return result(Level.AMBER, found, advice.either(look, back, back))
    silent = [h for h in (database.primary, database.standby) if isinstance(look.at(h), Unseen)]
    if silent:
        found = text("nobody is seen to take writes; {hosts} was not seen", hosts=", ".join(silent))
        return result(Level.UNKNOWN, found, LOOK, looked=False)
    found = text("neither {one} nor {other} takes writes", one=database.primary, other=database.standby)
    return result(Level.RED, found, advice.led_nowhere(look))


def _cluster(look: DatabaseLook) -> Result:
    """Two servers of one system identifier are copies of one cluster; everything else is a stranger at the address."""
    expected = text("both hosts hold the same cluster (system identifier)")
    name, both = look.database.name, [look.leader, look.follower]
    for host in both:
        seen = look.at(host)
        if isinstance(seen, Unseen):
            return unseen(Check.CLUSTER, look, host, seen, expected)
    ids = [s.system_identifier for s in map(look.at, both) if isinstance(s, ServerLook)]
    if None in ids:
        found, advice = text("the system identifier of {host} cannot be read", host=both[ids.index(None)]), None
        return Result(Check.CLUSTER, name, Level.UNKNOWN, found, expected, advice, database=name)
    if ids[0] != ids[1]:
        found = text("{one} holds {first}, {other} holds {second}", one=both[0], first=ids[0], other=both[1],
                     second=ids[1])  # fmt: skip
        advice = text("one of them is another database: find out which before anything is promoted or rebuilt")
        return Result(Check.CLUSTER, name, Level.RED, found, expected, advice, database=name)
    return Result(Check.CLUSTER, name, Level.GREEN, text("both hold {id}", id=ids[0]), expected, database=name)


def _standby(look: DatabaseLook) -> Result:
    """It could be promoted: it runs, answers, is in recovery and replays. Whether it receives is another check."""
    host, seen = look.follower, look.at(look.follower)
    expected = text("it runs, follows and replays")
    if isinstance(seen, Unseen):
        return unseen(Check.STANDBY, look, host, seen, expected)

    def result(level: Level, found: Text, todo: Text | None = None) -> Result:
        backlog = _backlog(seen)
        return Result(Check.STANDBY, host, level, found, expected, todo, backlog, "B", look.database.name)

    for holds, found, todo in _standby_faults(look, seen):
        if holds:
            return result(Level.RED, found, todo)
    backlog = _backlog(seen)
    if seen.in_recovery is None or backlog is None:
        return result(Level.UNKNOWN, text("how far it has replayed cannot be read"), None)
    if backlog > BACKLOG_BYTES:
        found = text("{size} are received and not replayed yet", size=shown_bytes(backlog))
        return result(Level.AMBER, found, text("a promotion replays it first; look for a long query there"))
    return result(Level.GREEN, text("it follows and replays"), None)


def _standby_faults(look: DatabaseLook, seen: ServerLook) -> Iterator[tuple[bool, Text, Text]]:
    yield not seen.exists, text("there is no cluster on it"), advice.made(look)
    yield not seen.runs, text("it does not run"), advice.started(look)
    yield not seen.answers, text("it runs and does not answer"), text("it is frozen or still starting: see its log")
    yield seen.in_recovery is False, text("it takes writes: it is no standby"), advice.follow_again(look)
    paused = seen.replay_state not in (None, "not paused")
    todo = text("its settings may be below its leader's (see the check settings); then: pg_wal_replay_resume()")
    yield paused, text("it replays nothing: {state}", state=seen.replay_state), todo


def _backlog(seen: ServerLook) -> int | None:
    if seen.received is None or seen.replayed is None:
        return None
    return max(0, seen.received - seen.replayed)


def _stream(look: DatabaseLook) -> Result:
    """It receives what the leader writes, on the leader's timeline, as both of them see it."""
    host, leader = look.follower, look.leader
    expected = text("it streams from {leader}", leader=leader)
    seen, source = look.at(host), look.at(leader)
    if isinstance(seen, Unseen):
        return unseen(Check.STREAM, look, host, seen, expected)

    rebuild = advice.follow_again(look)

    def result(level: Level, found: Text, todo: Text | None = rebuild, *, looked: bool = True) -> Result:
        return Result(Check.STREAM, host, level, found, expected, todo, seen.receives_s, "s", look.database.name,
                      looked)  # fmt: skip

    if seen.receiver != "streaming":
        return result(
            Level.RED, text("it receives nothing"), text("see its log for why it cannot connect to its leader")
        )
    if isinstance(source, Unseen):
        found = text("it receives, and {leader} was not seen: {reason}", leader=leader, reason=source.reason)
        return result(Level.UNKNOWN, found, LOOK, looked=False)
    if look.members[host] not in {f.name for f in source.followers if f.state == "streaming"}:
        return result(Level.RED, text("it receives from a server that is not {leader}", leader=leader))
    if None in (seen.timeline, source.timeline):
        return result(Level.UNKNOWN, text("its timeline cannot be read"))
    if seen.timeline != source.timeline:
        found = text("it is on timeline {mine}, {leader} on {other}", mine=seen.timeline, leader=leader,
                     other=source.timeline)  # fmt: skip
        return result(Level.RED, found)
    if seen.receives_s is not None and seen.receives_s > SILENT_S:
        found = text("it heard nothing for {seconds} s", seconds=round(seen.receives_s))
        return result(Level.AMBER, found, text("look at the lines between the sites"))
    return result(Level.GREEN, text("it streams on timeline {timeline}", timeline=seen.timeline), None)


def lag_result(look: DatabaseLook) -> Result:
    """Judge how far behind the standby is against ``rpo_s``; see ``jbnet.recovery.lag`` for how each measure lies."""
    lag, rpo, host = lag_of(look), look.database.rpo_s, look.follower
    expected = text("at most {seconds:g} s behind (rpo_s)", seconds=rpo)
    found = text("{bytes}; {age} by its newest commit; {heartbeat} by the heartbeat", bytes=shown_bytes(lag.bytes),
                 age=shown_s(lag.age_s), heartbeat=shown_s(lag.heartbeat_s))  # fmt: skip
    looked = not any(isinstance(look.at(h), Unseen) for h in (look.leader, look.follower))
    level, advice = _lag_level(lag, rpo, waits=nothing_missing(look))
    value = None if lag.bytes is None else float(lag.bytes)
    return Result(Check.LAG, host, level, found, expected, advice, value, "B", look.database.name, looked)


def _lag_level(lag: Lag, rpo: float, *, waits: bool) -> tuple[Level, Text | None]:
    if lag.bytes is None:
        return Level.UNKNOWN, text("both hosts have to answer: what one of them has alone is not known otherwise")
    if lag.bytes == 0:
        return Level.GREEN, None
    if rpo == 0:
        waiting = text("commits wait for it, so nothing acknowledged is missing; look whether it catches up")
        return (Level.AMBER, waiting) if waits else (Level.RED, CATCH_UP)
    known = [seconds for seconds in (lag.age_s, lag.heartbeat_s) if seconds is not None]
    if any(seconds > rpo for seconds in known):
        return Level.RED, CATCH_UP
    if len(known) < len((lag.age_s, lag.heartbeat_s)):
        advice = text("let a heartbeat be written, as jbnet monitor does: none is newer than {seconds:g} s",
                      seconds=HEARTBEAT_AGE_S)  # fmt: skip
        return Level.UNKNOWN, advice
    return (Level.AMBER, CATCH_UP) if any(seconds > rpo / 2 for seconds in known) else (Level.GREEN, None)


CATCH_UP = text("look at the lines between the sites and at the load; it must catch up before a planned move")


def _synchronous(look: DatabaseLook) -> Result:
    """Judge whom commits wait for against the declared mode."""
    leader, member = look.leader, look.members[look.follower]
    declared = look.database.replication
    wanted = look.database.waited_for(leader) is not None
    expected = text("commits wait for {member}", member=member) if wanted else text("commits wait for nobody")
    if declared.local and not wanted:
        expected = text("commits wait for {member}", member=look.database.local_standby)
    seen = look.at(leader)
    if isinstance(seen, Unseen):
        return unseen(Check.SYNCHRONOUS, look, leader, seen, expected)
    found = _commits_wait(look, seen, member) if wanted else _commits_do_not_wait(look, seen)
    if declared.local and not wanted:
        found = Level.RED, _waits(seen), text("no standby stands beside {host}; jbnet dr failback ends it", host=leader)
    value = None if seen.recorded is None or not declared.waits else float(not seen.recorded.waits)
    return Result(Check.SYNCHRONOUS, leader, found[0], found[1], expected, found[2], value, database=look.database.name)


Finding = tuple[Level, Text, Text | None]


def _commits_do_not_wait(look: DatabaseLook, seen: ServerLook) -> Finding:
    if seen.synchronous_to is None:
        return NOBODY_KNOWS
    surplus = text("it is declared async: while that standby is away, writes stop")
    return (
        (Level.AMBER, _waits(seen), surplus)
        if read_names(seen.synchronous_to).names
        else _as_set_up(look, seen, Replication.ASYNC)
    )


NOBODY_KNOWS = (Level.UNKNOWN, text("whom commits wait for cannot be read"), None)


def _waits(seen: ServerLook) -> Text:
    names = sorted(read_names(seen.synchronous_to).names)
    return text("commits wait for {names}", names=", ".join(names)) if names else text("commits wait for nobody")


def _commits_wait(look: DatabaseLook, seen: ServerLook, member: str) -> Finding:
    waited, alone = read_names(seen.synchronous_to), alone_since(look)
    if seen.synchronous_to is None or seen.commits is None:
        return NOBODY_KNOWS
    if not waited.names and alone is not None:
        found = text("commits have waited for nobody since {time}: what is behind {lsn} may be here alone",
                     time=shown_time(alone.since), lsn=lsn_text(alone.lsn))  # fmt: skip
        return Level.RED, found, _what_ends_it(look, member)
    if member not in waited.names:
        return Level.RED, _waits(seen), _set_again(look)
    if not waited.surely(member):
        found = text("one of {names} is enough for a commit", names=", ".join(waited.names))
        return Level.RED, found, _set_again(look)
    if seen.commits not in ENOUGH or seen.weakened:
        found = text("these do not wait: {names} (synchronous_commit)", names=", ".join(seen.weakened) or "*")
        return Level.RED, found, text("take that setting away: ALTER DATABASE or ALTER ROLE ... RESET")
    if not in_force(look):
        found = text("commits wait for {member}, which does not stream: writes stand still", member=member)
        return Level.RED, found, advice.follow_again(look)
    return _as_set_up(look, seen, look.database.replication)


def _set_again(look: DatabaseLook) -> Text:
    home = text("a failover would lose what is on its way; jbnet databases set-up sets it again")
    away = text("a failover would lose what is on its way; jbnet dr failback sets it again")
    return advice.either(look, home, away)


def _what_ends_it(look: DatabaseLook, member: str) -> Text:
    if look.database.replication.degrades:
        return text("they wait again by themselves when {member} has caught up; see the checks stream and lag",
                    member=member)  # fmt: skip
    local = look.database.replication.local and advice.is_home(look)
    home = text("they wait again when jbnet dr rejoin has made {member} follow", member=member)
    away = text("they wait again when jbnet dr failback, or the step rebuild-standby, has made {member} follow",
                member=member)  # fmt: skip
    return away if local else advice.either(look, home, away)


def _as_set_up(look: DatabaseLook, seen: ServerLook, mode: Replication) -> Finding:
    """Return green where the server was set up for the declared mode and its keeper is there; else amber."""
    if seen.mode != mode and (seen.mode, mode) != (None, Replication.ASYNC):
        found = text("the server is set up for {mode}", mode=seen.mode or text("no mode"))
        back = text("jbnet dr failback first; then jbnet databases set-up sets it up for what is declared")
        home = text("jbnet databases set-up sets it up for what is declared")
        return Level.AMBER, found, advice.either(look, home, back)
    if mode.waits and not seen.keeper:
        found = text("no keeper is there: nobody records whether commits wait, or lets them go on")
        back = text("jbnet dr failback first; then jbnet databases set-up starts it")
        return Level.AMBER, found, advice.either(look, text("jbnet databases set-up starts it"), back)
    return Level.GREEN, _waits(seen), None


def shown_bytes(size: float | None) -> Text:
    """Return a size in the largest unit that leaves it at 1 or more (powers of 1024)."""
    if size is None:
        return text("unknown bytes")
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= factor:
            return text("{number:.1f} {unit}", number=size / factor, unit=unit)
    return text("{count} bytes", count=int(size))


def shown_s(seconds: float | None) -> Text:
    """Return seconds; those that are not known say so."""
    return text("unknown") if seconds is None else text("{seconds:.1f} s", seconds=seconds)
