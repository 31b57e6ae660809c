"""Thresholds: raised when sure, cleared when sure, and what they are held against."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import small
from simnet import START
from watching import Watching

from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, Severity
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.measures import Meters
from jbnet.monitor.plant import survey
from jbnet.monitor.quality import Quality
from jbnet.monitor.rates import Rate
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, InterfaceState, Subject, SubjectKind, advance
from jbnet.monitor.thresholds import Reading, Threshold, judge, step
from jbnet.monitor.watch import Condition, Watch
from jbnet.snmp.ifquality import QualityRow

LINE = Subject(SubjectKind.CIRCUIT, "chengdong-up1")
BUSY = Threshold("busy", "utilisation-in", 0.9, 0.7, Severity.WARNING, 2, 10.0, frozenset({"county-router"}))
EMPTY = Threshold("empty", "gauge:charge", 0.2, 0.5)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def course(limit: Threshold, values: list[float | None], every: float = 10.0) -> list[bool]:
    """Whether the alarm is raised after each of some values."""
    alarm: Alarm | None = None
    found = []
    for number, value in enumerate(values):
        alarm = step(alarm, Reading(limit, LINE, value), after(number * every))
        found.append(alarm is not None and alarm.raised is not None)
    return found


def test_it_is_raised_only_by_enough_looks_over_enough_time() -> None:
    assert course(BUSY, [0.95, 0.95]) == [False, True]
    assert course(BUSY, [0.95, 0.95, 0.95], every=5.0) == [False, False, True]
    assert course(replace(BUSY, seconds=0.0, looks=1), [0.9]) == [True]


def test_it_is_raised_as_of_the_first_of_those_looks() -> None:
    alarm = step(step(None, Reading(BUSY, LINE, 1.0), START), Reading(BUSY, LINE, 0.9), after(10))
    assert alarm == Alarm(Severity.WARNING, "utilisation-in", START, value=0.9, limit=0.9)


def test_a_good_look_between_two_bad_ones_begins_anew() -> None:
    assert course(BUSY, [0.95, 0.5, 0.95, 0.95]) == [False, False, False, True]


def test_between_the_two_limits_nothing_changes() -> None:
    assert course(BUSY, [0.95, 0.95, 0.8, 0.8, 0.8]) == [False, True, True, True, True]
    assert course(BUSY, [0.8, 0.8, 0.8]) == [False, False, False]


def test_it_is_cleared_by_enough_looks_at_or_below_the_lower_limit() -> None:
    assert course(BUSY, [0.95, 0.95, 0.7, 0.7]) == [False, True, True, False]


def test_a_measure_that_is_bad_when_it_is_low_works_the_other_way_round() -> None:
    assert course(EMPTY, [0.3, 0.2, 0.4, 0.5]) == [False, True, True, False]


def test_what_is_unknown_neither_raises_nor_clears() -> None:
    assert course(BUSY, [0.95, None, 0.95, None, None]) == [False, False, True, True, True]


@given(st.lists(st.one_of(st.none(), st.floats(0, 2)), max_size=30))
def test_a_value_that_stays_on_one_side_of_both_limits_never_changes_it(values: list[float | None]) -> None:
    low = [None if value is None else min(value, 0.7) for value in values]
    assert not any(course(BUSY, low))


@given(st.lists(st.one_of(st.none(), st.floats(0, 2)), max_size=30))
def test_raised_and_cleared_take_turns(values: list[float | None]) -> None:
    alarms: Alarms = {}
    words: list[str] = []
    for number, value in enumerate(values):
        alarms, events = judge(alarms, [Reading(BUSY, LINE, value)], after(number * 10))
        words += [event.event for event in events]
    assert words == ["raised", "cleared"] * (len(words) // 2) + ["raised"] * (len(words) % 2)
    raised = alarms.get(AlarmId("busy", LINE), Alarm(Severity.WARNING, "")).raised is not None
    assert raised == bool(len(words) % 2)


def up(device: str, **more: object) -> DeviceState:
    return DeviceState(device, answer=Watch(Condition.UP, START, ever_up=True), **more)  # type: ignore[arg-type]  # any of its fields


def value_of(limit: Threshold, states: dict[str, DeviceState], name: str) -> float | None:
    (found,) = [r.value for r in Meters(PLANT, [limit]).read(states) if r.subject.device == name]
    return found


NETWORK = small()
PLANT = survey(replace(NETWORK, circuits={name: replace(c, bandwidth=100) for name, c in NETWORK.circuits.items()}))


def traffic(down: float | None, upwards: float | None) -> dict[str, InterfaceState]:
    row = Watching(small(), calm=1).book.states["chengdong-r1"].interfaces["up1"].row
    return {"up1": InterfaceState(row=row, rate=Rate(down, upwards))}


def test_utilisation_is_a_share_of_the_declared_bandwidth_towards_the_lower_end() -> None:
    states = {"chengdong-r1": up("chengdong-r1", interfaces=traffic(90e6, 20e6))}
    assert value_of(BUSY, states, "chengdong-up1") == 0.9
    assert value_of(replace(BUSY, measure="utilisation-out"), states, "chengdong-up1") == 0.2


def test_an_unknown_rate_is_unknown_and_not_zero() -> None:
    assert value_of(BUSY, {"chengdong-r1": up("chengdong-r1", interfaces=traffic(None, None))}, "chengdong-up1") is None
    assert value_of(BUSY, {}, "chengdong-up1") is None


def test_a_silent_lower_end_is_told_by_the_upper_one_the_other_way_round() -> None:
    end = PLANT.lines["chengdong-up1"].a
    (found,) = traffic(10e6, 50e6).values()
    states = {end.device: up(end.device, interfaces={end.interface: found})}
    assert value_of(BUSY, states, "chengdong-up1") == 0.5


def test_an_agent_without_64_bit_counters_is_read_by_the_others() -> None:
    (found,) = traffic(None, None).values()
    assert found.row is not None
    old = replace(found, row=replace(found.row, in_octets=None, out_octets=None))
    low = Quality(QualityRow("up1", 2), START, low=Rate(30e6, 1e6))
    states = {"chengdong-r1": up("chengdong-r1", interfaces={"up1": old}, quality={"up1": low})}
    assert value_of(BUSY, states, "chengdong-up1") == pytest.approx(0.3)


def test_errors_are_those_of_the_worse_end() -> None:
    limit = replace(BUSY, measure="errors")
    end = PLANT.lines["chengdong-up1"].a
    states = {
        "chengdong-r1": up("chengdong-r1", quality={"up1": Quality(QualityRow("up1", 2), START, 0.5)}),
        end.device: up(end.device, quality={end.interface: Quality(QualityRow("", 2), START, 3.0)}),
    }
    assert value_of(limit, states, "chengdong-up1") == 3.0


def test_a_circuit_that_is_named_has_its_own_limit_in_place_of_its_roles() -> None:
    own = Threshold("own", "utilisation-in", 0.5, 0.4, circuits=frozenset({"chengdong-up1"}))
    found = [(r.threshold.name, r.subject.device) for r in Meters(PLANT, [BUSY, own]).read({})]
    assert ("own", "chengdong-up1") in found
    assert ("busy", "chengdong-up1") not in found
    assert ("busy", "huangyuan-up1") in found


@pytest.mark.parametrize(("measure", "value"), [("rtt", 0.2), ("jitter", 0.01), ("gauge:charge", 0.9)])
def test_measures_of_a_device_are_its_own(measure: str, value: float) -> None:
    state = up("chengdong-r1", rtt_s=0.2, jitter_s=0.01, gauges={"charge": 0.9})
    assert value_of(replace(BUSY, measure=measure), {"chengdong-r1": state}, "chengdong-r1") == value


def test_jitter_is_smoothed_and_a_silent_device_has_no_round_trip() -> None:
    state = up("r")
    for number, rtt in enumerate((0.016, 0.048, 0.048)):
        state, _ = advance(state, Sample("r", after(number), answered=True, rtt_s=rtt))
    assert state.jitter_s == pytest.approx(0.002 - 0.002 / 16)
    state, _ = advance(state, Sample("r", after(4), answered=False, gauges={"loss": 1.0}))
    assert (state.rtt_s, state.gauges) == (None, {"loss": 1.0})


def test_an_alarm_is_an_incident_of_its_severity_that_touches_nobody_and_ends_with_it() -> None:
    slow = Threshold("slow", "rtt", 0.5, 0.1, Severity.MINOR, roles=frozenset({"county-router"}))
    watch = Watching(small(), rules=Rules(thresholds=(slow,)))
    look = tuple(replace(s, rtt_s=0.6) if s.device == "chengdong-r1" else s for s in watch.net.look(watch.time))
    watch.time += timedelta(seconds=1)
    watch.play((look,))
    (found,) = watch.open
    assert (str(found.root_cause.kind), found.root_cause.name) == ("alarm", "slow chengdong-r1")
    assert (found.severity, found.sites) == (Severity.MINOR, ())
    watch.net.cut.add("huangyuan-t1-up1")
    watch.round(2)
    assert watch.causes == ["circuit huangyuan-t1-up1"]
    assert watch.history["1"].state == "closed"
    assert watch.told == [("opened", "1"), ("opened", "2"), ("closed", "1")]


def test_an_alarm_about_what_a_window_names_is_a_record_until_the_window_ends() -> None:
    slow = Threshold("slow", "rtt", 0.0005, 0.0001, Severity.MINOR, roles=frozenset({"county-router"}))
    lasts = {"begins": START, "ends": after(15), "devices": frozenset({"chengdong-r1"})}
    works = Maintenance("declared:works", Opener.DECLARED, **lasts)  # type: ignore[arg-type]  # times and names
    watch = Watching(small(), rules=Rules(Calendar(windows=(works,)), (slow,)))
    states = {i.subject: i.state for i in watch.open}
    assert states == {"chengdong-r1": "maintenance", "chengzhong-r1": "open", "huangyuan-r1": "open"}
    assert len(watch.told) == 2
    watch.round(10)
    assert {i.state for i in watch.open} == {"open"}
    assert len(watch.told) == 3
