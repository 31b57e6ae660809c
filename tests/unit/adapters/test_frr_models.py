"""NAPALM's shapes from what FRR 8.4.4 and iproute2 printed (tests/recorded/frr, two routers with OSPF and BGP up)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jbnet.adapters.frr import models

RECORDED = Path(__file__).parents[2] / "recorded" / "frr"


def recorded(name: str) -> Any:
    return json.loads((RECORDED / f"{name}.json").read_text())


def test_an_ospf_neighbour_has_its_interface_and_its_state_by_rfc_2328() -> None:
    (neighbour,) = models.ospf_neighbours(recorded("ospf_neighbor"))
    assert (neighbour["router_id"], neighbour["interface"], neighbour["state"]) == ("10.0.0.2", "pair1", "Full")
    assert neighbour["address"] == "10.5.0.1"
    assert neighbour["uptime_s"] > 0


def test_without_ospf_there_are_no_neighbours() -> None:
    assert models.ospf_neighbours({}) == []
    assert models.ospf_neighbours({"neighbors": {}}) == []


def test_a_bgp_session_is_up_with_both_autonomous_systems() -> None:
    peer = models.bgp_neighbours(recorded("bgp_neighbors"))["global"]["peers"]["10.5.0.1"]
    assert (peer["is_up"], peer["local_as"], peer["remote_as"], peer["description"]) == (True, 65000, 65001, "other")
    assert peer["uptime"] >= 0


def test_a_bgp_session_that_is_down_has_no_uptime() -> None:
    shown = {"192.0.2.1": {"remoteAs": 1, "bgpState": "Active", "bgpTimerUpMsec": 5000, "adminShutDown": True}}
    peer = models.bgp_neighbours(shown)["global"]["peers"]["192.0.2.1"]
    assert (peer["is_up"], peer["uptime"], peer["is_enabled"]) == (False, -1, False)


def test_an_unknown_speed_is_unknown_and_not_four_gigabit() -> None:
    shown = models.interfaces(recorded("interface"))
    assert shown["lan1"]["speed"] == -1.0
    assert shown["up1"]["speed"] == 10000.0
    assert shown["lan1"]["description"] == "office"


def test_addresses_are_by_family() -> None:
    shown = models.interface_addresses(recorded("interface"))
    assert shown["pair1"]["ipv4"] == {"10.5.0.0": {"prefix_length": 31}}
    assert "lan1" not in shown or "ipv4" not in shown["lan1"]


def test_counters_that_linux_does_not_keep_are_unknown_and_not_zero() -> None:
    counted = models.counters(recorded("link"))["pair1"]
    assert counted["rx_octets"] > 0
    assert counted["rx_broadcast_packets"] == -1
    assert models.counters([{"ifname": "x"}])["x"]["rx_octets"] == -1


def test_the_arp_table_has_the_confirmed_neighbours() -> None:
    assert {entry["ip"] for entry in models.arp(recorded("neigh"))} >= {"10.5.0.1"}
    assert models.arp([{"dst": "10.5.0.9", "dev": "x", "state": ["FAILED"]}]) == []


def test_routes_are_told_apart_by_protocol_and_only_one_is_active() -> None:
    routes = models.routes(recorded("ip_route"), "")["10.5.0.0/31"]
    assert {route["protocol"] for route in routes} == {"ospf", "connected"}
    assert [route["protocol"] for route in routes if route["current_active"]] == ["connected"]
    assert models.routes(recorded("ip_route"), "ospf")["10.5.0.0/31"][0]["protocol_attributes"]["metric"] > 0


@pytest.mark.parametrize(
    ("uptime", "seconds"), [("00:01:05", 65), ("1d02h03m", 93780), ("02w3d04h", 1483200), ("never", -1), ("", -1)]
)
def test_uptimes_of_all_sizes_are_read(uptime: str, seconds: int) -> None:
    shown = {"10.0.0.0/8": [{"protocol": "static", "uptime": uptime, "nexthops": [{}]}]}
    assert models.routes(shown, "")["10.0.0.0/8"][0]["age"] == seconds


def test_a_ping_has_every_probe_and_one_that_says_nothing_is_an_error() -> None:
    answer = models.ping((RECORDED / "ping.txt").read_text())["success"]
    assert (answer["probes_sent"], answer["packet_loss"], len(answer["results"])) == (2, 0, 2)
    assert 0 < answer["rtt_min"] <= answer["rtt_avg"] <= answer["rtt_max"]
    assert "unknown host" in models.ping("ping: unknown host x")["error"]


def test_all_probes_lost_is_a_loss_and_not_an_error() -> None:
    said = "3 packets transmitted, 0 received, 100% packet loss, time 2040ms"
    assert models.ping(said)["success"]["packet_loss"] == 3


def test_facts_say_what_they_do_not_know() -> None:
    facts = models.facts("", "", "core-r1\n", {})
    assert (facts["uptime"], facts["os_version"], facts["hostname"]) == (-1.0, "", "core-r1")
