"""Selectors pick devices by the grammar of the design."""

from __future__ import annotations

import pytest

from jbnet.inventory.select import select
from jbnet.model.errors import UsageError
from jbnet.model.network import Level, Network


def names(network: Network, selector: str) -> list[str]:
    return [device.name for device in select(network, selector)]


def test_and_binds_tighter_than_or(qinghai: Network) -> None:
    chosen = set(names(qinghai, "level=county,phase=1+location:golmud-dc"))
    counties = {s.name for s in qinghai.sites.values() if s.level is Level.COUNTY and s.phase == 1}
    centre = {device.name for device in qinghai.devices.values() if device.home == "golmud-dc"}
    assert chosen == {f"{name}-r1" for name in counties} | centre


def test_a_site_means_its_own_devices_only(qinghai: Network) -> None:
    assert names(qinghai, "site:xining") == ["xining-r1", "xining-r2"]
    assert names(qinghai, "site:golmud") == ["golmud-r1"]


def test_under_takes_a_code_or_a_name_and_includes_all_below(small: Network) -> None:
    expected = ["east-r1", "east-r2", "oldtown-r1", "newtown-r1", "oldtown-bridge-r1", "oldtown-mill-r1"]
    expected.append("oldtown-bridge-north-r1")
    assert names(small, "under:9901") == expected
    assert names(small, "under:east") == expected


def test_devices_roles_and_all(small: Network) -> None:
    assert names(small, "device:core-r1") == names(small, "core-r1") == ["core-r1"]
    assert names(small, "role=core") == ["core-r1", "core-r2"]
    assert names(small, "role=core,role=dc-router") == []
    assert len(names(small, "all")) == len(small.devices)


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("site:oldtwon", "oldtown"),
        ("device:core-r11", "core-r1"),
        ("core-r11", "there is no device core-r11 (did you mean core-r1?)"),
        ("location:west-cd", "west-dc"),
        ("level=conty", "county"),
        ("levle=county", "level"),
        ("under:9902011", "990201"),
        ("site:west-dc", "(did you mean location:west-dc?)"),
        ("west-dc", "(did you mean location:west-dc?)"),
        ("location:core-r1", "(did you mean device:core-r1?)"),
        ("level=foo", "there are: "),
        ("foo=bar", "there are: archetype, level, parent, phase, platform, role, status"),
        ("device:", "the selector term device: names nothing (write device:NAME, or all)"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest_one(small: Network, selector: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        select(small, selector)
    assert hint in str(caught.value)


@pytest.mark.parametrize("selector", ["", ",", "what is this", "site:", "phase=one", "nosuch"])
def test_what_cannot_be_read_is_refused(small: Network, selector: str) -> None:
    with pytest.raises(UsageError):
        select(small, selector)
