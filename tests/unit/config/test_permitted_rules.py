"""Permissions open the filters of both who asks and who is asked, for that and nothing else, on every platform."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest
from equipped import RENDERED, equipped

from jbnet.config.filters import Filter, Packet
from jbnet.config.render import render, traced
from jbnet.config.zones import zones
from jbnet.model.network import Network

HOST, PARTNER, OFFICE = IPv4Address("10.1.192.2"), IPv4Address("172.25.0.9"), IPv4Address("10.8.129.9")
ASKED = Packet("tcp", PARTNER, HOST, 40000, 8443)
LOGGED = Packet("udp", OFFICE, PARTNER, 40000, 514)


@pytest.fixture(scope="module")
def network() -> Network:
    return equipped("vrp8")


def back(packet: Packet) -> Packet:
    return Packet(packet.protocol, packet.destination, packet.source, packet.destination_port, packet.source_port)


def filters(network: Network, device: str, port: str) -> tuple[Filter, Filter]:
    """The filters of the port with that description, inwards and outwards."""
    found = next(p for p in zones(network, network.devices[device]).ports if p.description.endswith(port))
    assert found.filter_in is not None
    assert found.filter_out is not None
    return found.filter_in, found.filter_out


def test_a_partner_reaches_that_host_on_that_port_and_gets_its_answer(network: Network) -> None:
    inward, outward = filters(network, "xining-r1", "tax-xining")
    assert inward.passes(ASKED)
    assert outward.passes(back(ASKED))


@pytest.mark.parametrize(
    "packet",
    [
        replace(ASKED, destination_port=8444),
        replace(ASKED, protocol="udp"),
        replace(ASKED, destination=IPv4Address("10.1.192.1")),
        replace(ASKED, source=IPv4Address("172.25.1.9")),
        replace(ASKED, source_port=8443, destination_port=40000),
    ],
)
def test_it_reaches_nothing_else_by_it(network: Network, packet: Packet) -> None:
    assert not filters(network, "xining-r1", "tax-xining")[0].passes(packet)


def test_both_ends_with_a_filter_let_it_through_and_the_answer_back(network: Network) -> None:
    office_in, office_out = filters(network, "chengdong-r1", "chengdong-pension")
    partner_in, partner_out = filters(network, "xining-r1", "tax-xining")
    assert office_in.passes(LOGGED)
    assert partner_out.passes(LOGGED)
    assert partner_in.passes(back(LOGGED))
    assert office_out.passes(back(LOGGED))


def test_who_may_be_asked_may_not_ask(network: Network) -> None:
    assert not filters(network, "xining-r1", "tax-xining")[0].passes(Packet("udp", PARTNER, OFFICE, 40000, 514))
    assert not filters(network, "chengdong-r1", "chengdong-medical")[0].passes(replace(LOGGED, source=OFFICE))


def test_without_permissions_filters_are_what_services_need(network: Network) -> None:
    bare = replace(network, permissions={})
    for name, device in network.devices.items():
        for port, whole in zip(zones(bare, device).ports, zones(network, device).ports, strict=True):
            assert port.filter_in is not None
            assert whole.filter_in is not None
            rules, more = port.filter_in.rules, whole.filter_in.rules
            assert more[: len(rules)] == rules, name


def test_what_is_permitted_anyway_is_not_said_twice(network: Network) -> None:
    same = replace(network.permissions["audit"], port=8080, sources=(IPv4Network("172.25.0.0/24"),))
    rules = filters(replace(network, permissions={"audit": same}), "xining-r1", "tax-xining")[0].rules
    assert len(rules) == len(set(rules))


@pytest.mark.parametrize("platform", RENDERED)
def test_each_platform_says_it_and_traces_it_to_its_line(platform: str) -> None:
    whole = equipped(platform)
    device = whole.devices["xining-r1"]
    lines = [line for line in traced(whole, device) if " 8443" in line.text]
    assert len(lines) == 2
    assert all(line.origin.startswith("inventory/permissions.yaml:3") for line in lines)
    assert " 8443" not in render(replace(whole, permissions={}), device)
