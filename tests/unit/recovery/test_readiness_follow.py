"""One cause, one red check that calls: what follows from another does not, and what is at stake is no symptom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from jbnet.model.text import text
from jbnet.recovery.parity import UNREAD
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_follow import Weight, following, is_symptom, weight

GONE = text("there is no slot {slot}", slot="two_db1")


def red(check: Check, database: str = "production") -> Result:
    found = UNREAD if check is Check.SLOT else text("-")
    return Result(check, "two-db1", Level.RED, found, text("-"), database=database)


def calling(*results: Result) -> list[Check]:
    after = following(results)
    return [result.check for place, result in enumerate(results) if place not in after]


def test_a_standby_that_does_not_run_explains_that_nothing_streams_that_it_lags_and_its_unread_slot() -> None:
    assert calling(*map(red, (Check.STANDBY, Check.STREAM, Check.LAG, Check.SLOT))) == [Check.STANDBY]


def test_a_slot_that_is_gone_explains_that_nothing_streams_and_not_the_other_way_round() -> None:
    gone = replace(red(Check.SLOT), found=GONE)
    assert calling(gone, red(Check.STREAM), red(Check.LAG)) == [Check.SLOT]
    assert calling(red(Check.STREAM), red(Check.SLOT)) == [Check.STREAM]
    assert calling(gone, red(Check.STANDBY)) == [Check.SLOT, Check.STANDBY]


def test_nothing_follows_from_another_database() -> None:
    assert len(calling(red(Check.STANDBY), red(Check.STREAM, "exchange"))) == 2


def test_nothing_follows_from_the_standby_beside_the_leader_for_the_one_at_the_other_site() -> None:
    assert len(calling(replace(red(Check.STANDBY), aside=True), red(Check.STREAM))) == 2


def test_what_is_red_for_itself_calls_beside_whatever_else_is_red() -> None:
    alone = (Check.LEADER, Check.CLUSTER, Check.SYNCHRONOUS, Check.DISK, Check.FILTER)
    assert calling(red(Check.STANDBY), red(Check.STREAM), *map(red, alone)) == [Check.STANDBY, *alone]


def test_where_no_host_was_seen_an_unread_fence_is_the_same_silence() -> None:
    unseen = replace(red(Check.STANDBY), level=Level.UNKNOWN, looked=False)
    leader = replace(unseen, check=Check.SYNCHRONOUS)
    assert Check.FENCE not in calling(unseen, leader, red(Check.FENCE), red(Check.VANTAGES))
    assert Check.VANTAGES in calling(unseen, red(Check.FENCE), red(Check.VANTAGES)), "one of them was seen"


@pytest.mark.parametrize(
    "check", [Check.LEADER, Check.CLUSTER, Check.SYNCHRONOUS, Check.LEASE, Check.DISK, Check.FILTER]
)
def test_what_a_fault_puts_at_stake_is_no_symptom_of_it(check: Check) -> None:
    assert not is_symptom(red(check))
    assert is_symptom(replace(red(check), level=Level.UNKNOWN)), "that nobody can look is"


def test_of_a_slot_only_that_nobody_reads_it_is_a_symptom() -> None:
    assert is_symptom(red(Check.SLOT))
    assert not is_symptom(replace(red(Check.SLOT), found=GONE))


def test_what_parts_data_weighs_more_than_what_is_in_the_way_of_a_move() -> None:
    assert weight(Check.CLUSTER) < weight(Check.SLOT) == weight(Check.SYNCHRONOUS) < weight(Check.APPLICATION)
    assert weight(Check.FENCE) is Weight.MOVE
