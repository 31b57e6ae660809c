"""A static route must not lead answers to the NOC another way than over the line by which the device is reached."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from equipped import RENDERED, equipped
from sample_network import sample_network

from jbnet.change.guards import dangers
from jbnet.config.bootstrap import bootstrap
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.network import Network
from jbnet.model.routes import Route

ALL = ("frr", *RENDERED)
TOWNSHIP, COUNTY, BORDER = "chengdong-lejiawan-r1", "chengdong-r1", "xining-r1"
DOWN = "10.8.133.17"
"""The community below the township: not its way up."""


def network_of(platform: str) -> Network:
    return sample_network() if platform == "frr" else equipped(platform)


def routed(network: Network, device: str, *routes: tuple[str, str | None, int | None]) -> Network:
    """The network with these declared routes of a device: prefix, next hop, preference."""
    own = tuple(
        Route(device, IPv4Network(prefix), IPv4Address(via) if via else None, via or "discard", preference)
        for prefix, via, preference in routes
    )
    return replace(network, routes={device: own})


def told(before: Network, after: Network, name: str) -> list[str]:
    device = after.devices[name]
    here, there = (tree(device.platform, render(network, network.devices[name])) for network in (before, after))
    return [str(danger) for danger in dangers(after, device, here, there)]


@pytest.mark.parametrize("platform", ALL)
@pytest.mark.parametrize("prefix", ["10.4.0.0/24", "10.0.0.0/8", "0.0.0.0/0"])
def test_a_township_must_not_be_told_to_answer_downwards(platform: str, prefix: str) -> None:
    network = network_of(platform)
    (said,) = told(network, routed(network, TOWNSHIP, (prefix, DOWN, 100)), TOWNSHIP)
    assert said.startswith(f"{TOWNSHIP}: by `ip route")
    assert "answers to noc-s1 would leave another way than" in said


@pytest.mark.parametrize("platform", ALL)
def test_a_route_over_the_way_up_endangers_nothing(platform: str) -> None:
    network = network_of(platform)
    assert told(network, routed(network, TOWNSHIP, ("10.4.0.0/24", "10.8.132.128", None)), TOWNSHIP) == []


@pytest.mark.parametrize("platform", ALL)
def test_a_last_resort_and_a_route_to_elsewhere_endanger_nothing(platform: str) -> None:
    network = network_of(platform)
    routes = routed(network, TOWNSHIP, ("0.0.0.0/0", DOWN, 252), ("172.30.0.0/16", DOWN, None))
    assert told(network, routes, TOWNSHIP) == []


@pytest.mark.parametrize("platform", ALL)
def test_a_route_that_changes_its_next_hop_away_from_the_way_up_is_told(platform: str) -> None:
    network = network_of(platform)
    before = routed(network, TOWNSHIP, ("10.4.0.0/24", "10.8.132.128", None))
    after = routed(network, TOWNSHIP, ("10.4.0.0/24", DOWN, None))
    assert len(told(before, after, TOWNSHIP)) == 1
    assert told(after, before, TOWNSHIP) == []


@pytest.mark.parametrize("platform", ALL)
def test_a_route_that_runs_already_is_no_danger_of_this_change(platform: str) -> None:
    network = network_of(platform)
    running = routed(network, TOWNSHIP, ("10.4.0.0/24", DOWN, None))
    more = routed(network, TOWNSHIP, ("10.4.0.0/24", DOWN, None), ("172.30.0.0/16", DOWN, None))
    assert told(running, more, TOWNSHIP) == []


@pytest.mark.parametrize("platform", ALL)
@pytest.mark.parametrize("device", [COUNTY, BORDER])
def test_a_router_with_ospf_must_not_be_told_a_narrower_way_to_the_noc(platform: str, device: str) -> None:
    network = network_of(platform)
    aside = {COUNTY: "10.8.132.129", BORDER: "10.8.64.9"}[device]
    assert len(told(network, routed(network, device, ("10.4.0.0/24", aside, None)), device)) == 1
    assert told(network, routed(network, device, ("0.0.0.0/0", aside, 252)), device) == []


@pytest.mark.parametrize("platform", ALL)
def test_a_wide_route_hides_the_noc_only_where_no_more_than_a_default_is_known(platform: str) -> None:
    network = network_of(platform)
    assert len(told(network, routed(network, COUNTY, ("10.0.0.0/9", "10.8.132.129", None)), COUNTY)) == 1
    assert told(network, routed(network, BORDER, ("10.0.0.0/9", "10.8.64.9", None)), BORDER) == []


@pytest.mark.parametrize("platform", ALL)
def test_a_first_deployment_with_routes_of_ones_own_endangers_nothing(platform: str) -> None:
    network = routed(network_of(platform), TOWNSHIP, ("172.30.0.0/16", DOWN, None))
    device = network.devices[TOWNSHIP]
    here, there = (tree(device.platform, text(network, device)) for text in (bootstrap, render))
    assert dangers(network, device, here, there) == ()
