"""Rates from counters: wrap, reset and discontinuity."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from simnet import START

from jbnet.monitor.quality import after as quality_after
from jbnet.monitor.rates import (
    COUNTER32,
    COUNTER64,
    UNKNOWN,
    continuous,
    counter_rate,
    events_rate,
    interface_rate,
    restarted,
)
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, advance
from jbnet.snmp.ifquality import QualityRow
from jbnet.snmp.mibs import AdminStatus, InterfaceRow, OperStatus, System

ROW = InterfaceRow("up1", 2, AdminStatus.UP, OperStatus.UP, 1000, 2000, discontinuity=0, last_change=0)
NEXT = replace(ROW, in_octets=2000, out_octets=4000)


def test_a_rate_is_bits_a_second() -> None:
    rate = interface_rate(ROW, NEXT, 2.0, agent_restarted=False)
    assert (rate.in_bps, rate.out_bps) == (4000.0, 8000.0)


def test_a_64_bit_counter_that_wraps_still_gives_its_rate() -> None:
    assert counter_rate(COUNTER64 - 500, 500, 1.0) == 8000.0


def test_a_counter_that_was_reset_gives_no_rate_and_no_spike() -> None:
    assert counter_rate(10**15, 5, 1.0) is None


def test_a_32_bit_counter_that_may_have_wrapped_twice_says_nothing() -> None:
    gigabit = 1e9
    assert counter_rate(COUNTER32 - 10, 10, 10.0, modulus=COUNTER32, max_bps=gigabit) == 16.0
    assert counter_rate(0, 10, 60.0, modulus=COUNTER32, max_bps=gigabit) is None


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_no_time_between_two_readings_gives_no_rate(seconds: float) -> None:
    assert counter_rate(0, 10, seconds) is None


def test_an_unread_counter_is_unknown_not_zero() -> None:
    assert interface_rate(replace(ROW, in_octets=None), NEXT, 1.0, agent_restarted=False).in_bps is None


@pytest.mark.parametrize("after", [replace(NEXT, discontinuity=7), replace(NEXT, index=9)])
def test_a_discontinuity_or_a_new_index_makes_the_rate_unknown(after: InterfaceRow) -> None:
    assert interface_rate(ROW, after, 1.0, agent_restarted=False) == UNKNOWN


def test_a_restarted_agent_makes_the_rate_unknown() -> None:
    assert interface_rate(ROW, NEXT, 1.0, agent_restarted=True) == UNKNOWN


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (System(100, "r", 1, 1), System(200, "r", 1, 2), False),
        (System(5000, "r", 1, 50), System(10, "r", 2, 0), True),
        (System(2**32 - 10, "r", 1, 42949672), System(90, "r", 1, 42949673), False),
        (System(2**32 - 10, "r"), System(90, "r"), False),
        (System(5000, "r"), System(10, "r"), True),
        (None, System(10, "r"), False),
    ],
    ids=["goes on", "new boot", "uptime wrapped, engine says so", "uptime wrapped", "uptime fell", "first reading"],
)
def test_a_restart_is_told_from_a_wrap_of_sysuptime(before: System | None, after: System, expected: bool) -> None:
    assert restarted(before, after, 1.0) is expected


def test_a_64_bit_counter_is_preferred_and_never_doubted_for_its_size() -> None:
    assert counter_rate(0, 10**12, 60.0) == pytest.approx(10**12 * 8 / 60)


def test_a_32_bit_wrap_counts_only_where_one_is_certain() -> None:
    fast = QualityRow("up1", 2, 10_000, low_in_octets=COUNTER32 - 10, low_out_octets=0, discontinuity=0)
    slow = replace(fast, speed_mbps=100)

    def low(before: QualityRow, after: QualityRow) -> float | None:
        first = quality_after({}, (before,), START, continuous=True)
        return quality_after(first, (after,), START + timedelta(seconds=30), continuous=True)["up1"].low.in_bps

    assert low(slow, replace(slow, low_in_octets=290)) == 80.0
    assert low(fast, replace(fast, low_in_octets=290)) is None, "10 Gbit/s wraps it in 3.4 s"
    assert low(slow, replace(slow, low_in_octets=290, discontinuity=7)) is None
    blind = replace(slow, discontinuity=None)
    assert low(blind, replace(blind, low_in_octets=290)) is None, "who does not say may have set it back"
    assert low(replace(slow, speed_mbps=0), replace(slow, speed_mbps=0, low_in_octets=290)) is None


def test_rare_events_are_counted_and_a_counter_set_back_is_unknown() -> None:
    assert events_rate((10, 20), (13, 22), 5.0) == 1.0
    assert events_rate((COUNTER32 - 1,), (1,), 1.0) == 2.0
    assert events_rate((500,), (0,), 1.0) is None
    assert events_rate((None,), (0,), 1.0) is None


def test_a_restart_that_nobody_saw_is_known_by_the_agents_own_clock() -> None:
    assert continuous(System(1000, "r"), System(2000, "r"), 10.0)
    assert not continuous(System(1000, "r"), System(5000, "r"), 100.0), "it has been up for 50 of 100 seconds"
    assert not continuous(System(1000, "r", 1, 10), System(5000, "r", 1, 50), 100.0), "boots that do not increase"


def test_a_stepped_clock_of_ours_gives_no_rate() -> None:
    assert not continuous(System(1000, "r"), System(1100, "r"), 3600.0)


def test_a_wrap_of_sysuptime_after_497_days_is_no_break() -> None:
    assert continuous(System(2**32 - 500, "r"), System(500, "r"), 10.0)
    assert continuous(System(2**32 - 500, "r", 3, 42949667), System(500, "r", 3, 42949677), 10.0)


def test_an_ifindex_that_moved_is_followed_by_its_name_and_gives_one_unknown_rate() -> None:
    state = DeviceState("r")
    for second, index, octets in ((0, 2, 1000), (1, 2, 2000), (2, 7, 3000), (3, 7, 4000)):
        row = replace(ROW, index=index, in_octets=octets)
        other = replace(ROW, name="up2", index=9 - index, in_octets=10**9)
        time = START + timedelta(seconds=second)
        system = System(1000 + second * 100, "r")
        state, events = advance(state, Sample("r", time, answered=True, system=system, interfaces=(row, other)))
        assert not events
        rates = state.interfaces["up1"].rate.in_bps
        assert rates == (8000.0 if second in (1, 3) else None)


def test_a_restart_seen_between_two_reads_of_the_counters_makes_the_next_rate_unknown() -> None:
    state = DeviceState("r")
    story = (
        (0, System(9000, "r", 1, 90), (ROW,)),
        (1, System(5, "r", 2, 0), None),
        (2, System(105, "r", 2, 1), (NEXT,)),
    )
    for second, system, rows in story:
        time = START + timedelta(seconds=second)
        state, _ = advance(state, Sample("r", time, answered=True, system=system, interfaces=rows))
    assert state.interfaces["up1"].rate == UNKNOWN


def test_an_answer_that_came_late_is_no_spike_and_the_next_one_no_dip() -> None:
    """Asked at 0, 1, 2 and 5 s, answered at once but for the second, which took nearly a second."""
    state = DeviceState("r")
    rates = []
    for asked, answered in ((0, 0.0), (1, 1.9), (2, 2.0), (5, 5.0)):
        row = replace(ROW, in_octets=round(1_000_000 * answered))
        system = System(50_000 + round(answered * 100), "r")
        sample = Sample("r", START + timedelta(seconds=asked), answered=True, system=system, interfaces=(row,))
        state, _ = advance(state, sample)
        rates.append(state.interfaces["up1"].rate.in_bps)
    assert rates == [None, *[pytest.approx(8_000_000)] * 3]


def test_counters_that_were_not_read_each_time_are_of_the_time_between_their_own_reads() -> None:
    state = DeviceState("r")
    for second, rows in ((0, (ROW,)), (1, None), (4, (replace(ROW, in_octets=5000),))):
        time = START + timedelta(seconds=second)
        system = System(1000 + second * 100, "r")
        state, _ = advance(state, Sample("r", time, answered=True, system=system, interfaces=rows))
    assert state.interfaces["up1"].rate.in_bps == 8000.0
