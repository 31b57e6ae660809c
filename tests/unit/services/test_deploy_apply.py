"""Applying plans to a whole fake network: the good way, and everything that can go wrong on it."""

from __future__ import annotations

import json
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import START, Killed, World, WorldSession, planned
from sample_network import sample_network

from jbnet.adapters.device_files import DeviceLockFiles
from jbnet.change.codec import from_json, to_json
from jbnet.change.endings import State
from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.config.tree import parse
from jbnet.model.errors import Refused, Unreachable, UsageError
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import text
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.earlier import EarlierRun, earlier_run
from jbnet.services.rollback import kept_before


@pytest.fixture
def world() -> World:
    return World(sample_network())


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return world.desk(tmp_path)


def deployed(world: World, desk: Desk) -> World:
    assert apply(planned(world), desk).ok
    for device in world.devices.values():
        device.calls.clear()
    return world


def states(outcome: Outcome) -> dict[str, State]:
    return {result.device: result.state for result in outcome.results}


def acts(desk: Desk, device: str) -> list[str]:
    return [
        f"{str(e['kind']).removeprefix('device.')} {dict(e['data'])['act']}"  # type: ignore[call-overload]  # a row's data is a mapping
        for e in desk.journal.entries()
        if e["subject"] == device and "act" in e["data"]  # type: ignore[operator]  # what it holds is known here
    ]


def at_rest(world: World) -> bool:
    return all(device.deadline is None for device in world.devices.values())


def test_from_out_of_the_box_to_a_second_plan_that_has_nothing_to_do(world: World, desk: Desk) -> None:
    assert apply(planned(world), desk).ok
    second = planned(world)
    assert second.changes == {}
    assert second.unasked == {}
    for device in world.devices.values():
        assert parse(device.running) == parse(device.startup)


def test_a_new_device_is_waited_for_until_routing_knows_the_way_to_it(world: World, desk: Desk) -> None:
    first = planned(world)
    last = first.waves[-1].devices[0]
    tries = []

    def not_yet() -> None:
        tries.append(last)
        if len(tries) < 3:
            world.strikes[last, "open"] = not_yet
            raise Unreachable("{device} does not answer on TCP", device=last)

    world.strikes[last, "open"] = not_yet
    assert apply(first, desk).ok
    assert len(tries) == 3
    assert states(apply(first, desk))[last] is State.ALREADY


def test_devices_of_a_wave_go_side_by_side(world: World, tmp_path: Path) -> None:
    assert apply(planned(world), world.desk(tmp_path, workers=8)).ok
    assert planned(world).changes == {}


def test_every_act_stands_in_the_journal_before_it_is_done_and_its_result_after(world: World, desk: Desk) -> None:
    apply(planned(world), desk)
    assert acts(desk, "core-r1") == ["intent commit", "result commit", "intent confirm", "result confirm"]
    kinds = [e["kind"] for e in desk.journal.entries()]
    assert (kinds[0], kinds[-1]) == ("apply.start", "apply.end")


def test_what_ran_before_is_backed_up(world: World, desk: Desk) -> None:
    before = world.devices["core-r1"].running
    result = apply(planned(world), desk).results[0]
    assert Path(result.backup).read_text(encoding="utf-8") == before
    assert Path(result.backup).stat().st_mode & 0o077 == 0


def test_a_dry_run_changes_nothing_and_leaves_no_trace(world: World, desk: Desk) -> None:
    before = {name: device.running for name, device in world.devices.items()}
    outcome = apply(planned(world), desk, dry_run=True)
    assert outcome.ok
    assert {name: device.running for name, device in world.devices.items()} == before
    assert desk.journal.entries() == []


def test_a_dry_run_does_not_say_of_devices_that_it_did_not_ask_what_would_become_of_them(
    world: World, desk: Desk
) -> None:
    made = planned(world)
    found = states(apply(made, desk, dry_run=True))
    assert {name for name, state in found.items() if state is State.WOULD} == {"core-r1", "core-r2"}
    assert {found[name] for name in found.keys() - {"core-r1", "core-r2"}} == {State.UNASKED}
    assert found.keys() == made.changes.keys()
    assert world.devices["chengdong-r1"].calls == []


def test_a_device_that_was_changed_since_the_plan_is_refused_and_left_as_it_is(world: World, desk: Desk) -> None:
    deployed(world, desk)
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    made = planned(world)
    world.devices["datong-r1"].type("ip route 198.51.100.0/24 blackhole")
    outcome = apply(made, desk)
    assert states(outcome) == {"datong-r1": State.REFUSED}
    assert outcome.refused
    assert "198.51.100.0/24" in world.devices["datong-r1"].running


def test_a_device_assumed_to_be_as_out_of_its_box_is_refused_when_it_is_not(world: World, desk: Desk) -> None:
    made = planned(world)
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    outcome = apply(made, desk)
    assert states(outcome)["datong-r1"] is State.REFUSED
    assert "chengdong-lejiawan-r1" in outcome.not_started


def test_a_device_taken_for_new_that_runs_what_was_deployed_is_named_as_such_and_what_to_do(
    world: World, desk: Desk
) -> None:
    made = planned(world)
    device = world.network.devices["chengdong-r1"]
    world.devices[device.name].running = render(world.network, device).replace("ip ospf cost 10", "ip ospf cost 11")
    outcome = apply(made, desk)
    refused = next(result for result in outcome.results if result.device == device.name)
    assert refused.state is State.REFUSED
    assert "was deployed before" in str(refused.reason)


def test_after_a_failed_wave_nothing_more_is_begun_and_the_next_plan_goes_on_from_there(
    world: World, desk: Desk
) -> None:
    world.devices["xining-r1"].refuses = "area 0.0.63.1 nssa"
    outcome = apply(planned(world), desk)
    assert states(outcome)["xining-r1"] is State.FAILED
    assert "chengdong-r1" in outcome.not_started
    world.devices["xining-r1"].refuses = ""
    again = planned(world)
    assert "core-r1" not in again.changes
    assert apply(again, desk).ok
    assert planned(world).changes == {}


def test_a_look_that_finds_a_neighbour_gone_takes_the_change_back(world: World, desk: Desk) -> None:
    deployed(world, desk)
    device = world.devices["xining-dc-r1"]
    intended = device.running
    device.running = device.running.replace(" ip ospf cost 100\n", " ip ospf cost 55\n")
    before = device.running
    made = planned(world)
    world.strikes["xining-dc-r1", "commit"] = lambda: world.cut.add("xining-dc-db1-up1")
    outcome = apply(made, desk)
    assert states(outcome) == {"xining-dc-r1": State.REVERTED}
    assert "db1-1" in str(outcome.results[0].reason)
    assert device.running == before != intended
    assert at_rest(world)


def test_a_new_router_without_its_neighbour_upwards_is_taken_back(world: World, desk: Desk) -> None:
    world.deaf.add("xining-dc-r1")
    outcome = apply(planned(world), desk)
    assert states(outcome)["xining-dc-r1"] is State.REVERTED
    assert at_rest(world)


def test_a_new_neighbour_over_a_dead_second_line_is_reported_and_no_failure(world: World, desk: Desk) -> None:
    world.cut.add("chengdong-up2")
    outcome = apply(planned(world), desk)
    assert outcome.ok
    assert {r.device: r.missing for r in outcome.results if r.missing} == {"chengdong-r1": ("up2",)}


def test_a_change_that_cuts_its_own_way_is_taken_back_by_the_device_itself(world: World, desk: Desk) -> None:
    deployed(world, desk)
    device = world.devices["datong-r1"]
    device.type("ip route 192.0.2.0/24 blackhole")
    before = device.running
    made = planned(world)
    world.strikes["datong-r1", "commit"] = lambda: setattr(device, "cut_by", "ip route 10.9.0.0/17")
    device.cut_by = ""

    outcome = apply(made, desk)
    assert states(outcome) == {"datong-r1": State.REVERTING}
    device.cut_by = ""
    world.clock.sleep(desk.timing.revert_s)
    assert device.running == before


def test_a_device_that_dies_in_the_middle_stops_the_next_wave_but_not_its_own(world: World, tmp_path: Path) -> None:
    desk = world.desk(tmp_path)
    made = planned(world)

    def die() -> None:
        world.devices["xining-dc-r1"].reachable = False
        raise Unreachable("{device} went away", device="xining-dc-r1")

    world.strikes["xining-dc-r1", "commit"] = die
    found = states(apply(made, desk))
    assert found["xining-dc-r1"] is State.REVERTING
    assert found["xining-r1"] is State.CONFIRMED


def test_a_hung_device_is_given_up_at_its_deadline(world: World, tmp_path: Path) -> None:
    desk = world.desk(tmp_path, workers=8, device_s=0.5)
    made = planned(world)
    world.hung.add("core-r1")
    outcome = apply(made, desk)
    assert states(outcome)["core-r1"] is State.REVERTING
    assert "within" in str(outcome.results[0].reason)


def killed_run(world: World, desk: Desk, device: str, call: str) -> Plan:
    """Apply in a process that is killed at a call to a device; return the plan."""
    made = planned(world)
    world.strikes[device, call] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    assert [e["kind"] for e in desk.journal.entries()][-1] != "apply.end"
    return made


@pytest.mark.parametrize("call", ["pending", "load", "commit", "get_ospf_neighbors", "confirm"])
def test_killed_anywhere_it_resumes_to_the_same_end(world: World, desk: Desk, call: str) -> None:
    made = killed_run(world, desk, "xining-r1", call)
    outcome = apply(made, desk, resume=True)
    assert outcome.ok
    assert planned(world).changes == {}
    assert at_rest(world)


def test_killed_between_commit_and_confirm_the_device_goes_back_by_itself(world: World, desk: Desk) -> None:
    before = world.devices["xining-r1"].running
    killed_run(world, desk, "xining-r1", "confirm")
    assert world.devices["xining-r1"].running != before
    world.clock.sleep(desk.timing.revert_s)
    assert world.devices["xining-r1"].running == before


def lose_answer() -> None:
    raise Unreachable("{host}: no answer came", host="xining-r1")


@pytest.mark.parametrize(("call", "act"), [("commit", "commit_config"), ("confirm", "confirm_commit")])
def test_an_act_whose_answer_is_lost_is_looked_at_and_not_believed_to_have_failed(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch, call: str, act: str
) -> None:
    done = getattr(WorldSession, act)
    lost = {"xining-r1"}

    def without_answer(session: WorldSession, *arguments: object, **named: object) -> None:
        done(session, *arguments, **named)
        if session.device.name in lost:
            lost.discard(session.device.name)
            lose_answer()

    monkeypatch.setattr(WorldSession, act, without_answer)
    assert apply(planned(world), desk).ok, call
    assert planned(world).changes == {}
    assert at_rest(world)


def test_somebody_elses_trial_is_neither_confirmed_nor_taken_back(world: World, desk: Desk) -> None:
    deployed(world, desk)
    device = world.devices["datong-r1"]
    device.type("ip route 192.0.2.0/24 blackhole")
    made = planned(world)
    device.before, device.deadline = (device.running, device.startup), world.clock.elapsed + 1000
    assert states(apply(made, desk)) == {"datong-r1": State.FAILED}
    assert device.deadline is not None
    assert "confirm" not in device.calls
    assert "rollback" not in device.calls


def test_a_plan_that_was_begun_and_did_not_end_is_carried_on_only_on_demand(world: World, desk: Desk) -> None:
    made = planned(world)
    desk.journal.append("apply.start", made.hash, {})
    with pytest.raises(Refused, match="--resume"):
        apply(made, desk)
    assert apply(made, desk, resume=True).ok


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_plan_that_never_ran_has_nothing_to_resume(world: World, desk: Desk, dry_run: bool) -> None:
    made = planned(world)
    with pytest.raises(UsageError, match="nothing to resume"):
        apply(made, desk, resume=True, dry_run=dry_run)
    assert desk.journal.entries() == []
    assert world.devices["core-r1"].calls.count("commit") == 0


def test_what_is_right_already_is_skipped(world: World, desk: Desk) -> None:
    made = planned(world)
    apply(made, desk)
    found = apply(made, desk)
    assert set(states(found).values()) == {State.ALREADY}


def test_a_device_that_somebody_else_works_on_is_left_to_them(world: World, desk: Desk) -> None:
    desk.locks.acquire("core-r1", "colleague@noc", 60)
    outcome = apply(planned(world), desk)
    assert states(outcome) == {"core-r1": State.REFUSED}
    assert "colleague@noc" in str(outcome.results[0].reason)
    world.clock.sleep(61)
    assert apply(planned(world), desk).ok


def test_two_operators_work_side_by_side_and_each_ones_records_stay_apart(world: World, tmp_path: Path) -> None:
    """Another's plan is carried out in the middle of ours: what either began and took back is told by its plan."""
    desk = world.desk(tmp_path)
    deployed(world, desk)
    world.devices["datong-r1"].type("ip route 192.0.2.0/24 blackhole")
    ours = planned(world)
    world.devices["xining-dc-r1"].type("ip route 192.0.2.0/24 blackhole")
    both = planned(world)
    theirs = replace(both, changes={"xining-dc-r1": both.changes["xining-dc-r1"]}, waves=both.waves[:1])
    theirs = replace(theirs, waves=(replace(both.waves[0], devices=("xining-dc-r1",)),))
    colleague = replace(desk, owner="colleague@noc", locks=DeviceLockFiles(tmp_path / "locks", world.clock))
    world.strikes["datong-r1", "commit"] = lambda: seen.append(apply(theirs, colleague).ok)
    seen: list[bool] = []
    assert apply(ours, desk).ok
    assert seen == [True]
    entries = desk.journal.entries()
    assert list(kept_before(entries, ours.hash)) == ["datong-r1"]
    assert list(kept_before(entries, theirs.hash)) == ["xining-dc-r1"]
    assert earlier_run(entries, ours.hash) == EarlierRun()


def test_what_was_confirmed_without_a_commit_of_this_plan_and_was_to_go_back_is_read_as_such() -> None:
    acts = ("confirm", "rollback")
    entries = [
        {"kind": "device.intent", "subject": "r1", "time": START.isoformat(), "data": {"act": act, "change": "ours"}}
        for act in acts
    ]
    assert earlier_run(entries, "ours") == EarlierRun(undoing=frozenset({"r1"}))


def test_a_danger_is_refused_unless_overridden_by_name_and_the_override_is_in_the_journal(
    world: World, desk: Desk
) -> None:
    deployed(world, desk)
    world.devices["xining-r1"].type("interface up1", " ip address 10.99.0.1/31")
    made = planned(world)
    with pytest.raises(Refused, match=r"10\.99\.0\.1/31"):
        apply(made, desk)
    with pytest.raises(Refused):
        apply(made, desk, overrides=["xining-r2"])
    assert apply(made, desk, overrides=["xining-r1"]).ok
    starts = [e["data"] for e in desk.journal.entries() if e["kind"] == "apply.start"]
    assert starts[-1] == {"owner": "engineer@noc", "overrides": ["xining-r1"], "devices": 1}


FAULT = Finding("H-01", Severity.ERROR, text("{what} is missing [{clause}]", what=text("a session"), clause="3.7"))


def test_rules_that_the_declaration_breaks_are_refused_unless_overridden_by_name_and_that_is_in_the_journal(
    world: World, desk: Desk
) -> None:
    made = from_json(json.loads(json.dumps(to_json(replace(planned(world), faults=(FAULT,))))))
    with pytest.raises(Refused, match=r"breaks H-01: a session is missing .*--override H-01"):
        apply(made, desk)
    with pytest.raises(UsageError, match="no such device: H-02"):
        apply(made, desk, overrides=["H-02"])
    assert desk.journal.entries() == []
    assert apply(made, desk, overrides=["H-01"]).ok
    assert next(e["data"] for e in desk.journal.entries())["overrides"] == ["H-01"]  # type: ignore[index]  # a mapping


ENDED = Finding(
    "JB413",
    Severity.ERROR,
    text("the permission {name} ended on {until}", name="p", until="2026-01-31"),
    Place("inventory/permissions.yaml", 2, 3),
)


def test_a_permission_that_ended_since_the_plan_was_made_is_refused_with_its_line_and_its_day(
    world: World, desk: Desk
) -> None:
    made = planned(world)
    with pytest.raises(
        Refused, match=r"permissions.yaml:2:3: since .* JB413: .* ended on 2026-01-31 .*--override JB413"
    ):
        apply(made, desk, since=[ENDED])
    assert desk.journal.entries() == []
    assert apply(made, desk, since=[ENDED], overrides=["JB413"]).ok


def test_a_fault_is_of_the_plan_that_was_shown_and_is_read_back_in_either_language(world: World) -> None:
    made = planned(world)
    faulty = replace(made, faults=(FAULT,))
    assert faulty.hash != made.hash
    assert from_json(json.loads(json.dumps(to_json(faulty)))).faults == (FAULT,)


def test_ctrl_c_lets_the_running_wave_end_and_starts_no_other(world: World, desk: Desk) -> None:
    def interrupt() -> None:
        signal.raise_signal(signal.SIGINT)

    made = planned(world)
    world.strikes["core-r1", "commit"] = interrupt
    outcome = apply(made, desk)
    assert outcome.interrupted
    assert states(outcome) == {"core-r1": State.CONFIRMED}
    assert "core-r2" in outcome.not_started
    assert at_rest(world)


def test_a_plan_of_another_network_is_refused(world: World, desk: Desk) -> None:
    with pytest.raises(UsageError, match="other"):
        apply(Plan("other"), desk)


def test_the_configuration_that_runs_is_the_one_that_was_shown(world: World, desk: Desk) -> None:
    made = planned(world)
    apply(made, desk)
    for name in made.changes:
        assert parse(world.devices[name].running) == parse(render(world.network, world.network.devices[name]))
