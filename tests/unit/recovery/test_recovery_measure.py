"""RTO and lost transactions: from the client's record, and never better than what it shows."""

from __future__ import annotations

import json

import pytest

from jbnet.recovery.measure import ClientEvent, measure, parse_record


def record(*events: tuple[float, int, str], db: str = "production") -> list[ClientEvent]:
    return [ClientEvent(t, db, number, event) for t, number, event in events]


def test_rto_is_from_the_first_failed_to_the_first_acknowledged_write_after_it() -> None:
    events = record((0, 1, "sent"), (1, 1, "acked"), (2, 2, "sent"), (3, 2, "failed"), (5, 3, "failed"),
                    (9, 4, "sent"), (9.5, 4, "acked"), (10, 5, "acked"))  # fmt: skip
    found = measure(events, {"production": {1, 4, 5}})
    assert found.rto_s == {"production": 6.5}
    assert found.lost == {"production": 0}
    assert found.acknowledged == {"production": 3}
    assert found.databases["production"].longest_gap_s == 8.5


def test_acknowledged_and_absent_is_lost_while_failed_and_present_is_not() -> None:
    events = record((0, 1, "acked"), (1, 2, "acked"), (2, 3, "failed"), (3, 4, "acked"))
    found = measure(events, {"production": {1, 3, 4}})
    assert found.lost == {"production": 1}
    assert found.databases["production"].lost_ids == (2,)


def test_a_short_hiccup_does_not_hide_the_long_outage() -> None:
    events = record((0, 1, "failed"), (0.2, 2, "acked"), (5, 3, "failed"), (35, 4, "acked"))
    found = measure(events, {"production": {2, 4}}).databases["production"]
    assert found.rto_s == 30
    assert len(found.outages) == 2


def test_writing_that_never_came_back_has_no_rto_rather_than_a_small_one() -> None:
    events = record((0, 1, "acked"), (1, 2, "failed"))
    assert measure(events, {"production": {1}}).rto_s == {"production": None}


def test_nothing_failed_is_an_outage_of_zero() -> None:
    assert measure(record((0, 1, "acked")), {"production": {1}}).rto_s == {"production": 0.0}


def test_each_database_is_measured_by_itself_and_events_may_come_in_any_order() -> None:
    events = [*record((9, 2, "acked"), (1, 1, "failed")), *record((4, 2, "acked"), (2, 1, "failed"), db="exchange")]
    assert measure(events, {"production": {2}, "exchange": {2}}).rto_s == {"exchange": 2, "production": 8}


def test_a_database_nobody_looked_at_is_an_error_not_a_zero() -> None:
    with pytest.raises(KeyError):
        measure(record((0, 1, "acked")), {})


def test_a_window_cuts_out_one_recovery_but_still_counts_every_acknowledged_write() -> None:
    events = record((0, 1, "acked"), (1, 2, "failed"), (3, 3, "acked"), (10, 4, "failed"), (11, 5, "acked"))
    found = measure(events, {"production": {3, 5}}, since=5.0).databases["production"]
    assert (found.rto_s, found.lost_ids) == (1, (1,))
    assert measure(events, {"production": {1, 3}}, until=5.0).rto_s == {"production": 2}


def test_a_write_that_neither_failed_nor_was_acknowledged_is_unsure() -> None:
    events = record((0, 1, "sent"), (1, 1, "acked"), (2, 2, "sent"))
    assert measure(events, {"production": {1}}).databases["production"].unsure == 1


def test_a_torn_last_line_is_ignored_and_a_torn_one_before_it_is_counted() -> None:
    line = json.dumps({"t": 1.5, "db": "production", "id": 7, "event": "acked"})
    events, unreadable = parse_record(f'{line}\n{{"t": 2\n\n{line.replace("acked", "guessed")}\n{line[:20]}')
    assert events == (ClientEvent(1.5, "production", 7, "acked"),)
    assert unreadable == 2
    assert parse_record("") == ((), 0)


def test_the_recovery_point_lies_before_the_first_lost_write_however_many_came_after_it() -> None:
    events = record((0, 1, "acked"), (7, 2, "acked"), (8, 3, "acked"), (9, 4, "acked"), (10, 5, "failed"),
                    (30, 6, "acked"))  # fmt: skip
    assert measure(events, {"production": {1, 3, 6}}).databases["production"].rpo_s == 3
    assert measure(events, {"production": {1, 2, 3, 4, 6}}).databases["production"].rpo_s == 0


def test_a_loss_without_an_outage_has_no_recovery_point_rather_than_a_near_one() -> None:
    assert measure(record((0, 1, "acked")), {"production": set()}).databases["production"].rpo_s is None


def test_an_outage_without_an_end_is_the_longest_of_all() -> None:
    events = record((0, 1, "failed"), (50, 2, "acked"), (60, 3, "acked"), (61, 4, "failed"))
    assert measure(events, {"production": {2}}).databases["production"].rpo_s == 1
