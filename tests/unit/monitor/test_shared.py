"""What several causes share: one incident for a duct, a carrier, a site without power, and never more than that."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from simnet import START
from watching import Watching

from jbnet.model.times import rfc3339
from jbnet.monitor.actions import Silence, covers
from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.codec import pack_incident, unpack_incident
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.notices import Route
from jbnet.monitor.rules import PLAIN
from jbnet.monitor.sla import level_of
from jbnet.monitor.spells import SpellKind

DUCT = ("chengdong-up1", "huangyuan-up1", "golmud-dc-up2")
SATELLITE = ("chengdong-t1-up1", "chengdong-t2-up1", "huangyuan-t1-up1")


def over(**shared: tuple[str, ...]) -> Watching:
    """Watch a network whose lines share these: ``duct`` and ``cable`` are risks, others are carriers."""
    network = small()
    circuits = dict(network.circuits)
    for name, lines in shared.items():
        for line in lines:
            one = circuits[line]
            risk = name in ("duct", "cable")
            circuits[line] = replace(one, srlgs=(*one.srlgs, name)) if risk else replace(one, carrier=name)
    return Watching(replace(network, circuits=circuits))


def roots(watch: Watching) -> list[str]:
    """Return the roots of all incidents that there ever were."""
    return [f"{i.root_cause.kind} {i.root_cause.name}" for i in watch.history.values()]


def test_all_lines_of_a_duct_at_once_are_one_incident_of_the_duct_with_everybody_behind() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    watch.round()
    (found,) = watch.open
    assert roots(watch) == ["srlg duct"]
    assert {part.id.name for part in found.parts} == set(DUCT)
    assert {"chengdong", "huangyuan", "chengdong-t1"} <= set(found.sites)
    assert found.degraded == ("golmud-dc",)


def test_it_ends_when_the_last_line_is_back_and_what_is_back_takes_nothing_away_any_more() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    watch.round()
    watch.net.cut -= {"golmud-dc-up2", "chengdong-up1"}
    watch.round(8)
    (found,) = watch.open
    assert {part.id.name for part in found.parts if part.cleared is None} == {"huangyuan-up1"}
    assert found.degraded == ()
    assert set(found.sites) == {"huangyuan", "huangyuan-t1", "huangyuan-t2"}
    watch.net.cut.clear()
    watch.round(8)
    assert watch.open == []
    assert roots(watch) == ["srlg duct"]
    assert all(part.cleared is not None for incident in watch.history.values() for part in incident.parts)


def test_a_line_of_it_that_was_repaired_and_fails_again_later_is_an_incident_of_its_own() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    watch.round()
    watch.net.cut.remove("chengdong-up1")
    watch.round(90)
    watch.net.cut.add("chengdong-up1")
    watch.round(5)
    assert watch.causes == ["srlg duct", "circuit chengdong-up1"]
    assert "chengdong" in watch.open[1].sites
    assert "chengdong" not in watch.open[0].sites
    assert watch.told == [("opened", "1"), ("opened", "2")]


def test_every_line_of_it_is_out_of_order_for_as_long_as_it_was() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    watch.round(10)
    watch.net.cut.clear()
    watch.round(8)
    lines = {s.name: s for s in watch.spells.values() if s.kind is SpellKind.CIRCUIT}
    assert lines.keys() == set(DUCT)
    assert all(s.ends is not None and s.cause == CauseId(CauseKind.SRLG, "duct") for s in lines.values())


def test_a_line_that_joins_later_was_out_of_order_from_when_it_went() -> None:
    watch = over(duct=DUCT[:2])
    watch.net.cut.add(DUCT[0])
    watch.round(1)
    watch.net.cut.add(DUCT[1])
    went = watch.time + timedelta(seconds=1)
    watch.round(10)
    assert [i.root_cause.name for i in watch.open] == ["duct"]
    (later,) = [s for s in watch.spells.values() if s.kind is SpellKind.CIRCUIT and s.name == DUCT[1]]
    assert later.begins == went


def test_what_work_was_announced_for_is_explained_by_that() -> None:
    watch = over(duct=DUCT[:2])
    window = Maintenance("declared:w", Opener.DECLARED, START, START + timedelta(days=1), circuits=frozenset({DUCT[0]}))
    watch.rules = replace(PLAIN, calendar=replace(PLAIN.calendar, windows=(window,)))
    watch.net.cut |= set(DUCT[:2])
    watch.round(5)
    assert sorted(watch.causes) == sorted(f"circuit {name}" for name in DUCT[:2])
    assert {i.root_cause.name: i.maintenance for i in watch.open} == {DUCT[0]: "declared:w", DUCT[1]: None}


def test_a_line_of_it_that_works_clears_the_duct() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT[:2])
    watch.round()
    assert sorted(roots(watch)) == ["circuit chengdong-up1", "circuit huangyuan-up1"]


def test_lines_that_go_down_one_long_after_another_stay_apart() -> None:
    watch = over(duct=DUCT[:2])
    watch.net.cut.add(DUCT[0])
    watch.round(60)
    watch.net.cut.add(DUCT[1])
    watch.round(20)
    assert sorted(roots(watch)) == ["circuit chengdong-up1", "circuit huangyuan-up1"]


@pytest.mark.parametrize("first", DUCT)
def test_reports_that_come_one_by_one_end_in_one_incident(first: str) -> None:
    watch = over(duct=DUCT)
    watch.net.cut.add(first)
    watch.round()
    watch.net.cut |= set(DUCT)
    watch.round(5)
    assert [f"{i.root_cause.kind} {i.root_cause.name}" for i in watch.open] == ["srlg duct"]
    assert len([i for i in watch.history.values() if i.merged_into is None]) == 1


def test_a_carrier_that_loses_all_its_lines_is_one_incident_of_the_carrier() -> None:
    watch = over(satcom=SATELLITE, mobile=("chengdong-up1", "huangyuan-up1"))
    watch.net.cut |= set(SATELLITE)
    watch.round()
    assert roots(watch) == ["carrier satcom"]
    assert set(watch.open[0].sites) == {"chengdong-t1", "chengdong-t2", "huangyuan-t1"}


def test_a_carrier_that_has_a_line_left_is_not_blamed() -> None:
    watch = over(satcom=(*SATELLITE, "chengzhong-up2"))
    watch.net.cut |= set(SATELLITE)
    watch.round()
    assert len(watch.open) == 3
    assert {str(i.root_cause.kind) for i in watch.open} == {"circuit"}


@pytest.mark.parametrize(
    ("picked", "silenced"), [(set(DUCT), True), ({"duct"}, True), (set(DUCT[:2]), False), (set(), False)]
)
def test_a_silence_covers_what_is_shared_where_it_covers_every_part(picked: set[str], silenced: bool) -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    (found,) = watch.round()
    silence = Silence("s1", "li", "device:x", watch.time, watch.time, "")
    assert covers(silence, found, lambda _: frozenset(picked)) is silenced


def test_whoever_is_told_of_one_of_its_lines_is_told_of_the_duct() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    (found,) = watch.round()
    route = Route(("noc",), selector="under:golmud")
    assert route.fits(found, lambda _: frozenset({"golmud-dc-up2"}))
    assert not route.fits(found, lambda _: frozenset({"golmud-dc-up1"}))


def test_a_site_all_of_whose_routers_go_at_once_is_one_incident_of_the_site() -> None:
    watch = Watching(small())
    watch.net.dead |= {"xining-r1", "xining-r2"}
    watch.round(12)
    assert roots(watch) == ["site xining"]
    assert {"xining", "chengdong"} <= set(watch.open[0].sites)


def test_the_lines_of_two_routers_of_a_place_that_is_dark_are_its_power() -> None:
    """Nobody sees more of either router than that its one line is down."""
    watch = Watching(small())
    watch.net.dead |= {"xining-r1", "xining-r2"}
    watch.round(3)
    (found,) = watch.open
    assert {part.id.name for part in found.parts} == {"xining-up1", "xining-up2"}


def test_one_router_of_two_is_no_incident_of_the_site() -> None:
    watch = Watching(small())
    watch.net.dead.add("xining-r1")
    watch.round(12)
    assert [root for root in roots(watch) if root.startswith("site")] == []


def test_it_is_kept_whole_and_told_whole_in_json() -> None:
    watch = over(duct=DUCT)
    watch.net.cut |= set(DUCT)
    watch.round()
    (found,) = watch.open
    assert unpack_incident(found.id, pack_incident(found)) == found
    since = rfc3339(found.since)
    assert found.as_json()["parts"] == [
        {"kind": "circuit", "name": name, "since": since, "cleared": None} for name in sorted(DUCT)
    ]


@pytest.mark.parametrize(
    ("kind", "name", "level"),
    [("srlg", "duct", "county"), ("carrier", "satcom", "township"), ("site", "xining", "prefecture")],
)
def test_what_is_shared_counts_for_the_highest_level_that_it_took(kind: str, name: str, level: str) -> None:
    network = over(duct=DUCT[:2], satcom=SATELLITE).net.plant.network
    assert level_of(network, CauseId(CauseKind(kind), name)) == level


def test_a_line_of_a_device_that_is_back_is_given_time_to_follow() -> None:
    watch = Watching(small())
    lines = {"ministry-up1", "ministry-up2"}
    watch.net.dropped |= lines
    watch.round(12)
    assert watch.causes == ["device ministry-r1"]
    watch.net.dropped.remove("ministry-up1")
    watch.round(5)
    assert watch.causes == ["device ministry-r1"]
    watch.net.dropped.clear()
    watch.round(5)
    assert watch.causes == []
    assert roots(watch) == ["device ministry-r1"]


def test_what_a_router_said_of_its_lines_while_it_died_is_not_blamed_beside_it() -> None:
    watch = Watching(small())
    for line in ("ministry-up2", "xining-up2"):
        watch.net.cut.add(line)
        watch.time += timedelta(seconds=0.1)
        watch.play((watch.net.look(watch.time, ["core-r2"]),))
    assert watch.open == []  # one line is down, and the next is in doubt
    watch.net.cut |= {e.circuit for e in watch.net.plant.graph.adjacency["core-r2"]}
    watch.round(3)
    assert [i.root_cause.name for i in watch.open] == ["core-r2"]


def test_a_peer_whose_sessions_end_seconds_apart_is_one_incident_of_the_peer() -> None:
    watch = Watching(small())
    watch.net.dropped.add("ministry-up2")
    watch.round(8)
    watch.net.dropped.add("ministry-up1")
    watch.round(8)
    assert watch.causes == ["device ministry-r1"]
    assert [i.merged_into for i in watch.history.values()] == [None]


def test_a_line_that_does_not_follow_is_blamed_in_the_end() -> None:
    watch = Watching(small())
    watch.net.dropped |= {"ministry-up1", "ministry-up2"}
    watch.round(12)
    watch.net.dropped.remove("ministry-up1")
    watch.round(90)
    assert watch.causes == ["circuit ministry-up2"]
