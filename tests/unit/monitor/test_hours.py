"""Opening hours: when a place is expected to be there, and what a dark closed place is (nothing)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from networks import small
from simnet import START
from watching import Watching

from jbnet.monitor.calendar import Calendar
from jbnet.monitor.hours import Exemption, Hours, parse
from jbnet.monitor.rules import Rules

OFFICE = "Mo-Fr 08:30-12:00,14:30-18:00; Sa 09:00-12:00; PH off"
CHINA = 480


def local(day: int, clock: str) -> datetime:
    """A time of November 2026 (the 22nd is a Sunday) in China."""
    return datetime(2026, 11, day, int(clock[:2]), int(clock[3:]), tzinfo=UTC) - timedelta(minutes=CHINA)


@pytest.mark.parametrize(
    ("day", "clock", "is_open"),
    [
        (23, "08:29", False),
        (23, "08:30", True),
        (23, "12:00", False),
        (23, "17:59", True),
        (23, "18:00", False),
        (21, "11:00", True),
        (21, "13:00", False),
        (22, "11:00", False),
    ],
)
def test_a_place_is_open_as_written_in_its_own_time(day: int, clock: str, is_open: bool) -> None:
    hours = Hours({"t1": parse(OFFICE)}, offset_min=CHINA)
    assert hours.is_open("t1", local(day, clock)) is is_open


def test_a_holiday_closes_and_a_made_up_day_opens() -> None:
    monday, sunday = date(2026, 11, 23), date(2026, 11, 22)
    hours = Hours({"t1": parse(OFFICE)}, frozenset({monday}), {sunday: 0}, offset_min=CHINA)
    assert not hours.is_open("t1", local(23, "10:00"))
    assert hours.is_open("t1", local(22, "10:00"))


def test_an_exception_holds_for_its_sites_and_days() -> None:
    flood = Exemption(frozenset({"t1"}), date(2026, 11, 23), date(2026, 11, 24), parse("off"))
    hours = Hours({"t1": parse(OFFICE), "t2": parse(OFFICE)}, exemptions=(flood,), offset_min=CHINA)
    assert [hours.is_open(site, local(24, "10:00")) for site in ("t1", "t2")] == [False, True]
    assert hours.is_open("t1", local(25, "10:00"))


@pytest.mark.parametrize("written", ["24/7", "00:00-24:00", "Mo-Su,PH 00:00-24:00"])
def test_what_never_closes_is_always_open(written: str) -> None:
    hours = Hours({"t1": parse(written)})
    assert list(hours.open_between("t1", START, START + timedelta(hours=1))) == [(START, START + timedelta(hours=1))]


def test_days_may_go_over_the_end_of_the_week_and_a_later_rule_replaces_an_earlier_one() -> None:
    week = parse("Fr-Mo 10:00-11:00; Su off")
    assert [bool(spans) for spans in week.days] == [True, False, False, False, True, True, False, False]


def test_the_open_time_of_a_week_is_what_is_written() -> None:
    hours = Hours({"t1": parse(OFFICE)}, offset_min=CHINA)
    spans = list(hours.open_between("t1", local(16, "00:00"), local(23, "00:00")))
    assert sum((end - begin for begin, end in spans), timedelta()) == timedelta(hours=5 * 7 + 3)
    assert all(first[1] <= second[0] for first, second in zip(spans, spans[1:], strict=False))


CLOSED = "Mo-Fr 08:30-18:00"
"""The simulated clock begins on a Sunday."""


def watching(*sites: str, written: str = CLOSED) -> Watching:
    hours = Hours({site: parse(written) for site in sites}, offset_min=CHINA)
    return Watching(small(), rules=Rules(Calendar(hours)))


def test_a_township_that_is_dark_outside_its_hours_is_no_incident() -> None:
    watch = watching("chengdong-t1")
    watch.net.dead.add("chengdong-t1-r1")
    assert watch.round(20) == []
    assert watch.history == {}
    assert watch.book.incidents.pending == ()


def test_one_that_is_still_dark_when_it_should_have_opened_is_one() -> None:
    watch = watching("chengdong-t1", written="Su 12:01-18:00")
    watch.net.dead.add("chengdong-t1-r1")
    watch.round(40)
    assert watch.open == []
    (found,) = watch.round(30)
    assert found.sites == ("chengdong-t1",)


def test_one_that_went_dark_while_it_was_open_stays_an_incident_after_closing_time() -> None:
    watch = watching("chengdong-t1", written="Su 00:00-12:01")
    watch.net.dead.add("chengdong-t1-r1")
    watch.round(120)
    assert [i.sites for i in watch.open] == [("chengdong-t1",)]


def test_a_county_line_that_breaks_at_night_is_an_incident_with_its_closed_townships() -> None:
    watch = watching("chengdong-t1", "chengdong-t2")
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round(3)
    assert found.sites == ("chengdong", "chengdong-t1", "chengdong-t2")


def test_a_dark_site_with_one_line_reads_line_or_power() -> None:
    watch = Watching(small())
    watch.net.dead.add("chengdong-t1-r1")
    (found,) = watch.round(3)
    assert (found.root_cause.name, found.reading) == ("chengdong-t1-up1", "line or power")
    assert found.as_json()["reading"] == "line or power"


def test_a_county_behind_one_line_too_but_not_a_dead_router_of_many_lines_nor_a_cut_of_one_of_two() -> None:
    watch = Watching(small())
    watch.net.cut.add("chengdong-up1")
    assert [i.reading for i in watch.round(3)] == ["line or power"]
    watch = Watching(small())
    watch.net.dead.add("xining-r1")
    assert [i.reading for i in watch.round(3)] == [""]
    watch = Watching(small())
    watch.net.cut.add("chengzhong-up1")
    assert [i.reading for i in watch.round(3)] == [""]
