"""From sample to state: what changed is an event, what was not seen stays as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from simnet import START, SimNet

from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, advance, differs
from jbnet.monitor.watch import Condition

DEVICE = "chengdong-r1"


@pytest.fixture
def seen() -> tuple[DeviceState, Sample]:
    sample = SimNet(small()).sample(DEVICE, START)
    state, events = advance(DeviceState(DEVICE), sample)
    assert not events, "the first sight of a working device is no news"
    return state, sample


def later(sample: Sample, seconds: float, **changes: object) -> Sample:
    return replace(sample, time=START + timedelta(seconds=seconds), **changes)  # type: ignore[arg-type]  # any of its fields


def test_a_silent_device_keeps_what_its_interfaces_last_said(seen: tuple[DeviceState, Sample]) -> None:
    state, _ = seen
    for second in (1, 2):
        state, events = advance(state, Sample(DEVICE, START + timedelta(seconds=second), answered=False))
    assert [(e.event, str(e.subject)) for e in events] == [("down", DEVICE)]
    assert state.answer.since == START + timedelta(seconds=1)
    assert state.interfaces["up1"].watch.up
    assert state.last_seen == START


def test_a_table_that_came_back_in_part_says_nothing(seen: tuple[DeviceState, Sample]) -> None:
    state, sample = seen
    after, events = advance(state, later(sample, 1, interfaces=None, ospf=None, bgp=None))
    assert not events
    assert (after.interfaces, after.ospf, after.bgp) == (state.interfaces, state.ospf, state.bgp)


def test_an_interface_that_is_no_longer_listed_is_down(seen: tuple[DeviceState, Sample]) -> None:
    state, sample = seen
    rows = tuple(row for row in sample.interfaces or () if row.name != "up1")
    for second in (1, 2):
        state, events = advance(state, later(sample, second, interfaces=rows))
    assert state.interfaces["up1"].watch.condition is Condition.DOWN
    assert [str(e.subject) for e in events] == [f"{DEVICE}/up1"]


def test_a_neighbour_that_is_no_longer_listed_is_lost(seen: tuple[DeviceState, Sample]) -> None:
    state, sample = seen
    address = next(iter(state.ospf))
    for second in (1, 2):
        state, events = advance(state, later(sample, second, ospf=()))
    assert state.ospf[address].down
    assert [(str(e.subject.kind), e.event) for e in events] == [("neighbour", "down")]


def test_a_restart_is_an_event(seen: tuple[DeviceState, Sample]) -> None:
    state, sample = seen
    assert sample.system is not None
    _, events = advance(state, later(sample, 1, system=replace(sample.system, engine_boots=2)))
    assert [e.event for e in events] == ["restarted"]


def test_new_counters_alone_are_no_change_of_state(seen: tuple[DeviceState, Sample]) -> None:
    state, sample = seen
    rows = tuple(replace(row, in_octets=(row.in_octets or 0) + 125) for row in sample.interfaces or ())
    after, _ = advance(state, later(sample, 1, interfaces=rows))
    assert not differs(state, after)
    assert after.interfaces["up1"].rate.in_bps == 1000.0


def test_a_lost_doubt_is_a_change_to_be_kept(seen: tuple[DeviceState, Sample]) -> None:
    state, _ = seen
    doubted, events = advance(state, Sample(DEVICE, START, answered=False))
    assert not events
    assert differs(state, doubted)
    assert doubted.doubtful
