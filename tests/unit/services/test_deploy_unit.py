"""What both ends of a link must share changes at both or at neither, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from deploy_world import Killed, KillingJournal, World, WorldSession, planned
from device import normal
from sample_network import sample_network

from jbnet.change.applied import applied
from jbnet.change.endings import State
from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.config.tree import parse
from jbnet.model.errors import CommandFailed, Refused, Unreachable
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.desk import Desk
from jbnet.services.deploy.earlier import GRACE_S
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.successor import succeed

FAR, NEAR = "datong-r1", "xining-r1"
HELLO, SLOW = " ip ospf hello-interval 1\n", " ip ospf hello-interval 2\n"
PORTS = {FAR: "up1", NEAR: "d0121-1"}


@pytest.fixture
def world() -> World:
    """A deployed network in which a county hangs on one line, whose ends say hello every two seconds instead of one."""
    return World(sample_network())


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    return mistyped(world, tmp_path)


def mistyped(world: World, state: Path) -> Desk:
    for name, fake in world.devices.items():
        fake.running = fake.startup = normal(render(world.network, world.network.devices[name]))
    for name, port in PORTS.items():
        device = world.devices[name]
        head, heading, rest = device.running.partition(f"interface {port}\n")
        device.running = device.startup = head + heading + rest.replace(HELLO, SLOW, 1)
    return world.desk(state)


def states(outcome: Outcome) -> dict[str, State]:
    return {result.device: result.state for result in outcome.results}


def acts(desk: Desk) -> list[str]:
    """Return what was done since the last start, as "act device"."""
    found: list[str] = []
    for entry in desk.journal.entries():
        data = entry["data"]
        assert isinstance(data, dict)
        if entry["kind"] == "apply.start":
            found = []
        elif entry["kind"] == "device.intent":
            found.append(f"{data['act']} {entry['subject']}")
    return found


def hello(world: World) -> dict[str, str]:
    """Return the hello interval that each end runs."""
    said = {n: parse(world.devices[n].running).under(f"interface {port}") for n, port in PORTS.items()}
    return {n: next(line.split()[-1] for line in lines if "hello-interval" in line) for n, lines in said.items()}


BEFORE, AFTER = dict.fromkeys(PORTS, "2"), dict.fromkeys(PORTS, "1")


def at_rest(world: World) -> bool:
    return all(device.deadline is None for device in world.devices.values())


def test_both_ends_stand_in_one_wave_and_are_changed_and_confirmed_the_far_end_first(world: World, desk: Desk) -> None:
    made = planned(world)
    assert [unit.devices for unit in made.units] == [(FAR, NEAR)]
    assert len(made.waves) == 1
    outcome = apply(made, desk)
    assert outcome.ok
    assert acts(desk) == [f"commit {FAR}", f"commit {NEAR}", f"confirm {FAR}", f"confirm {NEAR}"]
    assert hello(world) == AFTER
    assert planned(world).changes == {}
    assert set(states(apply(made, desk)).values()) == {State.ALREADY}


def test_the_far_end_cannot_be_reached_between_the_halves(world: World, desk: Desk) -> None:
    """Otherwise the other tests would prove little."""
    world.devices[FAR].running = world.devices[FAR].running.replace(SLOW, HELLO)
    assert FAR not in world.reachable()


def test_a_dry_run_sends_nothing_to_either(world: World, desk: Desk) -> None:
    made, entries = planned(world), len(desk.journal.entries())
    assert set(states(apply(made, desk, dry_run=True)).values()) == {State.WOULD}
    assert hello(world) == BEFORE
    assert len(desk.journal.entries()) == entries


@pytest.mark.parametrize("act", ["commit_config", "confirm_commit"])
@pytest.mark.parametrize("name", [FAR, NEAR])
def test_an_answer_that_is_lost_is_looked_for_at_both(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch, act: str, name: str
) -> None:
    done, lost = getattr(WorldSession, act), {name}

    def without_answer(session: WorldSession, *arguments: object, **named: object) -> None:
        done(session, *arguments, **named)
        if session.device.name in lost:
            lost.discard(session.device.name)
            raise Unreachable("{host}: no answer came", host=name)

    made = planned(world)
    monkeypatch.setattr(WorldSession, act, without_answer)
    assert apply(made, desk).ok
    assert not lost
    assert hello(world) == AFTER
    assert at_rest(world)


def test_a_near_end_that_refuses_leaves_both_as_before(world: World, desk: Desk) -> None:
    made = planned(world)
    world.devices[NEAR].refuses = "router ospf"
    outcome = apply(made, desk)
    assert states(outcome)[NEAR] is State.FAILED
    assert states(outcome)[FAR] is State.REVERTING
    assert f"{FAR} changes together with {NEAR}" in str(outcome.results[0].reason)
    world.clock.sleep(desk.timing.revert_s)
    assert hello(world) == BEFORE
    assert at_rest(world)


def test_a_far_end_that_refuses_leaves_the_near_end_untouched(world: World, desk: Desk) -> None:
    made = planned(world)
    world.devices[FAR].refuses = "router ospf"
    outcome = apply(made, desk)
    assert states(outcome) == {FAR: State.FAILED, NEAR: State.FAILED}
    assert "commit" not in world.devices[NEAR].calls
    assert hello(world) == BEFORE


def test_a_link_that_does_not_come_back_takes_both_back(world: World, desk: Desk) -> None:
    made = planned(world)
    world.strikes[NEAR, "commit"] = lambda: world.deaf.add(FAR)
    outcome = apply(made, desk)
    assert states(outcome) == {FAR: State.REVERTED, NEAR: State.REVERTED}
    assert "d0121-1" in str(outcome.results[1].reason)
    assert hello(world) == BEFORE
    assert at_rest(world)


def test_an_end_that_was_changed_since_the_plan_keeps_both_as_they_are(world: World, desk: Desk) -> None:
    made = planned(world)
    world.devices[FAR].type("ip route 192.0.2.0/24 blackhole")
    outcome = apply(made, desk)
    assert set(states(outcome).values()) == {State.REFUSED}
    assert outcome.refused
    assert acts(desk) == []


def test_an_end_that_somebody_else_works_on_keeps_both_and_no_lease_is_left(world: World, desk: Desk) -> None:
    made = planned(world)
    desk.locks.acquire(NEAR, "colleague@noc", 60)
    outcome = apply(made, desk)
    assert set(states(outcome).values()) == {State.REFUSED}
    assert "colleague@noc" in str(outcome.results[1].reason)
    desk.locks.acquire(FAR, "another@noc", 60)


def test_a_near_end_that_will_not_confirm_takes_the_confirmed_far_end_back(world: World, desk: Desk) -> None:
    made = planned(world)

    def refuse() -> None:
        raise CommandFailed("{device}: a daemon ended", device=NEAR)

    world.strikes[NEAR, "confirm"] = refuse
    outcome = apply(made, desk)
    assert states(outcome) == {FAR: State.REVERTED, NEAR: State.REVERTED}
    assert hello(world) == BEFORE
    assert at_rest(world)


def test_the_timers_of_both_run_out_together(world: World, desk: Desk) -> None:
    made = planned(world)
    world.strikes[NEAR, "commit"] = lambda: world.clock.sleep(7)
    world.strikes[FAR, "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    ends = {name: world.devices[name].deadline for name in PORTS}
    assert all(ends.values())
    world.killed = False
    world.clock.sleep(desk.timing.revert_s)
    assert hello(world) == BEFORE
    assert FAR in world.reachable()


KILLS = [(name, call) for call in ("open", "pending", "load", "commit", "get_ospf_neighbors", "confirm")
         for name in (FAR, NEAR)]  # fmt: skip


@pytest.mark.parametrize("patient", [False, True], ids=["at once", "after the timers"])
@pytest.mark.parametrize(("name", "call"), KILLS, ids=[f"{name} {call}" for name, call in KILLS])
def test_killed_anywhere_it_resumes_to_both_changed(
    world: World, desk: Desk, name: str, call: str, patient: bool
) -> None:
    made = planned(world)
    world.strikes[name, call] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    world.strikes.clear()
    if patient:
        world.clock.sleep(desk.timing.revert_s)
        assert at_rest(world)
    with pytest.raises(Refused, match="--resume"):
        apply(made, desk)
    assert apply(made, desk, resume=True).ok
    assert hello(world) == AFTER
    assert at_rest(world)
    assert planned(world).changes == {}


@pytest.mark.parametrize("left_s", [1, 5, 11])
@pytest.mark.parametrize("name", [FAR, NEAR])
def test_a_timer_that_is_about_to_run_out_is_waited_for_and_not_raced(
    world: World, desk: Desk, name: str, left_s: int
) -> None:
    made = planned(world)
    world.strikes[name, "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    world.clock.sleep(desk.timing.revert_s - left_s)
    assert apply(made, desk, resume=True).ok
    assert world.devices[NEAR].calls.count("commit") == 2
    assert hello(world) == AFTER
    assert at_rest(world)


def test_killed_between_the_confirmations_only_the_near_end_is_left_to_do(world: World, desk: Desk) -> None:
    """Where nobody takes over, because all of the machine that jbnet ran on went down."""
    made = planned(world)
    world.strikes[NEAR, "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    world.clock.sleep(desk.timing.revert_s)
    assert hello(world) == {FAR: "1", NEAR: "2"}
    assert FAR not in world.reachable()
    assert apply(made, desk, resume=True).ok
    assert acts(desk) == [f"commit {NEAR}", f"confirm {NEAR}"]
    assert hello(world) == AFTER


# one end alone


@pytest.mark.parametrize(("name", "other"), [(FAR, NEAR), (NEAR, FAR)])
def test_a_plan_for_one_end_says_that_the_other_must_come_along(
    world: World, desk: Desk, name: str, other: str
) -> None:
    made = plan(world.network, [world.network.devices[name]], world, world)
    assert list(made.changes) == [name]
    assert made.units == ()
    said = str(made.changes[name].dangers[0])
    assert f"jbnet plan device:{name}+device:{other}" in said
    assert "datong-up1" in said
    with pytest.raises(Refused, match="plan both"):
        apply(made, desk)
    assert hello(world) == BEFORE


def test_an_end_that_is_wrong_alone_is_planned_alone(world: World, desk: Desk) -> None:
    device = world.devices[FAR]
    device.running = device.running.replace(SLOW, HELLO)
    made = plan(world.network, [world.network.devices[NEAR]], world, world)
    assert made.changes[NEAR].dangers == ()
    assert apply(made, desk).ok
    assert hello(world) == AFTER


def test_of_an_end_that_does_not_answer_nothing_is_said(world: World, desk: Desk) -> None:
    world.devices[FAR].reachable = False
    made = plan(world.network, [world.network.devices[NEAR]], world, world)
    assert made.changes[NEAR].dangers == ()
    assert made.unasked == {}


# whoever is left carries it through


def killed_at(world: World, desk: Desk, made: Plan, at: int, *, after: bool) -> bool:
    """Kill jbnet at an entry of its journal; say whether it came so far."""
    try:
        apply(made, replace(desk, journal=KillingJournal(desk.journal, world.kill, at, after)))
    except Killed:
        world.killed = False
        return True
    return False


def a_daemon_ends(world: World) -> None:
    def refuse() -> None:
        raise CommandFailed("{device}: a daemon ended", device=NEAR)

    world.strikes[NEAR, "confirm"] = refuse


def the_line_is_cut(world: World) -> None:
    world.strikes[NEAR, "commit"] = lambda: world.deaf.add(FAR)


def nothing(world: World) -> None:
    del world


@pytest.mark.parametrize("fault", [nothing, a_daemon_ends, the_line_is_cut], ids=lambda fault: fault.__name__)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_any_entry_and_succeeded_both_ends_agree_when_the_timers_are_over(
    tmp_path: Path, fault: Callable[[World], None], *, after: bool
) -> None:
    at = 0
    while True:
        at += 1
        world = World(sample_network())
        desk = mistyped(world, tmp_path / str(at))
        made = planned(world)
        fault(world)
        if not killed_at(world, desk, made, at, after=after):
            break
        world.clock.sleep(1)
        succeed(made, desk, (FAR, NEAR))
        world.strikes.clear()
        world.deaf.clear()
        world.clock.sleep(desk.timing.revert_s)
        assert at_rest(world), at
        assert hello(world) in (BEFORE, AFTER), at
        assert FAR in world.reachable(), at
        assert apply(made, desk, resume=made.hash in applied(desk.journal.entries())).ok, at
        assert hello(world) == AFTER, at
    assert at > 10


def test_a_successor_does_nothing_about_what_was_not_decided(world: World, desk: Desk) -> None:
    """Whoever kills a run before any confirmation finds both as they were when the timers are over."""
    made = planned(world)
    world.strikes[FAR, "get_ospf_neighbors"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    assert succeed(made, desk, (FAR, NEAR)) == {}
    world.clock.sleep(desk.timing.revert_s)
    assert hello(world) == BEFORE


def test_a_run_that_is_broken_off_and_still_says_so_has_a_successor_too(world: World, desk: Desk) -> None:
    """A second Ctrl-C leaves at once: what is under way ends nowhere, but the journal has the end of the run."""
    made = planned(world)
    world.strikes[NEAR, "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    desk.journal.append("apply.end", made.hash, {})
    assert {result.state for result in succeed(made, desk, (FAR, NEAR)).values()} == {State.CONFIRMED}
    assert hello(world) == AFTER


def test_resumed_while_the_successor_is_at_work_it_waits_for_it(world: World, desk: Desk) -> None:
    made = planned(world)
    world.strikes[NEAR, "confirm"] = world.kill
    with pytest.raises(Killed):
        apply(made, desk)
    world.killed = False
    for name in PORTS:
        desk.locks.release(name, desk.owner)
        desk.locks.acquire(name, "successor@noc", 5)
    assert apply(made, desk, resume=True).ok
    assert hello(world) == AFTER


@pytest.mark.parametrize("away_s", [20, 100, 150])
def test_a_near_end_that_is_cut_off_between_the_confirmations_is_waited_for(
    world: World, desk: Desk, monkeypatch: pytest.MonkeyPatch, away_s: int
) -> None:
    """Also past its timer, when it is changed anew: the far end was confirmed and has no other way."""
    made, near = planned(world), world.devices[NEAR]
    sleep, back = world.clock.sleep, [0.0]

    def wait(seconds: float) -> None:
        sleep(seconds)
        near.reachable = near.reachable or world.clock.elapsed >= back[0]

    def cut() -> None:
        near.reachable, back[0] = False, world.clock.elapsed + away_s
        raise Unreachable("{host}: no answer came", host=NEAR)

    monkeypatch.setattr(world.clock, "sleep", wait)
    world.strikes[NEAR, "confirm"] = cut
    outcome = apply(made, desk)
    if away_s < desk.timing.revert_s + GRACE_S:
        assert outcome.ok
        assert hello(world) == AFTER
        assert FAR in world.reachable()
    else:
        assert set(states(outcome).values()) != {State.CONFIRMED}
    assert at_rest(world) or not near.reachable


def test_whoever_waits_to_take_over_does_so_as_long_as_the_unit_is_not_whole(world: World, desk: Desk) -> None:
    told: list[str] = []

    class Somebody:
        @contextmanager
        def waiting(self, change: str, devices: Sequence[str]) -> Iterator[None]:
            told.append(f"{change} {' '.join(devices)}")
            yield
            told.append(" ".join(acts(desk)))

    made = planned(world)
    assert apply(made, replace(desk, successor=Somebody())).ok
    assert told == [f"{made.hash} {FAR} {NEAR}", f"commit {FAR} commit {NEAR} confirm {FAR} confirm {NEAR}"]
