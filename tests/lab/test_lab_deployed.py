"""A lab that starts as deployed: the network lives, and there is nothing left to deploy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SCALE, Collected, copy_workspace
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.errors import TargetError
from jbnet.model.network import Network

pytestmark = pytest.mark.lab
SINGLE = "mangya-r1"
"""A router with one line upwards."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    workspace = copy_workspace(tmp_path_factory.mktemp("deployed"))
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        network = wiring.load_scale(workspace, SCALE)
        assert made.up(network, SCALE, Collected(), deployed=True)
        await_the_noc(made, network)
        yield made
    finally:
        made.down()


def await_the_noc(lab: Lab, network: Network) -> None:
    """Wait until every device of ours answers the NOC: booted is not yet converged."""
    ours = {d.name: str(d.loopback) for d in network.devices.values() if d.home not in network.peers}
    assert network.noc is not None
    for name, loopback in ours.items():
        ping = ["ping", "-n", "-c1", "-W1", loopback]
        assert eventually(lambda ping=ping: lab.run(str(network.noc), ping).returncode == 0), name  # type: ignore[misc]  # a default of a lambda has no type


def plan(workspace: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), "--json", "plan"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout)["data"])


def test_a_lab_started_as_deployed_answers_the_noc_and_has_nothing_left_to_deploy(lab: Lab) -> None:
    found = plan(lab.workspace)
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    assert (found["changes"], found["unasked"]) == ({}, [])
    assert len(found["unchanged"]) == sum(network.roles[d.role].managed for d in network.devices.values())


def test_another_up_gets_the_lab_it_asked_for_or_is_told(lab: Lab) -> None:
    demo = wiring.load_scale(lab.workspace, SCALE)
    assert lab.up(demo, SCALE, Collected(), deployed=True) is False
    assert lab.up(demo, SCALE, Collected()) is False
    with pytest.raises(TargetError, match="scale demo is up, not backbone"):
        lab.up(demo, "backbone", Collected())


def neighbours(lab: Lab, device: str) -> list[str]:
    """Return the states of a router's OSPF neighbours by address."""
    said = lab.run(device, ["vtysh", "-c", "show ip ospf neighbor json"]).stdout
    found = json.loads(said)["neighbors"]
    return sorted(f"{address} {entry['nbrState']}" for address, entries in found.items() for entry in entries)


def typed(lab: Lab, device: str, *lines: str) -> None:
    orders = [word for line in ("configure", *lines) for word in ("-c", line)]
    assert lab.run(device, ["vtysh", *orders]).returncode == 0


def test_a_router_with_another_key_gets_no_neighbour_and_with_the_right_one_it_does(lab: Lab) -> None:
    config = lab.run(SINGLE, ["vtysh", "-c", "show running-config"]).stdout
    line = next(line.strip() for line in config.splitlines() if "message-digest-key" in line)
    assert eventually(lambda: [found.split()[1] for found in neighbours(lab, SINGLE)] == ["Full/-"])
    typed(lab, SINGLE, "interface up1", f"no {line}", "ip ospf message-digest-key 1 md5 somebodyelses")
    try:
        assert eventually(lambda: neighbours(lab, SINGLE) == [])
    finally:
        typed(lab, SINGLE, "interface up1", "no ip ospf message-digest-key 1", line)
    assert eventually(lambda: [found.split()[1] for found in neighbours(lab, SINGLE)] == ["Full/-"])


def test_a_key_that_has_changed_is_planned_applied_and_then_as_it_should_be(lab: Lab) -> None:
    file = lab.workspace / ".jbnet" / "secrets.yaml"
    before = next(line for line in file.read_text().splitlines() if line.startswith("bgp-internal:"))
    file.write_text(file.read_text().replace(before, "bgp-internal: another-key-of-bgp"))
    found = plan(lab.workspace)
    assert [(name, change["secrets"]) for name, change in sorted(found["changes"].items())] == [
        (name, ["bgp-internal"]) for name in ("core-r1", "core-r2", "golmud-dc-r2")
    ]
    assert "another-key-of-bgp" not in json.dumps(found)
    command = [sys.executable, "-m", "jbnet", "-C", str(lab.workspace), "apply", str(found["hash"])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=400)
    assert done.returncode == 0, done.stdout + done.stderr
    assert plan(lab.workspace)["changes"] == {}
    assert "another-key-of-bgp" in lab.run("core-r1", ["vtysh", "-c", "show running-config"]).stdout
