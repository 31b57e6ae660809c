"""Two database servers that are well, what a look at them gives, and what must hold of any that is looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Any, Protocol

from jbnet.model.business import Replication
from jbnet.model.errors import Unreachable
from jbnet.model.network import Database
from jbnet.recovery.observed import (
    DatabaseLook,
    Follower,
    Recorded,
    RingLook,
    RouterLook,
    ServerLook,
    ServiceLook,
    Slot,
    Volume,
)
from jbnet.recovery.parity import SETTINGS

ONE, TWO = "one-db1", "two-db1"
MEMBERS = {ONE: "one_db1", TWO: "two_db1"}
ALIKE = dict.fromkeys(SETTINGS, "64")
ROOM = {"data": Volume(90 << 30, 100 << 30), "wal": Volume(90 << 30, 100 << 30)}
NOW = 1_800_000_000.0


def database(
    name: str = "production", replication: Replication = Replication.BLOCK, rpo_s: float = 0, rto_s: float = 900
) -> Database:
    return Database(name, name, IPv4Address("10.3.0.1"), 5432, ONE, TWO, replication, rto_s, rpo_s)


def leader(**more: Any) -> ServerLook:
    """A leader that is well; ``more`` says what is not."""
    known: dict[str, Any] = {
        "in_recovery": False, "timeline": 1, "written": 5000, "newest_row": NOW - 1, "clock": NOW, "next_xid": 800,
        "synchronous_to": "FIRST 1 (two_db1)", "mode": "sync-remote: block", "keeper": True, "commits": "on",
        "recorded": Recorded(waits=True, lsn=100, since=NOW - 3600),
        "followers": (Follower("two_db1", "streaming", "sync"),),
        "slots": (Slot("two_db1", active=True, wal_status="reserved", safe_bytes=1 << 30),), "slot_limit": 1 << 30,
        **_alike(),
    }  # fmt: skip
    return ServerLook("production", ONE, **{**known, **more})


def follower(**more: Any) -> ServerLook:
    """A standby that is well and has everything."""
    known: dict[str, Any] = {
        "in_recovery": True, "timeline": 1, "received": 5000, "replayed": 5000, "receiver": "streaming",
        "receives_s": 0.5, "replay_state": "not paused", "last_replay_age_s": 1.0, "newest_row": NOW - 1, "clock": NOW,
        "next_xid": 800, "synchronous_to": "", "mode": "sync-remote: block", "keeper": True, "commits": "on",
        "recorded": Recorded(waits=True, lsn=100, since=NOW - 3600), **_alike(),
    }  # fmt: skip
    return ServerLook("production", TWO, **{**known, **more})


def _alike() -> dict[str, Any]:
    return {
        "system_identifier": "7000000000000000001", "version": "15.18 (Debian)", "libc": "glibc 2.36",
        "checksums": True, "log_hints": True, "settings": ALIKE, "installed": frozenset({"plpgsql 1.0"}),
        "available": frozenset({"plpgsql 1.0", "pgcrypto 1.3"}), "volumes": ROOM,
    }  # fmt: skip


def ring(*routers: str, filtered: bool | None = False, shuts_in: bool = True) -> RingLook:
    """A ring read from two homes."""
    seen = tuple(
        RouterLook(router, vantage, home, filtered)
        for router in routers
        for vantage, home in (("noc-s1", "noc"), (TWO, "two"))
    )
    return RingLook(routers, shuts_in, seen)


def well(given: Database | None = None, **more: Any) -> DatabaseLook:
    """A database with which all is well; ``more`` says what is not."""
    known: dict[str, Any] = {
        "primary": leader(), "standby": follower(), "members": MEMBERS, "received_after": {TWO: 5000},
        "announced": {ONE: True, TWO: False}, "service": ServiceLook("7000000000000000001", in_recovery=False),
        "rings": {ONE: (ring("r1"), ring("core-1", "core-2"))}, "filters": {TWO: {"r2": False}},
    }  # fmt: skip
    return DatabaseLook(given or database(), **{**known, **more})


@dataclass
class FakeServer:
    """Implements the looking half of DatabaseServer. ``silent``: it does not answer; ``late`` is called first."""

    host: str
    now: ServerLook
    silent: bool = False
    late: Callable[[], None] = field(default=lambda: None)

    def look(self) -> ServerLook:
        self.late()
        if self.silent:
            raise Unreachable("{host} does not answer", host=self.host)
        return self.now

    def received(self) -> int | None:
        self.late()
        if self.silent:
            raise Unreachable("{host} does not answer", host=self.host)
        return self.now.received if self.now.answers else None

    def stop(self, timeout: float) -> None:
        """What is read without the server stays: pg_control, its volumes, its C library."""
        kept = {name: getattr(self.now, name) for name in OFFLINE}
        self.now = replace(ServerLook(self.now.database, self.host, runs=False, answers=False), **kept)


OFFLINE = ("system_identifier", "checksums", "log_hints", "libc", "volumes")


class Looked(Protocol):
    """A server that is looked at."""

    def look(self) -> ServerLook: ...

    def received(self) -> int | None: ...

    def stop(self, timeout: float) -> None: ...


BOTH = (
    "in_recovery", "timeline", "clock", "next_xid", "synchronous_to", "system_identifier", "version", "libc",
    "checksums", "log_hints", "installed", "available", "newest_row",
)  # fmt: skip


def looks_as_expected(leads: Looked, follows: Looked) -> None:
    """What holds of a leader and its standby, the fake's as the real ones' (ends with the standby stopped)."""
    first, second = leads.look(), follows.look()
    assert first.leads
    assert second.in_recovery is True
    for seen in (first, second):
        assert [name for name in BOTH if getattr(seen, name) is None] == []
        assert set(seen.settings) == set(SETTINGS)
        assert set(seen.volumes) == {"data", "wal"}
        assert all(0 < volume.free <= volume.size for volume in seen.volumes.values())
        assert seen.exists
        assert seen.runs
    assert (first.received, first.replayed, first.receiver, first.replay_state) == (None, None, None, None)
    assert (second.written, second.receiver, second.replay_state) == (None, "streaming", "not paused")
    assert first.system_identifier == second.system_identifier
    assert first.installed is not None
    assert second.available is not None
    assert first.installed <= second.available
    slot = next(slot for slot in first.slots if slot.name == "two_db1")
    assert (slot.active, slot.wal_status) == (True, "reserved")
    assert slot.safe_bytes is not None
    assert first.slot_limit is not None
    assert [(f.name, f.state) for f in first.followers] == [("two_db1", "streaming")]
    assert leads.received() is None
    assert (follows.received() or 0) >= (second.received or 0) > 0
    follows.stop(20)
    stopped = follows.look()
    assert (stopped.exists, stopped.runs, stopped.answers, stopped.in_recovery) == (True, False, False, None)
    assert stopped.system_identifier == first.system_identifier
    assert follows.received() is None
