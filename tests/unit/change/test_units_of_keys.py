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
