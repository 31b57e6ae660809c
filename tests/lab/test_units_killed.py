"""jbnet is killed at every point of a change that both ends of a county's only line must share; nobody carries it on.

Every county ends connected: both ends as before, or, once one was sent its confirmation, both as planned.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
from conftest import copy_workspace
from eventually import eventually
from running_apply import begin
from workspace import Workspace, deployed_lab

pytestmark = [pytest.mark.lab, pytest.mark.timeout(900)]

SMALL = {"locations": ["noc", "core"], "without": ["application-server"], "sites": ["haixi", "mangya"]}
FAR, NEAR = "mangya-r1", "haixi-r1"
PORTS = {FAR: "interface up1", NEAR: "interface d2803-1"}
SLOW = "ip ospf hello-interval 2"
TIMER = ("--timer", "20")
TIMERS_S = 120.0
POINTS = [
    ("apply.commit", FAR), ("apply.commit", NEAR), ("apply.looking", NEAR), ("apply.confirm", FAR),
    ("apply.confirm", NEAR),
]  # fmt: skip
MOMENTS_S = (0.0, 0.3)
"""How long after a point was told of: at once is in the middle of the act, later between two of them."""


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A prefecture with a county on a single line."""
    with deployed_lab(copy_workspace(tmp_path_factory.mktemp("units")), SMALL) as workspace:
        yield workspace


def slow(workspace: Workspace) -> set[bool]:
    """Say of both ends whether they say hello slowly."""
    return {SLOW in workspace.running(name) for name in PORTS}


def waiting(workspace: Workspace) -> bool:
    return any(workspace.waiting(name) for name in PORTS)


@pytest.mark.parametrize("later_s", MOMENTS_S)
@pytest.mark.parametrize(("event", "name"), POINTS, ids=[f"{event[6:]} {name}" for event, name in POINTS])
def test_killed_there_it_leaves_the_county_connected_though_nobody_resumes(
    network: Workspace, event: str, name: str, later_s: float
) -> None:
    for device, port in PORTS.items():
        network.type(device, port, SLOW)
    assert eventually(lambda: not network.cut_off("noc-s1", [FAR]), TIMERS_S)
    made = network.plan()
    assert [unit["devices"] for unit in made["units"]] == [[FAR, NEAR]]
    run = begin(network, made, *TIMER)
    run.until(event, name)
    time.sleep(later_s)
    run.kill()
    if event == "apply.confirm":
        assert eventually(lambda: slow(network) == {False}, TIMERS_S)
    assert eventually(lambda: not waiting(network), TIMERS_S)
    assert eventually(lambda: len(slow(network)) == 1, TIMERS_S)
    assert eventually(lambda: not network.cut_off("noc-s1", [FAR]), TIMERS_S)
    network.apply(made, *TIMER, "--resume")
    assert slow(network) == {False}
    assert not network.plan()["changes"]
