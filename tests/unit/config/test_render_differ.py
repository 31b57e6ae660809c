"""What is rendered, and what a device would show of it, differ in nothing to the tool that compares them."""

from __future__ import annotations

import re

import pytest
from equipped import equipped

from jbnet.adapters.annet_differ import AnnetDiffer
from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import render

DIFFERS = {"vrp8": AnnetDiffer("vrp8"), "vrp5": AnnetDiffer("vrp5"), "comware7": AnnetDiffer("comware7")}
DEVICES = ("core-r1", "xining-r1", "chengdong-r1", "chengdong-lejiawan-r1")


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", DIFFERS)
def test_a_rendered_configuration_differs_from_itself_in_nothing(name: str, device: str) -> None:
    network = equipped(name)
    config = render(network, network.devices[device])
    assert not DIFFERS[name].compare(config, config)


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", DIFFERS)
def test_deploying_for_the_first_time_takes_nothing_away(name: str, device: str) -> None:
    network = equipped(name, aaa=None)
    found = DIFFERS[name].compare(bootstrap(network, network.devices[device]), render(network, network.devices[device]))
    assert [path for path in found.patch.removed if path[-1] != "undo snmp-agent"] == []
    assert [command for command in found.commands if command[-1].startswith("undo ip address")] == []


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", ["vrp8", "vrp5"])
def test_secrets_that_the_device_shows_encrypted_are_no_difference(name: str, device: str) -> None:
    network = equipped(name)
    config = render(network, network.devices[device])
    shown = re.sub(r"<secret:\S+>", "%^%#Yx8*:sS3C=W%^%#", config)
    assert shown != config
    assert not DIFFERS[name].compare(shown, config)
