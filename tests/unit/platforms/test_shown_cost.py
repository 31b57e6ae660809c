"""How each platform tells the cost that its OSPF process announces for a port."""

from __future__ import annotations

import pytest

from jbnet.platforms.changing import changing

ANSWERS = {
    "frr": """
up2 is up
  ifindex 3, MTU 1500 bytes, BW 10000 Mbit <UP,BROADCAST,RUNNING,MULTICAST>
  Internet Address 10.2.0.1/31, Broadcast 255.255.255.255, Area 0.0.0.0
  Router ID 10.1.0.1, Network Type POINTOPOINT, Cost: 65535
  Neighbor Count is 1, Adjacent neighbor count is 1
""",
    "ios": """
GigabitEthernet0/0 is up, line protocol is up
  Internet Address 10.2.0.1/31, Area 0, Attached via Interface Enable
  Process ID 1, Router ID 10.1.0.1, Network Type POINT_TO_POINT, Cost: 65535
  Topology-MTID    Cost    Disabled    Shutdown      Topology Name
        0           65535     no          no            Base
""",
    "vrp5": " Interface: 10.2.0.1 (GigabitEthernet0/0/1)\n Cost: 65535   State: P-2-P     Type: P2P       MTU: 1500\n",
    "vrp8": " Interface: 10.2.0.1 (GigabitEthernet0/1/0)\n Cost: 65535   State: P-2-P     Type: P2P       MTU: 1500\n",
    "comware7": " Interface: 10.2.0.1 (GigabitEthernet1/0)\n Cost: 65535  State: P-2-P    Type: PTP        MTU: 1500\n",
}


@pytest.mark.parametrize("platform", ANSWERS)
def test_the_cost_is_read_from_what_the_process_tells(platform: str) -> None:
    known = changing(platform).shown_cost
    assert known.read(ANSWERS[platform]) == 65535
    assert "{port}" in known.command


@pytest.mark.parametrize("platform", ANSWERS)
def test_a_port_of_which_nothing_is_told_has_no_cost(platform: str) -> None:
    assert changing(platform).shown_cost.read("% no such port\n") is None
