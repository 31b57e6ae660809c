"""A unit of routers with command lines, killed at every entry of its journal: whoever is left carries it through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cli_world import COUNTY, TOWNSHIP, CliWorld, cli_world
from deploy_world import Killed, KillingJournal

from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.successor import succeed

ENDS = {TOWNSHIP: "10.200.0.1 255.255.255.254", COUNTY: "10.200.0.0 255.255.255.254"}
"""The far end first, and the address that somebody typed there."""
LINK = "chengdong-lejiawan-up1"
MOST_S = 700
"""When the last timer is over."""


@pytest.fixture(params=["vrp8", "comware7"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers that run what is declared."""
    with cli_world(request.param, tmp_path, render) as made:
        yield made


def mistype(world: CliWorld) -> None:
    """Give both ends of the link other addresses."""
    for name, address in ENDS.items():
        config = render(world.network, world.network.devices[name])
        port = next(block for block in config.split("interface ") if f" description {LINK}\n" in block).splitlines()[0]
        world.by_hand(name, f"interface {port}", f" ip address {address}")


def planned(world: CliWorld) -> Plan:
    return plan(world.network, [world.network.devices[name] for name in ENDS], world.sessions, world)


def mistyped(world: CliWorld) -> set[bool]:
    return {bool(re.search("10.200.0", world.running(name))) for name in ENDS}


def kill() -> None:
    raise Killed


def came_so_far(world: CliWorld, made: Plan, at: int) -> bool:
    desk = world.desk()
    try:
        apply(made, replace(desk, journal=KillingJournal(desk.journal, kill, at, after=False)))
    except Killed:
        return True
    return False


def test_killed_before_any_entry_and_succeeded_both_ends_agree_when_the_timers_are_over(world: CliWorld) -> None:
    """Before an entry: the act is done, and nobody knows. (What is known at every entry: ``test_deploy_unit``.)"""
    at = 5  # the answer to the first commit; before that nothing is sent
    while True:
        mistype(world)
        made = planned(world)
        assert [unit.devices for unit in made.units] == [tuple(ENDS)], made.unasked
        if not came_so_far(world, made, at):
            break
        succeed(made, world.desk(), tuple(ENDS))
        world.clock.sleep(MOST_S)
        assert world.at_rest, at
        assert len(mistyped(world)) == 1, at
        assert apply(made, world.desk(), resume=True).ok, at
        assert mistyped(world) == {False}
        at += 1
    assert at > 10
    assert not planned(world).changes
