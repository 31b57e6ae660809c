"""Encrypted lines in a lab: what boots, where ends are plugged in, what the machine must have."""

from __future__ import annotations

from dataclasses import replace

import pytest
from encrypted import CIRCUIT, LOWER, UPPER, encrypted
from sample_network import sample_network

from jbnet.lab import host, memory, tunnels
from jbnet.lab.lines import Line, batch_for
from jbnet.lab.spec import LabSpec, spec_from

LINE = Line("line", ("a-r1", "d01-1"), ("b-r1", "up1"), 0.0, "c0")


def lab() -> LabSpec:
    return spec_from(encrypted("frr"), deployed=True)


def test_both_ends_have_a_tunnel_with_its_port_and_the_key_by_name() -> None:
    found = {device.name: device.tunnels for device in lab().devices if device.tunnels}
    assert {name: [(t.name, t.outer, t.mtu) for t in ends] for name, ends in found.items()} == {
        UPPER: [("d0102-1", "10.255.0.0/31", 1400)],
        LOWER: [("up1", "10.255.0.1/31", 1400)],
    }
    configs = {device.name: device.config for device in lab().devices}
    assert all(f'secret = "<secret:ipsec-{CIRCUIT}>"' in configs[name] for name in found)
    assert f"ipsec-{CIRCUIT}" in lab().secrets


def test_a_network_without_encrypted_lines_has_no_tunnels_and_needs_nothing_for_them() -> None:
    plain = spec_from(sample_network())
    assert not any(device.tunnels for device in plain.devices)
    assert memory.need_mib(lab()) == memory.need_mib(plain) + 2 * tunnels.MIB


def test_a_line_to_a_device_that_is_not_part_of_the_lab_has_no_tunnel() -> None:
    network = encrypted("frr")
    alone = replace(network, devices={LOWER: network.devices[LOWER]}, circuits={})
    assert spec_from(alone).devices[0].tunnels == ()


def test_an_encrypted_end_is_plugged_into_the_namespace_of_its_port() -> None:
    pids = {"a-r1": 10, "b-r1": 20, tunnels.plug("b-r1", "up1"): 21}
    said = batch_for([LINE], [], pids).splitlines()
    assert said[0] == "link add c0a type veth peer name d01-1 netns 10"
    assert said[2] == "link add c0z type veth peer name up1 netns 21"


def test_what_is_missing_for_encryption_is_named_where_a_line_is_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name, **_: None if "charon" in name else f"/usr/bin/{name}")
    assert "charon-systemd" in set(host._packages(lab()))
    assert "charon-systemd" not in set(host._packages(spec_from(sample_network())))
