"""Ansible and Nornir log in to the lab's devices with nothing but the inventories that jbnet gives them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SCALE, Collected, copy_workspace
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab

pytestmark = pytest.mark.lab
PROGRAMS = Path(sys.executable).parent

NORNIR = """
import json, sys
from napalm import get_network_driver
from nornir import InitNornir
from nornir.core.task import Result, Task

def neighbours(task: Task) -> Result:
    way = task.host.get_connection_parameters("napalm")
    with get_network_driver(way.platform)(way.hostname, way.username, way.password or "", **way.extras) as session:
        return Result(host=task.host, result=[session.get_facts()["hostname"], len(session.get_ospf_neighbors())])

inventory = {"plugin": "JbnetInventory", "options": {"directory": sys.argv[1]}}
nr = InitNornir(inventory=inventory, logging={"enabled": False})
done = nr.filter(role="core").run(task=neighbours)
print(json.dumps({name: result[0].result for name, result in done.items()}, default=str))
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    workspace = copy_workspace(tmp_path_factory.mktemp("neighbours"))
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert made.up(wiring.load_scale(workspace, SCALE), SCALE, Collected(), deployed=True)
        yield made
    finally:
        made.down()


def from_noc(lab: Lab, *argv: str) -> subprocess.CompletedProcess[str]:
    """Run a command of this machine in the network of the lab's NOC, as people do."""
    command = [str(lab.workspace / "playbooks" / "in-noc.sh"), *argv]
    environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        command, cwd=lab.workspace, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


def wait_for_routes(lab: Lab, device: str) -> None:
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    ping = ["ping", "-n", "-c1", "-W1", str(network.devices[device].loopback)]
    assert eventually(lambda: lab.run("noc-s1", ping).returncode == 0), device


def test_with_a_lab_up_the_inventory_holds_its_devices_alone(lab: Lab) -> None:
    done = from_noc(lab, "ansible-inventory", "--list")
    assert done.returncode == 0, done.stderr
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    hosts = json.loads(done.stdout)["_meta"]["hostvars"]
    assert hosts.keys() == {d.name for d in network.devices.values() if d.home not in network.peers}
    assert {variables["jbnet"]["platform"] for variables in hosts.values()} == {"frr"}


def test_ansible_logs_in_to_a_router_and_to_a_server(lab: Lab) -> None:
    for device in ("datong-baoku-r1", "golmud-dc-db1"):
        wait_for_routes(lab, device)
        done = from_noc(lab, "ansible", device, "-m", "ping")
        assert done.returncode == 0, done.stdout + done.stderr
        assert '"ping": "pong"' in done.stdout


def test_ansible_asks_a_group_of_routers_what_they_are(lab: Lab) -> None:
    for device in ("core-r1", "core-r2"):
        wait_for_routes(lab, device)
    done = from_noc(lab, "ansible", "role_core", "-m", "raw", "-a", "vtysh -c 'show version' | head -1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("FRRouting") == 2


def test_a_device_with_another_host_key_is_not_let_near(lab: Lab) -> None:
    wait_for_routes(lab, "core-r1")
    known = lab.workspace / ".jbnet" / "known_hosts"
    right = known.read_text(encoding="utf-8")
    swapped = {"core-r1": "core-r2", "core-r2": "core-r1"}
    known.write_text(re.sub(r"core-r[12]", lambda name: swapped[name[0]], right), encoding="utf-8")
    try:
        done = from_noc(lab, "ansible", "core-r1", "-m", "raw", "-a", "true")
    finally:
        known.write_text(right, encoding="utf-8")
    assert done.returncode != 0
    assert "Host key verification failed" in done.stdout


def test_nornir_logs_in_with_the_driver_that_napalm_finds_by_name(lab: Lab) -> None:
    for device in ("core-r1", "core-r2"):
        wait_for_routes(lab, device)
    done = from_noc(lab, sys.executable, "-c", NORNIR, str(lab.workspace))
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert {name: result[0] for name, result in found.items()} == {"core-r1": "core-r1", "core-r2": "core-r2"}
    assert min(result[1] for result in found.values()) >= 3


def test_coverage_knows_what_the_lab_booted_with(lab: Lab) -> None:
    command = [sys.executable, "-m", "jbnet", "-C", str(lab.workspace), "--json", "coverage"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = {row["key"].get("level"): row for row in json.loads(done.stdout)["data"]["rows"]}
    assert rows["county"]["deployed"] == {"sites": 4, "unknown": 0}
    assert rows["county"]["alive"] == {"sites": 0, "unknown": 45}
