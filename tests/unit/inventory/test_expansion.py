"""Devices, interfaces, circuits and addresses follow the standard of names and the address plan."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from jbnet.model.business import Replication
from jbnet.model.network import CircuitRole, InterfaceKind, Level, Network


def test_every_site_but_the_province_has_a_device_with_a_loopback(qinghai: Network) -> None:
    homes = {device.home for device in qinghai.devices.values()}
    without = [site.name for site in qinghai.sites.values() if site.name not in homes]
    assert without == ["qinghai"]
    assert all(device.loopback is not None for device in qinghai.devices.values())


def test_no_address_is_used_twice(qinghai: Network) -> None:
    addresses = [i.address.ip for d in qinghai.devices.values() for i in d.interfaces if i.address is not None]
    addresses += [database.service_address for database in qinghai.databases.values()]
    assert len(addresses) == len(set(addresses))


def test_the_ends_of_every_circuit_share_a_31_with_the_upper_end_even(qinghai: Network) -> None:
    for circuit in qinghai.circuits.values():
        a = qinghai.devices[circuit.a.device].interface(circuit.a.interface)
        z = qinghai.devices[circuit.z.device].interface(circuit.z.interface)
        assert a.circuit == z.circuit == circuit.name
        assert a.address is not None
        assert z.address is not None
        assert a.address.network == z.address.network == circuit.prefix
        assert int(z.address.ip) == int(a.address.ip) + 1
        assert int(a.address.ip) % 2 == 0
        assert (a.area, a.cost) == (z.area, z.cost)


def test_a_link_lies_in_the_own_prefix_of_its_lower_end(qinghai: Network) -> None:
    for circuit in qinghai.circuits.values():
        home = qinghai.devices[circuit.z.device].home
        if home in qinghai.sites:
            own = qinghai.sites[home].own
            assert own is not None
            assert circuit.prefix is not None
            assert circuit.prefix.subnet_of(own)


def test_interface_names_fit_linux_and_are_unique_in_a_device(qinghai: Network) -> None:
    for device in qinghai.devices.values():
        names = [interface.name for interface in device.interfaces]
        assert len(names) == len(set(names)), device.name
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{1,14}", name) for name in names), device.name


def test_names_follow_the_standard(qinghai: Network) -> None:
    circuit = qinghai.circuits["xining-up1"]
    assert (circuit.a.device, circuit.a.interface) == ("core-r1", "d01-1")
    assert (circuit.z.device, circuit.z.interface) == ("xining-r1", "up1")
    circuit = qinghai.circuits["chengdong-up2"]
    assert (circuit.a.device, circuit.a.interface) == ("xining-r2", "d0102-2")
    assert circuit.role is CircuitRole.BACKUP
    circuit = qinghai.circuits["xining-dc-db1-up1"]
    assert (circuit.a.device, circuit.a.interface) == ("xining-dc-r1", "db1-1")
    assert circuit.carrier is None
    circuit = qinghai.circuits["xining-pair1"]
    assert {circuit.a.interface, circuit.z.interface} == {"pair1"}


def test_addresses_follow_the_plan(qinghai: Network) -> None:
    assert qinghai.sites["xining"].block == IPv4Network("10.8.0.0/13")
    assert qinghai.sites["chengdong"].block == IPv4Network("10.8.128.0/17")
    assert qinghai.sites["chengdong"].own == IPv4Network("10.8.128.0/22")
    router = qinghai.devices["chengdong-r1"]
    assert router.loopback == IPv4Address("10.8.131.1")
    assert router.interface("lan1").address == IPv4Interface("10.8.128.1/24")
    assert router.interface("up1").address == IPv4Interface("10.8.130.1/31")
    community = qinghai.devices["chengdong-lejiawan-jinqiaolu-r1"]
    assert community.interface("lan1").address == IPv4Interface("10.8.161.33/29")


def test_a_prefecture_is_an_area_of_its_own_and_townships_are_in_none(qinghai: Network) -> None:
    router = qinghai.devices["xining-r1"]
    assert router.interface("up1").area == "0.0.0.0"
    assert router.interface("pair1").area == "0.0.63.1"
    assert router.interface("lo").area == "0.0.63.1"
    assert router.interface("lo").passive
    assert qinghai.devices["chengdong-r1"].interface("up1").area == "0.0.63.1"
    assert qinghai.devices["chengdong-r1"].interface("d100-1").area is None
    township = qinghai.devices["chengdong-lejiawan-r1"]
    assert {interface.area for interface in township.interfaces} == {None}


def test_golmuds_data_centre_belongs_to_the_backbone_and_not_to_haixi(qinghai: Network) -> None:
    router = qinghai.devices["golmud-dc-r1"]
    assert {i.area for i in router.interfaces} == {"0.0.0.0"}
    block, haixi = qinghai.locations["golmud-dc"].block, qinghai.sites["haixi"].block
    assert block is not None
    assert haixi is not None
    assert not block.overlaps(haixi)
    assert qinghai.circuits["golmud-dc-up1"].latency_ms == 12


def test_backups_cost_more_than_primaries_and_run_over_another_carrier(qinghai: Network) -> None:
    for circuit in qinghai.circuits.values():
        interface = qinghai.devices[circuit.z.device].interface(circuit.z.interface)
        if interface.cost is not None:
            assert interface.cost == (10 if circuit.role is CircuitRole.PRIMARY else 100)
        if circuit.role is CircuitRole.BACKUP and circuit.carrier is not None:
            assert circuit.carrier != qinghai.circuits[circuit.name[:-1] + "1"].carrier, circuit.name


def test_three_sessions_lead_to_the_ministry_each_preferred_to_the_next(qinghai: Network) -> None:
    first, second, third = qinghai.bgp_sessions
    assert (first.device, first.circuit, first.peer_asn) == ("core-r1", "ministry-up1", 64512)
    assert (second.device, second.circuit, second.peer_asn) == ("core-r2", "ministry-up2", 64512)
    assert (third.device, third.circuit, third.peer_asn) == ("golmud-dc-r2", "ministry-up3", 64512)
    assert (first.local_pref, second.local_pref, third.local_pref) == (200, 100, 50)
    assert qinghai.devices["core-r1"].asn == qinghai.asn
    assert qinghai.devices["ministry-r1"].asn == 64512
    assert qinghai.devices["xining-r1"].asn is None


def test_every_device_but_the_core_has_an_uplink(qinghai: Network) -> None:
    roots = [device.name for device in qinghai.devices.values() if device.uplink is None]
    assert roots == ["core-r1", "core-r2"]
    assert qinghai.devices["xining-r2"].uplink == "up2"


def test_a_site_changes_its_archetypes_circuit_key_by_key(qinghai: Network) -> None:
    changed = qinghai.circuits["mangya-up1"]
    assert (changed.carrier, changed.media, changed.bandwidth) == ("mobile", "microwave", 50)
    assert "mangya-up2" not in qinghai.circuits
    assert qinghai.sites["mangya"].archetype == "county-single"


def test_only_circuits_have_circuits(qinghai: Network) -> None:
    for device in qinghai.devices.values():
        for interface in device.interfaces:
            assert (interface.circuit is not None) == (interface.kind is InterfaceKind.CIRCUIT)


def test_services_name_declared_databases_and_the_plans_are_covered(qinghai: Network) -> None:
    assert list(qinghai.databases) == ["production", "exchange", "decision"]
    assert qinghai.databases["production"].replication is Replication.BLOCK
    assert {"pension", "medical", "settlement", "card", "hotline", "labour-market"} <= set(qinghai.services)
    assert Level.TOWNSHIP in qinghai.services["rural-pension"].levels
