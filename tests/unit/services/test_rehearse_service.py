"""Rehearsing plans on fake copies: what blesses a plan, what stands against it, and what a copy starts with."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from copy_world import Copies
from deploy_world import World
from device import FakeDevice
from sample_network import moved, sample_network

from jbnet.change.model import Plan
from jbnet.change.rehearsal import Evidence
from jbnet.config.render import render
from jbnet.model.errors import Refused, TargetError, UsageError
from jbnet.model.network import Device
from jbnet.model.text import Text
from jbnet.services.deploy.aim import Runs
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.secrets import Standing
from jbnet.services.rehearse.trial import Bounds, rehearse, today

BOUNDS = Bounds(settle_s=4.0, first_rest_s=1.0, rest_s=1.0, hold_s=0.5)
UPLINK = "ip address 10.8.132.129/31"


class Without:
    """An aim: as declared, but for one line of one device."""

    def __init__(self, world: World, device: str, line: str):
        self.world, self.device, self.line = world, device, line

    def config(self, device: Device) -> str:
        lines = render(self.world.network, device).splitlines()
        return "\n".join(x for x in lines if device.name != self.device or x.strip() != self.line) + "\n"

    def secrets(self, device: Device, named: str, running: str) -> Standing:
        return Standing()

    def dangers(self, device: Device, runs: Runs) -> tuple[Text, ...]:
        return ()


@pytest.fixture
def world() -> World:
    """A network that runs what is declared."""
    made = World(sample_network())
    for name, device in made.network.devices.items():
        made.devices[name] = FakeDevice(name, running=render(made.network, device))
    return made


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    return Copies(tmp_path / "copy")


def typed(world: World, *devices: str) -> Plan:
    """Type a harmless line on devices; return the plan that takes it back."""
    for name in devices:
        world.devices[name].type("ip route 192.0.2.0/24 blackhole")
    return plan(world.network, [world.network.devices[name] for name in devices], world, world)


def harmful(world: World) -> Plan:
    """Return a plan after which the county no longer has its address on the line to its township."""
    county = world.network.devices["chengdong-r1"]
    line = next(str(i.address) for i in county.interfaces if i.name == "d101-1")
    return plan(world.network, [county], world, world, aim=Without(world, county.name, f"ip address {line}"))


def tried(made: Plan, world: World, copies: Copies, bounds: Bounds = BOUNDS) -> Evidence:
    found = today(made, world.network, world, world)
    return rehearse(made, found, copies, copies.desk, world, bounds)


def test_a_plan_that_loses_nothing_is_blessed_and_the_network_itself_never_touched(
    world: World, copies: Copies
) -> None:
    made = typed(world, "chengdong-r1", "datong-r1")
    before = {name: device.running for name, device in world.devices.items()}
    found = tried(made, world, copies)
    assert (found.blessed, found.culprits, found.plan) == (True, (), made.hash)
    assert found.counts.before == found.counts.after == found.counts.wanted > 0
    assert [trial.devices for trial in found.trials] == [wave.devices for wave in made.waves]
    assert {name: device.running for name, device in world.devices.items()} == before
    assert "192.0.2.0" not in copies.made[0].devices["datong-r1"].running
    assert copies.gone == 1


def test_a_plan_that_loses_pairs_names_them_with_wave_and_device(world: World, copies: Copies) -> None:
    found = tried(harmful(world), world, copies)
    assert not found.blessed
    assert found.culprits == ("chengdong-r1",)
    assert {wave for wave, _ in found.lost} == {1}
    ends = {lost.pair.source for _, lost in found.lost}
    assert {"chengdong-lejiawan-r1", "chengdong-lejiawan-a-r1", "noc-s1"} <= ends
    assert found.counts.after == found.counts.before - len(found.lost)


def test_a_change_that_fails_on_the_copy_is_not_blessed(world: World, copies: Copies) -> None:
    made = typed(world, "chengdong-r1")
    copies.arrange = lambda copy: setattr(copy.devices["chengdong-r1"], "refuses", "router ospf")
    found = tried(made, world, copies)
    assert (found.blessed, list(found.failed)) == (False, ["chengdong-r1"])


def test_what_does_not_answer_is_left_out_and_what_is_not_ours_is_said_to_be_assumed(
    world: World, copies: Copies
) -> None:
    world.devices["chengdong-lejiawan-a-r1"].reachable = False
    found = tried(typed(world, "chengdong-r1"), world, copies)
    assert list(found.likeness.left_out) == ["chengdong-lejiawan-a-r1"]
    assert set(found.likeness.assumed) == {"noc-s1", "xining-dc-db1", "ministry-r1"}
    assert "chengdong-lejiawan-a-r1" not in copies.made[0].devices
    assert found.blessed


def test_a_line_that_does_not_work_today_does_not_work_in_the_copy(world: World, copies: Copies) -> None:
    world.cut.add("chengdong-up2")
    found = tried(typed(world, "chengdong-r1"), world, copies)
    assert found.likeness.down == ("chengdong-up2",)
    assert copies.made[0].cut == {"chengdong-up2"}


def test_short_of_memory_the_outermost_are_left_out_and_the_changed_stay(world: World, copies: Copies) -> None:
    copies.room = 10
    found = tried(typed(world, "xining-r1"), world, copies)
    assert "chengdong-lejiawan-a-r1" in found.likeness.left_out
    assert "xining-r1" in copies.made[0].devices
    assert found.scale.devices <= 10


def test_a_first_deployment_is_rehearsed_from_what_comes_out_of_the_box(copies: Copies) -> None:
    world = World(sample_network())
    made = plan(world.network, world.network.devices.values(), world, world)
    found = tried(made, world, copies)
    assert found.blessed, found.failed
    assert found.counts.before < found.counts.after == found.counts.wanted
    reached = [trial.reached for trial in found.trials]
    assert reached == sorted(reached)
    assert reached[-1] == found.counts.wanted


def test_a_device_that_is_no_longer_as_planned_is_not_rehearsed(world: World, copies: Copies) -> None:
    made = typed(world, "chengdong-r1")
    world.devices["chengdong-r1"].type("ip route 198.51.100.0/24 blackhole")
    with pytest.raises(Refused, match="no longer as planned"):
        tried(made, world, copies)
    assert copies.made == []


def test_a_changed_device_that_does_not_answer_or_that_no_copy_can_run_is_named(world: World, copies: Copies) -> None:
    made = typed(world, "datong-r1")
    world.devices["datong-r1"].reachable = False
    with pytest.raises(TargetError, match="datong-r1"):
        tried(made, world, copies)
    devices = {**world.network.devices, "datong-r1": replace(world.network.devices["datong-r1"], platform="junos")}
    with pytest.raises(UsageError, match="datong-r1 runs junos"):
        today(made, replace(world.network, devices=devices), world, world)


def test_a_copy_is_cabled_as_declared_and_says_where_the_network_is_not(world: World) -> None:
    network = moved(world.network)
    made = plan(network, network.devices.values(), world, world)
    assumed = today(made, network, world, world).likeness.assumed
    assert str(assumed["xining-r1"]) == "cabled as declared; today its ports lead elsewhere: d0121-1"
    assert "chengdong-r1" not in assumed


def test_a_copy_that_makes_something_else_of_a_configuration_is_no_copy(world: World, copies: Copies) -> None:
    made = typed(world, "datong-r1")
    copies.arrange = lambda copy: copy.devices["datong-r1"].type("ip route 203.0.113.0/24 blackhole")
    with pytest.raises(TargetError, match="the copy of datong-r1"):
        tried(made, world, copies)
    assert copies.gone == 1


def test_time_that_runs_out_blesses_nothing(world: World, copies: Copies) -> None:
    with pytest.raises(TargetError, match="took longer"):
        tried(typed(world, "datong-r1"), world, copies, replace(BOUNDS, whole_s=0.1))
    assert copies.gone == 1
    assert not [t for t in threading.enumerate() if t.name == "rehearsal watch"]


def test_a_plan_that_was_not_blessed_is_applied_only_over_the_names_of_the_blamed(
    world: World, copies: Copies, tmp_path: Path
) -> None:
    made = harmful(world)
    found = tried(made, world, copies)
    desk = world.desk(tmp_path)
    with pytest.raises(Refused, match="did not bless the plan: chengdong-r1 stands against it") as caught:
        apply(made, desk, rehearsed=found)
    assert "--override chengdong-r1" in str(caught.value.hint)
    assert desk.journal.entries() == []
    apply(made, desk, rehearsed=found, overrides=["chengdong-r1"])
    start = desk.journal.entries()[0]["data"]
    assert start == {
        "owner": "engineer@noc",
        "overrides": ["chengdong-r1"],
        "devices": 1,
        "rehearsed": {"evidence": found.hash, "blessed": False},
    }


def test_a_blessed_plan_is_applied_and_the_journal_has_the_evidences_hash(
    world: World, copies: Copies, tmp_path: Path
) -> None:
    made = typed(world, "chengdong-r1")
    found = tried(made, world, copies)
    desk = world.desk(tmp_path)
    assert apply(made, desk, rehearsed=found).ok
    start = desk.journal.entries()[0]["data"]
    assert isinstance(start, dict)
    assert start["rehearsed"] == {"evidence": found.hash, "blessed": True}
