"""The order of a change: outward at first, leaf first later, never both of a pair at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import combinations

import pytest
from drawn_network import networks
from hypothesis import given, settings
from hypothesis import strategies as st
from network_builder import BACKBONE, NetworkBuilder
from sample_network import sample_network

from jbnet.change.model import Change, Wave
from jbnet.change.waves import depths, order, stand_ins, uppers
from jbnet.model.network import Circuit, CircuitRole, Level, Network, Termination
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

MANAGED = ("core-r1", "core-r2", "xining-dc-r1", "xining-r1", "xining-r2", "chengdong-r1", "datong-r1",
           "chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1")  # fmt: skip


@pytest.fixture
def network() -> Network:
    return sample_network()


def changes(*names: str, first: bool) -> dict[str, Change]:
    return {name: Change(name, ("+ x",), "", "", first=first) for name in names}


def number(waves: tuple[Wave, ...]) -> dict[str, int]:
    return {name: wave.number for wave in waves for name in wave.devices}


@pytest.mark.parametrize("first", [True, False])
def test_every_device_stands_in_exactly_one_wave_and_never_beside_its_stand_in(network: Network, first: bool) -> None:
    waves = order(network, changes(*MANAGED, first=first))
    assert sorted(name for wave in waves for name in wave.devices) == sorted(MANAGED)
    apart = stand_ins(network)
    for wave in waves:
        assert not [pair for pair in combinations(wave.devices, 2) if pair[1] in apart[pair[0]]]


def test_a_first_deployment_makes_each_device_reachable_before_it_comes_to_it(network: Network) -> None:
    waves = number(order(network, changes(*MANAGED, first=True)))
    for name in MANAGED:
        for upper in uppers(network)[name]:
            assert waves[upper] < waves[name]


def test_a_new_county_waits_for_both_routers_of_its_prefecture_also_where_it_hangs_on_one(network: Network) -> None:
    assert uppers(network)["datong-r1"] == ("xining-r1",)
    waves = number(order(network, changes(*MANAGED, first=True)))
    assert waves["xining-r1"] < waves["xining-r2"] < waves["datong-r1"]


def test_a_line_to_a_device_farther_out_is_a_way_up_too(network: Network) -> None:
    """A second router of the data centre hangs on the first; a prefecture's second router has a line to it."""
    wider = with_a_second_way(network)
    depth = depths(wider)
    assert uppers(wider)["xining-dc-r2"] == ("xining-dc-r1",)
    assert uppers(wider)["xining-r2"] == ("core-r2", "xining-dc-r2")
    assert depth["xining-dc-r1"] < depth["xining-dc-r2"] < depth["xining-r2"] < depth["chengdong-r1"]
    waves = number(order(wider, changes(*MANAGED, "xining-dc-r2", first=True)))
    assert waves["xining-dc-r1"] < waves["xining-dc-r2"] < waves["xining-r2"]


def with_a_second_way(network: Network) -> Network:
    first = network.devices["xining-dc-r1"]
    second = replace(first, name="xining-dc-r2", interfaces=(), uplink="up1")
    cable = Circuit("xining-dc-r2-up1", Termination("xining-dc-r1", "r2-1"), Termination("xining-dc-r2", "up1"),
                    CircuitRole.BACKUP)  # fmt: skip
    line = Circuit("xining-up3", Termination("xining-dc-r2", "d01-3"), Termination("xining-r2", "up3"),
                   CircuitRole.BACKUP)  # fmt: skip
    return replace(
        network,
        devices={**network.devices, second.name: second},
        circuits={**network.circuits, cable.name: cable, line.name: line},
    )


def test_later_changes_go_leaf_first(network: Network) -> None:
    waves = number(order(network, changes(*MANAGED, first=False)))
    depth = depths(network)
    for one, other in combinations(MANAGED, 2):
        if depth[one] > depth[other]:
            assert waves[one] < waves[other]


def test_a_new_device_comes_after_the_changes_that_build_the_way_to_it(network: Network) -> None:
    both = changes("chengdong-r1", "xining-r1", first=False) | changes("chengdong-lejiawan-r1", first=True)
    waves = number(order(network, both))
    assert waves["chengdong-r1"] < waves["xining-r1"] < waves["chengdong-lejiawan-r1"]


def test_two_routers_of_one_site_and_two_routers_above_one_site_stand_in_for_each_other(network: Network) -> None:
    apart = stand_ins(network)
    assert "core-r2" in apart["core-r1"]
    assert "xining-r1" in apart["xining-r2"]
    assert "datong-r1" not in apart["chengdong-r1"]


def test_two_ways_round_that_meet_higher_up_are_not_taken_in_one_wave() -> None:
    """The county hangs on two prefectures by way of two others': nothing hangs on both of the farther ones directly."""
    made = NetworkBuilder()
    made.location("core")
    made.device("core-r1", "core", "core", area=BACKBONE)
    for side in ("east", "west"):
        for level, home in ((Level.PREFECTURE, side), (Level.COUNTY, f"{side}-town")):
            made.site(home, level, "qinghai")
            made.device(f"{home}-r1", home, "county-router", area=BACKBONE)
        made.line(f"{side}-up1", "core-r1", f"{side}-r1")
        made.line(f"{side}-town-up1", f"{side}-r1", f"{side}-town-r1")
    made.site("between", Level.COUNTY, "east-town")
    made.device("between-r1", "between", "county-router", area=BACKBONE)
    made.line("between-up1", "east-town-r1", "between-r1")
    made.line("between-up2", "west-town-r1", "between-r1", backup=True)
    network = made.network()
    assert "west-r1" not in stand_ins(network)["east-r1"]
    waves = number(order(network, changes("east-r1", "west-r1", first=False)))
    assert waves["east-r1"] != waves["west-r1"]


@given(networks(), st.data())
@settings(max_examples=40, deadline=None)
def test_no_wave_cuts_off_a_home_that_none_of_its_devices_cuts_off_alone(network: Network, data: st.DataObject) -> None:
    names = data.draw(st.lists(st.sampled_from(sorted(network.devices)), min_size=2, unique=True))
    forecaster = Forecaster(network)

    def cut(devices: Iterable[str]) -> set[str]:
        found = forecaster.anew(FailureSet.of(devices=devices))
        return {*found.cut_off, *found.planned, *found.others}

    for wave in order(network, changes(*names, first=False)):
        assert cut(wave.devices) <= set().union(*(cut([name]) for name in wave.devices))


def test_depth_counts_the_uplinks_to_the_core(network: Network) -> None:
    depth = depths(network)
    assert [depth[n] for n in ("core-r1", "core-r2", "xining-r2", "chengdong-r1", "chengdong-lejiawan-a-r1")] == [
        0, 0, 1, 2, 4,
    ]  # fmt: skip
