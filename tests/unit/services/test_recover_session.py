"""The action set-session, on a whole fake network: one line on one router, and never the last session with a peer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from deploy_world import Killed, World, WorldSession
from device import FakeDevice
from sample_network import sample_network

from jbnet.config.render import render
from jbnet.model.errors import CommandFailed, Refused, UsageError
from jbnet.model.network import Device
from jbnet.services.recover.actions_session import SetSession, typed

MAIN, BACKUP = "172.16.0.1", "172.16.0.3"


class SpeakingSession(WorldSession):
    """A session whose device tells its BGP neighbours as its configuration says and the world lets them."""

    def cli(self, commands: list[str], encoding: str = "text") -> Mapping[str, object]:
        device = self._device("cli")
        return {command: self._shown(device, command.rsplit(maxsplit=1)[-1]) for command in commands}

    def _shown(self, device: FakeDevice, address: str) -> str:
        world = self._world
        assert isinstance(world, SessionWorld)
        words = [line.split() for line in device.running.splitlines()]
        if ["neighbor", address, "shutdown"] in words:
            admin, state = " Administratively shut down\n", "Idle"
        else:
            admin, state = "", "Active" if address in world.silent else "Established, up for 00:01:00"
        if ["neighbor", address] not in [said[:2] for said in words]:
            return "% No such neighbor or address family\n"
        return f"BGP neighbor is {address}, remote AS 1\n{admin}  BGP state = {state}\n"


@dataclass
class SessionWorld(World):
    """A world with BGP: ``silent`` are addresses of neighbours that do not answer."""

    silent: set[str] = field(default_factory=set)

    def session(self, device: Device) -> SpeakingSession:
        return SpeakingSession(self.devices[device.name], self)


@pytest.fixture
def world() -> SessionWorld:
    """All devices run what is declared."""
    network = sample_network()
    devices = {name: FakeDevice(name, running=render(network, device)) for name, device in network.devices.items()}
    return SessionWorld(network, devices)


@pytest.fixture
def action(world: SessionWorld, tmp_path: Path) -> SetSession:
    return SetSession(world.network, lambda: world.desk(tmp_path))


def step(session: str, circuit: str = "ministry-up1", device: str = "core-r1") -> dict[str, object]:
    return {"circuit": circuit, "device": device, "session": session}


def test_it_is_closed_saved_and_opened_again_and_nothing_else_is_touched(
    world: SessionWorld, action: SetSession
) -> None:
    before = {name: device.running for name, device in world.devices.items()}
    assert action.probe(step("open")).done
    assert not action.probe(step("shutdown")).done
    assert action.do(step("shutdown")).done
    assert action.verify(step("shutdown")).done
    router = world.devices["core-r1"]
    was, now = before["core-r1"].splitlines(), router.running.splitlines()
    assert [line for line in now if line not in was] == [f" neighbor {MAIN} shutdown"]
    assert (len(now), router.startup, router.deadline) == (len(was) + 1, router.running, None)
    assert action.probe(step("shutdown")).done
    assert not action.probe(step("declared")).done
    assert action.do(step("declared")).done
    assert action.verify(step("open")).done
    assert {name: device.running for name, device in world.devices.items()} == before


@pytest.mark.parametrize("gone", ["silent", "closed", "cut off"])
def test_the_last_open_session_with_a_peer_is_not_closed(world: SessionWorld, action: SetSession, gone: str) -> None:
    """What is not seen established does not count as another one, whatever the reason."""
    if gone == "silent":
        world.silent.add(BACKUP)
    elif gone == "closed":
        assert action.do(step("shutdown", "ministry-up2", "core-r2")).done
    else:
        world.devices["core-r2"].reachable = False
    before = world.devices["core-r1"].running
    with pytest.raises(Refused, match="no other session with ministry"):
        action.do(step("shutdown"))
    assert world.devices["core-r1"].running == before


def test_the_last_one_is_not_closed_even_where_it_is_down_itself(world: SessionWorld, action: SetSession) -> None:
    world.silent.update((MAIN, BACKUP))
    with pytest.raises(Refused, match="no other session"):
        action.do(step("shutdown"))


def test_opening_asks_for_no_other_session(world: SessionWorld, action: SetSession) -> None:
    assert action.do(step("shutdown")).done
    world.silent.add(BACKUP)
    assert action.do(step("open")).done
    assert action.verify(step("open")).done


def test_opened_is_not_done_until_the_peer_answers(world: SessionWorld, action: SetSession) -> None:
    assert action.do(step("shutdown")).done
    world.silent.add(MAIN)
    assert action.do(step("open")).done
    found = action.verify(step("open"))
    assert not found.done
    assert "not established; configured it is open" in str(found.text)
    world.silent.clear()
    assert action.verify(step("open")).done


def test_a_session_that_only_failed_is_not_closed(world: SessionWorld, action: SetSession) -> None:
    world.silent.add(MAIN)
    assert not action.probe(step("shutdown")).done
    assert action.do(step("shutdown")).done
    assert action.verify(step("shutdown")).done


def test_a_session_that_goes_along_is_told(world: SessionWorld, action: SetSession) -> None:
    """The internal one with the other core router falls while the line is typed."""
    inner = str(world.network.devices["core-r2"].loopback)
    world.strikes["core-r1", "commit"] = lambda: world.silent.add(inner)
    with pytest.raises(CommandFailed, match=f"lost its sessions with {inner}"):
        action.do(step("shutdown"))


def test_a_commit_that_nobody_confirmed_is_not_taken_for_done(world: SessionWorld, action: SetSession) -> None:
    assert action.do(step("shutdown")).done
    world.devices["core-r1"].deadline = world.devices["core-r1"].now + 60.0
    assert not action.probe(step("shutdown")).done


def test_killed_within_the_change_the_step_is_done_again(world: SessionWorld, action: SetSession) -> None:
    world.strikes["core-r1", "commit"] = world.kill
    with pytest.raises(Killed):
        action.do(step("shutdown"))
    world.killed = False
    assert not action.probe(step("shutdown")).done
    assert action.do(step("shutdown")).done


def test_what_somebody_typed_there_stays(world: SessionWorld, action: SetSession) -> None:
    world.devices["core-r1"].type("ip route 198.51.100.0/24 blackhole")
    assert action.do(step("shutdown")).done
    assert "ip route 198.51.100.0/24 blackhole" in world.devices["core-r1"].running


def test_declared_closed_means_closed(world: SessionWorld, tmp_path: Path) -> None:
    closed = tuple(replace(one, shutdown=one.circuit == "ministry-up1") for one in world.network.bgp_sessions)
    network = replace(world.network, bgp_sessions=closed)
    action = SetSession(network, lambda: world.desk(tmp_path))
    assert not action.probe(step("declared")).done
    assert action.do(step("declared")).done
    assert action.verify(step("shutdown")).done


def test_what_is_typed_can_be_shown_without_a_device(world: SessionWorld) -> None:
    heading = f"router bgp {world.network.asn}"
    assert typed(world.network, step("shutdown")) == (("core-r1", f"{heading} / neighbor {MAIN} shutdown"),)
    assert typed(world.network, step("declared")) == (("core-r1", f"{heading} / - neighbor {MAIN} shutdown"),)
    for wrong in (step("shutdown", "core-pair1"), step("shutdown", device="core-r2"), step("closed")):
        with pytest.raises(UsageError):
            typed(world.network, wrong)
