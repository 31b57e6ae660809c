"""The lab is what the declaration says, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sample_network import sample_network

from jbnet.config.render import render
from jbnet.lab.spec import LabSpec, spec_from
from jbnet.model.network import InterfaceKind, Network


@pytest.fixture(scope="module")
def network() -> Network:
    return sample_network()


@pytest.fixture(scope="module")
def spec(network: Network) -> LabSpec:
    return spec_from(network, "sample")


def test_every_device_and_every_whole_circuit_is_in_the_lab(network: Network, spec: LabSpec) -> None:
    assert [device.name for device in spec.devices] == list(network.devices)
    assert [link.name for link in spec.links] == list(network.circuits)


def test_a_circuit_without_both_ends_is_left_out(network: Network) -> None:
    gone = list(network.devices)[-1]
    devices = {name: device for name, device in network.devices.items() if name != gone}
    names = {link.name for link in spec_from(replace(network, devices=devices)).links}
    assert names == {c.name for c in network.circuits.values() if gone not in (c.a.device, c.z.device)}


def test_managed_devices_come_out_of_their_box_and_others_are_ready(network: Network, spec: LabSpec) -> None:
    for device in spec.devices:
        managed = network.roles[network.devices[device.name].role].managed
        assert ("router ospf" in device.config or "router bgp" in device.config) == (not managed)


def test_as_deployed_every_device_boots_with_its_rendered_configuration(network: Network) -> None:
    spec = spec_from(network, "sample", deployed=True)
    assert spec.deployed
    assert [device.config for device in spec.devices] == [render(network, d) for d in network.devices.values()]


def test_only_routers_of_data_centres_and_core_take_the_fence(network: Network, spec: LabSpec) -> None:
    fenced = {device.name for device in spec.devices if device.fence}
    homes = {network.devices[name].home for name in fenced}
    assert fenced
    assert homes <= set(network.locations)
    assert all(network.roles[network.devices[name].role].managed for name in fenced)


def test_the_postgres_account_is_only_on_hosts_of_databases(network: Network, spec: LabSpec) -> None:
    hosts = {name for database in network.databases.values() for name in (database.primary, database.standby)}
    assert {d.name for d in spec.devices if "postgres" in d.accounts} == hosts & set(network.devices)


def test_interfaces_of_a_device_are_its_lines_then_its_lans(network: Network, spec: LabSpec) -> None:
    for device in network.devices.values():
        wanted = {i.name for i in device.interfaces if i.kind is not InterfaceKind.LOOPBACK}
        assert set(spec.interfaces(device.name)) == wanted


def test_traps_go_to_the_loopback_of_the_noc(network: Network, spec: LabSpec) -> None:
    assert network.noc is not None
    assert spec.trap_sink == str(network.devices[network.noc].loopback)


def test_the_neighbours_of_a_device_are_the_addresses_at_the_far_ends_of_its_lines(
    network: Network, spec: LabSpec
) -> None:
    for circuit in network.circuits.values():
        far = network.devices[circuit.a.device].interface(circuit.a.interface).address
        near = dict(spec.neighbours(circuit.z.device))
        assert near.get(circuit.z.interface) == (str(far.ip) if far else None)
