"""Which declared device this is: by addresses, never by a guess."""

from __future__ import annotations

import os
from dataclasses import replace
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from sample_network import sample_network

from jbnet import wiring
from jbnet.adapters import machine
from jbnet.cli.context import Context
from jbnet.cli.vantage import place, say_where
from jbnet.lab import process
from jbnet.lab.record import Chassis, Record
from jbnet.model.network import Network
from jbnet.services.whereabouts import declared_addresses, device_here

NOBODY = 1 << 30
"""No process: Linux counts them to 1 << 22 at most (proc(5), pid_max)."""
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
    assert wiring.whereabouts(network) is None, "it has none of its addresses"


def test_what_a_person_says_chooses_among_addresses_and_never_goes_against_them(network: Network) -> None:
    assert device_here(network, "laptop", {NOC, DB}, "noc-s1") == "noc-s1"
    assert device_here(network, "laptop", {DB}, "noc-s1") == "xining-dc-db1", "two places would be one"
    assert device_here(network, "laptop", {NOC, DB}, "golmud-dc-db1") is None
    assert device_here(network, "laptop", set(), "noc-s1") is None
    assert device_here(network, "noc-s1", set(), "nowhere") is None
    bare = replace(network.devices["noc-s1"], loopback=None, interfaces=())
    named = replace(network, devices={**network.devices, "noc-s1": bare})
    assert device_here(named, "laptop", set(), "noc-s1") == "noc-s1"


def test_a_note_says_that_it_is_not_believed(
    network: Network, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JBNET_VANTAGE", "noc-s1")
    say_where(Context(Path()), network)
    said = capfd.readouterr().err
    assert "JBNET_VANTAGE=noc-s1 is not believed" in said
    assert "over SSH" in said


def lab(state: Path, there: int) -> Context:
    """A lab that is up, of two devices: the NOC's network is that of process ``there``."""
    state.mkdir(mode=0o700)
    here = os.getpid()
    own = Chassis(here, process.start_time(here) or 0)
    devices = {"noc-s1": Chassis(there, 1), "golmud-dc-db1": own}
    Record("demo", state, "noc-s1", own, devices, ()).write(state / "lab.json")
    return Context(state.parent, state=state)


def test_only_being_in_a_devices_network_keeps_a_command_out_of_the_lab(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    context = lab(tmp_path / "state", there=NOBODY)
    monkeypatch.setenv("JBNET_VANTAGE", "noc-s1")
    found = place(context, None)
    assert found is not None
    assert found[1] == "noc-s1"
    assert "is not followed" in capfd.readouterr().err
    monkeypatch.setenv("JBNET_VANTAGE", "nowhere")
    assert place(context, "golmud-dc-db1") is not None
    monkeypatch.setenv("JBNET_VANTAGE", "golmud-dc-db1")
    assert place(context, None) is None, "it is there"
