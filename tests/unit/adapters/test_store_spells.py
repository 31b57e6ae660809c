"""Penalties, alarms and spells outlive the monitor with its incidents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.monitor.replay import Watchbook
from jbnet.monitor.spells import SpellKind


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "monitor.db"


def poll(net: SimNet, path: Path, clock: FakeClock, rounds: int, each: Callable[[int], None]) -> Watchbook:
    """Let a monitor live for some rounds; it ends as a killed one does, as far as its file goes."""
    monitor = make_monitor(net, path, clock=clock)
    monitor.start()
    for number in range(rounds):
        each(number)
        clock.sleep(1)
        monitor.poll_once()
    monitor.close()
    return monitor.book


def loaded(path: Path) -> Watchbook:
    store = SqliteStore(path)
    book, _ = store.load()
    store.close()
    return book


def test_a_circuit_that_flaps_goes_on_flapping_after_a_restart(path: Path) -> None:
    net, clock = SimNet(small()), FakeClock()
    before = poll(net, path, clock, 10, lambda _: net.cut.symmetric_difference_update({"chengdong-up1"}))
    assert loaded(path).carried == before.carried
    assert loaded(path).carried.flaps
    net.cut.clear()
    after = poll(net, path, clock, 3, lambda _: None)
    (found,) = after.incidents.open.values()
    assert found.flapping
    assert [i.id for i in before.incidents.open.values()] == [found.id]


def test_a_spell_is_one_row_that_ends(path: Path) -> None:
    net, clock = SimNet(small()), FakeClock()
    poll(net, path, clock, 3, lambda number: net.cut.add("chengdong-t1-up1") if number == 1 else None)
    view = SqliteStoreView(path)
    span = START, START + timedelta(hours=1)
    (cut,) = [s for s in view.spells(*span) if s.kind is SpellKind.SITE]
    assert (cut.name, cut.ends, cut.incident) == ("chengdong-t1", None, "1")
    net.cut.clear()
    poll(net, path, clock, 2, lambda _: None)
    (over,) = [s for s in view.spells(*span) if s.kind is SpellKind.SITE]
    assert over.id == cut.id
    assert over.ends is not None
    assert [s for s in view.spells(over.ends, START + timedelta(hours=1)) if s.kind is SpellKind.SITE] == []
    view.close()


def test_the_time_in_which_no_monitor_ran_is_unknown(path: Path) -> None:
    net, clock = SimNet(small()), FakeClock()
    poll(net, path, clock, 2, lambda _: None)
    clock.sleep(3600)
    poll(net, path, clock, 2, lambda _: None)
    view = SqliteStoreView(path)
    before, pause = [s for s in view.spells(START - timedelta(days=1), clock.now()) if s.kind is SpellKind.MONITOR]
    view.close()
    assert before.ends == START + timedelta(seconds=1)
    assert pause.ends is not None
    assert pause.ends - pause.begins == timedelta(seconds=3601)
