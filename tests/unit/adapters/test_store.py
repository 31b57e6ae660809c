"""monitor.db: one writer, nothing half written, nothing foreign."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_pruning import ROUNDS, Keep
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.errors import JbnetError, Missing, Refused
from jbnet.monitor.plant import survey
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Watchbook, play

RECORDED = Path(__file__).parents[2] / "recorded"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def poll(net: SimNet, path: Path, rounds: int) -> None:
    monitor = make_monitor(net, path)
    monitor.start()
    try:
        for _ in range(rounds):
            monitor._clock.sleep(1)
            monitor.poll_once()
    finally:
        monitor.close()


def test_what_was_kept_comes_back_whole(path: Path) -> None:
    net = SimNet(small())
    poll(net, path, 2)
    net.cut |= {"chengdong-up1", "chengzhong-up1"}
    monitor = make_monitor(net, path)
    monitor.start()
    monitor.poll_once()
    kept = monitor.book
    monitor.close()
    store = SqliteStore(path)
    book, number = store.load()
    store.close()
    assert number == 3
    assert book.incidents == kept.incidents
    for device, state in kept.states.items():
        again = book.states[device]
        assert (again.answer, again.ospf, again.bgp) == (state.answer, state.ospf, state.bgp)
        assert {n: i.watch for n, i in again.interfaces.items()} == {n: i.watch for n, i in state.interfaces.items()}
        assert {n: i.row for n, i in again.interfaces.items()} == {n: i.row for n, i in state.interfaces.items()}


def test_a_second_monitor_on_the_same_store_is_refused_and_told_which_process_has_it(path: Path) -> None:
    first, second = SqliteStore(path), SqliteStore(path)
    first.load()
    with pytest.raises(Refused, match=r"process \d+"):
        second.load()
    first.close()
    second.load()
    second.close()


def test_a_reader_looks_on_while_the_monitor_writes(path: Path) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, path)
    monitor.start()
    monitor.poll_once()
    view = SqliteStoreView(path)
    assert view.incidents(only_open=True) == []
    net.cut.add("chengdong-up1")
    monitor._clock.sleep(1)
    monitor.poll_once()
    (found,) = view.incidents(only_open=True)
    assert found.root_cause.name == "chengdong-up1"
    summary = view.summary()
    assert summary is not None
    assert summary["sites"] == {"reachable": 6, "total": 9, "closed": 0}
    view.close()
    monitor.close()


def test_looking_where_nothing_was_monitored_says_so(path: Path) -> None:
    with pytest.raises(Missing, match="jbnet monitor"):
        SqliteStoreView(path)


def test_looking_at_a_broken_file_names_it_and_leaves_it_alone(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"not a database, but long enough to look like one" * 9)
    with pytest.raises(JbnetError, match="moves a damaged store aside"):
        SqliteStoreView(path)
    assert path.read_bytes().startswith(b"not a database")


def test_a_database_of_somebody_else_is_refused(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE accounts (name TEXT)")
    other.close()
    with pytest.raises(JbnetError, match="not the monitor's store"):
        SqliteStore(path).load()
    with pytest.raises(JbnetError, match="not the monitor's store"):
        SqliteStoreView(path)


def test_a_store_of_a_newer_version_is_refused(path: Path) -> None:
    SqliteStore(path).load()
    database = sqlite3.connect(path)
    database.execute("PRAGMA user_version=99")
    database.close()
    with pytest.raises(JbnetError, match="99"):
        SqliteStoreView(path)


def test_a_round_that_cannot_be_written_leaves_nothing_of_itself(path: Path) -> None:
    net = SimNet(small())
    poll(net, path, 1)
    net.cut.add("chengdong-up1")
    monitor = make_monitor(net, path)
    monitor.start()
    database = sqlite3.connect(path)
    database.execute("CREATE TRIGGER full BEFORE INSERT ON incidents BEGIN SELECT RAISE(ABORT, 'disk is full'); END")
    database.commit()
    with pytest.raises(JbnetError, match="disk is full"):
        monitor.poll_once()
    monitor.close()
    assert database.execute("SELECT max(number) FROM rounds").fetchone() == (1,)
    assert database.execute("SELECT max(round) FROM samples").fetchone() == (1,)
    assert database.execute("SELECT count(*) FROM outbox").fetchone() == (0,)
    database.close()


def test_the_outbox_gets_each_piece_of_news_once(path: Path) -> None:
    net = SimNet(small())
    poll(net, path, 2)
    net.cut.add("chengdong-up1")
    poll(net, path, 3)
    net.cut.clear()
    poll(net, path, 2)
    database = sqlite3.connect(path)
    news = database.execute("SELECT incident, event FROM outbox ORDER BY id").fetchall()
    database.close()
    assert news == [(1, "opened"), (1, "closed")]


def test_old_samples_go_a_few_each_round_and_the_last_reading_stays(path: Path) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, SqliteStore(path, Keep(samples_h=1.0)))
    clock = monitor._clock
    monitor.start()
    for _ in range(60):
        clock.sleep(100)
        monitor.poll_once()
    monitor.close()
    database = sqlite3.connect(path)
    oldest, newest = database.execute("SELECT min(number), max(number) FROM rounds").fetchone()
    assert newest == 60
    assert oldest == 24
    assert database.execute("SELECT min(round) FROM samples").fetchone() == (24,)
    assert database.execute("SELECT count(*) FROM counters").fetchone() == (len(net.plant.watched),)
    database.close()


def test_what_piled_up_while_the_monitor_stood_still_goes_in_slices(path: Path) -> None:
    net = SimNet(small())
    poll(net, path, 30)
    monitor = make_monitor(net, path, clock=FakeClock(START + timedelta(days=3)))
    monitor.start()
    monitor.poll_once()
    monitor.close()
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT count(*) FROM rounds").fetchone() == (31 - ROUNDS,)


def test_a_store_of_version_1_keeps_everything(path: Path) -> None:
    path.parent.mkdir()
    database = sqlite3.connect(path)
    database.executescript((RECORDED / "monitor-v1.sql").read_text(encoding="utf-8"))
    rounds = [row[0] for row in database.execute("SELECT number FROM rounds ORDER BY number")]
    database.close()
    with pytest.raises(JbnetError, match="brings it up to date"):
        SqliteStoreView(path)
    store = SqliteStore(path)
    book, number = store.load()
    store.close()
    assert number == rounds[-1]
    assert [i.root_cause.name for i in book.incidents.open.values()] == ["chengdong-up1"]
    view = SqliteStoreView(path)
    assert [turn.number for turn in view.rounds()] == rounds
    history = Watchbook()
    for turn in view.rounds():
        history = play(history, survey(small()), turn, Policy()).book
    view.close()
    (again,), (kept,) = history.incidents.open.values(), book.incidents.open.values()
    same = ("id", "root_cause", "since", "opened", "devices", "sites", "services")
    assert [getattr(again, name) for name in same] == [getattr(kept, name) for name in same]


def test_recorded_rounds_come_back_for_replaying(path: Path) -> None:
    net = SimNet(small())
    poll(net, path, 2)
    net.cut.add("chengdong-up1")
    poll(net, path, 1)
    view = SqliteStoreView(path)
    rounds = list(view.rounds())
    view.close()
    assert [turn.number for turn in rounds] == [1, 2, 3]
    assert len(rounds[2].looks) > 1
    assert {s.device for s in rounds[0].looks[0]} == net.plant.watched
