"""Agencies and partners are kept apart: what passes the filters at their gateways, and what must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from itertools import permutations
from pathlib import Path

import pytest
from equipped import equipped

from jbnet.config.filters import Packet
from jbnet.config.intent import Port
from jbnet.config.offices import here
from jbnet.config.render import intent, render
from jbnet.config.zones import zones
from jbnet.model.errors import TargetError
from jbnet.model.network import Network
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def province() -> Network:
    return load_network(ROOT, ROOT / "nowhere", whole=True)


def ports(network: Network) -> Iterator[tuple[str, Port]]:
    """Every port of premises and partners, with its device."""
    for device in network.devices.values():
        yield from ((device.name, port) for port in zones(network, device).ports)


def host(prefix: IPv4Network, number: int = 5) -> IPv4Address:
    return prefix.network_address + number


def passes(source: Port, target: Port, packet: Packet) -> bool:
    """Say whether a packet gets in at one port and out at another."""
    assert source.filter_in is not None
    assert target.filter_out is not None
    return source.filter_in.passes(packet) and target.filter_out.passes(packet)


def test_every_premises_and_every_partner_with_a_line_has_a_port_somewhere(province: Network) -> None:
    found = {port.description.split()[1] for _, port in ports(province)}
    assert set(province.premises) <= found
    assert {peer.name for peer in province.peers.values() if peer.line is not None} <= found


def test_no_agency_reaches_another_and_no_partner_an_agency_or_a_partner(province: Network) -> None:
    met = [(port, port.description.split()[1]) for _, port in ports(province)]
    by_site: dict[str, list[tuple[Port, str]]] = {}
    for port, name in met:
        premises, peer = province.premises.get(name), province.peers.get(name)
        site = premises.site if premises else (peer.site if peer else None)
        by_site.setdefault(site or "", []).append((port, name))
    for found in by_site.values():
        for (source, _), (target, _) in permutations(found, 2):
            assert source.address is not None
            assert target.address is not None
            packet = Packet("tcp", host(source.address.network, 2), host(target.address.network, 2), 40000, 443)
            assert not passes(source, target, packet)


def test_a_partner_reaches_its_own_services_ports_and_no_others(province: Network) -> None:
    device = province.devices["xining-r1"]
    port = next(p for p in zones(province, device).ports if p.description == "partner tax-xining")
    assert port.filter_in is not None
    assert port.filter_out is not None
    server = province.devices["xining-dc-app1"].loopback
    assert server is not None
    source = host(province.peers["tax-xining"].prefixes[0])
    asked = Packet("tcp", source, server, 40000, 8080)
    assert port.filter_in.passes(asked)
    assert port.filter_out.passes(Packet("tcp", server, source, 8080, 40000))
    assert not port.filter_in.passes(replace(asked, destination_port=8081))
    assert not port.filter_in.passes(replace(asked, destination_port=22))
    assert not port.filter_in.passes(replace(asked, destination=IPv4Address("10.1.192.2")))
    assert not port.filter_in.passes(replace(asked, source=IPv4Address("192.0.2.1")))


def test_an_office_reaches_its_own_agency_above_and_below_but_not_beside() -> None:
    network = equipped("vrp8")
    offices = {office.premises.name: office for office in here(network, "xining-r1").offices}
    assert [kin.name for kin in offices["xining-pension"].kin] == ["chengdong-pension"]
    port = next(p for p in zones(network, network.devices["xining-r1"]).ports if "xining-pension" in p.description)
    assert port.filter_in is not None
    source = host(network.premises["xining-pension"].prefix)
    for name, reached in (("chengdong-pension", True), ("chengdong-medical", False), ("xining-medical", False)):
        packet = Packet("tcp", source, host(network.premises[name].prefix), 40000, 443)
        assert port.filter_in.passes(packet) is reached


def test_premises_in_the_sites_own_building_are_a_vlan_of_its_lan_port() -> None:
    network = equipped("vrp8")
    config = render(network, network.devices["chengdong-r1"])
    assert "interface GigabitEthernet0/3/0.102\n vlan-type dot1q 102\n description premises chengdong-medical" in config


def test_a_partners_networks_are_routed_and_announced_where_the_gateway_speaks_in_the_backbone() -> None:
    network = equipped("vrp8")
    what = intent(network, network.devices["xining-r1"])
    vias = [str(route.via) for route in what.statics if str(route.prefix) == "172.25.0.0/24"]
    assert vias == ["10.7.0.2", "None"]  # what the other border router announces is not followed when the line is down
    assert what.ospf is not None
    assert ("static", "PARTNERS") in [(source.protocol, source.route_map) for source in what.ospf.redistribute]
    assert "import-route static route-policy PARTNERS" in render(network, network.devices["xining-r1"])


def test_in_a_lab_there_are_none() -> None:
    network = equipped("vrp8")
    device = replace(network.devices["xining-r1"], platform="frr")
    assert intent(network, device).filters == ()


def test_a_model_without_a_port_for_them_is_refused() -> None:
    network = equipped("vrp8")
    bare = replace(network, device_types={"box": replace(network.device_types["box"], ports={})})
    with pytest.raises(TargetError, match="xining-r1 has no port for agencies"):
        zones(bare, bare.devices["xining-r1"])


def test_two_offices_in_one_vlan_of_one_port_are_refused() -> None:
    network = equipped("vrp8")
    same = replace(network, vrfs={name: replace(vrf, vlan=101) for name, vrf in network.vrfs.items()})
    with pytest.raises(TargetError, match="premises xining-pension and premises xining-medical would share"):
        zones(same, same.devices["xining-r1"])


def test_an_agency_and_a_kind_of_partner_of_one_name_have_filters_of_their_own() -> None:
    network = equipped("vrp8")
    device = network.devices["xining-r1"]
    peer = replace(network.peers["tax-xining"], kind="pension")
    found = zones(replace(network, peers={peer.name: peer}), device).filters
    assert len({each.name for each in found}) == len(found)


def test_a_vlan_without_an_access_list_number_is_refused() -> None:
    network = equipped("vrp8")
    high = replace(network, vrfs={name: replace(vrf, vlan=4000) for name, vrf in network.vrfs.items()})
    with pytest.raises(TargetError, match="4000"):
        zones(high, high.devices["xining-r1"])
