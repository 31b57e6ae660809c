"""What routers do where a graph would say otherwise, and what forecasts say about services, loads and lines."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from networks import desert, small

from jbnet.model.errors import UsageError
from jbnet.model.network import (
    Application,
    BgpSession,
    Level,
    Line,
    Network,
    Peer,
    Premises,
    Service,
    Site,
    Srlg,
    Status,
    Underlay,
)
from jbnet.topology.disjoint import disjoint
from jbnet.topology.each import rows, worst_first
from jbnet.topology.failures import KINDS, each, parse
from jbnet.topology.forecast import Forecast, Forecaster
from jbnet.topology.graph import FailureSet
from jbnet.topology.needs import ServiceImpact
from jbnet.topology.single import single_points
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def qinghai() -> Network:
    return load_network(ROOT, ROOT / "nowhere", whole=True)


@pytest.fixture
def network() -> Network:
    return desert()


def test_a_dead_core_and_a_cut_pair_take_a_county_although_lines_are_left(network: Network) -> None:
    """West-r1 does not see core-r1 die: it goes on drawing the area's traffic, and has nobody to hand it to."""
    forecaster = Forecaster(network)
    both = FailureSet.of(circuits=["west-pair1"], devices=["core-r1"])
    assert forecaster.of(both).cut_off == ("oasis", "well")
    assert "oasis-r1" in forecaster.reached("west-r2", both)
    assert forecaster.of(FailureSet.of(circuits=["west-pair1", "west-up1"])).cut_off == ()


def test_two_silent_lines_of_a_border_router_take_a_county_that_two_cut_ones_do_not(network: Network) -> None:
    """It stays a border router as long as its ports are up, and its static route goes on into a dead line."""
    ask = Forecaster(network).of
    assert ask(parse(network, ["circuit:west-up1", "circuit:west-pair1"])).cut_off == ()
    assert ask(parse(network, ["silent:west-up1", "silent:west-pair1"])).cut_off == ("oasis", "well")
    assert ask(parse(network, ["silent:west-up1", "circuit:west-pair1"])).cut_off == ("oasis", "well")
    assert ask(parse(network, ["circuit:west-up1", "silent:west-pair1"])).cut_off == ()
    assert ask(parse(network, ["silent:west-up1"])).cut_off == ()


def test_an_area_is_no_way_between_the_cores(network: Network) -> None:
    """With the cores' pair and all other joints cut, the prefecture still joins them in a graph; OSPF does not."""
    apart = FailureSet.of(circuits=["core-pair1", "noc-up2", "dc-db1-up2"])
    assert "core-r2" not in Forecaster(network).reached("noc-s1", apart)


def test_a_prefecture_on_its_backup_line_says_so_and_its_counties_do_not(network: Network) -> None:
    assert Forecaster(network).of(FailureSet.of(circuits=["west-up1"])).on_backup == ("west",)


def test_a_line_up_is_the_one_of_the_device_that_is_nearest_to_the_core(network: Network) -> None:
    found = Forecaster(network).lines_up(FailureSet.of(circuits=["west-up1"]), ["west", "oasis", "core", "well"])
    assert found == {"west": ("west-r2", ("west-up2",)), "oasis": ("oasis-r1", ("oasis-up1",))}


def test_what_is_not_in_use_is_not_cut_off_and_is_told_apart(network: Network) -> None:
    sites = {**network.sites, "well": replace(network.sites["well"], status=Status.PLANNED)}
    found = Forecaster(replace(network, sites=sites)).of(FailureSet.of(devices=["oasis-r1"]))
    assert (found.cut_off, found.planned, found.devices) == (("oasis",), ("well",), ("oasis-r1",))
    assert found.services == (ServiceImpact("pension", 1), ServiceImpact("hotline", 1))


def test_nobody_is_touched_by_the_end_of_what_is_only_planned(network: Network) -> None:
    sites = {**network.sites, "well": replace(network.sites["well"], status=Status.REGISTER)}
    found = Forecaster(replace(network, sites=sites)).of(FailureSet.of(devices=["well-r1"]))
    assert found == Forecast(planned=("well",))


def test_a_second_core_that_takes_over_keeps_a_county_connected(network: Network) -> None:
    """The cores do not see each other; the second sees oasis only once packets no longer turn to the first."""
    left = {
        name: line for name, line in network.circuits.items() if name not in ("core-pair1", "noc-up2", "dc-db1-up2")
    }
    devices = {
        d.name: replace(d, interfaces=tuple(p for p in d.interfaces if p.circuit is None or p.circuit in left))
        for d in network.devices.values()
    }
    far = IPv4Address("172.16.0.1")
    defaults = tuple(BgpSession(f"core-r{n}", "m-r1", "m", "m-up1", far, far, 64512, 100) for n in (1, 2))
    forecaster = Forecaster(replace(network, circuits=left, devices=devices, bgp_sessions=defaults))
    cut = FailureSet.of(circuits=["west-up1"])
    assert "oasis-r1" not in forecaster.reached("core-r2", FailureSet())
    assert "oasis-r1" in forecaster.reached("core-r2", cut)
    assert forecaster.of(cut).cut_off == ()


@pytest.mark.parametrize("fails", [{"devices": ["oasis-r1"]}, {"circuits": ["oasis-up1", "oasis-up2"]}])
def test_a_site_without_equipment_is_cut_off_with_its_gateway(network: Network, fails: dict[str, list[str]]) -> None:
    spring = Site("spring", "泉", Level.TOWNSHIP, "", "oasis", gateway="oasis-r1", demand=5)
    forecaster = Forecaster(replace(network, sites={**network.sites, "spring": spring}))
    found = forecaster.of(FailureSet.of(**fails))
    assert set(found.cut_off) == {"oasis", "spring", "well"}
    assert found.services == (ServiceImpact("pension", 3), ServiceImpact("hotline", 1))


def test_a_site_without_equipment_goes_up_over_the_lines_of_its_gateway(network: Network) -> None:
    spring = Site("spring", "泉", Level.TOWNSHIP, "", "oasis", gateway="oasis-r1", demand=5)
    forecaster = Forecaster(replace(network, sites={**network.sites, "spring": spring}))
    cut = FailureSet.of(circuits=["oasis-up1"])
    assert set(forecaster.of(cut).on_backup) == {"oasis", "spring"}
    assert {way.home for way in forecaster.ways_left(cut)} == {"oasis", "spring"}
    assert {over.circuit: over.load for over in forecaster.of(cut).overloads}["oasis-up2"] == 16


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


def test_with_the_core_gone_as_a_whole_the_host_that_reaches_most_says_who_is_cut_off(qinghai: Network) -> None:
    forecaster = Forecaster(qinghai)
    for places in (["core"], ["core", "xining-dc", "noc"]):
        failure = FailureSet.of(sites=places)
        found = forecaster.of(failure)
        assert found == forecaster.anew(failure)
        assert found.seen_from is not None
        assert found.seen_from.startswith("golmud-dc-")
        assert found.cut_off == ("qinghai",)  # its offices end on the core
        assert {"core", "xining-dc", "noc", "banks-qinghai"} <= set(found.others)
        assert not {"ministry", "golmud-dc", "banks-haixi"} & set(found.others)
        assert "ministry" in found.on_backup


def test_with_the_core_and_golmud_gone_everybody_is_cut_off_who_was_not_beside_a_host(qinghai: Network) -> None:
    found = Forecaster(qinghai).of(FailureSet.of(sites=["core", "golmud-dc"]))
    assert (found.seen_from or "").startswith("xining-dc-")
    assert len(found.cut_off) == 1024
    assert "ministry" in found.others


def test_while_a_core_router_stands_it_says_who_is_cut_off(qinghai: Network) -> None:
    assert Forecaster(qinghai).of(FailureSet.of(devices=["core-r1"])).seen_from is None


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


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("oasis-up1", "did you mean circuit:oasis-up1?"),
        ("oasis-up11", "did you mean circuit:oasis-up1, circuit:oasis-up2, "),
        ("site:oasi", "did you mean site:oasis?"),
        ("circuit:nothing-like-it", ""),
        ("nothing-like-it", "KIND:NAME"),
    ],
)
def test_what_is_suggested_is_alike_stands_once_and_has_its_kind(network: Network, written: str, hint: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse(network, [written])
    said = str(refused.value.hint or "")
    assert hint in said
    assert bool(hint) == bool(said)
    suggested = said.removeprefix("did you mean ").removesuffix("?").split(", ")
    assert len(suggested) == len(set(suggested))


def test_a_site_may_be_called_by_its_code_or_chinese_name_and_a_name_of_two_is_refused(network: Network) -> None:
    oasis, well = (replace(network.sites[name], name_zh="绿洲") for name in ("oasis", "well"))
    named = replace(network, sites={**network.sites, "oasis": oasis})
    for name in (oasis.code, "绿洲"):
        assert parse(named, [f"site:{name}"]) == parse(network, ["site:oasis"])
    with pytest.raises(UsageError, match="several: oasis, well"):
        parse(replace(named, sites={**named.sites, "well": well}), ["site:绿洲"])


def on_one_line(network: Network) -> Network:
    """Return the desert without the second line of its county."""
    left = {name: line for name, line in network.circuits.items() if name != "oasis-up2"}
    without = {
        name: replace(device, interfaces=tuple(port for port in device.interfaces if port.circuit != "oasis-up2"))
        for name, device in network.devices.items()
    }
    return replace(network, circuits=left, devices={**network.devices, **without})


def test_a_line_that_mends_costs_what_like_lines_of_another_carrier_cost() -> None:
    network = on_one_line(desert(north=True))
    bids = {"oasis-up1": ("telecom", 90), "dune-up1": ("mobile", 300)}  # all others join devices of other roles
    priced = {
        name: replace(line, carrier=bids.get(name, ("mobile", 5))[0], monthly_cost=bids.get(name, ("mobile", 5))[1])
        for name, line in network.circuits.items()
    }
    points, _ = single_points(Forecaster(replace(network, circuits=priced)))
    mend = {point.name: point for point in points}["oasis-up1"].mends[0]
    assert (mend.device, mend.to, mend.carrier, mend.monthly_cost, mend.like) == (
        "oasis-r1",
        "west-r2",
        "mobile",
        300,
        1,
    )


def test_single_points_name_the_line_that_mends_and_group_what_is_alike(network: Network) -> None:
    lone = on_one_line(network)
    points, groups = single_points(Forecaster(lone))
    by_name = {point.name: point for point in points}
    mend = by_name["oasis-up1"].mends[0]
    assert (mend.device, mend.to, mend.proved) == ("oasis-r1", "west-r2", True)
    assert by_name["west-r1"].mends[0].to == "west-r2"
    unpriced = {name: replace(line, monthly_cost=None, carrier=None) for name, line in lone.circuits.items()}
    again, _ = single_points(Forecaster(replace(lone, circuits=unpriced)))
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
