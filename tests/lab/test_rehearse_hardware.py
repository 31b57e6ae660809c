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
from jbnet.services.deploy.plan import plan
from jbnet.services.rehearse.trial import rehearse, today

pytestmark = pytest.mark.lab

PORT = "#\ninterface GigabitEthernet0/1/0\n"
BESIDE = "#\nacl number 3999\n rule 5 deny ip source 10.8.128.0 0.0.127.255\n"

PROCESS = "ospf 1 router-id 10.8.131.1\n"
RARE = f"""\
interface GigabitEthernet0/7/7
 shutdown
 mtu 1400
 ip address 10.200.0.1 255.255.255.0
 ip address 10.200.0.2 255.255.255.0 sub
 ospf timer hello 5
 ospf enable 1 area 7
#
interface GigabitEthernet0/7/8
 ip address 10.202.0.1 255.255.255.0
 ospf enable 1 area 8
#
ip route-static 10.99.0.0 255.255.0.0 GigabitEthernet0/7/8
ip route-static 10.98.0.0 255.255.0.0 10.202.0.9 preference 255
#
route-policy RARE deny node 5
 if-match ip-prefix RARE
#
route-policy RARE permit node 10
#
ip ip-prefix RARE index 5 deny 10.44.0.0 16 greater-equal 20 less-equal 24
ip ip-prefix RARE index 10 permit 0.0.0.0 0 less-equal 32
#
bgp 64513
 router-id 10.8.131.1
 peer 10.202.0.9 as-number 64514
 peer 10.202.0.9 ebgp-max-hop
 peer 10.202.0.8 as-number 64515
 peer 10.202.0.8 ignore
 #
 ipv4-family unicast
  preference 30 255 255
  network 10.77.0.0 255.255.0.0
  import-route direct route-policy RARE
  import-route ospf 1
  peer 10.202.0.9 enable
#
{PROCESS} import-route direct cost 7 type 1 route-policy RARE
 asbr-summary 10.55.0.0 255.255.0.0 not-advertise
 preference 20
 preference ase 160
 area 0.0.0.7
  stub no-summary
  abr-summary 10.66.0.0 255.255.0.0 not-advertise
  abr-summary 10.67.0.0 255.255.0.0
 area 0.0.0.8
  nssa no-summary
"""
"""What the declaration never says, and people type."""


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
    """FRR takes all that is said for it, also what is seldom typed; what moves no packet is told."""
    found = rehearsed(tmp_path, {"chengdong-r1": (PROCESS, RARE)})
    assert found.blessed, (found.failed, found.lost)
    assert found.untold == {}
    assert "+ interface GigabitEthernet0/7/7 / mtu 1400" in found.likeness.stood_in["chengdong-r1"].untried


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
