"""What a router with FRR says in the place of another: what others than we have typed, and what it cannot say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from equipped import equipped

from jbnet.adapters.hier_differ import HierDiffer
from jbnet.config.render import render
from jbnet.config.standin.standin import StandIn, stand_in
from jbnet.config.tree import Patch
from jbnet.platforms.routing_facts import readable

NETWORK = {name: equipped(name) for name in ("vrp8", "vrp5", "comware7", "ios")}
COUNTY = "chengdong-r1"
TYPED = """\
#
sysname chengdong-r1
#
acl number 3000
 rule 5 deny icmp source 10.4.0.0 0.0.255.255 destination any
 rule 10 permit tcp source any destination 10.8.128.1 0 destination-port eq 22
#
interface GigabitEthernet0/1/0
 undo shutdown
 ip address 10.8.130.1 255.255.255.254
 traffic-filter inbound acl 3000
#
interface GigabitEthernet0/1/1
 shutdown
 ip address 10.8.130.3 255.255.255.254
 ospf cost 100
 ospf timer hello 2
#
interface GigabitEthernet0/5/7
 ip address 10.200.0.1 255.255.255.0
 ip address 10.200.1.1 255.255.255.0 sub
#
interface LoopBack0
 ip address 10.8.131.1 255.255.255.255
#
ospf 1 router-id 10.8.131.1
 silent-interface all
 undo silent-interface GigabitEthernet0/1/0
 undo silent-interface GigabitEthernet0/1/1
 area 0.0.63.1
  authentication-mode md5 1 cipher %^%#Abc%^%#
  network 10.8.0.0 0.7.255.255
  stub no-summary
 area 10
  network 10.200.0.0 0.0.255.255
#
ip route-static 10.99.0.0 16 10.8.130.0 preference 255
ip route-static 10.98.0.0 255.255.0.0 GigabitEthernet0/1/0 10.8.130.0
#
return
"""


def stands_in(running: str, platform: str = "vrp5", patch: Patch | None = None) -> StandIn:
    network = NETWORK[platform]
    return stand_in(network, network.devices[COUNTY], running, patch)


def section(config: str, heading: str) -> list[str]:
    found = config.split(f"\n{heading}\n", 1)[1].split("\nexit\n", 1)[0]
    return [line.strip() for line in found.splitlines()]


def test_what_was_typed_by_hand_is_said_with_the_preferences_of_its_system() -> None:
    made = stands_in(TYPED)
    assert section(made.before, "interface up1") == [
        "ip address 10.8.130.1/31", "ip ospf area 0.0.63.1", "ip ospf authentication message-digest",
        "ip ospf message-digest-key 1 md5 standin", "ip ospf cost 1", "ip ospf retransmit-interval 1",
    ]  # fmt: skip
    assert section(made.before, "interface up2")[-5:] == [
        "ip ospf cost 100", "ip ospf dead-interval 8", "ip ospf hello-interval 2", "ip ospf retransmit-interval 1",
        "shutdown",
    ]  # fmt: skip
    assert section(made.before, "interface x1") == [
        "ip address 10.200.0.1/24", "ip address 10.200.1.1/24", "ip ospf area 0.0.0.10", "ip ospf cost 1",
        "ip ospf retransmit-interval 1", "ip ospf passive",
    ]  # fmt: skip
    ospf = section(made.before, "router ospf")
    assert {"ospf abr-type standard", "distance ospf intra-area 10 inter-area 10 external 150",
            "area 0.0.63.1 stub no-summary"} <= {*ospf}  # fmt: skip
    assert "ip route 10.99.0.0/16 10.8.130.0 254\n" in made.before
    assert "ip route 10.98.0.0/16 10.8.130.0 60\n" in made.before
    assert [str(why) for why in made.unproved] == ["keys that are not declared are taken to be the same at both ends"]


def test_a_filter_on_a_port_is_read_rule_by_rule_and_what_no_rule_fits_passes_as_on_its_system() -> None:
    found = stands_in(TYPED).filters
    assert [(f.port, f.way, f.permit, len(f.rules)) for f in found] == [("up1", "in", True, 2)]
    deny, permit = found[0].rules
    assert (deny.permit, deny.protocol, str(deny.source.network)) == (False, "icmp", "10.4.0.0/16")
    assert (permit.protocol, permit.destination.port) == ("tcp", 22)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (("rip 1",), "not understood: rip 1"),
        (("interface GigabitEthernet0/1/0", "ospf dr-something 1"), "not understood: interface GigabitEthernet0/1/0"),
        (("ip route-static 10.97.0.0 255.255.0.0 10.8.130.0 track nqa a b",), "not understood: ip route-static"),
        (("acl number 3000", "rule 7 deny ip fragment"), "the filter 3000 of GigabitEthernet0/1/0 is not understood"),
        (("interface GigabitEthernet0/1/0", "ip binding vpn-instance A"), "GigabitEthernet0/1/0 is in the VPN"),
        (("ospf 1 router-id 10.8.131.1", "import-route static route-policy NONE"), "NONE is used and nowhere defined"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_told_and_stands_against_a_change_that_touches_it(
    line: tuple[str, ...], reason: str
) -> None:
    made = stands_in(TYPED, patch=Patch(added=(line,)))
    assert made.against == (f"+ {' / '.join(line)}",)
    heading, *below = line
    running = TYPED.replace(f"{heading}\n", f"{heading}\n {below[0]}\n") if below else f"{heading}\n#\n{TYPED}"
    made = stands_in(running)
    assert any(str(why).startswith(reason) for why in made.unproved)
    assert made.against == ()


def test_lines_about_other_things_are_told_as_not_rehearsed_and_hold_no_secret() -> None:
    lines = (
        ("snmp-agent",),
        ("aaa", "local-user a password irreversible-cipher $1c$abc"),
        ("interface up9", "mtu 1400"),
    )
    made = stands_in(TYPED, patch=Patch(removed=lines))
    assert made.against == ()
    assert [line.split(" / ")[0] for line in made.untried] == ["- snmp-agent", "- aaa", "- interface up9"]
    assert "$1c$" not in "".join(made.untried)


def test_ends_that_sign_by_different_algorithms_do_not_agree_in_the_copy_either() -> None:
    here = stands_in(TYPED).before
    there = stands_in(TYPED.replace("authentication-mode md5", "authentication-mode hmac-sha256")).before
    assert "message-digest-key 1 md5" in here
    assert "message-digest-key 121 md5" in there


def test_a_list_of_ios_without_numbers_is_changed_by_the_numbers_of_its_lines() -> None:
    device = NETWORK["ios"].devices[COUNTY]
    running = render(NETWORK["ios"], device)
    head, _, rest = running.partition("ip access-list extended MEDICAL-IN\n")
    first, _, others = rest.partition("\n")
    goal = f"{head}ip access-list extended MEDICAL-IN\n{others}"
    patch = HierDiffer("ios").compare(running, goal).patch
    made, aimed = stand_in(NETWORK["ios"], device, running, patch), stand_in(NETWORK["ios"], device, goal)
    assert first.startswith(" permit icmp")
    said = [[replace(rule, number=0) for rule in found.rules] for found in made.filters_after]
    assert said == [[replace(rule, number=0) for rule in found.rules] for found in aimed.filters]
    assert made.filters != made.filters_after


def test_every_platform_that_is_rendered_can_be_stood_in_for() -> None:
    assert {*NETWORK} <= {*readable()}


def test_every_declared_port_has_its_circuits_name_in_the_copy() -> None:
    device = NETWORK["vrp8"].devices["core-r1"]
    made = stand_in(NETWORK["vrp8"], device, render(NETWORK["vrp8"], device))
    assert {*made.ports.values()} >= {interface.name for interface in device.interfaces}


def test_a_port_that_is_opened_is_open_in_the_copy_and_nothing_of_it_is_left_untried() -> None:
    port = "interface GigabitEthernet0/1/1"
    made = stands_in(TYPED, patch=Patch(removed=((port, "shutdown"),), added=((port, "undo shutdown"),)))
    assert "shutdown" in section(made.before, "interface up2")
    assert "shutdown" not in section(made.after, "interface up2")
    assert (made.untried, made.against) == ((), ())
