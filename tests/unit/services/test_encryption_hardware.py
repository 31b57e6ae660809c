"""A line is encrypted, and given up again, by plan and apply over SSH, on every platform that can."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cli_world import COUNTY, DEVICES, TOWNSHIP, CliWorld, cli_world
from encrypted import ENCRYPTING, with_encryption

from jbnet.change.model import Plan
from jbnet.config.render import render
from jbnet.services.deploy.aim import Declared
from jbnet.services.deploy.apply import apply
from jbnet.services.deploy.plan import plan

CIRCUIT = "chengdong-lejiawan-up1"


@pytest.fixture(params=ENCRYPTING)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers as declared without encryption; declared is now that the line between two of them has it."""
    with cli_world(request.param, tmp_path, render) as made:
        made.network = with_encryption(made.network, circuit=CIRCUIT)
        yield made


def planned(world: CliWorld) -> Plan:
    return plan(
        world.network, world.devices, world.sessions, world, aim=Declared(world.network, book=world.desk().book)
    )


def carried_out(world: CliWorld, made: Plan) -> None:
    overrides = DEVICES if world.platform == "vrp5" else ()
    outcome = apply(made, replace(world.desk(), network=world.network), overrides=overrides)
    assert outcome.ok, outcome
    assert planned(world).changes == {}
    assert world.at_rest


def test_both_ends_are_encrypted_as_one_unit_and_given_up_again(world: CliWorld) -> None:
    assert planned(declared(world, encrypted=False)).changes == {}
    before = {name: sorted(world.running(name).splitlines()) for name in DEVICES}
    made = planned(declared(world, encrypted=True))
    assert set(made.changes) == {COUNTY, TOWNSHIP}
    assert [(unit.devices, unit.circuits) for unit in made.units] == [((TOWNSHIP, COUNTY), (CIRCUIT,))]
    carried_out(world, made)
    key = world.words.get(f"ipsec-{CIRCUIT}").reveal()
    assert "Tunnel" in world.running(TOWNSHIP)
    assert key not in str(made)
    carried_out(world, planned(declared(world, encrypted=False)))
    assert {name: sorted(world.running(name).splitlines()) for name in DEVICES} == before


def declared(world: CliWorld, *, encrypted: bool) -> CliWorld:
    """Declare the line encrypted, or not."""
    asked = with_encryption(world.network, circuit=CIRCUIT).circuits[CIRCUIT]
    line = asked if encrypted else replace(asked, encryption=None)
    world.network = replace(world.network, circuits={**world.network.circuits, CIRCUIT: line})
    return world
