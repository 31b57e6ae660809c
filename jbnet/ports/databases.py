"""PostgreSQL clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from jbnet.recovery.lineage import Line
from jbnet.recovery.observed import Recorded, ServerLook


@dataclass(frozen=True, slots=True)
class ServerState:
    """What one PostgreSQL cluster on one host says of itself. None is unknown, never zero.

    ``demoted``: ``standby.signal`` lies in its data directory, so it starts read-only whoever starts it.
    ``answers``: it took a query; a frozen server runs and does not answer. LSNs are bytes: ``written`` (where it
    writes), ``received`` and ``replayed`` (standby), ``checkpoint`` (last checkpoint record, from pg_controldata);
    ``shut_down``: pg_controldata calls the last stop clean; ``was_leading``: it led when its control file was last
    written. ``followers`` are rows of ``pg_stat_replication``; ``full_commits``: nobody is set to wait for less than
    that (``synchronous_commit``); ``recorded`` is the keeper's newest record (looked at with the heartbeat).
    ``system_identifier`` is the cluster's own, the same on all copies of it.
    """

    database: str
    host: str
    exists: bool
    demoted: bool
    processes: tuple[int, ...]
    answers: bool
    shut_down: bool = False
    was_leading: bool = False
    checkpoint: int | None = None
    in_recovery: bool | None = None
    timeline: int | None = None
    written: int | None = None
    received: int | None = None
    replayed: int | None = None
    receiver: str | None = None
    last_message_age_s: float | None = None
    replay_age_s: float | None = None
    newest_row_age_s: float | None = None
    synchronous_to: str | None = None
    full_commits: bool | None = None
    recorded: Recorded | None = None
    followers: tuple[Mapping[str, object], ...] = ()
    slots: tuple[Mapping[str, object], ...] = ()
    system_identifier: str | None = None

    @property
    def leads(self) -> bool:
        """It takes writes now."""
        return self.in_recovery is False


@dataclass(frozen=True, slots=True)
class LostTransactions:
    """What an old primary has and the new one lacks. ``count`` None: its log could not be read.

    ``first``: ``XID LSN DAY TIME`` of each commit. ``numbers``: by XID, the business's own numbers, of those that said
    theirs in the log (a transactional logical message of prefix ``jbnet``).
    """

    count: int | None
    since: str
    first: tuple[str, ...] = ()
    reason: str = ""
    numbers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Promotion:
    """A server that was told to lead: how it was before and after, and where its former timeline ended (LSN in bytes).

    ``before.answers`` False: it did not answer, and nothing was done.
    """

    before: ServerState
    after: ServerState
    fork: int | None


class DatabaseServer(Protocol):
    """One PostgreSQL cluster on one host, driven over SSH and SQL. Raises Unreachable and CommandFailed."""

    host: str

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        """Look; ``via`` another device, to look over another path; ``heartbeat``: also at the newest row's age."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self, timeout: float) -> None:
        """Mark it demoted, then stop it cleanly (``fast``). Raises CommandFailed when it did not in time."""

    def kill(self, grace: float) -> None:
        """Mark it demoted, then end it and all its sessions, frozen or not; ``grace`` seconds for a clean stop."""

    def checkpoint(self) -> None:
        """Write a checkpoint (on the current timeline)."""

    def settings(self, synchronous_to: str | None, follow: bool) -> None:
        """Write the role's settings: whom commits wait for, or whom to follow; a running server reloads them."""

    def lead(self, slot: str, timeout: float) -> Promotion:
        """Promote it, unless it leads, with commits that wait for nobody; keep the log for ``slot``.

        Returns when it takes writes. Raises CommandFailed when it does not in ``timeout`` seconds.
        """

    def ensure_slot(self, name: str) -> None:
        """Make the physical replication slot unless it is there."""

    def drop_slots(self) -> None:
        """Drop the slots that nobody will read here any more."""

    def line(self, timeline: int) -> Line | None:
        """Return a timeline that it is on, with those before it; None: no history of it is there. It may be stopped."""

    def lost_since(self, timeline: int, lsn: int, until: int | None = None) -> LostTransactions:
        """List what this server committed on ``timeline`` from ``lsn`` on (``until`` another, or to its log's end).

        It may be running: then to where its log ends at that moment. Changes nothing.
        """

    def rewind(self) -> str:
        """Make this (stopped) server's data follow the other's with pg_rewind; return what it said."""

    def copy(self) -> None:
        """Replace this (stopped) server's data by a copy of the other's (pg_basebackup)."""

    def clear_demotion(self) -> None:
        """Take the demotion marker away (before pg_rewind replays a crash, after which it is put back)."""

    def present(self, client: str) -> frozenset[int]:
        """Return the numbers of the rows that ``client`` wrote and that are here."""


class DatabaseServers(Protocol):
    """Gives the cluster of a database on a host."""

    def server(self, database: str, host: str) -> DatabaseServer:
        """Return the server; connects on first use."""

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        """Look at the clusters of databases on one host, as closely as readiness wants, running or not.

        Changes nothing. Raises Unreachable.
        """

    def received(self, host: str, databases: Sequence[str]) -> Mapping[str, int | None]:
        """Return the LSN up to which each has received the log; None: it does not answer, or follows nobody."""
