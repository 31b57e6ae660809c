"""What a change must not take away from under itself, on every platform, told with the line that does it."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from equipped import equipped
from sample_network import sample_network

from jbnet.change.guards import dangers
from jbnet.config.bootstrap import bootstrap
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.config.tree import ConfigTree, parse
from jbnet.model.network import Network

HARDWARE = ("vrp8", "vrp5", "comware7", "ios")
UPLINK = "interface GigabitEthernet0/1/0\n"
LOGINS = {
    "vrp8": ["stelnet server enable", "ssh user netops service-type stelnet",
             " local-user netops password irreversible-cipher <secret:user-netops>", " local-user netops level 3",
             " protocol inbound ssh", " authentication-mode aaa", "ssh user netops authentication-type password"],
    "vrp5": ["stelnet server enable", " local-user netops service-type terminal ssh",
             " local-user netops privilege level 15", " protocol inbound ssh", " authentication-mode aaa"],
    "comware7": [" ssh server enable", " password simple <secret:user-netops>",
                 " authorization-attribute user-role network-admin", " authentication-mode scheme"],
    "ios": ["username netops privilege 15 secret <secret:user-netops>", " transport input ssh"],
}  # fmt: skip


@pytest.fixture
def network() -> Network:
    return sample_network()


@pytest.fixture(params=HARDWARE)
def routers(request: pytest.FixtureRequest) -> tuple[str, Network]:
    return request.param, equipped(request.param)


def found(network: Network, name: str, before: str, after: str) -> list[str]:
    device = network.devices[name]
    running = render(network, device)
    assert before in running
    changed = after.join(running.rsplit(before, 1))  # a console's line stands before a login's
    here, there = (tree(device.platform, text) for text in (running, changed))
    return [str(danger) for danger in dangers(network, device, here, there)]


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
    assert len(dangers(network, device, running, other)) == 1
    assert dangers(network, device, running, other, shared) == ()
    assert len(dangers(network, device, running, gone, shared)) == 1


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


def test_a_device_that_speaks_a_routing_protocol_and_has_no_default_must_not_lose_it(network: Network) -> None:
    whole = render(network, network.devices["core-r1"])
    block = whole[whole.index("router ospf\n") : whole.index("exit\n", whole.index("router ospf\n"))]
    said = found(network, "core-r1", block, "")
    assert said == ["core-r1: `router ospf` would go, and no way back to whoever made the change is left"]


def test_a_first_deployment_and_the_way_back_to_it_endanger_no_login(routers: tuple[str, Network]) -> None:
    platform, network = routers
    for device in network.devices.values():
        if network.roles[device.role].managed:
            before, after = (tree(platform, text(network, device)) for text in (bootstrap, render))
            assert dangers(network, device, before, after) == ()


def test_losing_the_uplinks_address_is_a_danger_on_hardware(routers: tuple[str, Network]) -> None:
    _, network = routers
    assert found(network, "chengdong-r1", " ip address 10.8.130.1 255.255.255.254\n", "") == [
        "chengdong-r1: GigabitEthernet0/1/0 would lose 10.8.130.1 255.255.255.254, over which the device is managed"
    ]


def test_losing_the_loopback_is_a_danger_on_hardware(routers: tuple[str, Network]) -> None:
    platform, network = routers
    loopback = "Loopback0" if platform == "ios" else "LoopBack0"
    assert found(network, "chengdong-r1", " ip address 10.8.131.1 255.255.255.255\n", "") == [
        f"chengdong-r1: {loopback} would lose 10.8.131.1 255.255.255.255, over which the device is managed"
    ]


def test_shutting_the_uplink_is_a_danger_on_hardware(routers: tuple[str, Network]) -> None:
    _, network = routers
    assert found(network, "chengdong-r1", UPLINK, f"{UPLINK} shutdown\n") == [
        "chengdong-r1: GigabitEthernet0/1/0, over which the device is managed, would be shut down"
    ]


def test_shutting_the_port_that_carries_the_uplink_is_a_danger(routers: tuple[str, Network]) -> None:
    _, network = routers
    ports = {**network.ports, "chengdong-r1": {**network.ports["chengdong-r1"], "up1": "GigabitEthernet0/4/0.7"}}
    heading = "interface GigabitEthernet0/4/0\n"
    assert found(replace(network, ports=ports), "chengdong-r1", heading, f"{heading} shutdown\n") == [
        "chengdong-r1: GigabitEthernet0/4/0, over which the device is managed, would be shut down"
    ]


def test_what_takes_the_uplinks_address_along_is_a_danger(routers: tuple[str, Network]) -> None:
    platform, network = routers
    line = "vrf forwarding video" if platform == "ios" else "ip binding vpn-instance video"
    assert found(network, "chengdong-r1", UPLINK, f"{UPLINK} {line}\n") == [
        f"chengdong-r1: `{line}` on GigabitEthernet0/1/0 would end the way over which the device is managed"
    ]


def test_a_router_that_lives_on_its_default_route_must_not_lose_it(routers: tuple[str, Network]) -> None:
    _, network = routers
    whole = render(network, network.devices["chengdong-lejiawan-r1"])
    route = next(line for line in whole.splitlines() if "10.8.132.128" in line and "route" in line)
    assert found(network, "chengdong-lejiawan-r1", f"{route}\n", "") == [
        f"the only default route would go: {route.strip()}"
    ]


def test_each_line_with_which_we_log_in_is_guarded_and_its_secret_is_not_told(routers: tuple[str, Network]) -> None:
    platform, network = routers
    for line in LOGINS[platform]:
        said = found(network, "chengdong-r1", f"{line}\n", "")
        assert len(said) == 1, line
        assert said[0].endswith("would go, with which netops logs in")
        assert re.sub(r" \S+ <.*", "", line).strip() in said[0]
        assert "user-netops" not in said[0]


def test_another_account_may_go(routers: tuple[str, Network]) -> None:
    platform, network = routers
    whole = render(network, network.devices["chengdong-r1"])
    if platform == "comware7":
        gone = whole[whole.index("local-user noc ") : whole.index("#", whole.index("local-user noc "))]
    else:
        gone = next(
            f"{line}\n" for line in whole.splitlines() if line.strip().startswith(("local-user noc", "username noc"))
        )
    assert found(network, "chengdong-r1", gone, "") == []


def test_a_list_that_would_refuse_us_is_a_danger_and_one_that_lets_us_in_elsewise_is_none(
    routers: tuple[str, Network],
) -> None:
    _, network = routers
    inside = next(line for line in render(network, network.devices["chengdong-r1"]).splitlines() if "10.4.0.0 " in line)
    said = found(network, "chengdong-r1", inside, inside.replace("10.4.0.0 ", "10.5.0.0 "))
    assert len(said) == 1
    assert "would refuse logins from noc-s1 (10.4.0.193, 10.4.0.129, 10.4.0.131)" in said[0]
    assert found(network, "chengdong-r1", inside, inside.replace("0.0.0.255", "0.0.255.255")) == []


OTHER_DOOR = """#
acl number 3999
 rule 5 permit source 192.0.2.1 0
#
user-interface vty 16 20
 acl 3999 inbound
"""


def test_a_list_that_refused_us_before_is_no_danger_and_hides_no_other() -> None:
    network = equipped("vrp8")
    device = network.devices["chengdong-r1"]
    whole = render(network, device)
    inside = next(line for line in whole.splitlines() if "10.4.0.0 " in line)
    running = tree("vrp8", whole + OTHER_DOOR)
    shut = tree("vrp8", whole.replace(inside, inside.replace("10.4.0.0 ", "10.5.0.0 ")) + OTHER_DOOR)
    assert dangers(network, device, running, running) == ()
    (said,) = dangers(network, device, running, shut)
    assert "would refuse logins from noc-s1" in str(said)
    assert "vty 16 20" not in str(said)


def test_another_cost_endangers_nothing_on_hardware(routers: tuple[str, Network]) -> None:
    _, network = routers
    assert found(network, "chengdong-r1", "ospf cost 100\n", "ospf cost 200\n") == []
