"""What a change puts at risk: the sites behind a device, and its own way."""

from __future__ import annotations

import pytest
from sample_network import sample_network

from jbnet.change.stakes import dangers, sites_behind
from jbnet.config.render import render
from jbnet.config.tree import ConfigTree, diff, parse
from jbnet.model.network import Network


@pytest.fixture
def network() -> Network:
    return sample_network()


def found(network: Network, name: str, before: str, after: str) -> list[str]:
    running = render(network, network.devices[name])
    assert before in running
    intended = parse(running.replace(before, after))
    return [str(d) for d in dangers(network, network.devices[name], intended, diff(parse(running), intended))]


def test_a_device_is_worth_the_sites_that_its_failure_cuts_off(network: Network) -> None:
    behind = sites_behind(network, ["chengdong-r1", "xining-r1", "xining-r2", "core-r1"])
    assert behind["chengdong-r1"] == ("chengdong", "chengdong-lejiawan", "chengdong-lejiawan-a")
    assert behind["xining-r1"] == ("datong",)
    assert behind["xining-r2"] == ()
    assert behind["core-r1"] == ()


def test_losing_the_uplinks_address_is_a_danger(network: Network) -> None:
    assert found(network, "chengdong-r1", " ip address 10.8.130.1/31\n", "") == [
        "chengdong-r1: up1 would lose 10.8.130.1/31, over which the device is managed"
    ]


def test_an_uplink_that_gets_another_address_together_with_its_far_end_is_no_danger(network: Network) -> None:
    running = parse(render(network, network.devices["chengdong-r1"]))
    other = ConfigTree(
        (p[0], p[1].replace("10.8.130.1/31", "10.8.131.1/31")) if len(p) > 1 else p for p in running.paths
    )
    gone = ConfigTree(p for p in running.paths if p != ("interface up1", "ip address 10.8.130.1/31"))
    device, shared = network.devices["chengdong-r1"], ["interface up1"]
    assert len(dangers(network, device, other, diff(running, other))) == 1
    assert dangers(network, device, other, diff(running, other), shared) == ()
    assert len(dangers(network, device, gone, diff(running, gone), shared)) == 1


def test_losing_the_loopback_is_a_danger(network: Network) -> None:
    assert len(found(network, "xining-r1", " ip address 10.8.96.1/32\n", "")) == 1


def test_shutting_the_uplink_is_a_danger(network: Network) -> None:
    said = found(network, "core-r1", " ip address 10.4.0.128/31\n", " ip address 10.4.0.128/31\n shutdown\n")
    assert said == ["core-r1: noc-1, over which the device is managed, would be shut down"]


def test_a_device_that_lives_on_its_default_route_must_not_lose_it(network: Network) -> None:
    route = "ip route 0.0.0.0/0 10.8.132.128 250\n"
    assert found(network, "chengdong-lejiawan-r1", route, "") == [f"the only default route would go: {route.strip()}"]


def test_another_cost_endangers_nothing(network: Network) -> None:
    assert found(network, "xining-r1", " ip ospf cost 10\n", " ip ospf cost 20\n") == []
