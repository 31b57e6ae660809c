"""A key belongs to both ends of a line: its coming, its change and its going are units, on every platform."""

from __future__ import annotations

from dataclasses import replace

import pytest
from equipped import RENDERED, equipped, with_keys
from sample_network import sample_network

from jbnet.change.units import Turn, units
from jbnet.config.again import marked
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.authentication import Algorithm
from jbnet.model.network import Network

EVERY = [*RENDERED, "frr"]
ENDS = ("xining-r1", "datong-r1")
LINE = ("datong-up1",)


def on(name: str, *ids: int) -> Network:
    return with_keys(sample_network() if name == "frr" else equipped(name), *ids)


def turns(before: Network, after: Network, *changed: str) -> dict[str, Turn]:
    """What the ends run, and what they shall run; ``changed``: secrets that are said again."""
    found = {}
    for end in ENDS:
        device = after.devices[end]
        said = marked(render(after, device), changed)
        found[end] = Turn(tree(device.platform, render(before, before.devices[end])), tree(device.platform, said))
    return found


@pytest.mark.parametrize("name", EVERY)
def test_keys_that_come_and_go_are_a_unit(name: str) -> None:
    keyed = on(name)
    bare = replace(keyed, authentication=None)
    for before, after in ((bare, keyed), (keyed, bare)):
        assert [(unit.devices, unit.circuits) for unit in units(after, turns(before, after))] == [(ENDS[::-1], LINE)]


@pytest.mark.parametrize("name", EVERY)
def test_a_key_of_another_id_is_a_unit(name: str) -> None:
    assert [unit.circuits for unit in units(on(name), turns(on(name), on(name, 2)))] == [LINE]


@pytest.mark.parametrize("name", EVERY)
def test_a_key_whose_secret_has_changed_is_a_unit(name: str) -> None:
    network = on(name)
    assert units(network, turns(network, network)) == ()
    assert [unit.circuits for unit in units(network, turns(network, network, "ospf-0-0-63-1-1"))] == [LINE]


@pytest.mark.parametrize("name", EVERY)
def test_another_secret_that_has_changed_is_none(name: str) -> None:
    network = on(name)
    assert units(network, turns(network, network, "ntp-key", "aaa-key")) == ()


def on_md5(name: str, *ids: int) -> Network:
    """The network with these keys of MD5, which is what takes a second key where anything does."""
    network = on(name, *ids)
    assert network.authentication is not None
    (keys,) = network.authentication.ospf
    ospf = (replace(keys, algorithms=(Algorithm.MD5,)),)
    return replace(network, authentication=replace(network.authentication, ospf=ospf))


@pytest.mark.parametrize("name", ["comware7", "ios"])
def test_a_second_key_beside_one_that_stays_is_no_unit_where_both_systems_send_with_both(name: str) -> None:
    old, both, new = (on_md5(name, *ids) for ids in ((1,), (1, 2), (2,)))
    for before, after in ((old, both), (both, new), (new, both), (both, old)):
        assert units(after, turns(before, after)) == ()
    assert [unit.circuits for unit in units(new, turns(old, new))] == [LINE]


@pytest.mark.parametrize("name", ["comware7", "ios"])
def test_it_is_one_where_the_ends_do_not_keep_the_same_key(name: str) -> None:
    old, both, new = (on_md5(name, *ids) for ids in ((1,), (1, 2), (2,)))
    upper, lower = ENDS
    mixed = {upper: turns(both, new)[upper], lower: turns(old, new)[lower]}
    assert [unit.circuits for unit in units(new, mixed)] == [LINE]
    crossed = {upper: turns(both, old)[upper], lower: turns(both, new)[lower]}
    assert [unit.circuits for unit in units(new, crossed)] == [LINE]


@pytest.mark.parametrize("name", ["comware7", "ios"])
def test_it_is_one_where_something_else_changes_with_it_or_the_key_that_stays_is_said_again(name: str) -> None:
    old, both = on_md5(name, 1), on_md5(name, 1, 2)
    assert [unit.circuits for unit in units(both, turns(old, both, "ospf-0-0-63-1-1"))] == [LINE]
    circuit = replace(both.circuits["datong-up1"], mtu=1400)
    narrower = replace(both, circuits={**both.circuits, circuit.name: circuit})
    assert [unit.circuits for unit in units(narrower, turns(old, narrower))] == [LINE]
