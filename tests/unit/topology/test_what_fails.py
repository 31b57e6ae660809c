"""What routers do where a graph would say otherwise, and what forecasts say about services, loads and lines."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from drawn_network import BACKBONE, Drawer
from networks import small

from jbnet.model.errors import UsageError
from jbnet.model.network import Application, CircuitRole, Level, Line, Network, Peer, Premises, Service, Srlg, Underlay
from jbnet.topology.each import rows, worst_first
from jbnet.topology.failures import KINDS, each, parse
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet
from jbnet.topology.impact import ServiceImpact
from jbnet.topology.paths import disjoint
from jbnet.topology.single import single_points

AREA = "0.0.63.8"


@pytest.fixture
def network() -> Network:
    """Two cores, a data centre on both, a prefecture of two border routers, a county with a line to each."""
    made = Drawer()
    for number, name in enumerate(("core", "dc", "noc")):
        made.location(name, number)
    for number in (1, 2):
        made.device(f"core-r{number}", "core", "core", IPv4Address(f"10.0.192.{number}"), BACKBONE)
    made.line("core-pair1", "core-r1", "core-r2", CircuitRole.PRIMARY, BACKBONE, up=False)
    made.device("dc-db1", "dc", "database-server", IPv4Address("10.1.192.2"), BACKBONE)
    made.device("noc-s1", "noc", "noc-server", IPv4Address("10.2.192.1"), BACKBONE)
    made.site("west", Level.PREFECTURE, "qinghai", "10.8.0.0/13", 4)
    for number in (1, 2):
        made.device(f"west-r{number}", "west", "prefecture-router", IPv4Address(f"10.8.96.{number}"), AREA)
    for home, lower in (
        ("dc-db1", ("dc-db1", "dc-db1")),
        ("noc", ("noc-s1", "noc-s1")),
        ("west", ("west-r1", "west-r2")),
    ):
        made.line(f"{home}-up1", "core-r1", lower[0], CircuitRole.PRIMARY, BACKBONE)
        made.line(f"{home}-up2", "core-r2", lower[1], CircuitRole.BACKUP, BACKBONE)
    made.line("west-pair1", "west-r1", "west-r2", CircuitRole.PRIMARY, AREA, up=False)
    made.site("oasis", Level.COUNTY, "west", "10.9.0.0/17", 8)
    made.device("oasis-r1", "oasis", "county-router", IPv4Address("10.9.3.1"), AREA)
    made.line("oasis-up1", "west-r1", "oasis-r1", CircuitRole.PRIMARY, AREA)
    made.line("oasis-up2", "west-r2", "oasis-r1", CircuitRole.BACKUP, AREA)
    made.site("well", Level.TOWNSHIP, "oasis", "10.9.4.0/22", 3)
    made.device("well-r1", "well", "township-cpe", IPv4Address("10.9.4.193"), None)
    made.line("well-up1", "oasis-r1", "well-r1", CircuitRole.PRIMARY, None)
    return made.network()


def test_a_dead_core_and_a_cut_pair_take_a_county_although_lines_are_left(network: Network) -> None:
    """West-r1 does not see core-r1 die: it goes on drawing the area's traffic, and has nobody to hand it to."""
    forecaster = Forecaster(network)
    both = FailureSet.of(circuits=["west-pair1"], devices=["core-r1"])
    assert forecaster.of(both).cut_off == ("oasis", "well")
    assert "oasis-r1" in forecaster.reached("west-r2", both)
    assert forecaster.of(FailureSet.of(circuits=["west-pair1", "west-up1"])).cut_off == ()


def test_an_area_is_no_way_between_the_cores(network: Network) -> None:
    """With the cores' pair and all other joints cut, the prefecture still joins them in a graph; OSPF does not."""
    apart = FailureSet.of(circuits=["core-pair1", "noc-up2", "dc-db1-up2"])
    assert "core-r2" not in Forecaster(network).reached("noc-s1", apart)


def test_a_prefecture_on_its_backup_line_says_so_and_its_counties_do_not(network: Network) -> None:
    assert Forecaster(network).of(FailureSet.of(circuits=["west-up1"])).on_backup == ("west",)


def test_a_line_up_is_the_one_of_the_device_that_is_nearest_to_the_core(network: Network) -> None:
    found = Forecaster(network).lines_up(FailureSet.of(circuits=["west-up1"]), ["west", "oasis", "core", "well"])
    assert found == {"west": ("west-r2", ("west-up2",)), "oasis": ("oasis-r1", ("oasis-up1",))}


def test_a_lost_database_stops_services_at_sites_that_are_up(network: Network) -> None:
    found = Forecaster(network).of(FailureSet.of(devices=["dc-db1"]))
    assert found.cut_off == ()
    assert found.services == (ServiceImpact("pension", 3), ServiceImpact("hotline", 1))


def test_another_host_of_an_application_keeps_its_services(network: Network) -> None:
    card = Application("card", "卡", hosts=("noc-s1", "west-r2"))
    services = {"card": Service("card", "卡", applications=("card",), levels=(Level.COUNTY,))}
    forecaster = Forecaster(replace(network, applications={"card": card}, services=services, databases={}))
    assert forecaster.of(FailureSet.of(devices=["noc-s1"])).services == ()
    assert forecaster.of(FailureSet.of(devices=["noc-s1", "west-r2"])).services == (ServiceImpact("card", 1),)


def test_a_partner_whose_line_fails_is_cut_off_and_so_is_an_office(network: Network) -> None:
    bank = Peer("bank", "行", kind="banks", line=Line("bank-line", "core-r1", carrier="telecom"))
    office = Premises("oasis-pension", "oasis", "pension", network.supernet, Line("office-line", "oasis-r1"))
    forecaster = Forecaster(replace(network, peers={**network.peers, "bank": bank}, premises={"oasis-pension": office}))
    assert forecaster.of(FailureSet.of(lines=["bank-line"])).others == ("bank",)
    assert forecaster.of(FailureSet.of(carriers=["telecom"])).others == ("bank",)
    assert forecaster.of(FailureSet.of(premises=["oasis-pension"])).premises == ("oasis-pension",)
    assert forecaster.of(FailureSet.of(devices=["oasis-r1"])).premises == ("oasis-pension",)


def test_the_ministry_is_reached_over_the_session_that_is_preferred_and_stands(network: Network) -> None:
    made = Forecaster(small())
    assert made.of(FailureSet.of(circuits=["ministry-up1"])).others == ()
    assert made.of(FailureSet.of(sites=["ministry"])).others == ("ministry",)


def test_demand_goes_over_the_lines_that_are_left_and_overloads_them(network: Network) -> None:
    forecaster = Forecaster(network)
    assert forecaster.loads is not None
    assert [(o.circuit, o.load) for o in forecaster.loads.usual()] == [
        ("dc-db1-up1", 15.0),
        ("west-up1", 15.0),
        ("oasis-up1", 11.0),
    ]
    found = forecaster.of(FailureSet.of(circuits=["oasis-up1"]))
    assert {(o.circuit, o.load, o.percent) for o in found.overloads} == {
        ("oasis-up2", 11.0, 110),
        ("west-up2", 11.0, 110),  # the nearest border router is the second: it takes its own line, backup or not
        ("core-pair1", 11.0, 110),
    }
    assert Forecaster(network, demand={}).loads is None


def test_ways_left_share_no_circuit(network: Network) -> None:
    ways = Forecaster(network).ways_left(FailureSet.of(circuits=["west-up2"]))
    assert [(w.home, w.before, w.after) for w in ways] == [("west", 2, 1), ("oasis", 2, 1)]


def test_shared_risks_underlays_and_carriers_fail_what_they_carry(network: Network) -> None:
    lines = dict(network.circuits)
    lines["oasis-up1"] = replace(lines["oasis-up1"], srlgs=("duct",), carrier="telecom")
    lines["oasis-up2"] = replace(lines["oasis-up2"], srlgs=("duct",), underlay="egov")
    carried = replace(
        network,
        circuits=lines,
        srlgs={"duct": Srlg("duct", "管")},
        underlays={"egov": Underlay("egov", "政务网", "省")},
    )
    forecaster = Forecaster(carried)
    assert forecaster.of(FailureSet.of(srlgs=["duct"])).cut_off == ("oasis", "well")
    assert forecaster.of(FailureSet.of(carriers=["telecom"])).on_backup == ("oasis",)
    assert forecaster.of(FailureSet.of(underlays=["egov"])).cut_off == ()


@pytest.mark.parametrize("kind", KINDS)
def test_every_single_failure_by_name_is_the_one_that_each_gives(network: Network, kind: str) -> None:
    forecaster = Forecaster(network)
    for name, failure in each(network, kind):
        assert forecaster.of(parse(network, [f"{kind}:{name}"])) == forecaster.of_expanded(failure)


def test_the_worst_failure_comes_first(network: Network) -> None:
    assert worst_first(rows(Forecaster(network), "device"))[0].name == "dc-db1"


@pytest.mark.parametrize(
    ("written", "like"),
    [("circuit:oasis-up9", "oasis-up"), ("device:well", "site:well"), ("bla:x", "circuit"), ("x", "KIND")],
)
def test_an_unknown_failure_is_refused_with_the_nearest_name(network: Network, written: str, like: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(network, [written])
    assert like in str(refused.value)


def test_single_points_name_the_line_that_mends_and_group_what_is_alike(network: Network) -> None:
    left = {name: line for name, line in network.circuits.items() if name != "oasis-up2"}
    router = network.devices["oasis-r1"]
    ports = tuple(port for port in router.interfaces if port.circuit != "oasis-up2")
    other = network.devices["west-r2"]
    theirs = tuple(port for port in other.interfaces if port.circuit != "oasis-up2")
    devices = {
        **network.devices, "oasis-r1": replace(router, interfaces=ports), "west-r2": replace(other, interfaces=theirs)
    }  # fmt: skip
    points, groups = single_points(Forecaster(replace(network, circuits=left, devices=devices)))
    by_name = {point.name: point for point in points}
    mend = by_name["oasis-up1"].mends[0]
    assert (mend.device, mend.to, mend.proved) == ("oasis-r1", "west-r2", True)
    assert by_name["west-r1"].mends[0].to == "west-r2"
    unpriced = {name: replace(line, monthly_cost=None, carrier=None) for name, line in left.items()}
    again, _ = single_points(Forecaster(replace(network, circuits=unpriced, devices=devices)))
    assert {point.name: point for point in again}["oasis-up1"].mends[0].to == "west-r2"  # not a neighbouring county
    assert [(group.kind, group.names) for group in groups if group.kind == "circuit"] == [("circuit", ("well-up1",))]


def test_disjoint_routes_share_no_device_no_circuit_and_no_shared_risk(network: Network) -> None:
    routes = disjoint(network, ["noc-s1", "dc-db1"], "west-r1")
    assert len(routes) == 2
    assert not set(routes[0].circuits) & set(routes[1].circuits)
    assert set(routes[0].devices) & set(routes[1].devices) == {"west-r1"}
    lines = {n: replace(c, srlgs=("duct",)) if n.startswith("west-up") else c for n, c in network.circuits.items()}
    assert disjoint(replace(network, circuits=lines), ["noc-s1", "dc-db1"], "west-r1") == ()
    assert disjoint(network, ["noc-s1", "dc-db1"], "well-r1") == ()
    assert disjoint(network, ["noc-s1", "dc-db1"], "west-r1", failure=FailureSet.of(circuits=["west-up2"])) == ()


def test_two_of_three_lines_to_a_place_are_disjoint_however_the_shortest_lies(network: Network) -> None:
    routes = disjoint(network, ["noc-s1", "dc-db1"], "west-r1", failure=FailureSet.of(circuits=["noc-up1"]))
    assert [route.devices[1] for route in routes] == ["core-r2", "core-r1"]
