"""Going back: a change that was applied is taken back by a plan of its own, whatever came in between."""

from __future__ import annotations

from pathlib import Path

import pytest
from deploy_world import Killed, World, planned
from sample_network import sample_network

from jbnet.change.model import Plan
from jbnet.config.tree import parse
from jbnet.model.errors import Missing, Refused, UsageError
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.rollback import plan_back

TYPED = "ip route 192.0.2.0/24 blackhole"
LATER = "ip route 198.51.100.0/24 blackhole"


@pytest.fixture
def world() -> World:
    return World(sample_network())


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return world.desk(tmp_path)


def back(undone: Plan, desk: Desk) -> Plan:
    return plan_back(undone, desk.network, desk.journal.entries(), desk.backups, desk.sessions, desk.reporter)


def applied(world: World, desk: Desk) -> Plan:
    """Take two hand-typed lines out by an ordinary plan, on a deployed network."""
    assert apply(planned(world), desk).ok
    for name in ("datong-r1", "core-r1"):
        world.devices[name].type(TYPED)
    made = planned(world)
    assert apply(made, desk).ok
    return made


def test_after_going_back_every_device_runs_what_it_ran_before(world: World, desk: Desk) -> None:
    undone = applied(world, desk)
    way = back(undone, desk)
    assert set(way.changes) == {"datong-r1", "core-r1"}
    assert apply(way, desk).ok
    for name in way.changes:
        assert TYPED in world.devices[name].running
        assert parse(world.devices[name].running) == parse(world.devices[name].startup)


def test_what_is_taken_back_can_be_applied_again_and_taken_back_again(world: World, desk: Desk) -> None:
    undone = applied(world, desk)
    assert apply(back(undone, desk), desk).ok
    again = planned(world)
    assert apply(again, desk).ok
    assert apply(back(again, desk), desk).ok
    assert TYPED in world.devices["core-r1"].running


def test_there_is_nothing_to_do_where_a_device_already_runs_what_it_ran_before(world: World, desk: Desk) -> None:
    undone = applied(world, desk)
    assert apply(back(undone, desk), desk).ok
    assert back(undone, desk).changes == {}


def test_somebody_elses_later_change_is_not_taken_back_unless_it_is_said_by_name(world: World, desk: Desk) -> None:
    undone = applied(world, desk)
    world.devices["datong-r1"].type(LATER)
    way = back(undone, desk)
    assert [d.params["device"] for d in way.changes["datong-r1"].dangers] == ["datong-r1"]
    assert way.changes["core-r1"].dangers == ()
    with pytest.raises(Refused, match="changed after"):
        apply(way, desk)
    assert LATER in world.devices["datong-r1"].running
    assert apply(way, desk, overrides=["datong-r1"]).ok
    assert LATER not in world.devices["datong-r1"].running


def test_only_devices_on_which_the_change_was_confirmed_are_taken_back(world: World, desk: Desk) -> None:
    assert apply(planned(world), desk).ok
    for name in ("datong-r1", "core-r1"):
        world.devices[name].type(TYPED)
    made = planned(world)
    world.devices["core-r1"].refuses = f"hostname {'core-r1'}"
    assert not apply(made, desk).ok
    assert set(back(made, desk).changes) == {"datong-r1"}


def test_a_change_that_was_killed_and_resumed_goes_back_to_before_its_first_run(world: World, tmp_path: Path) -> None:
    desk = world.desk(tmp_path)
    assert apply(planned(world), desk).ok
    for name in ("datong-r1", "core-r1"):
        world.devices[name].type(TYPED)
    made = planned(world)
    world.strikes["core-r1", "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    desk.journal.close()  # type: ignore[attr-defined]  # the world's journal is a file
    again = world.desk(tmp_path)
    assert apply(made, again, resume=True).ok
    assert apply(back(made, again), again).ok
    assert TYPED in world.devices["core-r1"].running
    assert TYPED in world.devices["datong-r1"].running


def test_a_plan_that_was_never_applied_is_wrong_use(world: World, desk: Desk) -> None:
    with pytest.raises(UsageError, match="was not applied here"):
        back(planned(world), desk)


def test_a_backup_that_is_gone_is_said_before_anything_is_planned(world: World, desk: Desk) -> None:
    undone = applied(world, desk)
    for entry in desk.journal.entries():
        if entry["kind"] == "device.backup":
            Path(str(entry["data"]["file"])).unlink(missing_ok=True)  # type: ignore[index]  # a row's data is a mapping
    with pytest.raises(Missing, match="cannot be read"):
        back(undone, desk)
