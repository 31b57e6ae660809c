"""What shuts people out of a device: lists of who may log in, lines that end logins, and ways that lead nowhere."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Network

import pytest
from equipped import equipped
from sample_network import sample_network

from jbnet.change.guards import dangers
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.network import Network

HARDWARE = ("vrp8", "vrp5", "comware7", "ios")
ELSEWHERE = IPv4Network("10.2.0.0/16")
VRP_SHUTS = [
    "ssh server port 2222",
    "undo stelnet server enable",
    "stelnet server disable",
    "ssh user netops service-type sftp",
    "aaa\n local-user netops state block",
    "aaa\n domain default_admin\n  authentication-scheme tac",
    "aaa\n domain default_admin\n  state block",
    "aaa\n authentication-scheme default\n  authentication-mode hwtacacs",
    "user-interface maximum-vty 0",
    "user-interface vty 0 4\n undo shell",
]
SHUTS = {
    "vrp8": VRP_SHUTS,
    "vrp5": VRP_SHUTS,
    "comware7": [
        "ssh server port 2222",
        "undo ssh server enable",
        "ssh user netops service-type sftp",
        "local-user netops class manage\n state block",
        "domain default enable tac",
        "domain system\n state block",
        "domain system\n authentication login hwtacacs-scheme jbnet",
        "domain system\n authorization login hwtacacs-scheme jbnet",
    ],
    "ios": [
        "aaa authentication login default group tacacs+",
        "aaa authorization exec default group tacacs+",
        "username netops access-class 23",
        "username netops autocommand show version",
        "line vty 0 4\n no exec",
    ],
}
HARMLESS = {
    "vrp8": ["aaa\n local-user netops state block fail-times 5 interval 5", "aaa\n local-user noc state block",
             "ip route-static 10.200.0.0 255.255.0.0 NULL0"],
    "vrp5": ["aaa\n local-user noc state block", "ssh server timeout 60"],
    "comware7": ["local-user noc class manage\n state block", "domain other\n state block"],
    "ios": ["aaa authentication login default group radius local", "username noc access-class 23"],
}  # fmt: skip


@pytest.fixture(params=HARDWARE)
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def two_places(platform: str) -> Network:
    network = equipped(platform)
    assert network.management is not None
    places = (*network.management.logins_from, ELSEWHERE)
    return replace(network, management=replace(network.management, logins_from=places))


def told(network: Network, name: str, before: str, after: str) -> list[str]:
    device = network.devices[name]
    here, there = (tree(device.platform, text) for text in (before, after))
    return [str(one) for one in dangers(network, device, here, there)]


def edited(network: Network, pattern: str, instead: str) -> list[str]:
    whole = render(network, network.devices["chengdong-r1"])
    changed = re.sub(pattern, instead, whole, flags=re.MULTILINE)
    assert changed != whole
    return told(network, "chengdong-r1", whole, changed)


def added(network: Network, text: str, name: str = "chengdong-r1") -> list[str]:
    whole = render(network, network.devices[name])
    return told(network, name, whole, f"{whole}\n{text}\n")


def test_every_declared_place_of_login_stays_let_in(platform: str) -> None:
    (said,) = edited(two_places(platform), r"^.*permit.* 10\.2\.0\.0 .*\n", "")
    assert "would refuse logins from 10.2.0.0/16, which are declared" in said


def test_a_part_of_a_declared_place_is_not_the_place_and_its_halves_are(platform: str) -> None:
    wild = r"10\.2\.0\.0 0\.0\.255\.255"
    assert len(edited(two_places(platform), wild, "10.2.0.0 0.0.127.255")) == 1
    rule = r"^( ?)(?:rule )?(\d+ )?(permit (?:source )?)10\.2\.0\.0 0\.0\.255\.255"
    written = "rule " if platform != "ios" else ""
    numbers = ("20 ", "25 ") if platform != "ios" else ("", "")
    halves = "\n".join(
        rf"\g<1>{written}{number}\g<3>{address} 0.0.127.255"
        for number, address in zip(numbers, ("10.2.0.0", "10.2.128.0"), strict=True)
    )
    assert edited(two_places(platform), rule, halves) == []


def test_a_rule_that_denies_before_the_permit_shuts_out_and_one_after_it_does_not(platform: str) -> None:
    rule = r"^( .*permit (?:source )?10\.4\.0\.0 0\.0\.0\.255)$"
    if platform == "ios":
        first, last = r" deny 10.4.0.0 0.0.0.255\n\1", r"\1\n deny 10.4.0.0 0.0.0.255"
    else:  # by their numbers, wherever they stand
        rule = r"^ rule \d+ (permit source 10\.4\.0\.0 0\.0\.0\.255)$"
        first = r" rule 5 \1\n rule 1 deny source 10.4.0.0 0.0.0.255"
        last = r" rule 99 deny\n rule 5 \1"
    (said,) = edited(equipped(platform), rule, first)
    assert "would refuse logins from noc-s1" in said
    assert edited(equipped(platform), rule, last) == []


def test_a_permit_that_holds_at_some_times_lets_nobody_in(platform: str) -> None:
    rule = r"(permit (?:source )?10\.4\.0\.0 0\.0\.0\.255)$"
    (said,) = edited(equipped(platform), rule, r"\1 time-range never")
    assert "would refuse logins from noc-s1" in said


def test_a_rule_about_something_else_than_ssh_shuts_nobody_out(platform: str) -> None:
    rule = r"^( .*permit (?:source )?10\.4\.0\.0 0\.0\.0\.255)$"
    other = " deny icmp any any" if platform == "ios" else " rule 1 deny icmp"
    assert edited(equipped(platform), rule, rf"{other}\n\1") == []


@pytest.mark.parametrize("platform", ["vrp8", "vrp5"])
def test_the_servers_own_list_is_a_door_too(platform: str) -> None:
    network = equipped(platform)
    (said,) = added(network, "acl number 2999\n rule 5 deny\n#\nssh server acl 2999")
    assert "`ssh server acl 2999` would refuse logins from noc-s1" in said
    (said,) = added(network, "acl number 2999\n rule 5 permit source 192.0.2.1 0\n#\nssh server acl 2999")
    assert "`ssh server acl 2999` would refuse logins from noc-s1" in said
    assert added(network, "ssh server acl 2000") == []
    assert added(network, "ssh server acl 2999") == []  # a list without rules lets everybody in


@pytest.mark.parametrize(("platform", "line"), [(name, line) for name, lines in SHUTS.items() for line in lines])
def test_each_line_that_ends_our_logins_is_a_danger(platform: str, line: str) -> None:
    (said,) = added(equipped(platform), line)
    told_line = " / ".join(part.strip() for part in line.split("\n"))
    assert said == f"chengdong-r1: `{told_line}` would end the logins of netops"


@pytest.mark.parametrize(("platform", "line"), [(name, line) for name, lines in HARMLESS.items() for line in lines])
def test_lines_that_look_like_them_are_none(platform: str, line: str) -> None:
    assert added(equipped(platform), line) == []


def routing(platform: str) -> str:
    return r"^(router ospf.*)$" if platform in ("ios", "frr") else r"^(ospf \d+.*)$"


def on(platform: str) -> Network:
    return sample_network() if platform == "frr" else equipped(platform)


@pytest.mark.parametrize("platform", [*HARDWARE, "frr"])
def test_a_process_that_would_speak_over_no_port_is_a_danger(platform: str) -> None:
    speaks = r"^ (?:ip ospf (?:\d+ )?area|ospf enable 1 area|ospf 1 area) .*\n"
    (said,) = edited(on(platform), speaks, "")
    assert "no port would speak OSPF any more" in said


@pytest.mark.parametrize("platform", [*HARDWARE, "frr"])
def test_ports_that_are_all_made_silent_are_a_danger_unless_one_is_spared(platform: str) -> None:
    network = on(platform)
    silent, spared = (
        ("passive-interface default", "no passive-interface")
        if platform in ("ios", "frr")
        else ("silent-interface all", "undo silent-interface")
    )
    up = "up1" if platform == "frr" else "GigabitEthernet0/1/0"
    (said,) = edited(network, routing(platform), rf"\1\n {silent}")
    assert silent in said
    assert "no port would speak OSPF any more" in said
    assert edited(network, routing(platform), rf"\1\n {silent}\n {spared} {up}") == []


@pytest.mark.parametrize(
    ("platform", "route"),
    [
        ("vrp8", "ip route-static 10.4.0.0 255.255.0.0 NULL0"),
        ("vrp5", "ip route-static 10.4.0.0 255.255.0.0 NULL0 preference 1"),
        ("comware7", "ip route-static 10.4.0.0 16 NULL0"),
        ("ios", "ip route 10.4.0.0 255.255.0.0 Null0"),
        ("frr", "ip route 10.4.0.0/16 blackhole"),
        ("frr", "ip route 0.0.0.0/0 Null0"),
        ("vrp8", "ip route-static 0.0.0.0 0.0.0.0 NULL0"),
    ],
)
def test_a_route_into_nowhere_that_covers_the_noc_is_a_danger(platform: str, route: str) -> None:
    assert added(on(platform), route) == [f"chengdong-r1: `{route}` would swallow every answer to noc-s1"]


@pytest.mark.parametrize("platform", [*HARDWARE, "frr"])
def test_shutting_the_loopback_is_a_danger(platform: str) -> None:
    (said,) = edited(on(platform), r"^(interface (lo|Loop[bB]ack0))$", r"\1\n shutdown")
    assert said.endswith("over which the device is managed, would be shut down")
