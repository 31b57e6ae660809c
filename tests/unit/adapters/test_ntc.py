"""Answers read by ntc-templates, and those that must not be."""

from __future__ import annotations

import pytest

from jbnet.adapters.ntc import NtcParser

ARP = """\
IP ADDRESS      MAC ADDRESS     EXPIRE(M) TYPE        INTERFACE   VPN-INSTANCE
                                          VLAN/CEVLAN PVC
------------------------------------------------------------------------------
10.0.0.1        00e0-fc12-3456            I -         GE0/0/1
10.0.0.2        00e0-fc12-3457  17        D-0         GE0/0/1
------------------------------------------------------------------------------
Total:2         Dynamic:1       Static:0     Interface:1
"""


@pytest.fixture(scope="module")
def parser() -> NtcParser:
    return NtcParser()


@pytest.mark.parametrize(
    "command",
    ["display ospf peer brief", "display ip routing-table 10.0.0.0 verbose", "display bgp peer verbose", "display x"],
)
def test_a_command_without_a_template_is_not_given_to_one_that_begins_alike(parser: NtcParser, command: str) -> None:
    assert parser.template("huawei_vrp", command) is None
    assert parser.parse("huawei_vrp", command, "Total: 1\n") is None


@pytest.mark.parametrize(
    ("system", "command", "template"),
    [
        ("huawei_vrp", "dis version", "huawei_vrp_display_version.textfsm"),
        ("huawei_vrp", "display interface GigabitEthernet0/1/0", "huawei_vrp_display_interface.textfsm"),
        ("huawei_vrp", "display interface brief | include up", "huawei_vrp_display_interface_brief.textfsm"),
        ("huawei_vrp", "dir", "huawei_vrp_dir.textfsm"),
        ("hp_comware", "display ip routing-table", "hp_comware_display_ip_routing-table.textfsm"),
        ("cisco_ios", "show version", "cisco_ios_show_version.textfsm"),
    ],
)
def test_a_command_with_a_template_finds_it(parser: NtcParser, system: str, command: str, template: str) -> None:
    assert parser.template(system, command) == template


def test_an_answer_becomes_records(parser: NtcParser) -> None:
    found = parser.parse("huawei_vrp", "display arp all", ARP)
    assert found is not None
    assert found.template == "huawei_vrp_display_arp_all"
    assert [record["ip_address"] for record in found.records] == ["10.0.0.1", "10.0.0.2"]


def test_an_answer_that_its_template_does_not_know_stays_text(parser: NtcParser) -> None:
    assert parser.parse("huawei_vrp", "display arp all", "ARP is off in this slot\n") is None
