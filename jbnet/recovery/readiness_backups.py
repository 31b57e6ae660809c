"""Readiness of backups in one repository: how old, of which timeline, whether log arrives there and is whole."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.model.text import Text, text
from jbnet.recovery.backups import ArchiverLook, BackupView, RepositoryLook, TakenBackup, hole
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_servers import LOOK

HOUR_S, DAY_S = 3600.0, 86400.0
MISSED, LOST = 2.0, 7.0
"""Times ``hours``: a run was missed; nobody takes any more."""
LATE_S = 900.0
"""Log is archived every 300 s at the latest (``backup_archive_timeout``)."""
HIGH, FULL = 0.25, 0.75
"""Of ``queue_mb``: behind it log is dropped, and the way back in time has a hole."""


@dataclass(frozen=True, slots=True)
class _Said:
    level: Level
    found: Text
    advice: Text | None = None
    looked: bool = True


def about_backups(view: BackupView, plan: BackupsPlan, now: float) -> Result:
    """Judge a database's backups; the worst of what is to be said. ``now``: seconds since 1970."""
    said = sorted(_all(view, plan, now), key=lambda one: -one.level.rank)
    worst = said[0]
    newest = view.repository.newest if isinstance(view.repository, RepositoryLook) else None
    age = None if newest is None else round((now - newest.ended) / DAY_S, 2)
    expected = text("a full backup on the leader's timeline at {host}, one every {hours:g} h, and all log behind it",
                    host=plan.repository, hours=plan.hours)  # fmt: skip
    return Result(Check.BACKUP, view.database, worst.level, worst.found, expected, worst.advice, age, "d",
                  view.database, worst.looked)  # fmt: skip


def _all(view: BackupView, plan: BackupsPlan, now: float) -> Iterator[_Said]:
    """Yield all that is to be said; what is well last, so that it is said where nothing is worse."""
    seen = view.repository
    if _never_begun(view):
        found = text("nothing of it is set up: no log is archived, and there is no backup")
        yield _Said(Level.AMBER, found, text("jbnet playbook backup sets it up, for all database hosts at once"))
        return
    if isinstance(seen, Unseen):
        yield _Said(Level.UNKNOWN, text("{host} does not say: {reason}", host=plan.repository, reason=seen.reason),
                    LOOK, looked=False)  # fmt: skip
    elif seen.said:
        yield _Said(Level.RED, text("the repository at {host} cannot be read: {said}", host=plan.repository,
                                    said=seen.said), text("jbnet playbook backup sets it up"))  # fmt: skip
    elif seen.newest is None:
        yield _Said(Level.RED, text("no backup at {host}", host=plan.repository), _take())
    else:
        yield from _of_newest(view, plan, seen.newest, now)
        yield from _of_archive(seen, seen.newest)
    yield from _of_log(view, plan)
    yield from _of_versions(view)
    if isinstance(seen, RepositoryLook) and seen.newest is not None:
        yield _Said(Level.GREEN, text("{label}, {age:.0f} h old, and all log behind it", label=seen.newest.label,
                                      age=(now - seen.newest.ended) / HOUR_S))  # fmt: skip


def _never_begun(view: BackupView) -> bool:
    """Say whether nobody ever began with it: everything was looked at, and nothing is there."""
    hosts = [look for look in view.hosts.values() if isinstance(look, ArchiverLook)]
    empty = isinstance(view.repository, RepositoryLook) and not view.repository.newest and not view.repository.said
    return empty and len(hosts) == len(view.hosts) and not any(look.archives for look in hosts)


def _of_newest(view: BackupView, plan: BackupsPlan, newest: TakenBackup, now: float) -> Iterator[_Said]:
    age = (now - newest.ended) / HOUR_S
    if age > MISSED * plan.hours:
        found = text("the newest backup, {label}, is {age:.0f} h old", label=newest.label, age=age)
        yield _Said(Level.RED if age > LOST * plan.hours else Level.AMBER, found, _take())
    leader = view.hosts.get(view.leader or "")
    if isinstance(leader, ArchiverLook) and leader.timeline > newest.timeline:
        found = text("the newest backup, {label}, is of timeline {old}, from before a promotion; {leader} is on {new}",
                     label=newest.label, old=newest.timeline, leader=view.leader, new=leader.timeline)  # fmt: skip
        yield _Said(Level.AMBER, found, _take())


def _of_archive(seen: RepositoryLook, newest: TakenBackup) -> Iterator[_Said]:
    missing = hole(newest, seen.spans)
    if missing is not None:
        found = text("log is missing in the archive: nothing behind {label} is reached beyond segment {number:X} of "
                     "timeline {timeline}", label=newest.label, number=missing[1], timeline=missing[0])  # fmt: skip
        yield _Said(Level.RED, found, _take())


def _of_log(view: BackupView, plan: BackupsPlan) -> Iterator[_Said]:
    leader = view.hosts.get(view.leader or "")
    if not isinstance(leader, ArchiverLook):
        return
    if not leader.archives:
        found = text("{leader} archives no log", leader=view.leader)
        # with the repository dark nobody knows whether anybody ever began; that it is dark is said by itself
        level = Level.UNKNOWN if isinstance(view.repository, Unseen) else Level.RED
        yield _Said(level, found, text("jbnet playbook backup switches it on; it restarts the server once"))
        return
    size = leader.waiting * leader.segment_bytes / (1 << 20)
    if leader.oldest_s > LATE_S or size >= HIGH * plan.queue_mb:
        found = text("{size:.0f} MB of log wait at {leader} for {minutes:.0f} min; beyond {most} MB it is dropped",
                     size=size, leader=view.leader, minutes=leader.oldest_s / 60, most=plan.queue_mb)  # fmt: skip
        advice = text("look at jbnet-backup on {host} and at the way there; the server's log says what fails",
                      host=plan.repository)  # fmt: skip
        yield _Said(Level.RED if size >= FULL * plan.queue_mb else Level.AMBER, found, advice)
    if view.leader == plan.repository:
        found = text("{host} leads, and its backups lie there: one fire takes both", host=plan.repository)
        yield _Said(Level.AMBER, found, text("lead back when the other site is well, or copy the repository elsewhere"))


def _of_versions(view: BackupView) -> Iterator[_Said]:
    known = {host: look.version for host, look in view.hosts.items() if isinstance(look, ArchiverLook) and look.version}
    if len(set(known.values())) > 1:
        found = text("pgBackRest differs: {versions}", versions=", ".join(f"{h} {v}" for h, v in sorted(known.items())))
        yield _Said(Level.RED, found, text("install the same on all: different ones do not talk"))


def _take() -> Text:
    return text("jbnet playbook backup SELECTOR, for all database hosts, takes a full one")
