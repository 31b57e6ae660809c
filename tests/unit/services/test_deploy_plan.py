"""Planning against a whole fake network."""

from __future__ import annotations

import pytest
from deploy_world import World, planned
from device import FakeSession
from sample_network import sample_network

from jbnet.config.render import render
from jbnet.services.deploy.plan import managed

MANAGED = 9


@pytest.fixture
def world() -> World:
    return World(sample_network())


def deploy_by_hand(world: World) -> None:
    for name, device in world.network.devices.items():
        world.devices[name].running = render(world.network, device)


def test_the_first_plan_covers_every_managed_device_and_says_which_were_not_seen(world: World) -> None:
    made = planned(world)
    assert len(made.changes) == MANAGED
    assert [n for n, change in made.changes.items() if change.reached] == ["core-r1", "core-r2"]
    assert all(change.first and not change.removed for change in made.changes.values())
    assert made.unasked == {}


def test_devices_beyond_undeployed_ones_are_not_even_tried(world: World) -> None:
    planned(world)
    assert world.devices["chengdong-r1"].calls == []


def test_other_peoples_devices_are_left_alone(world: World) -> None:
    assert not {"ministry-r1", "noc-s1", "xining-dc-db1"} & set(planned(world).changes)
    assert len(managed(world.network, world.network.devices.values())) == MANAGED


def test_a_deployed_network_needs_nothing(world: World) -> None:
    deploy_by_hand(world)
    made = planned(world)
    assert made.waves == ()
    assert len(made.unchanged) == MANAGED


def test_a_line_typed_by_hand_is_all_that_the_next_plan_shows(world: World) -> None:
    deploy_by_hand(world)
    world.devices["datong-r1"].type("interface up1", " ip ospf priority 7")
    made = planned(world)
    assert [(n, c.diff) for n, c in made.changes.items()] == [
        ("datong-r1", ("  interface up1", "-  ip ospf priority 7"))
    ]


def test_a_device_whose_own_comparison_denies_a_difference_is_named_and_not_passed_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy_by_hand(world)
    world.devices["datong-r1"].type("interface up1", " ip ospf priority 7")
    monkeypatch.setattr(FakeSession, "compare_config", lambda self: "")
    made = planned(world)
    assert made.changes == {}
    assert str(made.unasked["datong-r1"]).startswith("datong-r1 contradicts itself")
    assert "ip ospf priority 7" in str(made.unasked["datong-r1"])
    assert set(made.unasked) == {"datong-r1"}


def test_a_silent_device_among_deployed_ones_is_named_and_not_guessed(world: World) -> None:
    deploy_by_hand(world)
    world.devices["datong-r1"].reachable = False
    made = planned(world)
    assert list(made.unasked) == ["datong-r1"]
    assert "does not answer" in str(made.unasked["datong-r1"])
    assert made.changes == {}


def test_a_hung_device_holds_up_nobody(world: World) -> None:
    deploy_by_hand(world)
    world.hung.add("datong-r1")
    made = planned(world, ask_s=0.3)
    assert "within" in str(made.unasked["datong-r1"])
    assert len(made.unchanged) == MANAGED - 1


def test_a_new_site_behind_a_router_that_must_first_get_its_port_is_planned_in_one_go(world: World) -> None:
    deploy_by_hand(world)
    world.devices["chengdong-r1"].running = world.devices["chengdong-r1"].running.replace(
        " ip address 10.8.132.128/31\n", ""
    )
    fresh = World(sample_network())
    branch = ("chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1")
    for name in branch:
        world.devices[name].running = fresh.devices[name].running
    made = planned(world)
    assert [wave.devices for wave in made.waves] == [("chengdong-r1",), *((name,) for name in branch)]
    assert [made.changes[name].reached for name in branch] == [False, False]
    assert made.unasked == {}


def test_a_device_that_was_deployed_before_and_does_not_answer_is_never_taken_for_a_new_one(world: World) -> None:
    """Its line was moved in the declaration: its neighbour has yet to be given the port."""
    deploy_by_hand(world)
    world.devices["chengdong-r1"].running = world.devices["chengdong-r1"].running.replace(
        " ip address 10.8.132.128/31\n", ""
    )
    below = "chengdong-lejiawan-r1"
    assert planned(world).changes[below].first
    made = planned(world, known=world.devices)
    assert list(made.changes) == ["chengdong-r1"]
    assert "does not answer" in str(made.unasked[below])


def test_a_replaced_router_is_asked_over_its_own_line_and_its_counties_over_the_other(world: World) -> None:
    deploy_by_hand(world)
    world.devices["xining-r2"].running = World(sample_network()).devices["xining-r2"].running
    made = planned(world)
    assert list(made.changes) == ["xining-r2"]
    assert made.changes["xining-r2"].reached
    assert made.changes["xining-r2"].first


def test_an_unconfirmed_change_is_not_taken_for_the_state_of_the_device(world: World) -> None:
    deploy_by_hand(world)
    world.devices["datong-r1"].deadline = 90.0
    made = planned(world)
    assert "nobody confirmed" in str(made.unasked["datong-r1"])


def test_what_would_cut_its_own_way_is_marked(world: World) -> None:
    deploy_by_hand(world)
    world.devices["xining-r1"].type("interface up1", " ip address 10.99.0.1/31")
    made = planned(world)
    assert "over which the device is managed" in str(made.changes["xining-r1"].dangers[0])
