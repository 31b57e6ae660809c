"""The history of readiness: what was kept comes back, bounded, and a damaged file is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jbnet.adapters.readiness_history import ReadinessFile
from jbnet.model.errors import TargetError
from jbnet.model.text import text
from jbnet.recovery.readiness import Check, Level, Result

NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
LAG = Result(Check.LAG, "two-db1", Level.GREEN, text("-"), text("-"), value=1.5, database="production")


def test_what_was_kept_comes_back_in_order(tmp_path: Path) -> None:
    history = ReadinessFile(tmp_path / "state" / "readiness.db")
    assert list(history.of(Check.LAG)) == []
    for minute, level in enumerate((Level.GREEN, Level.RED)):
        time = NOW + timedelta(minutes=minute)
        history.append(time, [replace(LAG, level=level, value=float(minute)), replace(LAG, check=Check.SLOT)])
    assert [(r.time, r.level, r.value) for r in history.of(Check.LAG)] == [
        (NOW, Level.GREEN, 0.0),
        (NOW + timedelta(minutes=1), Level.RED, 1.0),
    ]
    assert history.of(Check.LAG, "exchange") == []


def test_the_oldest_rows_go_and_the_file_stays_small(tmp_path: Path) -> None:
    history = ReadinessFile(tmp_path / "readiness.db", most_rows=10)
    for n in range(25):
        history.append(NOW + timedelta(seconds=n), [replace(LAG, value=float(n))])
    assert [row.value for row in history.of(Check.LAG)] == [float(n) for n in range(15, 25)]


def test_the_last_known_level_is_the_newest_that_was_not_unknown(tmp_path: Path) -> None:
    history = ReadinessFile(tmp_path / "readiness.db")
    for seconds, level in enumerate((Level.RED, Level.GREEN, Level.UNKNOWN)):
        history.append(NOW + timedelta(seconds=seconds), [replace(LAG, level=level)])
    known = history.last_known()[Check.LAG, "two-db1", "production"]
    assert (known.level, known.time) == (Level.GREEN, NOW + timedelta(seconds=1))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "readiness.db"
    path.write_bytes(b"no database at all" * 100)
    for use in (lambda: ReadinessFile(path).append(NOW, [LAG]), lambda: ReadinessFile(path).of(Check.LAG)):
        with pytest.raises(TargetError, match=r"readiness\.db"):
            use()


def test_of_runs_older_than_a_day_one_an_hour_stays_and_each_that_found_something_else(tmp_path: Path) -> None:
    history = ReadinessFile(tmp_path / "readiness.db")
    began = NOW - timedelta(hours=30)
    for minute in range(0, 180, 10):
        level = Level.RED if minute in (20, 30) else Level.GREEN
        history.append(began + timedelta(minutes=minute), [replace(LAG, level=level)])
    history.append(NOW, [LAG])
    kept = [int((row.time - began).total_seconds() / 60) for row in history.of(Check.LAG)]
    assert kept == [0, 20, 40, 60, 120, 30 * 60]
    history.append(NOW + timedelta(minutes=1), [LAG])
    assert len(history.of(Check.LAG)) == 7, "younger ones all stay"


def test_the_newest_run_is_whole_and_alone(tmp_path: Path) -> None:
    history = ReadinessFile(tmp_path / "readiness.db")
    assert history.newest() is None
    for minute in range(2):
        history.append(NOW + timedelta(minutes=minute), [LAG, replace(LAG, check=Check.SLOT, level=Level.RED)])
    newest = history.newest()
    assert newest is not None
    assert newest.time == NOW + timedelta(minutes=1)
    assert [(row.check, row.level) for row in newest.rows] == [(Check.LAG, Level.GREEN), (Check.SLOT, Level.RED)]
