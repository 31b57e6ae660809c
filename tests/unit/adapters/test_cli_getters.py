"""What the drivers tell of a router: NAPALM's own conformance tests, the values, and ntc-templates as a second reader.

ntc-templates was written by others from the output of real devices: that it reads the routers in memory says that
they print as real ones do, and its values must be those of our own reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli_bench import DRIVERS, CliBench, cli_bench
from cli_servers.comware import Comware
from cli_servers.console import Console
from cli_servers.router import Router
from cli_servers.vrp5 import Vrp5
from cli_servers.vrp8 import Vrp8
from ntc_templates.parse import parse_output

os.environ["NAPALM_TEST_MOCK"] = "0"  # napalm reads it at import: ask the device instead of its recorded answers
from napalm.base.test.getters import BaseTestGetters

KINDS = [Vrp8, Vrp5, Comware]
CLAIMED = [
    "test_method_signatures", "test_is_alive", "test_get_facts", "test_get_interfaces", "test_get_lldp_neighbors",
    "test_get_interfaces_counters", "test_get_bgp_neighbors", "test_get_lldp_neighbors_detail", "test_get_arp_table",
    "test_get_interfaces_ip", "test_get_route_to", "test_get_config", "test_get_config_filtered",
    "test_get_config_sanitized", "test_ping",
]  # fmt: skip
"""NAPALM's conformance tests for everything that the drivers claim to know."""
OUR_OWN = ("get_ospf_neighbors", "running_config", "get_established_tunnels")
"""What the drivers can do beyond NAPALM's NetworkDriver."""


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: str(kind.__name__))
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[CliBench]:
    with cli_bench(request.param, tmp_path_factory.mktemp("ssh")) as made:
        made.router.seen.answers_ping = frozenset({"10.0.0.2", "8.8.8.8"})
        made.router.seen.routes.append(made.router.seen.routes[0].__class__(
            "1.0.4.0/24", "EBGP", 255, 0, "10.0.0.2", "GigabitEthernet0/1/0"))  # fmt: skip
        yield made


@pytest.fixture(scope="module")
def driver(bench: CliBench) -> Iterator[Any]:
    with bench.opened() as session:
        yield session


@pytest.mark.parametrize("test", CLAIMED)
def test_the_drivers_pass_napalms_conformance_tests(bench: CliBench, driver: Any, test: str) -> None:
    suite = BaseTestGetters()
    suite.device = driver
    driver_class = DRIVERS[type(bench.router)]
    suite.driver = type("Checked", (driver_class,), dict.fromkeys(OUR_OWN))
    asked = getattr(suite, test)
    asked() if test == "test_method_signatures" else asked("normal")


def test_facts_name_the_system(bench: CliBench, driver: Any) -> None:
    facts = driver.get_facts()
    assert facts["hostname"] == bench.router.name
    assert facts["model"].startswith(bench.router.seen.model)
    assert facts["serial_number"] == bench.router.seen.serial
    assert facts["uptime"] == bench.router.seen.uptime_minutes * 60
    assert facts["interface_list"] == ["GigabitEthernet0/1/0", "GigabitEthernet0/1/1", "LoopBack0"]
    assert facts["os_version"]


def test_interfaces_are_told_with_state_address_and_counters(driver: Any) -> None:
    ports = driver.get_interfaces()
    assert ports["GigabitEthernet0/1/0"] == {
        "is_up": True, "is_enabled": True, "description": "to core-r1", "last_flapped": -1.0, "mtu": 1500,
        "speed": 1000.0, "mac_address": "00:E0:FC:12:00:01",
    }  # fmt: skip
    assert not ports["GigabitEthernet0/1/1"]["is_up"]
    assert driver.get_interfaces_ip()["GigabitEthernet0/1/0"] == {"ipv4": {"10.0.0.1": {"prefix_length": 30}}}
    counters = driver.get_interfaces_counters()["GigabitEthernet0/1/0"]
    assert (counters["rx_octets"], counters["tx_unicast_packets"], counters["rx_errors"]) == (64000, 1988, 3)


def test_a_port_that_was_shut_is_not_enabled(bench: CliBench, driver: Any) -> None:
    bench.by_hand("interface GigabitEthernet0/1/1", " shutdown")
    try:
        assert not driver.get_interfaces()["GigabitEthernet0/1/1"]["is_enabled"]
    finally:
        bench.by_hand("interface GigabitEthernet0/1/1", " undo shutdown")


def test_neighbours_are_told(bench: CliBench, driver: Any) -> None:
    assert driver.get_lldp_neighbors() == {
        "GigabitEthernet0/1/0": [{"hostname": "core-r1", "port": "GigabitEthernet0/2/0"}]
    }
    assert driver.get_lldp_neighbors_detail("LoopBack0") == {}
    assert driver.get_arp_table() == [
        {"interface": "GigabitEthernet0/1/0", "mac": "00:E0:FC:99:00:01", "ip": "10.0.0.2", "age": -1.0}
    ]
    assert driver.get_ospf_neighbors() == [
        {
            "router_id": "10.1.0.9", "interface": "GigabitEthernet0/1/0", "address": "10.0.0.2", "state": "Full",
            "uptime_s": 254.0,
        }
    ]  # fmt: skip
    peers = driver.get_bgp_neighbors()["global"]
    assert peers["router_id"] == "10.1.0.1"
    up = peers["peers"]["10.0.0.2"]
    assert (up["is_up"], up["uptime"], up["remote_as"], up["local_as"]) == (True, 3473, 64513, 64512)
    assert up["address_family"]["ipv4"]["received_prefixes"] == 3
    assert not peers["peers"]["10.0.0.6"]["is_up"]


def test_routes_are_told_by_prefix_and_protocol(driver: Any) -> None:
    found = driver.get_route_to("10.2.3.4")
    assert set(found) == {"0.0.0.0/0", "10.2.0.0/16"}
    assert found["10.2.0.0/16"][0]["preference"] == 10
    assert found["10.2.0.0/16"][0]["outgoing_interface"] == "GigabitEthernet0/1/0"
    assert set(driver.get_route_to("10.2.3.4", protocol="ospf")) == {"10.2.0.0/16"}


def test_a_ping_tells_answers_and_losses(driver: Any) -> None:
    answered = driver.ping("10.0.0.2", count=3)["success"]
    assert (answered["probes_sent"], answered["packet_loss"], len(answered["results"])) == (3, 0, 3)
    assert answered["rtt_max"] == 3.0
    assert driver.ping("10.0.0.99", count=2)["success"]["packet_loss"] == 2


def test_commands_are_typed_as_they_are(driver: Any) -> None:
    assert "uptime is" in driver.cli(["display version"])["display version"]


def printed(router: Router, command: str) -> str:
    console = Console(router)
    console.shell.paging = False
    return console.type(command).partition("\n")[2].rpartition("\n")[0]


@pytest.mark.parametrize(
    ("kind", "platform", "command", "expected"),
    [
        (Vrp8, "huawei_vrp", "display version", {"model": "NetEngine 8000 M1A"}),
        (Vrp8, "huawei_vrp", "display interface", {"interface": "GigabitEthernet0/1/0", "mtu": "1500"}),
        (Vrp8, "huawei_vrp", "display lldp neighbor", {"neighbor_name": "core-r1"}),
        (Vrp8, "huawei_vrp", "display bgp peer", {"peer": "10.0.0.2", "pref_rcvd": "3"}),
        (Vrp8, "huawei_vrp", "display arp all", {"ip_address": "10.0.0.2", "mac_address": "00e0-fc99-0001"}),
        (Vrp8, "huawei_vrp", "display ip routing-table verbose", {"destination": "0.0.0.0/0", "preference": "250"}),
        (
            Comware,
            "hp_comware",
            "display interface",
            {"interface": "GigabitEthernet0/1/0", "description": "to core-r1"},
        ),
        (Comware, "hp_comware", "display lldp neighbor-information verbose", {"neighbor_name": "core-r1"}),
        (Comware, "hp_comware", "display bgp peer ipv4", {"remote_asn": "64513", "prefixes_received": "3"}),
        (Comware, "hp_comware", "display arp", {"ip_address": "10.0.0.2", "interface": "GE0/1/0"}),
        (Comware, "hp_comware", "display ip routing-table", {"network": "0.0.0.0", "distance": "250"}),
    ],
)
def test_templates_made_from_real_devices_read_the_routers_in_memory(
    kind: type[Router], platform: str, command: str, expected: dict[str, str], tmp_path: Path
) -> None:
    with cli_bench(kind, tmp_path) as made:
        rows = parse_output(platform=platform, command=command, data=printed(made.router, command))
    assert expected.items() <= rows[0].items()
