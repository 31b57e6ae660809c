"""A drill from a backup: which one it takes, what it needs, why there is none, and how it is asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.model.errors import UsageError
from jbnet.recovery.drill import HostLook
from jbnet.recovery.drill_backup import (
    Backup,
    BackupLook,
    aimed,
    chosen,
    log_bytes,
    objections_to,
    read_at,
    to_be_seen,
    with_backup,
)
from jbnet.recovery.runbook import Runbook, load_runbook, only_drills

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MIB = 1 << 20
DRILL = """
name: drill
title: t
steps:
  - name: wait
    action: wait
    params: {seconds: 1}
  - name: drill
    action: drill
    foreach: databases
    params: {database: "{database}", host: "{standby}", surprise: any%s}
    on_fail: undo
    undo: {action: clear-drill, params: {database: "{database}", host: "{standby}"}}
"""


def backup(hours: float, first: str = "000000010000000000000002") -> Backup:
    """A backup that ended so many hours ago."""
    return Backup(f"{hours}F", "full", (NOW - timedelta(hours=hours)).timestamp(), 100, first, first)


def runbook(more: str = "") -> Runbook:
    found, wrong = load_runbook("x.yaml", DRILL % more)
    assert found is not None, wrong
    return found


def said(look: BackupLook, at: datetime | None = None) -> list[str]:
    return [str(told) for told, _ in objections_to(look, at, "b-db1", NOW)]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=9), st.none() | st.integers(0, 100))
def test_the_newest_backup_that_ended_before_the_time_is_taken_or_none(ended: list[int], ago: int | None) -> None:
    at = None if ago is None else NOW - timedelta(hours=ago)
    taken = chosen(BackupLook(tuple(map(backup, ended))), at)
    fit = [one for one in ended if at is None or backup(one).ended <= at.timestamp()]
    assert (taken.backup.label if taken else None) == (f"{min(fit)}F" if fit else None)
    assert said(BackupLook(tuple(map(backup, ended))), at) == [] or taken is None


def test_the_log_from_the_backup_to_the_end_of_the_archive_needs_room_too() -> None:
    look = BackupLook((backup(1, "0000000100000001000000FE"),), archived="000000020000000200000001")
    taken = chosen(look, None)
    assert taken is not None
    assert log_bytes(taken) == 4 * 16 * MIB, "FE, FF, 00, 01"
    host = with_backup(HostLook(1, 1, size=None, copies=False), taken)
    assert (host.size, host.copies) == (100 + 64 * MIB, True)
    large = replace(taken, look=replace(look, segment_bytes=1 << 30, archived="000000020000000200000001"))
    large = replace(large, backup=backup(1, "000000010000000100000003"))
    assert log_bytes(large) == 3 << 30, "four segments of 1 GiB have one number"


@pytest.mark.parametrize(
    ("look", "why"),
    [
        (BackupLook(), "no backup in the repository that b-db1 knows"),
        (BackupLook(said="not installed"), "not installed on b-db1"),
        (BackupLook(said="[037]: info command requires option: repo1-cipher-pass"), "its key is absent or wrong"),
        (BackupLook(said="[CryptoError] cipher header invalid"), "its key is absent or wrong"),
        (BackupLook(said="[FormatError] key/value found outside of section: Salted__"), "its key is absent or wrong"),
        (BackupLook(said="[FormatError] garbage", cipher="aes-256-cbc"), "its key is absent or wrong"),
        (BackupLook(said="[FormatError] garbage"), "cannot be read: [FormatError]"),
        (BackupLook(said="[PathOpenError] [13] Permission denied"), "cannot be read: [PathOpenError]"),
    ],
)
def test_why_there_is_none_is_told_apart(look: BackupLook, why: str) -> None:
    (found,) = said(look)
    assert why in found
    assert said(replace(look, backups=(backup(1),))) == [], "with one, a complaint of another repository is no matter"


def test_a_time_before_the_oldest_and_one_to_come_are_refused() -> None:
    look = BackupLook((backup(2), backup(1)))
    assert said(look, NOW - timedelta(hours=1.5)) == []
    assert "no backup ended before" in said(look, NOW - timedelta(hours=3))[0]
    assert "yet to come" in said(look, NOW + timedelta(hours=3))[0]


@pytest.mark.parametrize("value", ["2026-11-23T08:00:00", "yesterday", "", None, 7, NOW])
def test_a_time_without_its_zone_is_none(value: object) -> None:
    assert read_at(value) is None


def test_a_runbook_is_aimed_at_backups_and_nothing_else_of_it_changes() -> None:
    before = runbook()
    after = aimed(before, "backup", "2026-11-23T08:00:00+08:00", "primary")
    drill = after.step("drill")
    assert drill.params == {"database": "{database}", "host": "{primary}", "surprise": "any", "from": "backup",
                            "at": "2026-11-23T08:00:00+08:00"}  # fmt: skip
    assert drill.undo is not None
    assert drill.undo.params == {"database": "{database}", "host": "{primary}"}
    assert after.step("wait").params == before.step("wait").params
    assert after.sha256 != before.sha256, "what is executed is what is pinned"
    assert only_drills(after)
    assert before == runbook(), "the one that was read is as it was"
    assert aimed(before, "backup", None, None).step("drill").params["host"] == "{standby}"


def test_a_runbook_that_asks_for_a_time_is_not_turned_to_the_standby() -> None:
    asked = runbook(", from: backup, at: '2026-11-23T08:00:00+08:00'")
    with pytest.raises(UsageError, match="at goes with from: backup"):
        aimed(asked, "standby", None, None)


@pytest.mark.parametrize(
    ("more", "codes"),
    [
        (", from: standby", []),
        (", from: backup", []),
        (", from: tape", ["JB703"]),
        (", from: backup, at: '2026-11-23T08:00:00+08:00'", []),
        (", from: backup, at: '2026-11-23T08:00:00'", ["JB703"]),
        (", at: '2026-11-23T08:00:00+08:00'", ["JB703"]),
    ],
)
def test_a_step_says_what_it_copies_and_to_which_time(more: str, codes: list[str]) -> None:
    assert [one.code for one in load_runbook("x.yaml", DRILL % more)[1]] == codes


def test_evidence_names_the_backup_its_time_and_its_age() -> None:
    taken = chosen(BackupLook((backup(2),), archived="A", networked=True), None)
    assert taken is not None
    assert taken.evidence(NOW) == {
        "label": "2F", "kind": "full", "ended": "2026-11-23T10:00:00+00:00", "age_s": 7200.0, "archived": "A",
        "over_the_network": True, "at": None,
    }  # fmt: skip
    assert to_be_seen(None).backup.label == "LABEL"
