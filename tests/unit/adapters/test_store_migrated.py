"""Stores that earlier versions of jbnet wrote (recorded by them) are brought up to date with everything in them."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_tables import MIGRATIONS, VERSION
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.errors import JbnetError
from jbnet.monitor.plant import survey
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Watchbook, play

RECORDED = Path(__file__).parents[2] / "recorded"
SAME = ("id", "root_cause", "since", "opened", "devices", "sites", "services")
RECORDS = [2, 3]
"""Each: six rounds in which a township came and went, and two in which a county's line is cut."""


def restored(folder: Path, version: int) -> Path:
    path = folder / "monitor.db"
    database = sqlite3.connect(path)
    database.executescript((RECORDED / f"monitor-v{version}.sql").read_text(encoding="utf-8"))
    database.close()
    return path


def test_every_version_there_was_has_a_recorded_file() -> None:
    there = {int(path.stem.removeprefix("monitor-v")) for path in RECORDED.glob("monitor-v*.sql")}
    assert there >= set(MIGRATIONS)
    assert set(MIGRATIONS) == set(range(1, VERSION))


@pytest.mark.parametrize("version", RECORDS)
def test_incidents_history_and_samples_are_there_after_it(tmp_path: Path, version: int) -> None:
    path = restored(tmp_path, version)
    with pytest.raises(JbnetError, match="brings it up to date"):
        SqliteStoreView(path)
    store = SqliteStore(path)
    book, number = store.load()
    store.close()
    assert number == 8
    assert [incident.root_cause.name for incident in book.incidents.open.values()] == ["chengdong-up1"]
    view = SqliteStoreView(path)
    assert [i.root_cause.name for i in view.incidents(only_open=False)] == ["chengdong-up1", "huangyuan-t1-up1"]
    played = Watchbook()
    for turn in view.rounds():
        played = play(played, survey(small()), turn, Policy()).book
    view.close()
    (again,), (kept,) = played.incidents.open.values(), book.incidents.open.values()
    assert [getattr(again, name) for name in SAME] == [getattr(kept, name) for name in SAME]


@pytest.mark.parametrize("version", RECORDS)
def test_news_that_was_not_told_yet_is_still_to_be_told(tmp_path: Path, version: int) -> None:
    path = restored(tmp_path, version)
    store = SqliteStore(path)
    store.load()
    store.close()
    found = SqliteOutbox(path).situation()
    assert [incident.id for incident in found.incidents] == ["1", "2"]
    assert found.told == {}


@pytest.mark.parametrize("version", RECORDS)
def test_the_monitor_goes_on_with_the_same_incident_and_closes_it(tmp_path: Path, version: int) -> None:
    path, net, clock = restored(tmp_path, version), SimNet(small()), FakeClock()
    clock.sleep(60)
    net.cut.add("chengdong-up1")
    monitor = make_monitor(net, path, clock=clock)
    monitor.start()
    monitor.poll_once()
    assert list(monitor.book.incidents.open) == ["2"]
    net.cut.clear()
    for _ in range(3):
        clock.sleep(1)
        monitor.poll_once()
    monitor.close()
    view = SqliteStoreView(path)
    assert [(i.id, i.state) for i in view.incidents(only_open=False)] == [("2", "closed"), ("1", "closed")]
    view.close()


@pytest.mark.parametrize("version", RECORDS)
def test_a_migration_that_is_killed_half_way_leaves_the_file_as_it_was(tmp_path: Path, version: int) -> None:
    path = restored(tmp_path, version)
    with sqlite3.connect(path, isolation_level=None) as database:
        before = sorted(database.execute("SELECT name, sql FROM sqlite_master"))
        database.execute("BEGIN")
        for number in range(version, VERSION):
            MIGRATIONS[number](database)
        database.execute("ROLLBACK")
        assert sorted(database.execute("SELECT name, sql FROM sqlite_master")) == before
        assert database.execute("PRAGMA user_version").fetchone() == (version,)
