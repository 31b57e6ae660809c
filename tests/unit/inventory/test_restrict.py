"""A restricted network holds together; scales and management addresses."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from sample_network import sample_network

from jbnet.inventory.reach import management_addresses
from jbnet.inventory.restrict import as_lab, lab_of, restrict
from jbnet.inventory.scale import scale_devices
from jbnet.model.errors import UsageError
from jbnet.model.network import Level, Network
from jbnet.model.ownership import Hold, Ownership


def consistent(network: Network) -> None:
    for circuit in network.circuits.values():
        for end in (circuit.a, circuit.z):
            assert network.devices[end.device].interface(end.interface).circuit == circuit.name
    for device in network.devices.values():
        assert device.home in network.sites or device.home in network.locations or device.home in network.peers
        assert all(i.circuit is None or i.circuit in network.circuits for i in device.interfaces)
        assert device.uplink is None or device.interface(device.uplink)
    for site in network.sites.values():
        assert site.parent is None or site.parent in network.sites
    for database in network.databases.values():
        assert database.primary in network.devices
        assert database.standby in network.devices


def test_the_whole_network_is_consistent(qinghai: Network) -> None:
    consistent(qinghai)


def test_restricting_drops_what_lost_an_end_and_keeps_ancestors(qinghai: Network) -> None:
    part = restrict(qinghai, {"core-r1", "xining-r1", "chengdong-r1", "unknown"})
    consistent(part)
    assert list(part.devices) == ["core-r1", "xining-r1", "chengdong-r1"]
    assert set(part.circuits) == {"xining-up1", "chengdong-up1"}
    assert list(part.sites) == ["qinghai", "xining", "chengdong"]
    assert list(part.locations) == ["core"]
    assert part.databases == {}
    assert part.bgp_sessions == ()
    assert part.noc is None


def test_restricting_to_everything_changes_only_what_the_copies_run(qinghai: Network) -> None:
    copies = {name: as_lab(device) for name, device in qinghai.devices.items()}
    assert {device.platform for device in copies.values()} == {"frr"}
    assert len({device.platform for device in qinghai.devices.values()}) > 3
    assert restrict(qinghai, qinghai.devices.keys()) == replace(qinghai, devices=copies)


def test_premises_partners_and_applications_stay_with_what_they_end_on(qinghai: Network) -> None:
    part = restrict(qinghai, {"xining-r1", "xining-dc-app1"})
    assert set(part.premises) == {"xining-pension", "xining-medical", "xining-employment"}
    assert {peer.site for peer in part.peers.values()} == {"xining"}
    assert part.applications["insurance"].hosts == ("xining-dc-app1",)
    assert part.services == qinghai.services


def test_the_demo_scale_is_a_connected_cross_section(qinghai: Network, qinghai_files: dict[str, str]) -> None:
    chosen = scale_devices(qinghai, qinghai_files, "demo")
    part = restrict(qinghai, chosen)
    consistent(part)
    levels = [part.sites[d.home].level for d in part.devices.values() if d.home in part.sites]
    assert levels.count(Level.PREFECTURE) == 4
    assert levels.count(Level.COUNTY) == 4
    assert levels.count(Level.TOWNSHIP) + levels.count(Level.COMMUNITY) == 8
    assert {"noc-s1", "ministry-r1", "xining-dc-db1", "golmud-dc-db1"} <= chosen
    assert len(part.databases) == 3
    counties = [site.name for site in part.sites.values() if site.level is Level.COUNTY]
    backed = {name for name in counties if f"{name}-up2" in part.circuits}
    assert backed
    assert set(counties) - backed


def test_scales_grow(qinghai: Network, qinghai_files: dict[str, str]) -> None:
    demo, backbone, province = (scale_devices(qinghai, qinghai_files, s) for s in ("demo", "backbone", "province"))
    assert len(demo) < len(backbone) < len(province)
    left_out = {name for name, device in qinghai.devices.items() if device.role == "application-server"}
    assert province == qinghai.devices.keys() - left_out


def test_an_unknown_scale_is_refused_with_the_nearest_one(qinghai: Network, qinghai_files: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="demo"):
        scale_devices(qinghai, qinghai_files, "dmeo")


def test_a_device_is_reached_by_its_loopback_and_then_by_its_uplink(qinghai: Network) -> None:
    assert management_addresses(qinghai.devices["xining-r2"])[:2] == (
        IPv4Address("10.8.96.2"),
        IPv4Address("10.8.64.3"),
    )


def test_the_core_answers_first_where_the_noc_is(qinghai: Network) -> None:
    noc = qinghai.devices["core-r1"].interface("noc-1").address
    assert noc is not None
    assert management_addresses(qinghai.devices["core-r1"])[1] == noc.ip


def test_a_part_keeps_who_owns_what_and_a_lab_for_devices_that_run_there_what_they_run_in_the_field() -> None:
    holding = Ownership(rest=Hold.FOREIGN)
    network = replace(sample_network(), ownership={"core-r1": holding, "core-r2": holding})
    assert restrict(network, ["core-r1"]).ownership == {"core-r1": holding}
    assert lab_of(network, ["core-r1"]).ownership == {"core-r1": holding}
    other = {"core-r1": replace(network.devices["core-r1"], platform="vrp8")}
    assert lab_of(replace(network, devices={**network.devices, **other}), ["core-r1"]).ownership == {}
