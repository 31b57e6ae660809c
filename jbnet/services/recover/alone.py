"""What one of two copies of a database committed and the other one lacks: found where their timelines parted.

It needs no record of a promotion, and makes no difference between the two: either may have been promoted by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from jbnet.model.errors import JbnetError
from jbnet.model.network import Database
from jbnet.ports import DatabaseServer, DatabaseServers, LostTransactions, ServerState
from jbnet.recovery.lineage import Line, Parting, parting
from jbnet.recovery.waiting import lsn_text

LISTED = 20_000
"""Transactions that are listed by number, of all pieces of a log together; whatever is beyond is counted."""
SAME_LINE = "both wrote on timeline {timeline}, and no history says where they parted"


@dataclass(frozen=True, slots=True)
class Apart:
    """Where a copy parted from another. ``parted`` None: both are on one timeline, or ``unknown`` says why."""

    parted: Parting | None = None
    unknown: str = ""


def apart(mine: DatabaseServer, state: ServerState, other: DatabaseServer, theirs: ServerState) -> Apart:
    """Read the histories of both, and return where the first one parted from the other. Neither has to run."""
    own, line = _line(mine, state), _line(other, theirs)
    if own is None or line is None:
        return Apart(
            unknown=f"the history of its timeline is not to be read on {(mine if own is None else other).host}"
        )
    try:
        return Apart(parting(own, line))
    except ValueError:
        return Apart(unknown="the histories of both have no timeline in common")


def _line(server: DatabaseServer, state: ServerState) -> Line | None:
    return server.line(state.timeline) if state.timeline is not None else None


def lost_by(
    source: DatabaseServer, mine: DatabaseServer, state: ServerState, theirs: ServerState | None = None
) -> LostTransactions:
    """List what a host committed and the source lacks (pg_waldump from where they parted on).

    Its log is believed, not its role: an old primary that somebody started behind the marker calls itself a standby,
    and so does a standby that was promoted by hand and stopped behind a marker. ``theirs``: the source's; None: look.
    """
    if not state.exists:
        return LostTransactions(None, "", reason="there is no data")
    found = apart(mine, state, source, theirs or source.state())
    if found.parted is not None:
        return listed(mine, found.parted)
    if found.unknown:
        return LostTransactions(None, "", reason=found.unknown)
    if not state.was_leading:
        return LostTransactions(0, "", reason="it did not lead")
    return LostTransactions(None, "", reason=SAME_LINE.format(timeline=state.timeline))


def listed(mine: DatabaseServer, parted: Parting) -> LostTransactions:
    """List all that a copy has alone, timeline by timeline; unknown as a whole where one of them cannot be read."""
    count, first, numbers, reason = 0, list[str](), dict[str, tuple[str, ...]](), ""
    for span in parted.alone:
        piece = mine.lost_since(span.timeline, span.begin, span.end)
        if piece.count is None:
            return LostTransactions(None, lsn_text(parted.at), reason=piece.reason)
        count, reason = count + piece.count, reason or piece.reason
        first += piece.first
        numbers |= piece.numbers
    return LostTransactions(count, lsn_text(parted.at), tuple(first[:LISTED]), reason, numbers)


def parted_now(mine: DatabaseServer, state: ServerState, other: DatabaseServer, theirs: ServerState) -> Parting | None:
    """Return where two parted; None where that is not known, or not to be read at this moment."""
    try:
        return apart(mine, state, other, theirs).parted
    except JbnetError:
        return None


def alone_bytes(state: ServerState, parted: Parting) -> int | None:
    """Return how much log a server that leads wrote since they parted; None: where it writes is not known."""
    return None if state.written is None else max(0, state.written - parted.at)


@dataclass(frozen=True, slots=True)
class Both:
    """What each of the two hosts of a database has alone. ``parted``: at which LSN; None: no history says that."""

    database: str
    parted: str | None
    of: Mapping[str, LostTransactions]

    @property
    def known(self) -> bool:
        """Say whether all of it could be listed."""
        return all(one.count is not None for one in self.of.values())

    def as_json(self) -> dict[str, object]:
        """Return it in the types of JSON."""
        return {"database": self.database, "parted_at": self.parted,
                "alone": {host: asdict(lost) for host, lost in self.of.items()}}  # fmt: skip


def both_alone(database: Database, servers: DatabaseServers) -> Both:
    """List what each of two hosts has alone, whether they run or not; changes nothing. Raises Unreachable.

    Where no history parts them and one follows the other, nothing is listed: what a standby lacks is on its way.
    """
    hosts = (database.primary, database.standby)
    found = {host: servers.server(database.name, host) for host in hosts}
    states = {host: server.state() for host, server in found.items()}
    first, second = hosts
    met = apart(found[first], states[first], found[second], states[second])
    if met.parted is None and not met.unknown and not all(states[host].was_leading for host in hosts):
        return Both(database.name, None, {})
    others = {first: second, second: first}
    lost = {mine: lost_by(found[other], found[mine], states[mine], states[other]) for mine, other in others.items()}
    return Both(database.name, lsn_text(met.parted.at) if met.parted is not None else None, lost)


def alone_now(
    mine: DatabaseServer, state: ServerState, other: DatabaseServer, theirs: ServerState, most_bytes: int
) -> LostTransactions:
    """List what a server that takes writes has alone at this moment; with more log than ``most_bytes`` it is not read.

    Never raises for what cannot be read: then it is unknown, and why.
    """
    try:
        found = apart(mine, state, other, theirs)
        if found.parted is None:
            return LostTransactions(None, "", reason=found.unknown or SAME_LINE.format(timeline=state.timeline))
        size = alone_bytes(state, found.parted)
        if size is None or size > most_bytes:
            return LostTransactions(
                None, lsn_text(found.parted.at), reason=f"{size} bytes of log were not read through"
            )
        return listed(mine, found.parted)
    except JbnetError as error:
        return LostTransactions(None, "", reason=str(error))
