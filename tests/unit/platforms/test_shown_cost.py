"""How each platform tells the cost that its OSPF process announces for a port."""

from __future__ import annotations

import pytest

from jbnet.platforms.changing import changing

ANSWERS = {
    # In the form of FRR 8.4 (tried live: tests/lab/test_cost_live.py).
    "frr": """
up2 is up
  ifindex 3, MTU 1500 bytes, BW 10000 Mbit <UP,BROADCAST,RUNNING,MULTICAST>
  Internet Address 10.2.0.1/31, Broadcast 255.255.255.255, Area 0.0.0.0
  Router ID 10.1.0.1, Network Type POINTOPOINT, Cost: 65535
  Neighbor Count is 1, Adjacent neighbor count is 1
""",
    # Cisco, "What Does the show ip ospf interface Command Reveal?" (document 13689).
    "ios": """
Ethernet0 is up, line protocol is up
  Internet Address 10.10.10.1/24, Area 0
  Process ID 1, Router ID 192.168.45.1, Network Type BROADCAST, Cost: 10
  Transmit Delay is 1 sec, State BDR, Priority 1
  Timer intervals configured, Hello 10, Dead 40, Wait 40, Retransmit 5
""",
    # A published session with a router (`ospf cost 100`, then this); the manual of VRP 5 shows the table only.
    "vrp5": """
\t OSPF Process 1 with Router ID 3.3.3.3
\t\t Interfaces

 Interface: 192.168.0.5 (GigabitEthernet0/0/2)
 Cost: 100     State: BDR       Type: Broadcast    MTU: 1500
 Priority: 1
 Timers: Hello 10 , Dead 40 , Poll  120 , Retransmit 5 , Transmit Delay 1
""",
    # Huawei, NetEngine command references, `display ospf interface`: with the name of the port before the address
    # (`no-peer`, NetEngine 8000) or without.
    "vrp8": """
OSPF Process 1 with Router ID 172.16.6.185
                  Interfaces

 Area: 0.0.0.0          (MPLS TE not enabled)
 Interface             IP Address      Type         State    Cost    Pri
 Loop2147483647        172.16.6.185    P2P          P-2-P    0       1
""",
    # H3C, Comware 7 command reference, OSPF, `display ospf interface gigabitethernet 1/0/1`.
    "comware7": """
          OSPF Process 1 with Router ID 192.168.1.1
                  Interfaces

 Interface: 172.16.0.1 (GigabitEthernet1/0/1)
 Cost: 1       State: DR        Type: Broadcast    MTU: 1500
 Priority: 1
 Timers: Hello 10, Dead 40, Poll  40, Retransmit 5, Transmit Delay 1
 LDP sync state: Achieved
""",
}
COSTS = {"frr": 65535, "ios": 10, "vrp5": 100, "vrp8": 0, "comware7": 1}
IN_DETAIL = """
 Interface: 10.2.0.1 (GigabitEthernet0/1/0)
 Cost: 65535   State: P-2-P     Type: P2P       MTU: 1500
"""
IN_A_TABLE = """
 Area: 0.0.0.0
 IP Address      Type         State    Cost    Pri   DR            BDR
 192.168.1.1     P2P          P-2-P    1562    1     0.0.0.0       0.0.0.0
"""
"""Huawei, `display ospf interface`."""


@pytest.mark.parametrize("platform", ANSWERS)
def test_the_cost_is_read_from_what_the_process_tells(platform: str) -> None:
    known = changing(platform).shown_cost
    assert known.read(ANSWERS[platform]) == COSTS[platform]
    assert "{port}" in known.command


@pytest.mark.parametrize("platform", ANSWERS)
def test_a_port_of_which_nothing_is_told_has_no_cost(platform: str) -> None:
    assert changing(platform).shown_cost.read("% no such port\n") is None


def test_on_vrp8_either_form_is_read() -> None:
    known = changing("vrp8").shown_cost
    assert (known.read(IN_DETAIL), known.read(IN_A_TABLE)) == (65535, 1562)
