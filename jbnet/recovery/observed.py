"""What was seen of database servers and of what is around them, before it is judged. None is unknown, never zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from jbnet.model.network import Database
from jbnet.model.text import Text, text


@dataclass(frozen=True, slots=True)
class Unseen:
    """It could not be looked at, and why. That it is down, it does not say."""

    reason: Text


NOT_ASKED = Unseen(text("it was not asked"))


@dataclass(frozen=True, slots=True)
class Slot:
    """A replication slot (PostgreSQL 15 manual, pg_replication_slots).

    ``wal_status``: reserved, extended, unreserved or lost. ``safe_bytes``: what may be written before it is in danger;
    None without a limit, and once it is lost.
    """

    name: str
    active: bool
    wal_status: str | None
    safe_bytes: int | None


@dataclass(frozen=True, slots=True)
class Follower:
    """A standby as its leader sees it (pg_stat_replication); ``sync_state``: async, potential, sync or quorum."""

    name: str
    state: str
    sync_state: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """The newest record of the keeper, as a server holds it: whether commits waited for the standby.

    ``lsn``: what the standby had for sure when they stopped to wait, or the leader's position when they waited again.
    ``since`` in seconds since 1970, by the leader's clock. A standby holds the record as old as what it has replayed.
    """

    waits: bool
    lsn: int
    since: float


@dataclass(frozen=True, slots=True)
class Volume:
    """A file system: bytes that are free to the server's account, and all of them."""

    free: int
    size: int


@dataclass(frozen=True, slots=True)
class ServerLook:
    """What one PostgreSQL cluster on one host says of itself.

    LSNs are bytes. ``newest_row``: when the newest row of ``client_writes`` was written, in seconds since 1970 by the
    clock of the server that led then; ``clock``: this server's clock at the look. ``next_xid``: the first transaction
    id that is not yet known to have ended. ``last_replay_age_s``: age of the newest commit that was replayed, by this
    host's clock. ``receives_s``: seconds since the last message of the leader. ``installed`` and ``available`` are
    extensions as ``name version``; ``settings`` those of ``jbnet.recovery.parity``, as ``pg_settings`` has them.
    ``mode``: the replication mode that it was set up for; ``keeper``: its keeper is logged in; ``commits`` is
    ``synchronous_commit``, ``weakened`` the databases and roles for which a lesser one is set.
    ``checksums`` and ``log_hints`` stand in pg_control. ``volumes``: by ``data`` and ``wal``.
    """

    database: str
    host: str
    exists: bool = True
    runs: bool = True
    answers: bool = True
    in_recovery: bool | None = None
    timeline: int | None = None
    written: int | None = None
    received: int | None = None
    replayed: int | None = None
    receiver: str | None = None
    receives_s: float | None = None
    replay_state: str | None = None
    last_replay_age_s: float | None = None
    newest_row: float | None = None
    clock: float | None = None
    next_xid: int | None = None
    synchronous_to: str | None = None
    mode: str | None = None
    keeper: bool | None = None
    recorded: Recorded | None = None
    commits: str | None = None
    weakened: tuple[str, ...] = ()
    followers: tuple[Follower, ...] = ()
    slots: tuple[Slot, ...] = ()
    system_identifier: str | None = None
    version: str | None = None
    libc: str | None = None
    checksums: bool | None = None
    log_hints: bool | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    installed: frozenset[str] | None = None
    available: frozenset[str] | None = None
    volumes: Mapping[str, Volume] = field(default_factory=dict)
    slot_limit: int | None = None
    """``max_slot_wal_keep_size`` in bytes; None: no limit, or unknown."""

    @property
    def leads(self) -> bool:
        """It takes writes now."""
        return self.answers and self.in_recovery is False


Server = ServerLook | Unseen


@dataclass(frozen=True, slots=True)
class RouterLook:
    """A router of a ring, read through a vantage. ``filtered``: anything of the fence is there; None: no answer."""

    router: str
    vantage: str
    home: str
    filtered: bool | None


@dataclass(frozen=True, slots=True)
class RingLook:
    """A ring around a host. ``shuts_in``: it lies between the host and all that is not of its site."""

    routers: tuple[str, ...]
    shuts_in: bool
    seen: tuple[RouterLook, ...]


@dataclass(frozen=True, slots=True)
class ServiceLook:
    """Who answers a client at the service address: which cluster it is, and whether it takes writes."""

    system_identifier: str | None
    in_recovery: bool


@dataclass(frozen=True, slots=True)
class DatabaseLook:
    """All that was seen of one database. ``primary`` and ``standby`` are as declared, whoever leads today; ``local``
    is the local standby, where one is declared.

    ``received_after``: what each standby had received when it was asked again after the leader's answer had come, by
    host: what the leader had above it is behind by more than the way between them takes. ``members``: hosts' names as
    PostgreSQL has them. ``announced``: whether a host holds the service address (None: no answer). ``rings``: those
    around the leader, read from every vantage; ``filters``: by host, what routers around it say when asked directly.
    On record: ``unfinished``, the execution that is for it and has not ended; ``away``, one moved it to its standby.
    """

    database: Database
    primary: Server
    standby: Server
    members: Mapping[str, str]
    received_after: Mapping[str, int | None] = field(default_factory=dict)
    announced: Mapping[str, bool | None] = field(default_factory=dict)
    service: ServiceLook | Unseen = NOT_ASKED
    rings: Mapping[str, tuple[RingLook, ...]] = field(default_factory=dict)
    filters: Mapping[str, Mapping[str, bool | None]] = field(default_factory=dict)
    local: Server = NOT_ASKED
    unfinished: str | None = None
    away: bool = False

    def filtered(self, host: str) -> Mapping[str, bool | None]:
        """Return for each router around a host whether anything of the fence is left there; None: no answer."""
        found = dict(self.filters.get(host, {}))
        for one in (one for ring in self.rings.get(host, ()) for one in ring.seen):
            if one.filtered is not None:
                found[one.router] = one.filtered or bool(found.get(one.router))
            found.setdefault(one.router, None)
        return found

    def at(self, host: str) -> Server:
        """Return what was seen on a host."""
        if host == self.database.local_standby:
            return self.local
        return self.primary if host == self.database.primary else self.standby

    @property
    def stray(self) -> str | None:
        """Return the local standby where it is seen to take writes: no runbook promotes it, so somebody did."""
        taken = isinstance(self.local, ServerLook) and self.local.leads
        return self.database.local_standby if taken else None

    def beside(self) -> DatabaseLook | None:
        """Return the same look with the local standby in the place of the other; None: none follows the leader."""
        host = self.database.local_standby
        if host is None or self.leader != self.database.primary:
            return None
        return replace(self, database=replace(self.database, standby=host), standby=self.local)

    @property
    def leaders(self) -> tuple[str, ...]:
        """Return the hosts that are seen to take writes."""
        both = (self.database.primary, self.primary), (self.database.standby, self.standby)
        return tuple(host for host, seen in both if isinstance(seen, ServerLook) and seen.leads)

    @property
    def leader(self) -> str:
        """Return the host that leads; the declared one where that is not known."""
        return self.leaders[0] if len(self.leaders) == 1 else self.database.primary

    @property
    def follower(self) -> str:
        """Return the other host."""
        return self.database.standby if self.leader == self.database.primary else self.database.primary
