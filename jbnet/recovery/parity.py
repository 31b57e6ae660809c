"""Readiness of a standby to be the leader: the same programs, extensions and settings, room on both sides, a slot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from jbnet.model.text import Text, text
from jbnet.recovery.advice import either, follow_again
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, ServerLook, Slot, Unseen, Volume
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_servers import shown_bytes, unseen

AT_LEAST = (
    "max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_transactions",
    "max_locks_per_transaction",
)  # fmt: skip
"""A standby must not have less than its leader (PostgreSQL 15 manual, 27.4.3): replay stops, or it does not start."""
ALIKE = ("wal_level", "server_encoding", "shared_preload_libraries", "block_size", "wal_segment_size")
"""What must be the same for the applications to find what they had."""
BETTER_ALIKE = (
    "shared_buffers", "work_mem", "max_replication_slots", "max_slot_wal_keep_size", "wal_keep_size", "wal_log_hints",
    "TimeZone", "lc_messages",
)  # fmt: skip
SETTINGS = (*AT_LEAST, *ALIKE, *BETTER_ALIKE)
"""All settings that are compared."""
SLOT_SHARE = 0.2
"""Of ``max_slot_wal_keep_size``: what a slot should have left before it is in danger."""
RED_SHARE = 0.25
"""Of the free space wanted: below it nothing is left to wait for."""


UNREAD = text("nobody reads it")
"""Of a slot: all that it shows is that the standby does not come."""


Comparison = tuple[Level, Text, Text | None]


def about_parity(look: DatabaseLook, limits: Limits) -> Iterator[Result]:
    """Yield what is to be said of slot, room and likeness."""
    yield _slot(look)
    yield from (_disk(look, host, limits) for host in (look.leader, look.follower))
    for check, compare, expected in (
        (Check.VERSION, _version, text("both run the same PostgreSQL on the same C library")),
        (Check.EXTENSIONS, _extensions, text("what is installed in the database can be loaded on the standby")),
        (Check.SETTINGS, _settings, text("the standby can carry what the leader carries")),
    ):
        yield _compared(look, check, compare, expected)
    yield _rewind(look)


def _slot(look: DatabaseLook) -> Result:
    host, wanted = look.leader, look.members[look.follower]
    expected = text("the slot {slot}, in use, with room", slot=wanted)
    seen = look.at(host)
    if isinstance(seen, Unseen):
        return unseen(Check.SLOT, look, host, seen, expected)
    if not seen.leads:
        found = text("{host} does not lead, so its slots say nothing", host=host)
        return Result(Check.SLOT, host, Level.UNKNOWN, found, expected, database=look.database.name)
    slot = next((slot for slot in seen.slots if slot.name == wanted), None)
    level, found, todo = _slot_level(look, slot, wanted, seen.slot_limit)
    value = None if slot is None or slot.safe_bytes is None else float(slot.safe_bytes)
    return Result(Check.SLOT, host, level, found, expected, todo, value, "B", look.database.name)


def _slot_level(look: DatabaseLook, slot: Slot | None, name: str, limit: int | None) -> Comparison:
    if slot is None:
        home = text("jbnet databases set-up makes it; without it the leader keeps no log for a standby that is away")
        away = text("jbnet dr failback makes it; without it the leader keeps no log for a standby that is away")
        return Level.RED, text("there is no slot {slot}", slot=name), either(look, home, away)
    if slot.wal_status in ("lost", "unreserved"):
        return (
            Level.RED,
            text("it is {status}: log that the standby lacks is gone or going", status=slot.wal_status),
            follow_again(look),
        )
    if not slot.active:
        advice = text("the leader piles up log for a standby that does not come: see the check stream")
        return Level.RED, UNREAD, advice
    if slot.wal_status is None:
        return Level.UNKNOWN, text("its state cannot be read"), None
    if limit is None:
        advice = text("set max_slot_wal_keep_size: a standby that is away fills the disk otherwise")
        return Level.AMBER, text("it is in use, and nothing limits what it keeps"), advice
    if slot.safe_bytes is None:
        return Level.UNKNOWN, text("how much room it has cannot be read"), None
    found = text("it is {status}, {size} before it is given up", status=slot.wal_status,
                 size=shown_bytes(slot.safe_bytes))  # fmt: skip
    if slot.safe_bytes < SLOT_SHARE * limit:
        return Level.AMBER, found, text("the standby is far behind: look at the lines between the sites")
    return Level.GREEN, found, None


def _disk(look: DatabaseLook, host: str, limits: Limits) -> Result:
    expected = text("{percent:g} % of data and log volume are free, and room for what a slot may keep",
                    percent=limits.disk_free_percent)  # fmt: skip
    seen = look.at(host)
    if isinstance(seen, Unseen):
        return unseen(Check.DISK, look, host, seen, expected)
    if set(seen.volumes) != {"data", "wal"} or not all(volume.size for volume in seen.volumes.values()):
        found = text("how much is free cannot be read")
        return Result(Check.DISK, host, Level.UNKNOWN, found, expected, database=look.database.name)
    volume = min(seen.volumes.values(), key=_free_percent)
    level = _disk_level(seen, volume, limits)
    found = text("{percent:.0f} % free, {size}", percent=_free_percent(volume), size=shown_bytes(volume.free))
    advice = (
        None
        if level is Level.GREEN
        else text("make room, or the server stops (never by hand in pg_wal); see the check slot for kept log")
    )
    return Result(Check.DISK, host, level, found, expected, advice, float(volume.free), "B", look.database.name)


def _disk_level(seen: ServerLook, volume: Volume, limits: Limits) -> Level:
    free = _free_percent(volume)
    if free < limits.disk_free_percent * RED_SHARE:
        return Level.RED
    may_grow = max((slot.safe_bytes or 0 for slot in seen.slots), default=0)
    if free < limits.disk_free_percent or seen.volumes["wal"].free < may_grow:
        return Level.AMBER
    return Level.GREEN


def _free_percent(volume: Volume) -> float:
    return 100 * volume.free / volume.size


def _compared(
    look: DatabaseLook, check: Check, compare: Callable[[ServerLook, ServerLook], Comparison], expected: Text
) -> Result:
    """Compare the two servers, both of which have to answer."""
    name, host = look.database.name, look.follower
    both: list[ServerLook] = []
    for one in (look.leader, host):
        seen = look.at(one)
        if isinstance(seen, Unseen):
            return unseen(check, look, one, seen, expected)
        if not seen.answers:
            found = text("the server on {host} does not answer", host=one)
            return Result(check, host, Level.UNKNOWN, found, expected, database=name, looked=False)
        both.append(seen)
    level, found, advice = compare(*both)
    return Result(check, host, level, found, expected, advice, database=name)


def _version(leader: ServerLook, follower: ServerLook) -> Comparison:
    if leader.version is None or follower.version is None:
        return Level.UNKNOWN, text("a version cannot be read"), None
    mine, other = follower.version.split()[0], leader.version.split()[0]
    if mine.split(".")[0] != other.split(".")[0]:
        return Level.RED, text("{mine}; the leader runs {other}", mine=mine, other=other), text("install the leader's")
    if mine != other:
        found = text("{mine}; the leader runs {other}", mine=mine, other=other)
        return Level.AMBER, found, text("update the standby first, then move, then the other")
    if leader.libc != follower.libc:
        found = text("{mine}; the C libraries differ: {one} and {other}", mine=mine, one=follower.libc or "?",
                     other=leader.libc or "?")  # fmt: skip
        return Level.AMBER, found, text("text may sort differently there: rebuild indexes on text after a move")
    return Level.GREEN, text("{mine} on both", mine=mine), None


def _extensions(leader: ServerLook, follower: ServerLook) -> Comparison:
    if leader.installed is None or follower.available is None:
        return Level.UNKNOWN, text("extensions cannot be read"), None
    missing = sorted(leader.installed - follower.available)
    if missing:
        found = text("missing: {names}", names=", ".join(missing))
        return Level.RED, found, text("install them there: what uses them fails after a move")
    return Level.GREEN, text("all {count} are there", count=len(leader.installed)), None


def _settings(leader: ServerLook, follower: ServerLook) -> Comparison:
    unread = sorted(name for name in SETTINGS if not {name} <= leader.settings.keys() & follower.settings.keys())
    here, there = follower.settings, leader.settings
    too_small = [n for n in AT_LEAST if n not in unread and int(here[n]) < int(there[n])]
    wrong = [*too_small, *(n for n in ALIKE if n not in unread and here[n] != there[n])]
    if wrong:
        advice = text("set them as on the leader and restart the standby; where the primary leads jbnet databases"
                      " set-up writes them")  # fmt: skip
        return Level.RED, _differences(wrong, here, there), advice
    if unread:
        return Level.UNKNOWN, text("cannot be read: {names}", names=", ".join(unread)), None
    others = [n for n in (*AT_LEAST, *BETTER_ALIKE) if here[n] != there[n]]
    if others:
        return Level.AMBER, _differences(others, here, there), text("make them alike, or know why they differ")
    return Level.GREEN, text("all {count} are alike", count=len(SETTINGS)), None


def _differences(names: list[str], here: Mapping[str, str], there: Mapping[str, str]) -> Text:
    said = ", ".join(f"{name} {here[name] or '-'} / {there[name] or '-'}" for name in names)
    return text("standby / leader: {names}", names=said)


def _rewind(look: DatabaseLook) -> Result:
    """The host that leads becomes the standby afterwards; without one of the two it needs a whole new copy."""
    host = look.leader
    expected = text("checksums or wal_log_hints, for pg_rewind")
    seen = look.at(host)
    if isinstance(seen, Unseen):
        return unseen(Check.REWIND, look, host, seen, expected)
    known = {"checksums": seen.checksums, "wal_log_hints": seen.log_hints}
    on = ", ".join(name for name, value in known.items() if value)
    database = look.database.name
    if on:
        return Result(Check.REWIND, host, Level.GREEN, text("on: {names}", names=on), expected, database=database)
    if None in known.values():
        return Result(Check.REWIND, host, Level.UNKNOWN, text("cannot be read"), expected, database=database)
    advice = text("the way back would need a whole new copy; set wal_log_hints and restart")
    return Result(Check.REWIND, host, Level.AMBER, text("neither is on"), expected, advice, database=database)
