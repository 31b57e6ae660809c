"""Who stands outside reaches what it may, with the core and without it: a bank, a hospital, the ministry.

A lab of the core, Golmud and two prefectures; the host of the applications answers at more ports than are declared.
The tests stand in an order: the last ones take the core's power.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from conftest import Collected, copy_workspace
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.network import Network

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]
SCALE = """
  partners:
    locations: [core, golmud-dc]
    peers: [ministry]
    sites: [haixi, hainan]
    partners: [banks-haixi, hospitals-hainan]
"""
BANK, HOSPITAL, MINISTRY, APPLICATIONS = "banks-haixi-h1", "hospitals-hainan-h1", "ministry-r1", "golmud-dc-app1"
OFFERED = {"insurance": 8080, "card": 8082, "exchange": 8083, "employment": 8081, "database": 5432}
MAY = {
    BANK: {"insurance", "card"},
    HOSPITAL: {"insurance", "card", "exchange"},
    MINISTRY: set(OFFERED),  # the network above is met by routing, not by a filter
}
ASK = """
import socket, sys
source, address, ports = sys.argv[1], sys.argv[2], sys.argv[3:]
for port in ports:
    try:
        socket.create_connection((address, int(port)), 3, (source, 0)).close()
        print(port)
    except OSError:
        pass
"""
ANSWER = """
import socket, sys
heard = [socket.create_server(("", int(port))) for port in sys.argv[1:]]
sys.stdin.read()
"""


class Around:
    """The lab, and what is asked of it from outside."""

    def __init__(self, lab: Lab, network: Network):
        self.lab, self.network = lab, network

    def opened(self, device: str, target: str = APPLICATIONS) -> set[str]:
        """Return what answers a device at a host, asked from the device's own networks."""
        address = str(self.network.devices[target].loopback)
        ports = [str(port) for port in OFFERED.values()]
        argv = [sys.executable, "-c", ASK, self.source(device), address, *ports]
        with self.lab.popen(device, argv, stdout=subprocess.PIPE) as asking:
            said = asking.communicate(timeout=60)[0].decode().split()
        assert asking.returncode == 0
        return {name for name, port in OFFERED.items() if str(port) in said}

    def source(self, device: str) -> str:
        return "172.20.0.1" if device == MINISTRY else str(self.network.devices[device].loopback)

    def pings(self, device: str, target: str) -> bool:
        argv = ("ping", "-c1", "-W2", "-I", self.source(device), str(self.network.devices[target].loopback))
        return self.lab.run(device, argv).returncode == 0

    def way(self, device: str, prefix: str) -> str:
        """Return the interface over which a device sends to a prefix."""
        told = json.loads(self.lab.run(device, ("vtysh", "-c", f"show ip route {prefix} json")).stdout or "{}")
        chosen = [route for route in told.get(prefix, []) if route.get("selected")]
        return str(chosen[0]["nexthops"][0].get("interfaceName", "")) if chosen else ""

    def sessions(self, device: str) -> set[str]:
        """Return the addresses with which a device's sessions stand."""
        told = json.loads(self.lab.run(device, ("vtysh", "-c", "show bgp summary json")).stdout)
        peers = told["ipv4Unicast"]["peers"]
        return {address for address, peer in peers.items() if peer["state"] == "Established"}


@pytest.fixture(scope="module")
def around(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Around]:
    workspace = copy_workspace(tmp_path_factory.mktemp("partners"))
    with (workspace / "topology/lab.yaml").open("a", encoding="utf-8") as stream:
        stream.write(SCALE)
    lab, network = wiring.lab(workspace, workspace / ".jbnet"), wiring.load_scale(workspace, "partners")
    try:
        assert lab.up(network, "partners", Collected(), deployed=True)
        ports = [str(port) for port in OFFERED.values()]
        answering = lab.popen(APPLICATIONS, [sys.executable, "-c", ANSWER, *ports], stdin=subprocess.PIPE)
        yield Around(lab, network)
        answering.kill()
        answering.wait()
    finally:
        lab.down()


def line(around: Around, circuit: str) -> str:
    """Return the ministry's address on a line."""
    return next(str(s.peer_address) for s in around.network.bgp_sessions if s.circuit == circuit)


def test_with_all_well_the_ministrys_third_line_stands_and_carries_nothing(around: Around) -> None:
    third = line(around, "ministry-up3")
    assert eventually(lambda: third in around.sessions("golmud-dc-r2"), 60)
    assert eventually(lambda: len(around.sessions("golmud-dc-r2")) == 3, 60)  # both core routers know it, too
    assert eventually(lambda: around.way("ministry-r1", "10.0.0.0/8") == "up1", 30)
    assert eventually(lambda: around.way("golmud-dc-r2", "172.20.0.0/16") == "up1", 30)
    assert around.way("core-r1", "172.20.0.0/16") == "ministry-1"


def test_each_reaches_what_it_may_and_nothing_else(around: Around) -> None:
    for device, may in MAY.items():
        assert eventually(lambda device=device, may=may: around.opened(device) == may, 60), (  # type: ignore[misc]  # a default of a lambda has no type
            device, around.opened(device))  # fmt: skip
    assert around.opened("haixi-r2") == set(OFFERED)  # from inside all of them answer: what did not was filtered


def test_a_partner_reaches_neither_routers_nor_servers_nor_a_partner(around: Around) -> None:
    for target in ("haixi-r1", "core-r1", "golmud-dc-r1", APPLICATIONS, HOSPITAL):
        assert not around.pings(BANK, target), target
    assert around.opened(BANK, "golmud-dc-r1") == set()
    gateway = around.network.devices["haixi-r1"].interface("ext205").address
    assert gateway is not None
    assert around.lab.run(BANK, ("ping", "-c1", "-W2", str(gateway.ip))).returncode == 0


def test_a_partner_whose_line_is_down_is_given_up_where_it_ends(around: Around) -> None:
    network = str(around.network.peers["banks-haixi"].prefixes[0])
    assert around.way("haixi-r1", network) == "ext205"
    assert around.way("haixi-r2", network) == "pair1"
    around.lab.cut("banks-haixi-up1")
    assert eventually(lambda: around.way("haixi-r1", network) == "", 30)  # not round by the core and haixi-r2
    around.lab.heal("banks-haixi-up1")
    assert eventually(lambda: around.way("haixi-r1", network) == "ext205", 30)


def test_a_gateway_that_lost_power_comes_back_with_its_filters(around: Around) -> None:
    around.lab.kill("haixi-r1")
    around.lab.boot("haixi-r1")
    assert eventually(lambda: around.opened(BANK) == MAY[BANK], 60)


def test_without_the_core_the_ministry_comes_in_over_its_third_line(around: Around) -> None:
    for device in ("core-r1", "core-r2"):
        around.lab.kill(device)
    assert eventually(lambda: around.way("ministry-r1", "10.0.0.0/8") == "up3", 60)
    assert eventually(lambda: around.way("golmud-dc-r2", "172.20.0.0/16") == "ministry-3", 60)
    assert eventually(lambda: around.opened(MINISTRY) == MAY[MINISTRY], 60)


def test_without_the_core_a_bank_and_a_hospital_reach_what_they_may_and_nothing_else(around: Around) -> None:
    for device in (BANK, HOSPITAL):
        assert eventually(lambda device=device: around.opened(device) == MAY[device], 60), (  # type: ignore[misc]  # a default of a lambda has no type
            device, around.opened(device))  # fmt: skip
    assert not around.pings(BANK, APPLICATIONS)
    assert around.way("haixi-r1", "172.20.0.0/16") == ""  # no way of its own: what leaves goes to its partner
