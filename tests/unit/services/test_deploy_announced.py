"""While a wave is under way the monitor knows what it touches: no more than that, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from deploy_world import World, planned
from sample_network import sample_network

from jbnet.adapters.maintenance_windows import WindowFile
from jbnet.model.errors import JbnetError
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk

LEAF = "datong-r1"


@pytest.fixture
def world() -> World:
    return World(sample_network())


@pytest.fixture
def windows(tmp_path: Path) -> WindowFile:
    return WindowFile(tmp_path / "actions.db")


@pytest.fixture
def desk(world: World, windows: WindowFile, tmp_path: Path) -> Desk:
    return replace(world.desk(tmp_path), windows=windows)


def in_force(windows: WindowFile, now: datetime) -> set[str]:
    return {device for window in windows.windows() if window.in_force(now) for device in window.devices}


def test_during_a_wave_its_devices_are_announced_and_afterwards_nobody_is(
    world: World, desk: Desk, windows: WindowFile
) -> None:
    plan, seen = planned(world), list[set[str]]()
    world.strikes[LEAF, "commit"] = lambda: seen.append(in_force(windows, world.clock.now()))
    assert apply(plan, desk).ok
    (wave,) = [wave for wave in plan.waves if LEAF in wave.devices]
    assert seen == [set(wave.devices)]
    assert in_force(windows, world.clock.now()) == set()
    assert {window.opener for window in windows.windows()} == {Opener.CHANGE}
    assert {window.who for window in windows.windows()} == {desk.owner}
    assert len(windows.windows()) == len(plan.waves)


def test_a_window_of_a_run_that_is_killed_ends_when_the_wave_would_have_been_given_up(
    world: World, desk: Desk, windows: WindowFile
) -> None:
    apply(planned(world), desk)
    longest = max(window.ends - window.begins for window in windows.windows())
    assert desk.timing.revert_s < longest.total_seconds() <= 2 * desk.timing.device_s


def test_a_dry_run_announces_nothing(world: World, desk: Desk, windows: WindowFile) -> None:
    apply(planned(world), desk, dry_run=True)
    assert windows.windows() == ()


class Full:
    """Windows on a full disk."""

    def windows(self) -> Sequence[Maintenance]:
        return ()

    def register(self, window: Maintenance) -> None:
        raise JbnetError("no room for {name}", name=window.id)


def test_where_the_monitor_cannot_be_told_the_change_goes_on_and_that_is_said(world: World, desk: Desk) -> None:
    assert apply(planned(world), replace(desk, windows=Full())).ok
    said = [step for step in world.steps if step.event == "apply.unannounced"]
    assert said
    assert str(said[0].data["reason"]).startswith("no room for change:")
