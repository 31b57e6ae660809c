"""The order of a change: outward at first, leaf first later, never both of a pair at once."""

from __future__ import annotations

from itertools import combinations

import pytest
from sample_network import sample_network

from jbnet.change.model import Change, Wave
from jbnet.change.waves import depths, order, stand_ins, uppers
from jbnet.model.network import Network

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


def test_depth_counts_the_uplinks_to_the_core(network: Network) -> None:
    depth = depths(network)
    assert [depth[n] for n in ("core-r1", "core-r2", "xining-r2", "chengdong-r1", "chengdong-lejiawan-a-r1")] == [
        0, 0, 1, 2, 4,
    ]  # fmt: skip
