"""The forecast equals what the live backbone does: for every single circuit and router, seen from both data sides.

A router fails by all of its lines at once; one router of every role also by its power. Its neighbours' ports then
stay up, as those of leased lines do, and routing has to notice by itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from backbone_drill import SETTLE_S, Drill, every_single_failure
from conftest import Collected, copy_workspace
from eventually import eventually
from fib_view import stale_routes

from jbnet import wiring
from jbnet.topology.graph import FailureSet

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1200)]

SCALE = "backbone"
VANTAGES = ("noc-s1", "golmud-dc-db1")
UNPOWERED = ("core-r1", "golmud-dc-r1", "xining-dc-db1", "haidong-r1", "haixi-r2", "datong-r1")


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """The backbone as it is deployed, all of it reached from both vantages."""
    workspace = copy_workspace(tmp_path_factory.mktemp("backbone"))
    lab, network = wiring.lab(workspace, workspace / ".jbnet"), wiring.load_scale(workspace, SCALE)
    made = Drill(lab, network)
    try:
        assert lab.up(network, SCALE, Collected(), deployed=True)
        made.stand(VANTAGES)
        made.announce()
        assert made.settle() == []
        yield made
    finally:
        made.leave()
        lab.down()


def test_the_cut_of_any_circuit_or_router_does_what_was_forecast(drill: Drill) -> None:
    differences = [line for step in every_single_failure(drill) for line in drill.run(step)]
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("device", UNPOWERED)
def test_a_router_without_power_does_what_was_forecast(drill: Drill, device: str) -> None:
    assert drill.run(drill.unpowered(device)) == []


def test_a_prefecture_without_any_line_to_the_core_is_cut_off_and_nobody_else(drill: Drill) -> None:
    lines = [
        n for n, c in drill.network.circuits.items() if n.startswith("haibei-up") and c.z.device.startswith("haibei")
    ]
    assert len(lines) > 1
    assert drill.run(drill.cut_together(lines)) == []
    found = drill.forecaster.of(FailureSet.of(circuits=lines))
    assert "haibei" in found.cut_off
    assert not [home for home in found.others if home in drill.network.locations]


def test_a_dead_core_and_a_cut_pair_leave_a_county_without_its_way(drill: Drill) -> None:
    """The border router does not see the core die: its port stays up. It goes on drawing the area's traffic."""
    assert drill.run(drill.unpowered("core-r1", "xining-pair1")) == []


def test_after_all_of_it_everything_is_reached_again_over_its_usual_lines(drill: Drill) -> None:
    homes = [*drill.network.sites, *drill.network.locations]
    assert drill.settle(homes=homes) == []


def test_after_all_of_it_every_kernel_forwards_as_its_router_believes(drill: Drill) -> None:
    """A way that only the kernel has lost is not seen by routing, and shows only to addresses that hash to it."""
    routers = [d.name for d in drill.network.devices.values() if d.platform == "frr" and d.loopback is not None]
    assert len(routers) > 60
    assert eventually(lambda: not list(stale_routes(drill.lab, routers)), SETTLE_S), list(
        stale_routes(drill.lab, routers)
    )
