"""The step compare-rows: both sites hold the same rows, shown while the leader goes on writing (ADR 64)."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.errors import CommandFailed
from jbnet.model.network import Network
from jbnet.model.text import Text, joined, text
from jbnet.ports import Clock, DatabaseServers, StepOutcome
from jbnet.ports.rows import RowSides
from jbnet.recovery.rows_found import Compared
from jbnet.services.database_cluster import cluster
from jbnet.services.recover.actions import Params, Place, named, refuse_strangers, seen
from jbnet.services.recover.rows import Comparison

USUAL_RATE_MB_S = 32
"""MiB a second that are read of each side."""


@dataclass(frozen=True)
class RowTools:
    """What comparing acts through. Both copies are only read."""

    network: Network
    servers: DatabaseServers
    sides: RowSides
    clock: Clock


class CompareRows:
    """The host holds the rows that the leader of its database holds."""

    def __init__(self, tools: RowTools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Rows are always compared anew."""
        return StepOutcome(False, text("{database}: not yet looked at", database=named(params, "database")))

    def do(self, params: Params) -> StepOutcome:
        """Compare for as long as the step says; done where nothing differs. Raises CommandFailed, Refused."""
        where, rate = self._place(params), int(str(params.get("rate_mb_s", USUAL_RATE_MB_S)))
        seconds = float(str(params["seconds"]))  # checked with the runbook
        found = compare(self._tools, where.database.name, rate, seconds, follower=where.host)
        return StepOutcome(not found.differs, told(found), found.evidence())

    def verify(self, params: Params) -> StepOutcome:
        """What was compared stands in the result; the host follows still, so that it goes on holding."""
        where = self._place(params)
        source, mine = (self._tools.servers.server(where.database.name, h).state() for h in (where.other, where.host))
        done = source.leads and mine.in_recovery is True
        words = {"database": where.database.name, "host": where.host, "source": where.other}
        message = (
            text("{database}: {host} follows {source}", **words)
            if done
            else text("{database}: {host} does not stream from {source}", **words)
        )
        return StepOutcome(done, message)

    def _place(self, params: Params) -> Place:
        here = cluster(self._tools.network, named(params, "database"), named(params, "host"))
        return Place(here.database, here.host, here.other)


def compare(tools: RowTools, database: str, rate_mb_s: int, seconds: float, *, follower: str | None = None) -> Compared:
    """Find out who leads, and compare its rows with the other's. ``follower``: who must be the one that follows.

    Raises CommandFailed where nobody leads, or the other does not follow; Refused where it is another cluster's.
    """
    declared = cluster(tools.network, database, follower or tools.network.databases[database].standby)
    where = Place(declared.database, declared.host, declared.other)
    mine, why = seen(tools.servers.server(database, where.host).state)
    theirs, why_not = seen(tools.servers.server(database, where.other).state)
    refuse_strangers(where, mine, theirs)
    hosts = {where.host: mine, where.other: theirs}
    leads = [host for host, state in hosts.items() if state is not None and state.leads]
    follows = [host for host, state in hosts.items() if state is not None and state.in_recovery is True]
    if len(leads) != 1 or len(follows) != 1 or follower not in (None, *follows):
        raise CommandFailed(
            "{database}: rows are compared where one leads and the other follows; leads: {leads}; follows: {follows}",
            database=database,
            leads=", ".join(leads) or why or why_not or "-",
            follows=", ".join(follows) or why or why_not or "-",
            hint=text("jbnet dr check --database {database} says how they stand", database=database),
        )
    ours, other = (tools.sides.side(database, host, leads=host in leads) for host in (*leads, *follows))
    return Comparison(database, ours, other, tools.clock, rate_mb_s=rate_mb_s, seconds=seconds).run()


def told(found: Compared) -> Text:
    """Return what is said of a comparison."""
    words: dict[str, object] = {
        "database": found.database, "leader": found.leader, "follower": found.follower, "tables": found.tables,
        "all": found.all_tables, "rows": found.rows, "count": found.count,
    }  # fmt: skip
    if found.differs:
        message = "{database}: {leader} and {follower} differ in {count} rows: {where}"
        return text(message, **words, where=found.named()[:300])
    if found.whole:
        message = "{database}: {leader} and {follower} hold the same rows: {rows} in {tables} tables"
        return text(message, **words)
    percent = 100 * found.blocks // found.all_blocks if found.all_blocks else 100
    moving = (text("{unit} changed under every look", unit=unit) for unit in found.moving)
    open_ = [*found.unread, *moving][:3]
    message = (
        "{database}: nothing differs in what was compared of {leader} and {follower}: {rows} rows, {percent} %, "
        "{tables} of {all} tables; open: {open}"
    )
    return text(message, **words, percent=percent, open=joined(open_) if open_ else text("time was up"))
