"""Loss behind a line whose interfaces are up: one incident at that line, and none at the devices behind it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
from eventually import eventually
from test_monitor import Commands, deployed, network, single_lines, start

from jbnet.lab.faults import Fault
from jbnet.lab.lab import Lab
from jbnet.model.network import Network

pytestmark = pytest.mark.lab
__all__ = ["deployed", "network"]  # fixtures

QUICK = """
probes:
  paths:
    kind: echo
    roles: [core, dc-router, prefecture-router, county-router, township-cpe]
    every_s: 2
    requests: 60
    window_s: 20
    timeout_s: 1
"""


@pytest.fixture
def probing(deployed: Commands) -> Iterator[subprocess.Popen[bytes]]:
    """A monitor that sends echoes thirty times as often as declared, so that a test need not take minutes."""
    file = deployed.workspace / "monitors" / "probes.yaml"
    declared = file.read_text(encoding="utf-8")
    file.write_text(QUICK, encoding="utf-8")
    process = None
    try:
        process = start(deployed)
        yield process
    finally:
        if process is not None:
            process.terminate()
            process.wait(30)
        file.write_text(declared, encoding="utf-8")


def test_a_line_that_loses_one_packet_in_twenty_is_one_incident_at_that_line_and_ends_with_it(
    deployed: Commands,
    network: Network,
    demo_lab: Lab,
    probing: subprocess.Popen[bytes],
) -> None:
    circuit = next(iter(single_lines(network)))
    before = {incident["id"] for incident in deployed.run("incidents")["incidents"]}
    demo_lab.impair(circuit, Fault(lost_a=5.0, lost_z=5.0))

    def losing() -> list[Any]:
        opened = deployed.run("incidents", "--open")["incidents"]
        return [i for i in opened if i["root_cause"]["name"].partition(" ")[0] in ("lossy", "video-loss")]

    try:
        (found,) = eventually(losing, 120.0)
        assert found["root_cause"]["kind"] == "alarm"
        rule, _, subject = found["root_cause"]["name"].partition(" ")
        assert (rule in ("lossy", "video-loss"), subject) == (True, circuit)
        assert found["sites"] == []
    finally:
        demo_lab.heal(circuit)
    assert eventually(lambda: not losing(), 120.0)
    after = [
        i for i in deployed.run("incidents")["incidents"] if i["id"] not in before and "loss" in i["root_cause"]["name"]
    ]
    assert [i["root_cause"]["name"].partition(" ")[2] for i in after] == [circuit]
