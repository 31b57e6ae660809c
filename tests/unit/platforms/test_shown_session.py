"""How each platform tells whether a BGP session stands, or is closed on purpose."""

from __future__ import annotations

import pytest

from jbnet.platforms.changing import SessionState, changing

PEER, OTHER = "172.16.0.1", "172.16.0.11"
"""Neither is to be taken for the other, of which it is the beginning."""
NEIGHBORS = """\
BGP neighbor is 172.16.0.1, remote AS 64500, local AS 64512, external link
  Description: ministry ministry-up1
{admin}  BGP version 4, remote router ID 172.16.255.1, local router ID 10.0.192.1
  BGP state = {state}
  Last read 00:00:02, Last write 00:00:02
"""
"""In the form of FRR 8.4 (tried live: tests/lab/test_session_live.py)."""
IOS = """\
BGP neighbor is 172.16.0.1,  remote AS 64500, external link
 Description: ministry ministry-up1
{admin}  BGP version 4, remote router ID 0.0.0.0
  BGP state = {state}
  Neighbor sessions:
"""
"""Cisco, IP Routing: BGP Command Reference, `show ip bgp neighbors`."""
VRP = """\

 BGP local router ID : 10.0.192.1
 Local AS number : 64512
 Total number of peers : 2                 Peers in established state : 1

  Peer            V          AS  MsgRcvd  MsgSent  OutQ  Up/Down       State  PrefRcv
  172.16.0.11     4       64500      119      121     0 00:57:53 {other}        4
  172.16.0.1      4       64500        0        0     0 00:00:12 {state}        0
"""
"""Huawei, NetEngine 8000 command reference, `display bgp peer`; `Idle(Admin)`: a capture of a NetEngine 8000, and
Huawei's own explanation of the states (`peer ignore`), which writes `Idle (Admin)`.
"""
COMWARE = """\

 BGP local router ID: 10.0.192.1
 Local AS number: 64512
 Total number of peers: 2                 Peers in established state: 1

  * - Dynamically created peer
  Peer                    AS  MsgRcvd  MsgSent OutQ PrefRcv Up/Down  State

  172.16.0.11          64500      119      121    0       4 00:57:53 {other}
  172.16.0.1           64500        0        0    0       0 00:00:12 {state}
"""
"""H3C, Comware 7 Layer 3 - IP Routing Command Reference, `display bgp peer ipv4`; columns as in ntc-templates."""
SHUT = {"frr": " Administratively shut down\n", "ios": " Administratively shut down\n"}
FORMS = {"frr": NEIGHBORS, "ios": IOS, "vrp5": VRP, "vrp8": VRP, "comware7": COMWARE}
CLOSED = {"frr": "Idle", "ios": "Idle", "vrp5": "Idle(Admin)", "vrp8": "Idle(Admin)", "comware7": "Idle"}


def said(platform: str, state: str, admin: str = "", other: str = "Established") -> str:
    return FORMS[platform].format(state=state, admin=admin, other=other)


@pytest.mark.parametrize("platform", FORMS)
def test_the_state_of_this_neighbour_is_read(platform: str) -> None:
    read = changing(platform).shown_session.read
    assert read(said(platform, "Established, up for 00:05:10" if platform in SHUT else "Established"), PEER) == (
        SessionState.ESTABLISHED
    )
    assert read(said(platform, CLOSED[platform], SHUT.get(platform, "")), PEER) is SessionState.SHUTDOWN
    for state in ("Active", "Connect", "OpenSent", "OpenConfirm"):
        assert read(said(platform, state), PEER) is SessionState.OTHER


@pytest.mark.parametrize("platform", FORMS)
def test_another_neighbour_s_state_is_not_taken_for_it(platform: str) -> None:
    read = changing(platform).shown_session.read
    assert read("% No such neighbor or address family\n", PEER) is SessionState.OTHER
    assert read(said(platform, "Established"), "172.16.0.100") is SessionState.OTHER
    assert read(said(platform, "Established"), "72.16.0.1") is SessionState.OTHER
    if platform not in SHUT:
        assert read(said(platform, "Active"), OTHER) is SessionState.ESTABLISHED


@pytest.mark.parametrize("platform", ["frr", "ios", "vrp5", "vrp8"])
def test_a_session_that_is_idle_and_not_shut_is_no_closed_one(platform: str) -> None:
    assert changing(platform).shown_session.read(said(platform, "Idle"), PEER) is SessionState.OTHER


def test_huawei_s_other_way_of_writing_it_is_read_too() -> None:
    assert changing("vrp8").shown_session.read(said("vrp8", "Idle (Admin)"), PEER) is SessionState.SHUTDOWN
