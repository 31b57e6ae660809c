"""Which declared device this is: by addresses, never by a guess."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest
from sample_network import sample_network

from jbnet import wiring
from jbnet.adapters import machine
from jbnet.model.network import Network
from jbnet.services.whereabouts import declared_addresses, device_here

NOC, DB = IPv4Address("10.4.0.193"), IPv4Address("10.1.192.2")


@pytest.fixture(scope="module")
def network() -> Network:
    return sample_network()


def test_a_machine_that_holds_a_devices_address_is_that_device_whatever_it_is_called(network: Network) -> None:
    assert device_here(network, "xining-dc-db1", {NOC}) == "noc-s1"
    assert device_here(network, "laptop", {DB, IPv4Address("192.168.1.7")}) == "xining-dc-db1"


def test_a_name_alone_is_not_enough_where_addresses_are_declared(network: Network) -> None:
    assert device_here(network, "noc-s1", set()) is None
    bare = replace(network.devices["noc-s1"], loopback=None, interfaces=())
    named = replace(network, devices={**network.devices, "noc-s1": bare})
    assert device_here(named, "noc-s1.qh.example", set()) == "noc-s1"


def test_two_devices_addresses_on_one_machine_leave_it_open(network: Network) -> None:
    assert device_here(network, "noc-s1", {NOC, DB}) is None


def test_service_addresses_tell_nothing_for_they_move(network: Network) -> None:
    services = {database.service_address for database in network.databases.values()}
    assert services.isdisjoint(declared_addresses(network))


def test_a_machine_holds_its_own_addresses_and_nobody_elses() -> None:
    own, other = IPv4Address("127.0.0.1"), IPv4Address("198.51.100.7")
    assert machine.held({own, other}) == {own}


def test_a_machine_that_is_none_of_them_is_not_taken_for_the_one_recovery_is_meant_to_be_run_from(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JBNET_VANTAGE", raising=False)
    assert wiring.whereabouts(network) is None
    monkeypatch.setenv("JBNET_VANTAGE", "noc-s1")
    assert wiring.whereabouts(network) == "noc-s1"
