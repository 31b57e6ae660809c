"""Maintenance hides what it names while it lasts, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from networks import small
from simnet import START
from watching import Watching

from jbnet.monitor.calendar import Calendar
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.codec import pack_incident, unpack_incident
from jbnet.monitor.codec_carried import pack_maintenance, unpack_maintenance
from jbnet.monitor.maintenance import AFTERWARDS, Maintenance, Opener, window_of
from jbnet.monitor.rules import Rules
from jbnet.monitor.spells import Loss

LINE = CauseId(CauseKind.CIRCUIT, "chengdong-up1")


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def window(begins: float, ends: float, **more: object) -> Maintenance:
    made = Maintenance("declared:works", Opener.DECLARED, after(begins), after(ends), reason="new fibre", who="Ma")
    return replace(made, **more)  # type: ignore[arg-type]  # any of its fields


def watching(*windows: Maintenance) -> Watching:
    return Watching(small(), rules=Rules(Calendar(windows=windows)))


ONLY_LINE = window(0, 60, circuits=frozenset({"chengdong-up1"}))


def test_a_window_counts_from_its_beginning_up_to_its_end() -> None:
    assert [ONLY_LINE.in_force(after(s)) for s in (-1, 0, 59.9, 60)] == [False, True, True, False]


def test_a_window_counts_only_from_when_it_was_registered_until_it_was_closed() -> None:
    late = replace(ONLY_LINE, registered=after(10), ended=after(20))
    assert [late.in_force(after(s)) for s in (9, 10, 19, 20)] == [False, True, True, False]


def test_a_device_stands_for_the_circuits_that_end_on_it_and_for_no_others() -> None:
    found = window(0, 60, devices=frozenset({"chengdong-r1"}))
    assert found.names(LINE, ("xining-r1", "chengdong-r1"))
    assert not found.names(CauseId(CauseKind.CIRCUIT, "xining-up1"), ("core-r1", "xining-r1"))
    assert not found.names(CauseId(CauseKind.ALARM, "chengdong-r1"))


def test_of_several_windows_the_one_that_ends_last_counts() -> None:
    longer = replace(ONLY_LINE, id="declared:longer", ends=after(90))
    assert window_of((ONLY_LINE, longer), LINE, after(5)) == longer


def test_what_is_named_goes_down_without_anybody_being_told() -> None:
    watch = watching(ONLY_LINE)
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round(3)
    assert (found.state, found.maintenance) == ("maintenance", "declared:works")
    watch.net.cut.clear()
    watch.round(2)
    assert watch.open == []
    assert watch.told == []


def test_what_is_still_down_when_the_window_ends_becomes_an_incident() -> None:
    watch = watching(ONLY_LINE)
    watch.net.cut.add("chengdong-up1")
    watch.round(70)
    (found,) = watch.open
    assert (found.state, found.maintenance, found.opened) == ("open", None, after(60))
    assert watch.told == [("opened", "1")]
    assert {s.loss for s in watch.spells.values() if s.name == "chengdong"} == {Loss.MAINTENANCE, Loss.DOWN}


def test_nothing_beyond_what_is_named_is_hidden() -> None:
    watch = watching(ONLY_LINE)
    watch.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    watch.round(3)
    assert {i.root_cause.name: i.state for i in watch.open} == {
        "chengdong-up1": "maintenance",
        "huangyuan-t1-up1": "open",
    }


def test_a_site_under_maintenance_that_another_fault_cuts_off_is_part_of_that_incident() -> None:
    watch = watching(window(0, 60, devices=frozenset({"chengdong-t1-r1"})))
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round(3)
    assert found.state == "open"
    assert "chengdong-t1" in found.sites


def test_an_incident_from_before_the_window_stays_one() -> None:
    watch = watching(window(20, 60, circuits=frozenset({"chengdong-up1"})))
    watch.net.cut.add("chengdong-up1")
    watch.round(30)
    assert [i.state for i in watch.open] == ["open"]


def test_work_on_a_line_that_is_switched_many_times_is_no_flapping() -> None:
    watch = watching(window(0, 600, circuits=frozenset({"chengdong-up1"})))
    for _ in range(10):
        watch.net.cut ^= {"chengdong-up1"}
        watch.round(2)
    assert watch.book.carried.flaps == {}


def test_a_window_survives_being_kept() -> None:
    found = replace(ONLY_LINE, devices=frozenset({"b", "a"}), registered=after(1), ended=after(2), opener=Opener.DRILL)
    assert unpack_maintenance(pack_maintenance(found)) == found


WORK = window(0, 60, id="change:0123456789ab:1:0", opener=Opener.CHANGE, circuits=frozenset({"chengdong-up1"}))


def related(watch: Watching) -> list[str]:
    return [incident.related for incident in watch.history.values()]


def test_an_incident_names_the_work_during_which_it_began_also_when_that_is_over() -> None:
    watch = watching(replace(WORK, work="0123456789ab", registered=after(0), ended=after(20)))
    watch.net.cut.add("chengdong-up1")
    (record,) = watch.round(3)
    assert (record.state, record.related) == ("maintenance", "change 0123456789ab")
    (incident,) = watch.round(20)
    assert (incident.state, incident.related) == ("open", "change 0123456789ab")
    assert incident.as_json()["related"] == "change 0123456789ab"
    assert unpack_incident(incident.id, pack_incident(incident)) == incident


def test_what_breaks_soon_after_work_on_it_is_shown_with_that_work_and_nothing_else_is() -> None:
    watch = watching(replace(WORK, work="0123456789ab", registered=after(0), ended=after(5)))
    watch.net.cut |= {"chengdong-up1", "huangyuan-up1"}
    watch.round(20)
    assert sorted(related(watch)) == ["", "change 0123456789ab"]


def test_what_breaks_long_after_work_or_had_broken_before_it_is_not_shown_with_it() -> None:
    late = watching(replace(WORK, ended=after(1)))
    late.round(1, seconds=AFTERWARDS.total_seconds())
    late.net.cut.add("chengdong-up1")
    late.round(5)
    early = watching(replace(WORK, begins=after(14), registered=after(14)))
    early.net.cut.add("chengdong-up1")
    early.round(10)
    assert related(late) == related(early) == [""]


def test_a_declared_window_is_named_by_its_own_name() -> None:
    assert ONLY_LINE.related == "declared works"
