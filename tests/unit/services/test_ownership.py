"""Who owns what is honoured by plan, apply and drift: nothing that is not ours is taken away."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import World, planned
from sample_network import sample_network

from jbnet.adapters.config_history import GitHistory
from jbnet.config.render import render
from jbnet.model.network import Network
from jbnet.model.ownership import Hold, Ownership
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import managed
from jbnet.services.drift import Found, Records, find_drift

DEVICE = "datong-r1"
FOREIGN = "interface tunnel9"
TYPED = [
    (FOREIGN, " ip address 192.0.2.1/30"),
    ("ip route 198.51.100.0/24 blackhole",),
    ("interface up1", " description by hand"),
]


def owning(ownership: Ownership) -> Network:
    return replace(sample_network(), ownership={DEVICE: ownership})


def deployed(network: Network) -> World:
    world = World(network)
    for name, device in network.devices.items():
        world.devices[name].running = render(network, device)
    for lines in TYPED:
        world.devices[DEVICE].type(*lines)
    return world


def drifted(world: World, state: Path) -> Found:
    records = Records(GitHistory(state / "history", world.clock), world.desk(state).journal, world.clock)
    devices = managed(world.network, world.network.devices.values())
    return find_drift(world.network, devices, world, records, world, workers=1)


PARTLY = Ownership(sections={"statics": Hold.OBSERVED}, lines={FOREIGN: Hold.FOREIGN})


def test_without_ownership_all_that_was_typed_by_hand_goes() -> None:
    removed = planned(deployed(sample_network())).changes[DEVICE].diff
    assert "-  ip address 192.0.2.1/30" in removed
    assert "- ip route 198.51.100.0/24 blackhole" in removed


def test_a_plan_takes_back_only_what_is_owned() -> None:
    changes = planned(deployed(owning(PARTLY))).changes
    assert changes[DEVICE].diff == ("  interface up1", "-  description by hand")


def test_applying_it_leaves_what_is_not_owned_and_ends_as_planned(tmp_path: Path) -> None:
    world = deployed(owning(PARTLY))
    outcome = apply(planned(world), world.desk(tmp_path))
    assert outcome.ok
    runs = world.devices[DEVICE].running
    assert FOREIGN in runs
    assert " ip address 192.0.2.1/30" in runs
    assert "ip route 198.51.100.0/24 blackhole" in runs
    assert "description by hand" not in runs
    assert planned(world).changes == {}


def test_what_others_change_between_plan_and_apply_is_a_change_all_the_same(tmp_path: Path) -> None:
    world = deployed(owning(PARTLY))
    made = planned(world)
    world.devices[DEVICE].type(FOREIGN, " description theirs")
    outcome = apply(made, world.desk(tmp_path))
    assert not outcome.ok
    assert "no longer as planned" in str(outcome.results[0].reason)


def test_nothing_of_others_is_kept_in_the_plan(tmp_path: Path) -> None:
    world = deployed(owning(PARTLY))
    assert "192.0.2.1" not in planned(world).changes[DEVICE].intended


def test_a_device_of_which_nothing_is_owned_needs_nothing() -> None:
    assert planned(deployed(owning(Ownership(rest=Hold.FOREIGN)))).changes == {}


@pytest.mark.parametrize("hold", list(Hold))
def test_drift_tells_what_a_plan_would_mend_from_what_is_only_observed(hold: Hold, tmp_path: Path) -> None:
    ownership = Ownership(sections={"statics": hold}, rest=Hold.FOREIGN)
    found = drifted(deployed(owning(ownership)), tmp_path)
    seen = {drift.device: drift.diff for drift in found.drifts if drift.diff}
    line = ("- ip route 198.51.100.0/24 blackhole",)
    assert seen == ({DEVICE: line} if hold is Hold.OWNED else {})
    assert found.observed == ({DEVICE: line} if hold is Hold.OBSERVED else {})
