"""Rehearsals of plans for hardware: routers with FRR stand in, on a copy of a network of four systems."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import Collected
from hardware_world import Edited, HardwareWorld, mixed
from host_view import leftovers

from jbnet import wiring
from jbnet.change.rehearsal import Evidence
from jbnet.lab.paths import LabPaths
from jbnet.services.deploy import plan
from jbnet.services.rehearse import rehearse, today

pytestmark = pytest.mark.lab

PORT = "#\ninterface GigabitEthernet0/1/0\n"
BESIDE = "#\nacl number 3999\n rule 5 deny ip source 10.8.128.0 0.0.127.255\n"


def rehearsed(state: Path, edits: Mapping[str, tuple[str, str]]) -> Evidence:
    """Rehearse a plan after which devices run ``edits``: lines in the place of others."""
    network, told = mixed(), Collected()
    world = HardwareWorld(network)
    made = plan(network, [network.devices[name] for name in edits], world, told, aim=Edited(network, edits))
    assert sorted(made.changes) == sorted(edits)
    found = today(made, network, world, told)
    evidence = rehearse(
        made, found, wiring.rehearsal(state), lambda part, heard: wiring.rehearsal_desk(state, part, heard), told
    )
    assert leftovers(LabPaths(state / "rehearsal")) == []
    assert evidence.counts.before == evidence.counts.wanted > 100
    assert {stead.platform for stead in evidence.likeness.stood_in.values()} == {"vrp8", "vrp5", "comware7", "ios"}
    return evidence


def test_a_plan_for_hardware_is_blessed_on_routers_that_stand_in(tmp_path: Path) -> None:
    """What has no counterpart there and moves no packet is told."""
    found = rehearsed(tmp_path, {"chengdong-r1": (" ospf cost 100\n", " ospf cost 200\n mtu 1400\n")})
    assert found.blessed, (found.failed, found.lost)
    assert found.likeness.stood_in["chengdong-r1"].untried == ("+ interface GigabitEthernet0/1/1 / mtu 1400",)


def test_a_plan_for_hardware_that_loses_a_route_and_filters_transit_is_refused(tmp_path: Path) -> None:
    """One county no longer knows the way to its township, the other lets nothing in that comes from the first."""
    found = rehearsed(tmp_path, {
        "chengdong-r1": ("ip route-static 10.8.132.0 255.255.252.0 10.8.132.129\n", ""),
        "datong-r1": (PORT, f"{BESIDE}{PORT} traffic-filter inbound acl 3999\n"),
    })  # fmt: skip
    by_device: dict[str, set[str]] = {}
    for _, lost in found.lost:
        by_device.setdefault(lost.after, set()).update((lost.pair.source, lost.pair.target))
    assert not found.blessed
    assert sorted(found.culprits) == ["chengdong-r1", "datong-r1"]
    assert {"chengdong-lejiawan-r1", "noc-s1"} <= by_device["chengdong-r1"]
    assert {"chengdong-r1", "datong-r1"} <= by_device["datong-r1"]
