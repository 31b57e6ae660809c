"""Hosts of partners in a lab: made of what is declared, only where named, with routes and filters of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from jbnet.config.bootstrap import DEFAULT
from jbnet.config.filters import Filter, Packet
from jbnet.config.intent import OWN_PARTNER
from jbnet.config.render import intent, render
from jbnet.config.zones import partner_filters, zones
from jbnet.inventory.partner_hosts import eligible, host_name
from jbnet.inventory.restrict import lab_of
from jbnet.inventory.scale import scale_devices
from jbnet.lab.partners import filters_of
from jbnet.lab.spec import spec_from
from jbnet.model.network import Network

GOLMUD = {"golmud-dc-r1", "golmud-dc-r2", "golmud-dc-app1", "haixi-r1", "haixi-r2"}
BANK, HOSPITAL = host_name("banks-haixi"), host_name("hospitals-haixi")


@pytest.fixture(scope="module")
def lab(qinghai: Network) -> Network:
    return lab_of(qinghai, GOLMUD | {BANK})


def test_every_partner_with_a_line_and_networks_can_have_a_host(qinghai: Network) -> None:
    lined = {peer.name for peer in qinghai.peers.values() if peer.line is not None}
    assert eligible(qinghai).keys() == lined
    nameless = replace(qinghai.peers["banks-haixi"], prefixes=())
    assert "banks-haixi" not in eligible(replace(qinghai, peers={**qinghai.peers, "banks-haixi": nameless}))


def test_a_host_has_the_partners_end_of_the_link_and_the_first_of_its_networks(qinghai: Network, lab: Network) -> None:
    peer, host = qinghai.peers["banks-haixi"], lab.devices[BANK]
    assert peer.line is not None
    circuit = lab.circuits[peer.line.name]
    near, far = (lab.devices[e.device].interface(e.interface).address for e in (circuit.a, circuit.z))
    assert near is not None
    assert far is not None
    assert (circuit.a.device, circuit.z.device) == (peer.line.device, BANK)
    assert (near.ip, far.ip) == tuple(peer.line.prefix.hosts() if peer.line.prefix else ())
    assert host.loopback == peer.prefixes[0].network_address + 1
    assert not lab.roles[host.role].managed


def test_a_host_is_built_only_where_it_is_named(qinghai: Network, lab: Network) -> None:
    assert HOSPITAL not in lab.devices
    assert lab_of(qinghai, GOLMUD).devices.keys() == GOLMUD
    assert [device.name for device in spec_from(lab).devices if device.filters] == ["haixi-r1"]
    assert all(not device.filters for device in spec_from(lab_of(qinghai, GOLMUD)).devices)


def test_a_scale_names_partners(qinghai: Network) -> None:
    scale = "scales: {small: {locations: [core], sites: [haixi], partners: [banks-haixi]}}"
    assert BANK in scale_devices(qinghai, {"topology/lab.yaml": scale}, "small")


def test_a_host_asks_from_its_own_network(lab: Network) -> None:
    config = next(device.config for device in spec_from(lab, deployed=True).devices if device.name == BANK)
    assert f"set src {lab.devices[BANK].loopback}" in config
    assert "ip route 0.0.0.0/0 10.7.0.225" in config


def test_the_labs_filters_are_those_of_the_real_router(qinghai: Network, lab: Network) -> None:
    (real,) = (p for p in zones(qinghai, qinghai.devices["haixi-r1"]).ports if p.description == "partner banks-haixi")
    (built,) = partner_filters(lab, lab.devices["haixi-r1"]).values()
    left = {device.loopback for device in lab.devices.values()}
    assert real.filter_in is not None
    for rule in built[0].rules:
        assert rule in real.filter_in.rules
    for rule in set(real.filter_in.rules) - set(built[0].rules):
        assert rule.destination.network_address not in left  # hosts that this lab leaves out
    app = lab.devices["golmud-dc-app1"].loopback
    assert app is not None
    asked = Packet("tcp", IPv4Address("172.28.8.1"), app, 40000, 8080)
    assert built[0].passes(asked)
    assert not built[0].passes(replace(asked, destination_port=5432))


def test_what_nft_loads_is_every_rule_and_then_nothing_passes(lab: Network) -> None:
    text = filters_of(lab, lab.devices["haixi-r1"])
    for port, both in partner_filters(lab, lab.devices["haixi-r1"]).items():
        for way, found in zip(("in", "out"), both, strict=True):
            body = re.search(rf"chain {way}_{port} {{\n(.*?)  }}\n", text, re.DOTALL)
            assert body is not None
            lines = body[1].splitlines()
            assert [line.strip() for line in lines] == [*_rules(found), "drop"]
        assert text.count(f'iifname "{port}" jump in_{port}') == 2
        assert text.count(f'oifname "{port}" jump out_{port}') == 1


def _rules(found: Filter) -> list[str]:
    said = []
    for rule in found.rules:
        where = f"ip saddr {rule.source} ip daddr {rule.destination}"
        port = f"dport {rule.destination_port}" if rule.destination_port else f"sport {rule.source_port}"
        what = "ip protocol icmp" if rule.protocol == "icmp" else f"{rule.protocol} {port}"
        said.append(f"{where} {what} return")
    return said


def test_both_border_routers_know_the_partners_of_a_prefecture(qinghai: Network) -> None:
    first, second = (intent(qinghai, qinghai.devices[f"haixi-r{n}"]) for n in (1, 2))
    networks = {p for peer in qinghai.peers.values() if peer.site == "haixi" for p in peer.prefixes}
    pair = qinghai.devices["haixi-r1"].interface("pair1").address
    assert pair is not None
    assert {route.prefix for route in second.statics if route.via == pair.ip} - {DEFAULT} == networks
    given_up = {route.prefix for route in first.statics if route.via is None and route.distance == OWN_PARTNER}
    assert given_up == networks  # with the line's port down nothing goes round between the two
    for known in (first, second):
        listed = [entry for entry in known.prefix_lists if entry.name == "PARTNERS"]
        assert {entry.prefix for entry in listed} == networks
        assert len({entry.seq for entry in listed}) == len(listed)
        assert known.ospf is not None
        assert [source.route_map for source in known.ospf.redistribute].count("PARTNERS") == 1


def test_a_lab_without_hosts_of_partners_has_no_routes_to_them(qinghai: Network) -> None:
    built = lab_of(qinghai, GOLMUD | {"core-r1", "core-r2"})
    assert all("172.28." not in render(built, built.devices[f"haixi-r{n}"]) for n in (1, 2))
