"""Rates from counters: wrap, reset and discontinuity."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jbnet.monitor.rates import COUNTER32, COUNTER64, UNKNOWN, counter_rate, interface_rate, restarted
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
