"""A lab that starts as deployed: the network lives, and there is nothing left to deploy."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SCALE, Collected, copy_workspace
from eventually import eventually

from jbnet import wiring
from jbnet.lab.lab import Lab
from jbnet.model.errors import TargetError

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    workspace = copy_workspace(tmp_path_factory.mktemp("deployed"))
    made = wiring.lab(workspace, workspace / ".jbnet")
    try:
        assert made.up(wiring.load_scale(workspace, SCALE), SCALE, Collected(), deployed=True)
        yield made
    finally:
        made.down()


def plan(workspace: Path) -> dict[str, dict[str, object]]:
    command = [sys.executable, "-m", "jbnet", "-C", str(workspace), "--json", "plan"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout)["data"])


def test_a_lab_started_as_deployed_has_nothing_left_to_deploy(lab: Lab) -> None:
    found = plan(lab.workspace)
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    assert (found["changes"], found["unasked"]) == ({}, {})
    assert len(found["unchanged"]) == sum(network.roles[d.role].managed for d in network.devices.values())


def test_every_device_of_ours_answers_the_noc(lab: Lab) -> None:
    network = wiring.load_network(lab.workspace, lab.workspace / ".jbnet")
    ours = {d.name: str(d.loopback) for d in network.devices.values() if d.home not in network.peers}
    assert network.noc is not None
    for name, loopback in ours.items():
        ping = ["ping", "-n", "-c1", "-W1", loopback]
        assert eventually(lambda ping=ping: lab.run(str(network.noc), ping).returncode == 0), name  # type: ignore[misc]  # a default of a lambda has no type


def test_another_up_gets_the_lab_it_asked_for_or_is_told(lab: Lab) -> None:
    demo = wiring.load_scale(lab.workspace, SCALE)
    assert lab.up(demo, SCALE, Collected(), deployed=True) is False
    assert lab.up(demo, SCALE, Collected()) is False
    with pytest.raises(TargetError, match="scale demo is up, not backbone"):
        lab.up(demo, "backbone", Collected())
