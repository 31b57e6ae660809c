"""What a circuit says of its cost, its MTU and itself reaches the configuration of both its ends, and is traced."""

from __future__ import annotations

from dataclasses import replace

import pytest
from encrypted import ENCRYPTING, encrypted
from equipped import RENDERED, equipped

from jbnet.config.render import render, traced
from jbnet.model.findings import Place
from jbnet.model.network import Network

CIRCUIT, UPPER, LOWER = "chengdong-up1", "xining-r1", "chengdong-r1"
MTU = {"ios": "ip mtu 1420"}
WRITTEN = (
    ("mtu", Place("inventory/sites/xining.yaml", 71)), ("ospf_cost", Place("inventory/sites/xining.yaml", 72)),
)  # fmt: skip


def with_mtu(network: Network, mtu: int) -> Network:
    changed = replace(network.circuits[CIRCUIT], mtu=mtu, written=WRITTEN)
    return replace(network, circuits={**network.circuits, CIRCUIT: changed})


@pytest.mark.parametrize("device", [UPPER, LOWER])
@pytest.mark.parametrize("name", RENDERED)
def test_an_mtu_is_one_line_more_at_the_port_of_either_end(name: str, device: str) -> None:
    before, after = equipped(name), with_mtu(equipped(name), 1420)
    old, new = (render(network, network.devices[device]).splitlines() for network in (before, after))
    (line,) = [line for line in new if "mtu" in line]
    assert line.strip() == MTU.get(name, "mtu 1420")
    assert [other for other in new if other != line] == old


def test_ios_sends_longer_packets_only_where_the_interface_itself_takes_them() -> None:
    network = with_mtu(equipped("ios"), 9000)
    assert "\n mtu 9000\n" in render(network, network.devices[LOWER])


@pytest.mark.parametrize("name", ENCRYPTING[:3])
def test_the_mtu_is_that_of_the_port_below_a_tunnel_which_has_its_own(name: str) -> None:
    network = with_mtu(encrypted(name), 1480)
    said = [line.strip() for line in render(network, network.devices[LOWER]).splitlines() if "mtu" in line]
    assert sorted(line.split()[-1] for line in said) == ["1400", "1480"]


@pytest.mark.parametrize("name", RENDERED)
def test_a_line_is_traced_to_the_key_that_says_it(name: str) -> None:
    network = with_mtu(equipped(name), 1420)
    lines = traced(network, network.devices[LOWER])
    at = {line.text.strip(): line.origin for line in lines}
    assert at[MTU.get(name, "mtu 1420")] == "inventory/sites/xining.yaml:71"
    assert "inventory/sites/xining.yaml:72" in {line.origin for line in lines if "cost" in line.text}


def test_on_frr_the_host_sets_the_mtu() -> None:
    network = with_mtu(encrypted("frr"), 1420)
    assert "mtu" not in render(network, network.devices[LOWER])
