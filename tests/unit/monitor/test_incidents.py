"""One incident per cause: what is named, what it explains, when it ends."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from networks import desert, small
from watching import Watching

from jbnet.model.network import Level, Service, Site, Status
from jbnet.monitor.codec import pack_incident, unpack_incident
from jbnet.monitor.samples import Sample
from jbnet.topology.needs import ServiceImpact


@pytest.fixture
def watch() -> Watching:
    return Watching(small())


def test_a_calm_network_has_no_incident(watch: Watching) -> None:
    assert watch.round(3) == []


def test_a_cut_circuit_is_one_incident_that_names_it_the_sites_behind_and_the_services(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round()
    assert watch.causes == ["circuit chengdong-up1"]
    assert found.sites == ("chengdong", "chengdong-t1", "chengdong-t2")
    assert found.services == (ServiceImpact("pension", 3),)
    assert {str(s.subject): s.state for s in found.symptoms if s.subject.kind == "device"} == dict.fromkeys(
        ("chengdong-r1", "chengdong-t1-r1", "chengdong-t2-r1"), "unreachable"
    )


def test_it_ends_by_itself_on_heal_and_remembers_whom_it_touched(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    watch.round(3)
    watch.net.cut.clear()
    assert watch.round() == []
    assert list(watch.history) == ["1"]
    assert watch.history["1"].state == "closed"
    assert watch.history["1"].sites == ("chengdong", "chengdong-t1", "chengdong-t2")


def test_a_single_lost_answer_opens_nothing(watch: Watching) -> None:
    watch.net.lossy = {"chengdong-r1": 1}
    assert watch.round() == []
    assert watch.history == {}


def test_a_dual_homed_site_with_one_line_down_is_degraded_and_on_backup(watch: Watching) -> None:
    watch.net.cut.add("chengzhong-up1")
    (found,) = watch.round()
    assert (found.sites, found.degraded, found.on_backup) == ((), ("chengzhong",), ("chengzhong",))


def test_the_ministry_line_down_is_an_incident_that_runs_on_backup(watch: Watching) -> None:
    watch.net.cut.add("ministry-up1")
    (found,) = watch.round()
    assert watch.causes == ["circuit ministry-up1"]
    assert found.on_backup == ("ministry",)
    assert found.sites == ()


def test_a_lost_session_over_a_line_that_looks_up_is_that_lines_incident(watch: Watching) -> None:
    watch.net.dropped.add("ministry-up1")
    watch.round()
    assert watch.causes == ["circuit ministry-up1"]


def test_a_dead_router_whose_lines_all_go_down_is_one_incident_of_the_device(watch: Watching) -> None:
    watch.net.dead.add("xining-r1")
    (found,) = watch.round()
    assert watch.causes == ["device xining-r1"]
    assert "chengdong" in found.sites
    assert "chengzhong" not in found.sites
    assert set(found.degraded) == {"xining", "chengzhong"}


def test_a_dead_router_behind_lines_that_stay_up_is_named_after_the_hold(watch: Watching) -> None:
    watch.net.dark_lines = False
    watch.net.dead.add("chengdong-r1")
    assert watch.round(2) == []
    assert watch.book.incidents.pending == ("chengdong-r1", "chengdong-t1-r1", "chengdong-t2-r1")
    (found,) = watch.round(6)
    assert watch.causes == ["device chengdong-r1"]
    assert found.sites == ("chengdong", "chengdong-t1", "chengdong-t2")
    watch.net.dead.clear()
    assert watch.round() == []


def test_routing_is_given_time_to_find_the_other_way_round(watch: Watching) -> None:
    watch.net.cut.add("chengzhong-up1")
    watch.net.unconverged = {"chengzhong-r1", "chengzhong-t1-r1"}
    watch.round(4)
    assert watch.causes == ["circuit chengzhong-up1"]
    watch.net.unconverged = set()
    (found,) = watch.round(10)
    assert found.sites == ()
    assert list(watch.history) == ["1"]


def test_two_independent_cuts_stay_two_incidents(watch: Watching) -> None:
    watch.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    watch.round()
    assert sorted(watch.causes) == ["circuit chengdong-up1", "circuit huangyuan-t1-up1"]
    sites = [site for incident in watch.open for site in incident.sites]
    assert sorted(sites) == ["chengdong", "chengdong-t1", "chengdong-t2", "huangyuan-t1"]


def test_a_cut_behind_an_earlier_cut_keeps_its_own_incident_and_its_site(watch: Watching) -> None:
    watch.net.cut.add("chengdong-t1-up1")
    watch.round()
    watch.net.cut.add("chengdong-up1")
    watch.round()
    inner, outer = watch.open
    assert inner.sites == ("chengdong-t1",)
    assert outer.sites == ("chengdong", "chengdong-t2")
    watch.net.cut.remove("chengdong-up1")
    watch.round()
    assert watch.causes == ["circuit chengdong-t1-up1"]


def test_of_two_lines_the_later_cut_is_what_cut_the_site_off(watch: Watching) -> None:
    watch.net.cut.add("chengzhong-up1")
    watch.round(10)
    watch.net.cut.add("chengzhong-up2")
    watch.round()
    first, second = watch.open
    assert first.sites == ()
    assert second.root_cause.name == "chengzhong-up2"
    assert second.sites == ("chengzhong", "chengzhong-t1")


def test_a_backup_line_that_was_never_there_explains_nothing(watch: Watching) -> None:
    watch = Watching(small(), calm=0)
    watch.net.cut.add("chengzhong-up2")
    watch.round(8)
    assert watch.causes == ["circuit chengzhong-up2"]
    watch.net.cut.add("chengzhong-up1")
    watch.round()
    assert watch.causes == ["circuit chengzhong-up2", "circuit chengzhong-up1"]
    assert watch.open[1].sites == ("chengzhong", "chengzhong-t1")


def test_a_line_that_is_declared_but_not_there_keeps_nobody_connected(watch: Watching) -> None:
    watch = Watching(small(), calm=0)
    watch.net.missing.add("chengzhong-up2")
    assert watch.round(3) == []
    watch.net.cut.add("chengzhong-up1")
    (found,) = watch.round()
    assert found.root_cause.name == "chengzhong-up1"
    assert found.sites == ("chengzhong", "chengzhong-t1")


def test_symptoms_that_arrive_before_their_cause_are_folded_into_it(watch: Watching) -> None:
    watch.net.dropped.add("chengdong-up1")
    watch.net.unconverged = {"chengdong-r1"}
    watch.round(8)
    assert watch.causes == ["device chengdong-r1"], "so far nothing says that the line is down"
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round()
    assert watch.causes == ["circuit chengdong-up1"]
    assert found.id == "1", "it is the same incident, with its root cause corrected"
    watch.net.cut.clear()
    watch.net.dropped.clear()
    watch.net.unconverged = set()
    assert watch.round() == []


def test_a_cause_that_clears_first_does_not_set_off_its_children(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    watch.round(3)
    watch.net.cut.clear()
    watch.net.unconverged = {"chengdong-r1", "chengdong-t1-r1", "chengdong-t2-r1"}
    (found,) = watch.round(20)
    assert found.cleared is not None
    assert found.state == "open"
    watch.net.unconverged = set()
    assert watch.round() == []
    assert list(watch.history) == ["1"]


def test_what_does_not_come_back_after_the_repair_stands_alone_in_the_end(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    watch.round(3)
    watch.net.cut.clear()
    watch.net.deaf.add("chengdong-t1-r1")
    watch.round(70)
    assert watch.causes == ["device chengdong-t1-r1"]
    assert watch.history["1"].state == "closed"


def test_a_repair_that_fails_again_is_the_same_incident(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    watch.round(3)
    watch.net.cut.clear()
    watch.net.unconverged = {"chengdong-r1"}
    watch.round()
    watch.net.cut.add("chengdong-up1")
    watch.net.unconverged = set()
    (found,) = watch.round(2)
    assert found.id == "1"
    assert found.cleared is None


def test_a_line_that_drops_everything_but_looks_up_is_found_by_its_lost_neighbours(watch: Watching) -> None:
    watch.net.dropped.add("xining-up1")
    watch.round(2)
    assert watch.causes == ["circuit xining-up1"]


def test_a_line_of_which_one_end_alone_has_its_neighbour_again_is_not_over(watch: Watching) -> None:
    watch.net.dropped.add("chengzhong-up1")
    watch.round(12)
    watch.net.dropped.clear()
    watch.time += timedelta(seconds=0.5)
    watch.play((watch.net.look(watch.time, ["xining-r1"]),))  # the other end has not said so yet
    assert [i.closed for i in watch.open] == [None]
    watch.net.dropped.add("chengzhong-up1")  # and they lose one another once more
    watch.round(3)
    assert list(watch.history) == ["1"]
    watch.net.dropped.clear()
    watch.round(320)  # it came and went twice: it must be calm first
    assert watch.open == []


def test_a_lost_agent_of_one_routing_daemon_is_no_cut(watch: Watching) -> None:
    looks = []
    for _ in range(2):
        look = watch.net.look(watch.time)
        looks.append(tuple(_without_ospf(s) if s.device == "core-r1" else s for s in look))
    watch.play(tuple(looks))
    assert watch.open == []


def test_when_nobody_answers_the_place_one_looks_from_is_blamed(watch: Watching) -> None:
    watch.net.dropped |= {"noc-up1", "noc-up2"}
    watch.round(8)
    assert watch.causes == ["device noc-s1"]
    watch.net.dropped.clear()
    assert watch.round() == []


def test_the_nocs_own_lines_are_named_when_they_are_down(watch: Watching) -> None:
    watch.net.cut |= {"noc-up1", "noc-up2"}
    watch.round()
    assert sorted(watch.causes) == ["circuit noc-up1", "circuit noc-up2"]


def test_an_agent_that_does_not_answer_on_a_device_that_carries_traffic_is_an_incident_of_its_own(
    watch: Watching,
) -> None:
    watch.net.deaf.add("chengdong-r1")
    (found,) = watch.round(8)
    assert watch.causes == ["device chengdong-r1"]
    assert found.sites == ("chengdong",), "it cannot be seen; what answers behind it is not listed"
    assert found.devices == ("chengdong-r1",)


def test_who_is_silent_because_routers_take_no_way_that_is_left_belongs_to_the_cut_that_did_it() -> None:
    """West-r1 does not see core-r1 die: it goes on drawing the area's traffic, and has nobody to hand it to."""
    watch = Watching(desert(), dark_lines=False)
    watch.net.dead.add("core-r1")
    watch.round(10)
    assert watch.causes == ["device core-r1"]
    watch.net.cut.add("west-pair1")
    watch.round(10)
    first, second = watch.open
    assert (first.root_cause.name, first.sites) == ("core-r1", ())
    assert (second.root_cause.name, second.sites) == ("west-pair1", ("oasis", "well"))
    watch.net.dead.clear()
    watch.round()
    assert watch.causes == ["circuit west-pair1"]
    assert watch.open[0].sites == ()


def test_an_agent_that_is_silent_where_packets_come_through_is_not_put_down_to_a_cut(watch: Watching) -> None:
    watch = Watching(desert())
    watch.net.cut.add("west-pair1")
    watch.net.deaf.add("oasis-r1")
    watch.round(10)
    assert watch.causes == ["circuit west-pair1", "device oasis-r1"]


def test_a_partner_cut_off_is_named_and_stops_what_needs_it() -> None:
    network = small()
    report = Service("report", "上报", peers=("ministry",), levels=(Level.COUNTY,))
    watch = Watching(replace(network, services={**network.services, "report": report}))
    watch.net.cut.add("ministry-up1")
    watch.round(10)
    watch.net.cut.add("ministry-up2")
    watch.round()
    first, second = watch.open
    assert (first.on_backup, first.others, first.services) == (("ministry",), (), ())
    assert (second.others, second.services) == (("ministry",), (ServiceImpact("report", 3),))


def test_a_site_on_a_gateway_is_cut_off_while_that_is_silent_and_a_planned_one_never() -> None:
    network = small()
    yard = Site("yard", "场", Level.TOWNSHIP, "", "chengdong", gateway="chengdong-r1")
    planned = replace(network.sites["chengdong-t2"], status=Status.PLANNED)
    watch = Watching(replace(network, sites={**network.sites, "yard": yard, "chengdong-t2": planned}))
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round()
    assert sorted(found.sites) == ["chengdong", "chengdong-t1", "yard"]


def test_an_incident_kept_before_partners_were_named_is_read() -> None:
    watch = Watching(small())
    watch.net.cut.add("chengdong-up1")
    (found,) = watch.round()
    kept = json.loads(pack_incident(found))
    assert unpack_incident(found.id, pack_incident(found)) == found
    del kept["others"]
    assert unpack_incident(found.id, json.dumps(kept).encode()) == found


def test_an_incident_in_json_has_the_agreed_shape(watch: Watching) -> None:
    watch.net.cut.add("chengdong-t1-up1")
    (found,) = watch.round()
    shown = found.as_json()
    assert shown["root_cause"] == {"kind": "circuit", "name": "chengdong-t1-up1"}
    assert shown["state"] == "open"
    assert shown["sites"] == ["chengdong-t1"]
    assert shown["services"] == [{"name": "pension", "sites": 1}]
    assert shown["closed"] is None
    assert str(shown["opened"]).endswith("Z")


def _without_ospf(sample: Sample) -> Sample:
    return replace(sample, ospf=())


def test_what_lies_behind_a_healed_line_is_given_time_while_its_neighbour_finds_its_routes(watch: Watching) -> None:
    watch.net.cut.add("chengdong-up1")
    watch.round(10)
    watch.net.cut.clear()
    watch.net.speechless = {"chengdong-up1"}
    watch.net.unconverged = {"chengdong-t1-r1", "chengdong-t2-r1"}
    (found,) = watch.round()
    assert watch.causes == ["circuit chengdong-up1"]
    assert found.sites == ("chengdong-t1", "chengdong-t2")
    watch.net.speechless = set()
    watch.round(5)
    assert watch.causes == ["circuit chengdong-up1"]
    watch.net.unconverged = set()
    assert watch.round() == []
    assert list(watch.history) == ["1"]
    assert watch.history["1"].sites == ("chengdong", "chengdong-t1", "chengdong-t2"), "all whom it ever touched"
    assert watch.history["1"].services == (ServiceImpact("pension", 3),)


def test_a_router_that_dies_while_its_line_is_lost_is_dead_from_then_on_and_takes_the_lines_incident_along() -> None:
    watch = Watching(small())
    watch.net.dropped.add("chengzhong-up1")
    watch.round(15)
    assert watch.causes == ["circuit chengzhong-up1"]
    watch.net.dropped.clear()
    watch.net.dead.add("chengzhong-r1")
    dies = watch.time
    (found,) = watch.round(10)
    assert watch.causes == ["device chengzhong-r1"]
    assert found.since > dies, "it answered until then"
    assert watch.history["1"].merged_into == found.id
