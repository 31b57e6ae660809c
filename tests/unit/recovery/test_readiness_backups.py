"""What `jbnet dr check` says of backups in one repository: green only where one could go back in time from it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.backup_look import joined
from jbnet.model.text import text
from jbnet.recovery.backups import ArchiverLook, BackupView, RepositoryLook, Span, TakenBackup, hole
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Check, Level
from jbnet.recovery.readiness_backups import about_backups

ONE, TWO = "east-db1", "west-db1"
PLAN, NOW, HOUR = BackupsPlan(TWO, hours=20, queue_mb=1024), 1_800_000_000.0, 3600.0
NEWEST = TakenBackup("20270115-080000F", NOW - 10 * HOUR, 1, 4)
WHOLE = RepositoryLook(NEWEST, (Span(1, 2, 40),))
LEADS = ArchiverLook(True, 1, 0, 0.0, 16 << 20, True, "2.45")
FOLLOWS = replace(LEADS, leads=False)
WELL = BackupView("production", WHOLE, {ONE: LEADS, TWO: FOLLOWS})


def led(**more: object) -> BackupView:
    return replace(WELL, hosts={ONE: replace(LEADS, **more), TWO: FOLLOWS})  # type: ignore[arg-type]  # any of its fields


def aged(hours: float) -> BackupView:
    return replace(WELL, repository=replace(WHOLE, newest=replace(NEWEST, ended=NOW - hours * HOUR)))


CASES = {
    "well": (WELL, Level.GREEN, "20270115-080000F, 10 h old"),
    "the repository is silent": (replace(WELL, repository=Unseen(text("no answer"))), Level.UNKNOWN, "no answer"),
    "it cannot be read": (replace(WELL, repository=RepositoryLook(said="cipher")), Level.RED, "cipher"),
    "no backup": (replace(WELL, repository=RepositoryLook()), Level.RED, "no backup"),
    "a run was missed": (aged(41), Level.AMBER, "41 h old"),
    "nobody takes any more": (aged(141), Level.RED, "141 h old"),
    "of an older timeline": (led(timeline=2), Level.AMBER, "of timeline 1, from before a promotion"),
    "log is missing": (replace(WELL, repository=RepositoryLook(NEWEST, (Span(1, 2, 9), Span(1, 11, 40)))), Level.RED,
                       "segment A of timeline 1"),
    "log waits for long": (led(waiting=1, oldest_s=1000.0), Level.AMBER, "16 MB of log wait at east-db1 for 17 min"),
    "much log waits": (led(waiting=16, oldest_s=10.0), Level.AMBER, "256 MB"),
    "log is dropped soon": (led(waiting=48, oldest_s=10.0), Level.RED, "768 MB"),
    "log that waits a moment": (led(waiting=2, oldest_s=10.0), Level.GREEN, "and all log behind it"),
    "never begun": (BackupView("production", RepositoryLook(), {ONE: replace(LEADS, archives=False),
                    TWO: replace(FOLLOWS, archives=False)}), Level.AMBER, "nothing of it is set up"),
    "no log is archived": (led(archives=False), Level.RED, "archives no log"),
    "no log is archived, and the repository is silent": (replace(led(archives=False), repository=Unseen(text("dark"))),
                                                         Level.UNKNOWN, "dark"),
    "at one site": (replace(WELL, hosts={ONE: FOLLOWS, TWO: LEADS}), Level.AMBER, "one fire takes both"),
    "versions differ": (led(version="2.54"), Level.RED, "east-db1 2.54, west-db1 2.45"),
    "the leader is silent": (replace(WELL, hosts={ONE: Unseen(text("dark")), TWO: FOLLOWS}), Level.GREEN, "10 h old"),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_the_worst_of_what_is_seen_is_said(case: str) -> None:
    view, level, said = CASES[case]
    found = about_backups(view, PLAN, NOW)
    assert (found.check, found.subject, found.level) == (Check.BACKUP, "production", level)
    assert said in str(found.found)
    assert (found.advice is None) is (level is Level.GREEN)


def test_log_along_a_promotion_is_whole_though_the_old_leader_went_on_behind_the_fork() -> None:
    forked = (Span(1, 2, 20), Span(1, 25, 30), Span(2, 20, 33))
    assert hole(NEWEST, forked) is None
    assert hole(NEWEST, (Span(1, 2, 17), Span(2, 20, 33))) == (1, 18)
    assert hole(NEWEST, (Span(1, 9, 20),)) == (1, 4)


@given(st.sets(st.integers(0, 60), min_size=1), st.integers(0, 60))
def test_a_hole_is_the_first_absent_segment_before_the_newest_one(numbers: set[int], first: int) -> None:
    spans = [Span(*one) for one in joined((1, number) for number in numbers)]
    absent = [n for n in range(first, max(numbers)) if n not in numbers]
    assert hole(replace(NEWEST, first=first), spans) == ((1, absent[0]) if absent else None)
