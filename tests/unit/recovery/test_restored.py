"""Backups that were restored and read: what is kept of them, and what dr check makes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jbnet.adapters.restored_file import RestoredFile
from jbnet.model.errors import Missing
from jbnet.ports import HostOutcome, HostState, PlaybookResult
from jbnet.recovery.readiness import Level
from jbnet.recovery.readiness_around import Practice
from jbnet.recovery.restored import Restored, about_restores, read_restored
from jbnet.services.restored import restores_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMES = ["production", "exchange"]


def restored(database: str, days: float) -> Restored:
    return Restored(database, "a-db1", "20261122-105617F", NOW - timedelta(days=days))


def test_the_age_is_that_of_the_database_proved_longest_ago() -> None:
    done = [restored("production", 40), restored("production", 1), restored("exchange", 10)]
    found = about_restores(NAMES, done, None, NOW, 31)
    assert (found.level, found.value) == (Level.GREEN, 10.0)
    assert "exchange, 20261122-105617F" in str(found.found)


def test_one_database_that_was_never_proved_is_said_however_new_the_others_are() -> None:
    found = about_restores(NAMES, [restored("production", 1), restored("gone", 1)], None, NOW, 31)
    assert (found.level, str(found.found)) == (Level.AMBER, "never: exchange; proved: production")


def test_an_old_proof_and_none_are_amber_and_a_runbook_counts_for_all() -> None:
    assert about_restores(NAMES, [], None, NOW, 31).level is Level.AMBER
    old = [restored(name, 32) for name in NAMES]
    assert about_restores(NAMES, old, None, NOW, 31).level is Level.AMBER
    runbook = Practice(NOW - timedelta(days=2), "restore-test 20261121-1")
    assert about_restores(NAMES, old, runbook, NOW, 31).value == 2.0


def test_what_is_kept_is_read_back_also_behind_a_line_that_was_cut_short(tmp_path: Path) -> None:
    kept = RestoredFile(tmp_path / "state" / "restored.jsonl")
    assert kept.all() == ()
    kept.append([restored("production", 3)])
    with (tmp_path / "state" / "restored.jsonl").open("a") as stream:
        stream.write('{"database": "exch')
    kept.append([restored("exchange", 1)])
    assert kept.all() == (restored("production", 3), restored("exchange", 1))
    assert (tmp_path / "state" / "restored.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Missing, match=r"restored\.jsonl"):
        RestoredFile(tmp_path / "file" / "restored.jsonl").append([restored("production", 1)])


def test_lines_that_are_not_ours_say_nothing() -> None:
    no_zone = '{"database": "d", "host": "h", "backup": "b", "ended": "2026-11-23T12:00:00"}'
    assert read_restored(["", "[]", "7", '{"ended": "x"}', no_zone]) == ()


def result(*hosts: HostOutcome) -> PlaybookResult:
    return PlaybookResult(True, (), (), 1.0, hosts)


def test_only_what_was_restored_and_read_counts() -> None:
    proved = {"backup": "F1", "read": "1|2026", "seconds": 5.4}
    hosts = (
        HostOutcome("a-db1.production", HostState.OK, found=proved),
        HostOutcome("b-db1.production", HostState.OK, found={"backup": None}),
        HostOutcome("a-db1.exchange", HostState.FAILED, found=proved),
        HostOutcome("a-db1.decision", HostState.OK, found={"backup": "F1"}),
        HostOutcome("a-db1", HostState.OK),
    )
    assert restores_of("restore-proof", result(*hosts), NOW) == (Restored("production", "a-db1", "F1", NOW),)
    assert restores_of("backup", result(*hosts), NOW) == ()
