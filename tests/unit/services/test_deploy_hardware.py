"""Plan, apply, rollback, drift and backup over real SSH on every platform, and what can go wrong there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cli_apply
import pytest
from cli_servers.vrp5 import Vrp5
from cli_world import COMMUNITY, COUNTY, DEVICES, KINDS, TOWNSHIP, WORD, CliWorld, cli_world

from jbnet.adapters.config_history import GitHistory
from jbnet.change.codec import from_json, to_json
from jbnet.change.endings import State
from jbnet.change.model import Plan
from jbnet.config.bootstrap import bootstrap
from jbnet.config.reading import tree
from jbnet.config.render import render
from jbnet.model.errors import Missing, Refused
from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.model.text import Text
from jbnet.services.backup import back_up
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.secrets import Standing
from jbnet.services.drift import Records, find_drift
from jbnet.services.rollback import plan_back

ROUTE = {
    "vrp8": "ip route-static 192.0.2.0 255.255.255.0 NULL0",
    "vrp5": "ip route-static 192.0.2.0 255.255.255.0 NULL0",
    "comware7": "ip route-static 192.0.2.0 24 NULL0",
    "ios": "ip route 192.0.2.0 255.255.255.0 Null0",
}
LOG = {name: "logging host 10.4.0.193" if name == "ios" else "info-center loghost 10.4.0.193" for name in KINDS}
GUEST = {
    "vrp8": ["aaa", " local-user guest password irreversible-cipher Guest-Word-1"],
    "vrp5": ["aaa", " local-user guest password irreversible-cipher Guest-Word-1"],
    "comware7": ["local-user guest class manage", " password simple Guest-Word-1"],
    "ios": ["username guest privilege 1 secret Guest-Word-1"],
}
MOST_S = 700
"""When the last timer, and a restart, is over."""


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers out of their boxes."""
    with cli_world(request.param, tmp_path, bootstrap) as made:
        yield made


@pytest.fixture(params=KINDS)
def deployed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers that run what is declared."""
    with cli_world(request.param, tmp_path, render) as made:
        yield made


def planned(world: CliWorld, **options: object) -> Plan:
    return plan(world.network, world.devices, world.sessions, world, **options)  # type: ignore[arg-type]  # any of its


def carried_out(world: CliWorld, made: Plan, **options: object) -> Outcome:
    """Apply a plan as it comes out of its file; that a restart may be VRP5's timer is accepted."""
    overrides = DEVICES if world.platform == "vrp5" else ()
    return apply(from_json(json.loads(json.dumps(to_json(made)))), world.desk(), overrides=overrides, **options)  # type: ignore[arg-type]  # any of its


def states(outcome: Outcome) -> dict[str, State]:
    return {result.device: result.state for result in outcome.results}


def test_from_out_of_their_boxes_to_a_plan_that_has_nothing_to_do(world: CliWorld) -> None:
    made = planned(world)
    assert carried_out(world, made).ok
    again = planned(world)
    assert (again.changes, again.unasked, again.unchanged) == ({}, {}, DEVICES)
    assert world.at_rest
    for name in DEVICES:
        assert world.running(name) == world.saved(name)
    world.clock.sleep(MOST_S)
    assert planned(world).changes == {}
    typed = "\n".join(world.routers[COUNTY].typed)
    assert f"{WORD}aaa-key" in typed
    assert f"{WORD}snmp-v3-auth" in typed
    assert "<secret" not in typed
    assert WORD not in told_of(world, made)


def told_of(world: CliWorld, made: Plan) -> str:
    """Everything that is kept and shown of a plan and its apply."""
    journal = [dict(entry) for entry in world.desk().journal.entries()]
    return json.dumps(to_json(made)) + json.dumps(journal) + repr(world.steps)


def test_secrets_are_in_no_plan_journal_or_message(deployed: CliWorld) -> None:
    deployed.by_hand(COUNTY, *GUEST[deployed.platform])
    made = planned(deployed)
    assert carried_out(deployed, made).ok
    told = told_of(deployed, made)
    assert "guest" in told
    assert "Guest-Word-1" not in told
    assert WORD not in told


def test_the_plan_names_each_devices_timer_and_what_it_costs(world: CliWorld) -> None:
    said = str(planned(world).changes[COUNTY].timer)
    costs = {
        "vrp8": "commit trial 270 (270 s); nobody else can change anything meanwhile",
        "vrp5": "schedule reboot delay 5 (300 s): a restart to what is saved, sites cut off: 3",
        "comware7": "configuration commit delay 5 (300 s); if it runs out, everybody's changes since then go",
        "ios": "configure terminal revert timer 5 (300 s); if it runs out, everybody's changes since then go",
    }
    assert said == costs[world.platform]


def test_a_manual_change_is_drift_until_a_plan_takes_it_back(deployed: CliWorld) -> None:
    history = GitHistory(deployed.state / "history", deployed.clock)
    kept = back_up(deployed.devices, deployed.sessions, history, deployed, keeper="noc", everybody=True)
    assert (kept.fetched, kept.unsaved, kept.unasked) == (DEVICES, (), {})
    assert all(WORD not in said for name in DEVICES for _, said in history.texts(name))
    with deployed.routers[TOWNSHIP].lock:
        deployed.routers[TOWNSHIP].by_hand(ROUTE[deployed.platform])
    records = Records(history, deployed.desk().journal, deployed.clock)
    found = find_drift(deployed.network, deployed.devices, deployed.sessions, records, deployed)
    (drift,) = found.drifts
    assert (drift.device, drift.diff) == (TOWNSHIP, (f"- {ROUTE[deployed.platform]}",))
    assert drift.unsaved == (f"- {ROUTE[deployed.platform]}",)
    assert drift.since is not None
    assert drift.since.after is not None
    assert drift.author is None
    with deployed.routers[TOWNSHIP].lock:
        deployed.routers[TOWNSHIP].saved = deployed.routers[TOWNSHIP].running.copy()
    assert carried_out(deployed, planned(deployed)).ok
    assert find_drift(deployed.network, deployed.devices, deployed.sessions, records, deployed).right == DEVICES


def test_going_back_brings_back_what_ran_with_its_secrets_and_no_plan_holds_them(deployed: CliWorld) -> None:
    deployed.by_hand(COMMUNITY, ROUTE[deployed.platform], *GUEST[deployed.platform])
    before = tree(deployed.platform, deployed.running(COMMUNITY))
    guest = deployed.running(COMMUNITY).partition(" guest ")[2]
    encrypted = next(word for word in guest.split() if any(sign in word for sign in "$%^#"))
    made = planned(deployed)
    assert carried_out(deployed, made).ok
    assert "guest" not in deployed.running(COMMUNITY)
    desk = deployed.desk()
    way = plan_back(made, deployed.network, desk.journal.entries(), desk.backups, deployed.sessions, deployed)
    assert encrypted not in json.dumps(to_json(way))
    assert carried_out(deployed, way).ok
    assert any(encrypted in line for line in deployed.routers[COMMUNITY].typed)
    assert tree(deployed.platform, deployed.running(COMMUNITY)) == before
    assert deployed.saved(COMMUNITY) == deployed.running(COMMUNITY)


def test_a_backup_that_was_changed_is_not_gone_back_to(deployed: CliWorld) -> None:
    deployed.by_hand(COMMUNITY, ROUTE[deployed.platform])
    made = planned(deployed)
    assert carried_out(deployed, made).ok
    desk = deployed.desk()
    way = plan_back(made, deployed.network, desk.journal.entries(), desk.backups, deployed.sessions, deployed)
    file = Path(way.changes[COMMUNITY].source)
    file.write_text(file.read_text(encoding="utf-8").replace("192.0.2.0", "192.0.3.0"), encoding="utf-8")
    assert states(carried_out(deployed, way)) == {COMMUNITY: State.REFUSED}


def test_a_change_that_fails_half_way_leaves_what_ran_and_no_timer(world: CliWorld) -> None:
    before = tree(world.platform, world.running(COUNTY))
    world.routers[COUNTY].faults.refuse = LOG[world.platform]
    outcome = carried_out(world, planned(world))
    assert states(outcome) == {COUNTY: State.FAILED}
    assert outcome.not_started == (TOWNSHIP, COMMUNITY)
    assert LOG[world.platform] in str(outcome.results[0].reason)
    assert tree(world.platform, world.running(COUNTY)) == before
    assert world.at_rest
    world.routers[COUNTY].faults.refuse = ""
    assert carried_out(world, planned(world)).ok


def test_a_neighbour_that_is_gone_after_the_change_takes_it_back(deployed: CliWorld) -> None:
    before = deployed.running(COUNTY)
    deployed.by_hand(COUNTY, ROUTE[deployed.platform])
    made = planned(deployed)
    router = deployed.routers[COUNTY]
    router.faults.at, router.faults.act = "192.0.2.0", router.seen.ospf.clear
    outcome = carried_out(deployed, made)
    assert states(outcome) == {COUNTY: State.REVERTED}
    assert "GigabitEthernet0/1/0, GigabitEthernet0/1/1" in str(outcome.results[0].reason)
    assert ROUTE[deployed.platform] in deployed.running(COUNTY)
    assert before != deployed.running(COUNTY)
    assert deployed.at_rest


def test_a_change_that_cuts_its_own_path_goes_back_by_the_devices_own_timer(world: CliWorld) -> None:
    before = world.running(COUNTY)
    world.routers[COUNTY].faults.cut_by = LOG[world.platform]
    outcome = carried_out(world, planned(world))
    assert states(outcome) == {COUNTY: State.REVERTING}
    assert world.running(COUNTY) != before
    world.clock.sleep(MOST_S)
    assert sorted(world.running(COUNTY).split("\n")) == sorted(before.split("\n"))
    assert world.at_rest


def test_a_device_that_was_changed_since_the_plan_is_refused(deployed: CliWorld) -> None:
    deployed.by_hand(TOWNSHIP, ROUTE[deployed.platform])
    made = planned(deployed)
    deployed.by_hand(TOWNSHIP, ROUTE[deployed.platform].replace("192.0.2.0", "198.51.100.0"))
    outcome = carried_out(deployed, made)
    assert (states(outcome), outcome.refused) == ({TOWNSHIP: State.REFUSED}, True)


def test_one_that_cannot_be_reached_is_named_and_the_others_are_planned_and_changed(deployed: CliWorld) -> None:
    for name in (COUNTY, COMMUNITY):
        deployed.by_hand(name, ROUTE[deployed.platform])
    deployed.servers[TOWNSHIP].close()
    made = planned(deployed)
    assert (set(made.changes), set(made.unasked)) == ({COUNTY, COMMUNITY}, {TOWNSHIP})
    assert carried_out(deployed, made).ok
    deployed.by_hand(COUNTY, ROUTE[deployed.platform])
    made = planned(deployed)
    deployed.servers[COUNTY].close()
    assert states(carried_out(deployed, made)) == {COUNTY: State.FAILED}


def test_without_a_secret_nothing_is_sent(world: CliWorld) -> None:
    class Poor:
        def get(self, name: str) -> Secret:
            raise Missing("secret {name} is not in {path}", name=name, path="nowhere")

    before = world.running(COUNTY)
    desk = replace(world.desk(), secrets=Poor())
    overrides = DEVICES if world.platform == "vrp5" else ()
    outcome = apply(planned(world), desk, overrides=overrides)
    assert states(outcome) == {COUNTY: State.FAILED}
    assert world.running(COUNTY) == before


class Closing:
    """An aim: as declared, but that the address over which the county is managed goes."""

    def __init__(self, world: CliWorld) -> None:
        self.world = world

    def config(self, device: Device) -> str:
        lines = render(self.world.network, device).splitlines()
        return "\n".join(line for line in lines if "ip address 10.8.130.1 " not in line) + "\n"

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        return ()


def test_what_takes_away_its_own_way_is_refused_with_the_line(deployed: CliWorld) -> None:
    made = planned(deployed, aim=Closing(deployed))
    with pytest.raises(Refused, match=r"GigabitEthernet0/1/0 would lose 10\.8\.130\.1 255\.255\.255\.254"):
        apply(made, deployed.desk())
    deployed.routers[COUNTY].faults.cut_by = "no such line"
    assert states(carried_out(deployed, made) if deployed.platform == "vrp5" else apply(
        made, deployed.desk(), overrides=[COUNTY])) == {COUNTY: State.CONFIRMED}  # fmt: skip


# kill -9

HALF, COMMITTED, CONFIRMED = "half typed", "committed", "confirmed, not saved"
LINES = {
    ("vrp8", HALF): "interface LoopBack0", ("vrp8", COMMITTED): "display ospf", ("vrp8", CONFIRMED): "save",
    ("vrp5", HALF): "interface LoopBack0", ("vrp5", COMMITTED): "display ospf",
    ("vrp5", CONFIRMED): "undo schedule reboot",
    ("comware7", HALF): "interface LoopBack0", ("comware7", COMMITTED): "display ospf",
    ("comware7", CONFIRMED): "save force",
    ("ios", HALF): "interface Loopback0", ("ios", COMMITTED): "show ip ospf neighbor",
    ("ios", CONFIRMED): "write memory",
}  # fmt: skip


def killed(world: CliWorld, made: Plan, line: str) -> None:
    """Let another process apply the plan, and kill it with SIGKILL when the county's router is given the line."""
    file, ports = world.state / "plan.json", {name: server.port for name, server in world.servers.items()}
    file.write_text(json.dumps(to_json(made)), encoding="utf-8")
    argv = [sys.executable, cli_apply.__file__, world.platform, str(world.state), json.dumps(ports), str(file)]
    process = subprocess.Popen(argv)
    faults = world.routers[COUNTY].faults
    faults.at, faults.act = line, lambda: os.kill(process.pid, signal.SIGKILL)
    assert process.wait(60) == -signal.SIGKILL


def is_goal(world: CliWorld, name: str) -> bool:
    device = world.network.devices[name]
    return not world.sessions.differ(device).compare(world.running(name), render(world.network, device))


@pytest.mark.parametrize("moment", [HALF, COMMITTED, CONFIRMED])
def test_killed_it_leaves_a_device_as_before_or_as_planned_when_the_timer_is_over(world: CliWorld, moment: str) -> None:
    before = tree(world.platform, world.running(COUNTY))
    killed(world, planned(world), LINES[world.platform, moment])
    world.clock.sleep(MOST_S)
    goal = moment == CONFIRMED
    assert is_goal(world, COUNTY) is goal
    assert (tree(world.platform, world.running(COUNTY)) == before) is not goal
    assert world.at_rest
    assert "10.8.132.193" not in world.running(TOWNSHIP)


@pytest.mark.parametrize("moment", [HALF, COMMITTED, CONFIRMED])
def test_killed_it_is_carried_on_to_the_same_end(world: CliWorld, moment: str) -> None:
    made = planned(world)
    killed(world, made, LINES[world.platform, moment])
    with pytest.raises(Refused, match="did not end"):
        carried_out(world, made)
    assert carried_out(world, made, resume=True).ok
    for name in DEVICES:
        assert is_goal(world, name)
        assert world.running(name) == world.saved(name)
    assert world.at_rest
    assert planned(world).changes == {}


# what only a restart can take back


@pytest.mark.parametrize("world", ["vrp5"], indirect=True)
def test_a_restart_that_would_cut_off_others_has_to_be_said_by_name(world: CliWorld) -> None:
    made = planned(world)
    assert made.changes[COMMUNITY].dangers == ()
    with pytest.raises(Refused, match="sites behind it depend on it: chengdong-lejiawan, chengdong-lejiawan-a"):
        apply(made, world.desk())
    assert apply(made, world.desk(), overrides=[COUNTY, TOWNSHIP]).ok


@pytest.mark.parametrize("deployed", ["vrp5"], indirect=True)
def test_a_restart_is_no_timer_where_something_else_is_saved_or_the_clock_is_touched(deployed: CliWorld) -> None:
    router = deployed.routers[COMMUNITY]
    router.by_hand(ROUTE["vrp5"])
    unsaved = planned(deployed)
    assert "a restart would bring back what is saved" in str(unsaved.changes[COMMUNITY].dangers[0])
    assert states(carried_out(deployed, unsaved)) == {COMMUNITY: State.REFUSED}
    deployed.by_hand(COMMUNITY, "ntp-service unicast-server 10.4.0.200")
    clock = planned(deployed)
    assert "`ntp-service unicast-server 10.4.0.200` touches the clock" in str(clock.changes[COMMUNITY].dangers[0])
    assert states(carried_out(deployed, clock)) == {COMMUNITY: State.REFUSED}
    assert isinstance(router, Vrp5)
    assert router.reboot_at is None


@pytest.mark.parametrize("deployed", ["vrp8", "comware7", "ios"], indirect=True)
def test_somebody_elses_unconfirmed_change_is_neither_confirmed_nor_taken_back(deployed: CliWorld) -> None:
    other = deployed.sessions.session(deployed.network.devices[TOWNSHIP])
    other.open()
    with closing(other):
        other.load_merge_candidate(config=ROUTE[deployed.platform])
        other.commit_config("by hand", revert_in=600)
    made = planned(deployed)
    assert "a change that nobody confirmed runs there" in str(made.unasked[TOWNSHIP])
    assert not deployed.at_rest
    assert ROUTE[deployed.platform] in deployed.running(TOWNSHIP)
