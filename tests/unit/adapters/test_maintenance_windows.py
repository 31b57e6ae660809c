"""Maintenance windows that are registered, beside people's deeds in one file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.maintenance_windows import KEPT, WindowFile
from jbnet.model.errors import JbnetError
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.maintenance import Maintenance, Opener

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
WINDOW = Maintenance(
    "change:0123456789ab:1", Opener.CHANGE, NOW, NOW + timedelta(minutes=4),
    frozenset({"r1", "r2"}), frozenset({"r1-up1"}), "jbnet apply 0123456789ab", "ops@noc", NOW,
)  # fmt: skip
ACKNOWLEDGED = Action("one", NOW, "ops@noc", Deed.ACKNOWLEDGE, "1")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "actions.db"


def test_what_was_registered_is_read_back_whole_and_closing_it_replaces_it(file: Path) -> None:
    windows = WindowFile(file)
    assert windows.windows() == ()
    windows.register(WINDOW)
    assert windows.windows() == (WINDOW,)
    closed = replace(WINDOW, ended=NOW + timedelta(minutes=1))
    windows.register(closed)
    assert windows.windows() == (closed,)


def test_a_window_that_ended_long_ago_goes_with_the_next_one(file: Path) -> None:
    windows = WindowFile(file)
    windows.register(WINDOW)
    later = replace(WINDOW, id="later", begins=NOW + 2 * KEPT, ends=NOW + 3 * KEPT)
    windows.register(later)
    assert windows.windows() == (later,)


@pytest.mark.parametrize("windows_first", [True, False])
def test_windows_and_deeds_lie_in_one_file_whichever_came_first(file: Path, windows_first: bool) -> None:
    if windows_first:
        WindowFile(file).register(WINDOW)
    ActionFile(file).append([ACKNOWLEDGED])
    if not windows_first:
        WindowFile(file).register(WINDOW)
    assert WindowFile(file).windows() == (WINDOW,)
    assert [action.id for _, action in ActionFile(file).after(0)] == ["one"]


def test_a_file_whose_writer_was_killed_before_its_first_transaction_holds_nothing(file: Path) -> None:
    file.parent.mkdir()
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=WAL")
    assert WindowFile(file).windows() == ()
    assert ActionFile(file).after(0) == ()
    WindowFile(file).register(WINDOW)
    assert WindowFile(file).windows() == (WINDOW,)


def test_a_file_that_is_no_database_is_named(file: Path) -> None:
    file.parent.mkdir()
    file.write_bytes(b"no database" * 200)
    with pytest.raises(JbnetError, match=r"actions\.db cannot be used"):
        WindowFile(file).windows()
    with pytest.raises(JbnetError, match=r"actions\.db cannot be used"):
        WindowFile(file).register(WINDOW)
