"""What is judged once more on the device: a plan may be forged, a line that is to go may be the last that works."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import Killed, KillingJournal, World, planned
from sample_network import moved, sample_network, without_interface

from jbnet.adapters.device_files import BackupFiles
from jbnet.change.endings import State
from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.model.errors import Refused
from jbnet.model.network import Network
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.desk import Desk, Result
from jbnet.services.deploy.plan import plan
from jbnet.services.rollback import kept_before


@pytest.fixture
def world() -> World:
    return World(sample_network())


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    desk = world.desk(tmp_path)
    assert apply(planned(world), desk).ok
    return desk


def by_device(results: tuple[Result, ...]) -> dict[str, Result]:
    return {result.device: result for result in results}


def carried_out(world: World, desk: Desk, network: Network, overrides: Sequence[str] = ()) -> dict[str, Result]:
    made = plan(network, network.devices.values(), world, world)
    return by_device(apply(made, replace(desk, network=network), overrides=overrides).results)


def test_the_last_line_that_works_is_not_taken_away_while_the_new_one_does_not(world: World, desk: Desk) -> None:
    results = carried_out(world, desk, moved(world.network))
    assert results["xining-r2"].missing == ("d0121-1",)
    assert results["xining-r1"].state is State.REFUSED
    assert "datong-r1 has no other one" in str(results["xining-r1"].reason)
    assert "datong-r1" in world.reachable()


def test_what_is_left_of_it_goes_where_the_carrier_has_moved_it(world: World, desk: Desk) -> None:
    world.network = moved(world.network)
    results = carried_out(world, desk, world.network)
    assert results["xining-r1"].state is results["xining-r2"].state is State.CONFIRMED
    assert results["xining-r2"].missing == ()
    assert "datong-r1" in world.reachable()


def test_a_line_may_go_where_another_to_the_same_router_works(world: World, desk: Desk) -> None:
    circuits = {name: circuit for name, circuit in world.network.circuits.items() if name != "chengdong-up2"}
    bare = without_interface(without_interface(world.network, "xining-r2", "d0102-1"), "chengdong-r1", "up2")
    network = replace(bare, circuits=circuits)
    asked = [network.devices["xining-r2"]]
    results = by_device(apply(plan(network, asked, world, world), replace(desk, network=network)).results)
    assert results["xining-r2"].state is State.CONFIRMED
    assert "chengdong-r1" in world.reachable()


def test_it_is_taken_away_where_that_is_said(world: World, desk: Desk) -> None:
    results = carried_out(world, desk, moved(world.network), overrides=["xining-r1"])
    assert results["xining-r1"].state is State.CONFIRMED


def test_a_line_is_kept_where_nobody_can_see_what_stands_behind_it(world: World, desk: Desk) -> None:
    def deaf() -> None:
        world.devices["datong-r1"].reachable = False

    world.strikes["xining-r1", "get_ospf_neighbors"] = deaf
    results = carried_out(world, desk, moved(world.network))
    assert results["xining-r1"].state is State.REFUSED
    assert "cannot be seen" in str(results["xining-r1"].reason)


def test_a_plan_that_hides_what_it_does_is_refused_by_the_device_s_own_look(world: World, desk: Desk) -> None:
    device = world.network.devices["datong-r1"]
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    honest = planned(world)
    stripped = "\n".join(
        line for line in render(world.network, device).splitlines() if not line.startswith(" ip address 10.9.2")
    )
    forged = replace(honest.changes["datong-r1"], intended=stripped, dangers=())
    outcome = apply(replace(honest, changes={"datong-r1": forged}), desk)
    assert outcome.refused
    assert "over which the device is managed" in str(outcome.results[0].reason)
    assert "ip address 10.9.2.1/31" in world.devices["datong-r1"].running


def test_what_was_accepted_when_the_plan_began_is_known_to_whoever_carries_it_on(world: World, desk: Desk) -> None:
    from jbnet.services.deploy.earlier import overrides_of

    made: Plan = planned(world)
    apply(made, desk, overrides=["xining-r1", "datong-r1"])
    assert overrides_of(desk.journal.entries(), made.hash) == {"xining-r1", "datong-r1"}
    assert overrides_of(desk.journal.entries(), "another") == frozenset()


def test_a_plan_that_is_being_carried_out_is_held_and_nobody_else_writes_of_it(world: World, desk: Desk) -> None:
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    made, seen = planned(world), list[object]()

    def meanwhile() -> None:
        before = desk.journal.entries()
        for resume in (False, True):
            with pytest.raises(Refused, match="is being carried out at this moment"):
                apply(made, replace(desk, owner="colleague@noc"), resume=resume)
        seen.append(desk.journal.entries() == before)

    world.strikes["datong-r1", "commit"] = meanwhile
    assert apply(made, desk).ok
    assert seen == [True]
    assert apply(made, replace(desk, owner="colleague@noc")).ok  # given back at the end


def test_a_confirmation_of_which_no_answer_was_written_can_be_taken_back(world: World, desk: Desk) -> None:
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    made = planned(world)
    with pytest.raises(Killed):
        apply(made, replace(desk, journal=KillingJournal(desk.journal, world.kill, 6, after=False)))
    world.killed = False
    assert by_device(apply(made, desk, resume=True).results)["datong-r1"].state is State.ALREADY
    assert set(kept_before(desk.journal.entries(), made.hash)) == {"datong-r1"}


def test_a_full_disk_before_anything_was_sent_is_no_change_under_way(world: World, desk: Desk, tmp_path: Path) -> None:
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    (tmp_path / "full").write_text("")
    full = replace(desk, backups=BackupFiles(tmp_path / "full" / "backups", desk.clock))
    result = by_device(apply(planned(world), full).results)["datong-r1"]
    assert result.state is State.FAILED
    assert str(tmp_path / "full") in str(result.reason)


def test_a_change_that_costs_the_way_to_a_service_is_taken_back(world: World, desk: Desk) -> None:
    device = world.devices["datong-r1"]
    device.type("ip route 192.0.2.0/24 blackhole")
    device.routes = {str(base.service_address) for base in world.network.databases.values()}
    assert device.routes
    before = device.running
    world.strikes["datong-r1", "commit"] = device.routes.clear
    result = by_device(apply(planned(world), desk).results)["datong-r1"]
    assert result.state is State.REVERTED
    assert "no route leads to 10.3.0." in str(result.reason)
    assert device.running == before


def test_a_way_to_a_service_that_comes_back_in_time_is_waited_for(world: World, desk: Desk) -> None:
    device = world.devices["datong-r1"]
    device.type("ip route 192.0.2.0/24 blackhole")
    device.routes = known = {str(base.service_address) for base in world.network.databases.values()}

    def gone_for_a_moment() -> None:
        device.routes = set()
        world.strikes["datong-r1", "get_route_to"] = lambda: setattr(device, "routes", known)

    world.strikes["datong-r1", "commit"] = gone_for_a_moment
    assert by_device(apply(planned(world), desk).results)["datong-r1"].state is State.CONFIRMED
