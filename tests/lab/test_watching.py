"""Every circuit and every router of the live backbone fails in turn, in every way: one incident each, and it ends."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Collected, copy_workspace, never_flapping
from eventually import eventually
from watched import Scenario, Watched, Way, apart, every_single_failure, fault_of, in_groups, scenario

from jbnet import wiring
from jbnet.topology.forecast import Forecaster
from jbnet.topology.graph import FailureSet

pytestmark = [pytest.mark.lab, pytest.mark.timeout(3600)]

SCALE = "backbone"
AT_ONCE = 8
PAIRS = 8
SEED = int(os.environ.get("SOAK_SEED", "2026"))
"""How many pairs of failures are drawn, and by which dice."""
UNPOWERED = ("core-r1", "golmud-dc-r1", "xining-dc-db1", "haidong-r1", "haixi-r2", "datong-r1")


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """The backbone as it is deployed, with a monitor in its NOC that sees everybody answer."""
    yield from backbone(tmp_path_factory.mktemp("watching"))


def backbone(folder: Path) -> Iterator[Watched]:
    workspace = never_flapping(copy_workspace(folder))
    lab, network = wiring.lab(workspace, workspace / ".jbnet"), wiring.load_scale(workspace, SCALE)
    made = Watched(lab, network, folder / "monitor.jsonl", dict(os.environ))
    try:
        assert lab.up(network, SCALE, Collected(), deployed=True)
        made.start()
        assert eventually(lambda: made.log.stat().st_size > 0)  # the first round is in the store
        assert eventually(made.all_well, 180.0)
        yield made
    finally:
        made.stop()
        lab.down()


def in_turn(watched: Watched, scenarios: list[Scenario], most: int) -> list[str]:
    """Bring all of them about, those at once that have nothing to do with each other; return what differs."""
    differences: list[str] = []
    for group in in_groups(scenarios, most):
        for part in apart(watched.explainer, group):
            found = watched.run(part)
            print(*(s.name for s in part), sep=", ", end=f": {found or 'as it must be'}\n", flush=True)
            differences += found
    return differences


@pytest.mark.parametrize("way", [Way.DOWN, Way.SILENT, Way.FROM_A, Way.FROM_Z])
def test_the_failure_of_any_circuit_or_router_is_one_incident_with_its_root_and_its_sites(
    watched: Watched, way: Way
) -> None:
    scenarios = list(every_single_failure(watched.network, [way]))
    assert len(scenarios) > 170
    differences = in_turn(watched, scenarios, AT_ONCE)
    assert not differences, "\n".join(differences)


@pytest.mark.parametrize("device", UNPOWERED)
def test_a_device_without_power_is_one_incident(watched: Watched, device: str) -> None:
    """The ports at its neighbours stay up, as those of leased lines do."""
    assert watched.run([Scenario(f"power of {device}", (), frozenset(), power=device)]) == []


@pytest.mark.parametrize("risk", ["g0613-duct", "qaidam-duct", "qinghai-tibet-railway"])
def test_all_lines_over_one_shared_risk_are_one_incident_of_it(watched: Watched, risk: str) -> None:
    lines = [c.name for c in watched.network.circuits.values() if risk in c.srlgs]
    assert len(lines) > 1
    cut = scenario(watched.network, f"srlg {risk}", lines, dict.fromkeys(lines, fault_of(Way.DOWN)))
    assert watched.run([cut], ("srlg", risk)) == []


@pytest.mark.parametrize("site", ["haixi", "yushu"])
def test_both_routers_of_a_prefecture_without_power_are_one_incident_of_the_site(watched: Watched, site: str) -> None:
    devices = [d.name for d in watched.network.devices.values() if d.home == site]
    assert len(devices) == 2
    dark = [Scenario(f"power of {device}", (), frozenset(), power=device) for device in devices]
    assert watched.run(dark, ("site", site)) == []


@pytest.mark.parametrize("pair", range(PAIRS))
def test_two_failures_at_once_are_the_incidents_by_which_the_oracle_explains_what_is_seen(
    watched: Watched, pair: int
) -> None:
    scenarios = list(every_single_failure(watched.network, [Way.DOWN, Way.SILENT, Way.FROM_A]))
    drawn = near_each_other(random.Random(f"{SEED} {pair}"), scenarios)
    both = next(two for two in drawn if watched.explained(two))  # the oracle tries what looks wrong, and not all does
    print(*(one.name for one in both), sep=", ", flush=True)
    assert watched.run_together(both) == []


def near_each_other(dice: random.Random, scenarios: list[Scenario]) -> Iterator[tuple[Scenario, Scenario]]:
    """Draw pairs of failures in one part of the network that have no line in common."""
    while True:
        first, second = dice.choice(scenarios), dice.choice(scenarios)
        lines = {name for name, _ in first.faults}
        if first.regions & second.regions and lines.isdisjoint(name for name, _ in second.faults):
            yield first, second


def test_what_is_expected_is_what_whatif_forecasts(watched: Watched) -> None:
    """The oracle packs up every router's table anew; the forecast is what people are shown.

    To the forecast a core that is alone is still the core, and what hangs on it is not cut off from it.
    """
    forecaster = Forecaster(watched.network)
    sites = watched.network.sites.values()
    of_the_core = {s.name for s in sites if s.gateway and watched.network.devices[s.gateway].role == "core"}
    for one in every_single_failure(watched.network, [Way.DOWN]):
        lines = [name for name, _ in one.faults]
        forecast = set(forecaster.of(FailureSet.of(circuits=lines)).cut_off)
        assert forecast - of_the_core == watched.explainer.cut_off(one.broken) - of_the_core
