"""Packet filters of a router that another stands in for, as rules of nft."""

from __future__ import annotations

from ipaddress import IPv4Network

from jbnet.config.standin.facts import Place, Rule
from jbnet.config.standin.standin import PortFilter
from jbnet.lab.screens import ruleset

ANY = Place(IPv4Network("0.0.0.0/0"))
NOC = Place(IPv4Network("10.4.0.0/16"))


def test_rules_keep_their_order_and_what_fits_none_goes_as_the_system_lets_it() -> None:
    rules = (Rule(5, True, "tcp", ANY, Place(IPv4Network("10.1.0.1/32"), 22)), Rule(10, False, None, NOC, ANY))
    said = ruleset([PortFilter("up1", "in", rules, permit=True), PortFilter("up1", "out", (), permit=False)])
    assert 'iifname "up1" goto list0' in said
    assert 'oifname "up1" goto list1' in said
    assert [line.strip() for line in said.split("chain list0 {\n")[1].split("\n }")[0].splitlines()] == [
        "meta l4proto 6 ip daddr 10.1.0.1/32 tcp dport 22 accept", "ip saddr 10.4.0.0/16 drop", "accept",
    ]  # fmt: skip
    assert "chain list1 {\n  drop\n }" in said


def test_no_filters_are_an_empty_table_that_takes_the_place_of_what_was_there() -> None:
    assert ruleset(()).startswith("table ip screens\ndelete table ip screens\n")
    assert "goto" not in ruleset(())
