"""A clock that is set, forwards and back, under a monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.services.watch.monitor import Monitor
from jbnet.services.watch.timeline import COMING_BACK, Timeline


class SetClock(FakeClock):
    """A clock that somebody sets: ``set`` moves the wall clock alone."""

    def __init__(self) -> None:
        super().__init__()
        self.offset = timedelta()

    def set(self, seconds: float) -> None:
        self.offset += timedelta(seconds=seconds)

    def now(self) -> datetime:
        return self.time + self.offset


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


def test_time_never_goes_back_and_goes_on_when_the_clock_is_set_back(clock: SetClock) -> None:
    timeline = Timeline(clock)
    times = []
    for second in range(100):
        if second == 50:
            clock.set(-3600)
        clock.sleep(1)
        times.append(timeline.now())
    gaps = [(b - a).total_seconds() for a, b in zip(times, times[1:], strict=False)]
    assert all(1 - COMING_BACK - 0.001 <= gap <= 1.001 for gap in gaps)
    assert len(timeline.take_remarks()) == 1
    assert not timeline.take_step()


def test_time_that_ran_ahead_comes_back_to_the_clock(clock: SetClock) -> None:
    timeline = Timeline(clock)
    clock.set(-60)
    for _ in range(60 * 60):
        clock.sleep(1)
        last = timeline.now()
    assert last == clock.now()


def test_a_clock_that_is_set_forward_is_followed_and_said(clock: SetClock) -> None:
    timeline = Timeline(clock)
    clock.set(3600)
    clock.sleep(1)
    assert timeline.now() == clock.now()
    assert timeline.take_step()
    assert "3600 s" in str(timeline.take_remarks()[0])


def test_a_step_there_and_back_leaves_nothing(clock: SetClock) -> None:
    timeline = Timeline(clock)
    for seconds in (-600, 600):
        clock.set(seconds)
        clock.sleep(1)
        timeline.now()
    assert timeline.now() == clock.now()
    assert not timeline.take_step()


def test_a_clock_behind_what_is_recorded_does_not_begin_before_it(clock: SetClock) -> None:
    recorded = START + timedelta(hours=2)
    assert Timeline(clock, recorded).now() >= recorded


@pytest.mark.parametrize("seconds", [-3600, -30, 30, 3600, 86400 * 365])
def test_no_incident_opens_or_closes_because_a_clock_is_set(tmp_path: Path, clock: SetClock, seconds: float) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock)
    monitor.start()
    run(monitor, clock, 5)
    net.cut.add("chengdong-up1")
    run(monitor, clock, 5)
    before = [(i.id, i.root_cause.name, i.opened) for i in monitor.book.incidents.open.values()]
    clock.set(seconds)
    run(monitor, clock, 30)
    assert [(i.id, i.root_cause.name, i.opened) for i in monitor.book.incidents.open.values()] == before
    net.cut.clear()
    run(monitor, clock, 3)
    assert not monitor.book.incidents.open
    monitor.close()


def test_rates_across_a_jump_are_unknown_and_right_again_after_it(tmp_path: Path, clock: SetClock) -> None:
    net = SimNet(small())
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock)
    monitor.start()
    run(monitor, clock, 5)
    usual = rates(monitor)
    clock.set(3600)
    run(monitor, clock, 1)
    assert rates(monitor) == {None}
    run(monitor, clock, 2)
    assert rates(monitor) == usual
    monitor.close()


def rates(monitor: Monitor) -> set[float | None]:
    return {i.rate.in_bps for i in monitor.book.states["chengdong-r1"].interfaces.values()}


def run(monitor: Monitor, clock: SetClock, rounds: int) -> None:
    for _ in range(rounds):
        clock.sleep(1)
        monitor.poll_once()


def test_times_are_in_utc(clock: SetClock) -> None:
    assert Timeline(clock).now().tzinfo is UTC
