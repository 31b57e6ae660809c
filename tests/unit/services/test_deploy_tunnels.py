"""Encrypted lines in an apply: what was up before a change is up after it, or the change is taken back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import World, planned
from encrypted import CIRCUIT, LOWER, PROFILE, UPPER, encrypted
from sample_network import sample_network

from jbnet.change.endings import State
from jbnet.model.encryption import Suite
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.desk import Desk

ENDS = {LOWER: "up1", UPPER: "d0102-1"}
OLD, NEW = "esp_proposals = aes256-sha256-modp2048", "esp_proposals = aes128-sha256-modp2048"
ASKED = "get_established_tunnels"


@pytest.fixture
def world() -> World:
    return World(encrypted("frr"))


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    """Everything is deployed, and the line is up."""
    made = world.desk(tmp_path)
    assert apply(planned(world), made).ok
    for device in world.devices.values():
        device.calls.clear()
    for name, tunnel in ENDS.items():
        world.devices[name].tunnels.add(tunnel)
    return made


def with_another_proposal(world: World, desk: Desk) -> Desk:
    """Declare another algorithm, which both ends must have."""
    world.network = encrypted("frr", replace(PROFILE, esp=Suite("aes128", "sha256", 14, 3_600)))
    return replace(desk, network=world.network)


def states(outcome: Outcome) -> dict[str, State]:
    return {result.device: result.state for result in outcome.results}


def test_an_algorithm_changes_at_both_ends_together(world: World, desk: Desk) -> None:
    desk = with_another_proposal(world, desk)
    made = planned(world)
    assert [(unit.devices, unit.circuits) for unit in made.units] == [((LOWER, UPPER), (CIRCUIT,))]
    assert all(f"-      {OLD}" in "\n".join(made.changes[name].diff) for name in ENDS)
    assert states(apply(made, desk)) == dict.fromkeys((LOWER, UPPER), State.CONFIRMED)
    assert all(NEW in world.devices[name].running and NEW in world.devices[name].startup for name in ENDS)
    assert planned(world).changes == {}


def test_both_ends_go_back_where_one_does_not_find_the_other(world: World, desk: Desk) -> None:
    desk = with_another_proposal(world, desk)
    world.strikes[UPPER, "commit"] = world.devices[UPPER].tunnels.clear
    outcome = apply(planned(world), desk)
    assert states(outcome) == dict.fromkeys((LOWER, UPPER), State.REVERTED)
    assert "after the change d0102-1 is not encrypted any more" in " ".join(str(r.reason) for r in outcome.results)
    assert all(OLD in world.devices[name].running for name in ENDS)


def test_a_line_that_was_down_before_does_not_speak_against_a_change(world: World, desk: Desk) -> None:
    desk = with_another_proposal(world, desk)
    world.devices[LOWER].tunnels.clear()
    assert apply(planned(world), desk).ok


def test_a_device_without_encrypted_lines_is_not_asked_for_any(tmp_path: Path) -> None:
    plain = World(sample_network())
    assert apply(planned(plain), plain.desk(tmp_path)).ok
    assert not any(ASKED in device.calls for device in plain.devices.values())


def test_what_was_typed_into_the_file_of_one_end_is_put_right_there(world: World, desk: Desk) -> None:
    device = world.devices[LOWER]
    device.running = device.running.replace(OLD, NEW)
    made = planned(world)
    assert list(made.changes) == [LOWER]
    assert apply(made, desk).ok
    assert OLD in device.running
    assert ASKED in device.calls
