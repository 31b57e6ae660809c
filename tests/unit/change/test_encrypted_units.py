"""Encryption is shared by both ends of a line: what changes it is one unit, and alone it is refused."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from itertools import product

import pytest
from encrypted import CIRCUIT, ENCRYPTING, LOWER, PROFILE, UPPER, encrypted

from jbnet.change.guards import dangers
from jbnet.change.units import Turn, headings, units
from jbnet.config.again import marked
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.encryption import Suite
from jbnet.model.network import Network

OTHER = replace(PROFILE, esp=Suite("aes128", "sha256", 14, 3_600))
WIDER = replace(PROFILE, mtu=1300)


def without_encryption(platform: str) -> Network:
    """The same network with the circuit not encrypted, its models' ports listed all the same."""
    network = encrypted(platform)
    circuit = replace(network.circuits[CIRCUIT], encryption=None)
    return replace(network, circuits={**network.circuits, CIRCUIT: circuit})


def turn(platform: str, device: str, before: Network, after: Network) -> Turn:
    return Turn(*(tree(platform, render(network, network.devices[device])) for network in (before, after)))


@pytest.mark.parametrize(
    ("platform", "profile"), [*product(ENCRYPTING, [OTHER, WIDER]), ("frr", OTHER)], ids=lambda one: str(one)[:8]
)
def test_another_algorithm_or_mtu_joins_both_ends(platform: str, profile: object) -> None:
    before, after = encrypted(platform), encrypted(platform, profile)  # type: ignore[arg-type]  # parametrized
    turns = {device: turn(platform, device, before, after) for device in (UPPER, LOWER)}
    (unit,) = units(after, turns)
    assert unit.devices == (LOWER, UPPER)
    assert unit.circuits == (CIRCUIT,)


@pytest.mark.parametrize("platform", [*ENCRYPTING, "frr"])
def test_encrypting_a_line_and_giving_it_up_are_units_and_cut_nobody_off(platform: str) -> None:
    plain, secure = without_encryption(platform), encrypted(platform)
    for before, after in ((plain, secure), (secure, plain)):
        turns = {device: turn(platform, device, before, after) for device in (UPPER, LOWER)}
        (unit,) = units(after, turns)
        device = after.devices[LOWER]
        shared = headings(after, unit, LOWER)
        assert dangers(after, device, turns[LOWER].running, turns[LOWER].intended, shared) == ()


@pytest.mark.parametrize("platform", ENCRYPTING)
def test_at_one_end_alone_it_is_refused_with_the_address_that_would_go(platform: str) -> None:
    plain, secure = without_encryption(platform), encrypted(platform)
    alone = turn(platform, LOWER, plain, secure)
    assert units(secure, {LOWER: alone}) == ()
    said = [str(danger) for danger in dangers(secure, secure.devices[LOWER], alone.running, alone.intended)]
    assert any("would lose 10.8.130.1" in line for line in said), said


@pytest.mark.parametrize("platform", ENCRYPTING)
def test_a_tunnel_over_which_the_device_is_managed_is_not_led_elsewhere(platform: str) -> None:
    secure = encrypted(platform)
    asked = secure.circuits[CIRCUIT].encryption
    assert asked is not None
    elsewhere = replace(asked, outer=IPv4Network("10.255.0.2/31"))
    moved = replace(secure.circuits[CIRCUIT], encryption=elsewhere)
    after = replace(secure, circuits={**secure.circuits, CIRCUIT: moved})
    alone = turn(platform, LOWER, secure, after)
    assert dangers(after, after.devices[LOWER], alone.running, alone.intended)


@pytest.mark.parametrize("platform", [*ENCRYPTING, "frr"])
def test_a_key_whose_secret_has_changed_joins_both_ends(platform: str) -> None:
    network = encrypted(platform)
    turns = {}
    for name in (UPPER, LOWER):
        config = render(network, network.devices[name])
        turns[name] = Turn(tree(platform, config), tree(platform, marked(config, (f"ipsec-{CIRCUIT}",))))
    assert [unit.circuits for unit in units(network, turns)] == [(CIRCUIT,)]


def test_what_encrypts_the_way_over_which_a_device_is_managed_does_not_go_alone() -> None:
    secure, plain = encrypted("frr"), without_encryption("frr")
    alone = turn("frr", LOWER, secure, plain)
    (danger,) = dangers(secure, secure.devices[LOWER], alone.running, alone.intended)
    assert "`swanctl up1` would go, which encrypts the way" in str(danger)
    upper = turn("frr", UPPER, secure, plain)
    assert dangers(secure, secure.devices[UPPER], upper.running, upper.intended) == ()
