"""A secret that was changed at its source is seen by a plan, loaded, and seen no more; over SSH, on every platform."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_world import COUNTY, DEVICES, KINDS, TOWNSHIP, CliWorld, cli_world

from jbnet.change.codec import from_json, to_json
from jbnet.change.model import Plan
from jbnet.config.bootstrap import bootstrap
from jbnet.config.render import render
from jbnet.model.errors import CommandFailed
from jbnet.model.secrets import Secret
from jbnet.services.deploy.aim import Declared
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.plan import plan
from jbnet.services.deploy.secrets import SecretBook

NEW = "Another-Word-1"


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers out of their boxes."""
    with cli_world(request.param, tmp_path, bootstrap) as made:
        yield made


def planned(world: CliWorld) -> Plan:
    return plan(
        world.network, world.devices, world.sessions, world, aim=Declared(world.network, book=world.desk().book)
    )


def carried_out(world: CliWorld, made: Plan) -> Outcome:
    overrides = DEVICES if world.platform == "vrp5" else ()
    return apply(from_json(json.loads(json.dumps(to_json(made)))), world.desk(), overrides=overrides)


def test_a_secret_that_has_changed_is_planned_loaded_and_then_as_it_should_be(world: CliWorld) -> None:
    assert carried_out(world, planned(world)).ok
    assert planned(world).changes == {}
    before = {name: world.running(name) for name in DEVICES}
    world.words.other["aaa-key"] = NEW
    made = planned(world)
    assert {name: change.secrets for name, change in made.changes.items()} == dict.fromkeys(DEVICES, ("aaa-key",))
    assert all(change.added and not change.removed for change in made.changes.values())
    assert NEW not in json.dumps(to_json(made))
    assert carried_out(world, made).ok
    after = {name: world.running(name) for name in DEVICES}
    assert all(before[name] != after[name] for name in DEVICES)
    assert not [name for name in DEVICES if NEW in after[name]]
    again = planned(world)
    assert (again.changes, again.unasked) == ({}, {})
    kept = "".join(file.read_text() for file in world.state.rglob("*.json"))
    assert NEW not in kept


def test_a_community_that_has_changed_takes_the_place_of_the_old_one(world: CliWorld) -> None:
    assert carried_out(world, planned(world)).ok
    lines = len(world.running(TOWNSHIP).splitlines())
    world.words.other["snmp-v2c-community"] = NEW
    made = planned(world)
    assert TOWNSHIP in made.changes
    assert COUNTY not in made.changes
    assert carried_out(world, made).ok
    assert len(world.running(TOWNSHIP).splitlines()) == lines
    assert planned(world).changes == {}


def test_where_it_was_never_loaded_from_here_it_is_unknown_and_not_changed(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    with cli_world("vrp8", tmp_path, render) as world:
        world.words.other["aaa-key"] = NEW
        made = planned(world)
        assert made.changes == {}
        assert made.unverified == DEVICES


def test_a_source_that_fails_makes_secrets_unknown_in_a_plan(tmp_path: Path) -> None:
    class Down:
        def get(self, name: str) -> Secret:
            raise CommandFailed("secret {name}: the vault is down", name=name)

    with cli_world("vrp8", tmp_path, bootstrap) as world:
        assert carried_out(world, planned(world)).ok
        loaded = world.desk().loaded
        assert loaded is not None
        aim = Declared(world.network, book=SecretBook(Down(), loaded))
        made = plan(world.network, world.devices, world.sessions, world, aim=aim)
        assert (made.changes, made.unverified) == ({}, DEVICES)
