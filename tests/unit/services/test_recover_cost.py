"""The action set-cost, on a whole fake network: one line at each end, and nobody left without another way."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from deploy_world import Killed, World, WorldSession
from device import FakeDevice
from sample_network import sample_network

from jbnet.change.costs import DRAINED, port_of
from jbnet.config.render import render
from jbnet.model.errors import CommandFailed, Refused, UsageError
from jbnet.model.network import Circuit, Device
from jbnet.services.recover.actions_cost import SetCost, typed


class ShowingSession(WorldSession):
    """A session whose device tells the cost that it announces: what its configuration says."""

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, object]:
        device = self._device("cli")
        return {command: self._shown(device.running, command.rsplit(maxsplit=1)[-1]) for command in commands}

    def _shown(self, running: str, port: str) -> str:
        here = running.partition(f"interface {port}\n")[2].partition("\ninterface ")[0]
        cost = here.partition("ip ospf cost ")[2].split()[:1]
        return f"{port} is up\n  Network Type POINTOPOINT, Cost: {cost[0] if cost else 10}\n"


class CostWorld(World):
    """A world whose sessions tell costs."""

    def session(self, device: Device) -> ShowingSession:
        return ShowingSession(self.devices[device.name], self)


@pytest.fixture
def world() -> CostWorld:
    """All devices run what is declared."""
    network = sample_network()
    devices = {name: FakeDevice(name, running=render(network, device)) for name, device in network.devices.items()}
    return CostWorld(network, devices)


@pytest.fixture
def action(world: CostWorld, tmp_path: Path) -> SetCost:
    return SetCost(world.network, str(world.network.noc), lambda: world.desk(tmp_path))


def double(world: World) -> tuple[Circuit, Circuit]:
    """Return both lines of the data centre."""
    return world.network.circuits["xining-dc-up1"], world.network.circuits["xining-dc-up2"]


def step(circuit: Circuit, cost: object = "drained", *ends: str) -> dict[str, object]:
    return {"circuit": circuit.name, "ends": list(ends or (circuit.a.device, circuit.z.device)), "cost": cost}


def test_both_ends_are_drained_saved_and_nothing_else_is_touched(world: CostWorld, action: SetCost) -> None:
    line, _ = double(world)
    before = {name: device.running for name, device in world.devices.items()}
    assert not action.probe(step(line)).done
    assert action.do(step(line)).done
    assert action.verify(step(line)).done
    for end in (line.a, line.z):
        was, now = (text.splitlines() for text in (before[end.device], world.devices[end.device].running))
        cost = port_of(world.network, line, end.device).cost
        assert [one for one in now if one not in was] == [f" ip ospf cost {DRAINED}"]
        assert len(now) == len(was) + (f" ip ospf cost {cost}" not in was)
        assert world.devices[end.device].startup == world.devices[end.device].running
        assert world.devices[end.device].deadline is None
    others = world.devices.keys() - {line.a.device, line.z.device}
    assert {name: world.devices[name].running for name in others} == {name: before[name] for name in others}
    assert action.do(step(line, "declared")).done
    assert {name: device.running for name, device in world.devices.items()} == before


def test_what_holds_already_is_seen_and_one_end_may_be_named(world: CostWorld, action: SetCost) -> None:
    line, _ = double(world)
    assert action.probe(step(line, "declared")).done
    assert action.do(step(line, 7000, line.z.device)).done
    assert action.probe(step(line, 7000, line.z.device)).done
    assert not action.probe(step(line, 7000)).done
    assert action.probe(step(line, "declared", line.a.device)).done


def test_the_second_of_two_lines_is_not_drained(world: CostWorld, action: SetCost) -> None:
    line, other = double(world)
    assert action.do(step(line)).done
    before = {name: device.running for name, device in world.devices.items()}
    with pytest.raises(Refused, match="the only way left"):
        action.do(step(other))
    assert {name: device.running for name, device in world.devices.items()} == before
    assert action.do(step(line, "declared")).done
    assert action.do(step(other)).done


def test_a_line_is_not_drained_while_the_other_one_is_cut(world: CostWorld, action: SetCost) -> None:
    line, other = double(world)
    world.cut.add(other.name)
    with pytest.raises(Refused, match="the only way left"):
        action.do(step(line))


def test_a_lower_cost_needs_no_other_line(world: CostWorld, action: SetCost) -> None:
    line, other = double(world)
    world.cut.add(other.name)
    assert action.do(step(line, 7000)).done


def test_what_somebody_typed_there_stays(world: CostWorld, action: SetCost) -> None:
    line, _ = double(world)
    world.devices[line.z.device].type("ip route 198.51.100.0/24 blackhole")
    assert action.do(step(line)).done
    assert "ip route 198.51.100.0/24 blackhole" in world.devices[line.z.device].running


def test_a_router_that_refuses_the_line_fails_the_step_and_runs_what_it_ran(world: CostWorld, action: SetCost) -> None:
    line, _ = double(world)
    before = world.devices[line.z.device].running
    world.devices[line.z.device].refuses = f"ip ospf cost {DRAINED}"
    with pytest.raises(CommandFailed, match="is not changed"):
        action.do(step(line, "drained", line.z.device))
    assert world.devices[line.z.device].running == before


def test_a_commit_that_nobody_confirmed_is_not_taken_for_done(world: CostWorld, action: SetCost) -> None:
    line, _ = double(world)
    assert action.do(step(line, "drained", line.z.device)).done
    world.devices[line.z.device].deadline = world.devices[line.z.device].now + 60.0
    assert not action.probe(step(line, "drained", line.z.device)).done


def test_killed_within_the_change_the_step_is_done_again(world: CostWorld, action: SetCost) -> None:
    """Its plan was begun and has no end in the journal; the next run carries on."""
    line, _ = double(world)
    world.strikes[line.z.device, "commit"] = world.kill
    with pytest.raises(Killed):
        action.do(step(line, "drained", line.z.device))
    world.killed = False
    assert not action.probe(step(line, "drained", line.z.device)).done
    assert action.do(step(line, "drained", line.z.device)).done


def test_what_is_typed_can_be_shown_without_a_device(world: CostWorld) -> None:
    line, _ = double(world)
    assert typed(world.network, step(line)) == (
        (line.a.device, f"interface {line.a.interface} / ip ospf cost {DRAINED}"),
        (line.z.device, f"interface {line.z.interface} / ip ospf cost {DRAINED}"),
    )
    stranger = next(name for name in world.network.devices if name not in (line.a.device, line.z.device))
    with pytest.raises(UsageError, match="is no end of"):
        typed(world.network, step(line, "drained", stranger))
    with pytest.raises(UsageError, match="there is no circuit"):
        typed(world.network, {**step(line), "circuit": "nowhere"})


def test_a_circuit_without_ospf_has_no_cost(world: CostWorld) -> None:
    plain = next(
        circuit for circuit in world.network.circuits.values()
        if world.network.devices[circuit.z.device].interface(circuit.z.interface).cost is None
    )  # fmt: skip
    with pytest.raises(UsageError, match="has no OSPF"):
        typed(world.network, step(plain))
