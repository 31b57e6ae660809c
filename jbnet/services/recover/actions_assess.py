"""What is seen of a database on both sides before anybody decides, and what a failover would lose: assess."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from jbnet.model.errors import Refused
from jbnet.model.text import Text, text
from jbnet.ports import LostTransactions, ServerState, StepOutcome
from jbnet.recovery.approval import BEYOND, BOTH
from jbnet.recovery.observed import Unseen
from jbnet.recovery.waiting import has_all, lsn_text, read_names, shown_time, waited_to_the_end
from jbnet.services.database_cluster import member_name
from jbnet.services.recover.actions import Params, Place, Tools, facts, not_yet, place, refuse_strangers, seen, server
from jbnet.services.recover.alone import alone_bytes, alone_now, parted_now
from jbnet.services.recover.entries import text_data
from jbnet.services.recover.leasing import said
from jbnet.services.recover.side_by_side import Asked

MOST_READ = 256 << 20
"""Bytes of log that are read through while people wait: a second or two of pg_waldump."""
ALONE_S = 15.0
"""What both have alone is read so long, side by side: well within the step's time, for it must not end a failover."""


class Assess:
    """What each side says of a database, and what would be lost. Changes nothing."""

    def __init__(self, tools: Tools):
        self._tools = tools

    def probe(self, params: Params) -> StepOutcome:
        """Figures are always taken anew."""
        return not_yet(text("{database}: not yet assessed", database=params["database"]))

    def do(self, params: Params) -> StepOutcome:
        """Ask both sides. Raises Refused when the standby could not take over, or is somebody else's."""
        lead, follow = place(self._tools, params, "primary"), place(self._tools, params, "standby")
        self._lease(lead)  # a dark primary takes seconds to be silent: they count for its lease
        primary, primary_error = seen(partial(server(self._tools, lead).state, heartbeat=True))
        standby, standby_error = seen(partial(server(self._tools, follow).state, heartbeat=True))
        refuse_strangers(lead, primary, standby)
        figures = loss(lead, primary, standby)
        if primary is not None and standby is not None and primary.leads and standby.leads:
            figures |= self._both(lead, follow, primary, standby)
        evidence = {
            "database": lead.database.name,
            "primary": {"host": lead.host, **facts(primary, primary_error)},
            "standby": {"host": follow.host, **facts(standby, standby_error)},
            **figures,
            **self._lease(lead),
        }
        if standby is None or not standby.answers:
            raise Refused(
                "{database}: the standby on {host} does not answer ({error}): nothing could take over",
                database=lead.database.name,
                host=follow.host,
                error=standby_error or "it does not run",
            )
        return StepOutcome(True, _assessment(lead, follow, primary, standby, figures), evidence)

    def _both(self, lead: Place, follow: Place, primary: ServerState, standby: ServerState) -> dict[str, object]:
        """Return what each of two that both take writes has alone: a failover gives up what the old primary has.

        How far the standby had received before it was promoted says nothing any more. What is not known is not nothing.
        """
        servers = {lead.host: server(self._tools, lead), follow.host: server(self._tools, follow)}
        old, new = (servers[lead.host], primary), (servers[follow.host], standby)
        parted = Asked({"": partial(parted_now, *old, *new)}, ALONE_S)
        lists = {lead.host: partial(alone_now, *old, *new, MOST_READ),
                 follow.host: partial(alone_now, *new, *old, MOST_READ)}  # fmt: skip
        found = Asked(lists, ALONE_S).answers()
        theirs, ours = _or_unknown(found[lead.host]), _or_unknown(found[follow.host])
        where = parted.answers()[""]
        met = None if isinstance(where, Unseen) else where
        size = alone_bytes(primary, met) if met is not None else None
        return {
            BOTH: True,
            "parted_at": lsn_text(met.at) if met is not None else None,
            "alone": {
                lead.host: {"transactions": theirs.count, "bytes": size, "unknown_because": theirs.reason or None},
                follow.host: {
                    "transactions": ours.count,
                    "bytes": alone_bytes(standby, met) if met is not None else None,
                    "unknown_because": ours.reason or None,
                },
            },
            "lag_bytes": size,
            "expected_loss_bytes": size,
            BEYOND: theirs.count != 0,
        }

    def _lease(self, lead: Place) -> dict[str, object]:
        """Return what the lease says, where there is one: from here on its silence is counted."""
        if self._tools.leasing is None:
            return {}
        look = self._tools.leasing.look(lead.database.name, lead.host, lead.other)
        means = said(look)
        return {"lease": {**look.facts(), "means": str(means), "told": text_data(means)}}

    def verify(self, params: Params) -> StepOutcome:
        """The standby still answers."""
        follow = place(self._tools, params, "standby")
        state, error = seen(server(self._tools, follow).state)
        found = state is not None and state.answers
        message = text("{database}: the standby on {host} answers", database=follow.database.name, host=follow.host)
        return StepOutcome(found, message if found else text("{error}", error=error or "no answer"))


def _or_unknown(found: LostTransactions | Unseen) -> LostTransactions:
    return LostTransactions(None, "", reason=str(found.reason)) if isinstance(found, Unseen) else found


def loss(lead: Place, primary: ServerState | None, standby: ServerState | None) -> dict[str, object]:
    """Return the three kinds of lag and what they say about a loss; None is unknown, never zero.

    ``expected_loss_bytes`` is what of acknowledged commits would be lost: 0 where they wait for the standby, or waited
    to the end (``jbnet.recovery.waiting``). ``alone_since`` and ``alone_lsn``: from where on they have not waited.

    ``lag_bytes`` needs both sides. ``behind_s``: age of the newest transaction that the standby has; with the primary
    gone, what it committed after that is what may be missing. ``heartbeat_age_s``: age of the newest row there.
    ``beyond_objective``: what is known to be lost is more than ``rpo_s`` allows; approvers have to accept that by name.
    """
    written = primary.written if primary and primary.leads else None
    received = standby.received if standby else None
    lag = max(0, written - received) if written is not None and received is not None else None
    expected = 0 if _nothing_lost(lead, primary, standby) else lag
    return {
        "lag_bytes": lag,
        "behind_s": standby.replay_age_s if standby else None,
        "heartbeat_age_s": standby.newest_row_age_s if standby else None,
        "replication": lead.database.replication.value,
        "waited_for_standby": _waited(lead, primary),
        "rpo_s": lead.database.rpo_s,
        "expected_loss_bytes": expected,
        BEYOND: bool(expected) and _age_s(standby) > lead.database.rpo_s,
        **_alone(lead, primary),
    }


def _waited(lead: Place, primary: ServerState | None) -> bool | None:
    """Say whether commits are told to wait for the standby at the other site; a local one is another."""
    if primary is None or not primary.answers:
        return None
    return bool(primary.synchronous_to) and not lead.database.replication.local


def _age_s(standby: ServerState | None) -> float:
    """Return how old the newest is that the standby has, by the worse of what is known."""
    ages = (standby.replay_age_s, standby.newest_row_age_s) if standby is not None else ()
    return max((age for age in ages if age is not None), default=0.0)


def _nothing_lost(lead: Place, primary: ServerState | None, standby: ServerState | None) -> bool:
    """Say whether the standby has all that was acknowledged, whatever else it lacks."""
    member = member_name(lead.other)
    if primary is not None and primary.answers:
        told = read_names(primary.synchronous_to).surely(member) and primary.full_commits is True
        return primary.leads and told and has_all(primary.recorded, standby.received if standby else None)
    if standby is None:
        return False
    return waited_to_the_end(lead.database.replication, standby.recorded, standby.received, standby.replayed)


def _alone(lead: Place, primary: ServerState | None) -> dict[str, object]:
    record = primary.recorded if primary and primary.leads and lead.database.replication.remote else None
    if record is None or record.waits:
        return {"alone_since": None, "alone_lsn": None}
    return {"alone_since": shown_time(record.since), "alone_lsn": lsn_text(record.lsn)}


def _count(figures: Params, host: str) -> object:
    alone = figures.get("alone")
    of = alone.get(host) if isinstance(alone, Mapping) else None
    count = of.get("transactions") if isinstance(of, Mapping) else None
    return "?" if count is None else count


def _assessment(lead: Place, follow: Place, primary: ServerState | None, standby: ServerState, figures: Params) -> Text:
    name = lead.database.name
    if figures.get(BOTH) is True:
        return text("{database}: BOTH TAKE WRITES. {host} has {theirs} transactions alone, {standby} has {ours};"
                    " a failover gives up those of {host}", database=name, host=lead.host, standby=follow.host,
                    theirs=_count(figures, lead.host), ours=_count(figures, follow.host))  # fmt: skip
    if primary is None and standby.leads:
        return text("{database}: {standby} takes writes already; {host} is silent, and what it has alone is unknown",
                    database=name, host=lead.host, standby=follow.host)  # fmt: skip
    if primary is not None and primary.leads and figures["alone_since"] is not None:
        return text("{database}: {host} leads; its commits have not waited for {standby} since {since}, {lsn};"
                    " {lag} bytes would be lost", database=name, host=lead.host, standby=follow.host,
                    since=figures["alone_since"], lsn=figures["alone_lsn"], lag=figures["lag_bytes"])  # fmt: skip
    if figures[BEYOND]:
        return text(
            "{database}: {host} leads; {standby} is {lag} bytes and {age:.1f} s behind, and {rpo} s are allowed",
            database=name,
            host=lead.host,
            standby=follow.host,
            lag=figures["lag_bytes"],
            age=_age_s(standby),
            rpo=lead.database.rpo_s,
        )
    if primary is not None and primary.leads:
        message = "{database}: {host} leads; {standby} is {lag} bytes behind"
        return text(message, database=name, host=lead.host, standby=follow.host, lag=figures["lag_bytes"])
    if primary is not None:
        return text("{database}: {host} is reached, but its server takes no writes", database=name, host=lead.host)
    message = (
        "{database}: {host} is silent; the newest transaction on {standby} is {age} s old; what is missing is unknown"
    )
    if figures["expected_loss_bytes"] == 0:
        return text("{database}: {host} is silent; commits waited for {standby} to the end: nothing acknowledged is"
                    " missing", database=name, host=lead.host, standby=follow.host)  # fmt: skip
    age = figures["behind_s"]
    shown = "?" if age is None else f"{float(str(age)):.1f}"
    return text(message, database=name, host=lead.host, standby=follow.host, age=shown)
