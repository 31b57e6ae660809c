"""While people decide, what comes next is made ready; nothing is changed by it, and nothing depends on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from eventually import eventually
from recovery_story import runbook
from recovery_world import APPROVERS, Bench, ManualClock, World, WorldAction, bindings

from jbnet.model.errors import CommandFailed
from jbnet.ports import StepAction
from jbnet.recovery.expand import expand, followers
from jbnet.services.recover.ahead import EVERY_S, Ahead

FAILOVER = runbook("failover")


@dataclass
class Prepared(WorldAction):
    """An action that notes what it is asked to prepare, and fails at it."""

    asked: list[str] = field(default_factory=list)

    def prepare(self, params: Mapping[str, object]) -> None:
        self.asked.append(f"{self.name} {params['database']}")
        raise CommandFailed("{action} failed", action=self.name)


class Waited(Exception):
    """Ends a wait for approvals in a test."""


def prepared(world: World, asked: list[str]) -> dict[str, StepAction]:
    own = {name: Prepared(world, name, asked) for name, one in world.actions().items() if isinstance(one, WorldAction)}
    return {**world.actions(), **own}


def test_steps_behind_the_approval_are_prepared_while_it_is_awaited_and_a_failure_of_that_is_nothing() -> None:
    asked: list[str] = []
    bench = Bench(World.before("production"))
    actions = prepared(bench.world, asked)
    bench.engine(actions).start("20261122-1", FAILOVER, bindings("production"), ["root"], APPROVERS)
    bench.people.willing = []
    bench.clock.at_sleep = Waited
    with pytest.raises(Waited):
        bench.engine(actions).run()
    steps = ("fence", "promote", "move-address", "verify-writes")
    assert eventually(lambda: sorted(asked) == sorted(f"{name} production" for name in steps))
    assert {action for action, _ in bench.world.acts} == {"assess"}
    bench.clock.at_sleep = None
    bench.people.willing = list(APPROVERS)
    assert bench.engine(actions).run().ok


def test_it_is_done_again_after_a_while_and_not_while_the_last_time_goes_on() -> None:
    clock, asked, world = ManualClock(), list[str](), World.before("production")
    ahead = Ahead(prepared(world, asked), clock)
    steps = [i for i in expand(FAILOVER, bindings("production")) if i.action == "fence"]
    assert ahead.due
    ahead.prepare(steps)
    assert not ahead.due
    clock.sleep(EVERY_S)
    assert eventually(lambda: ahead.due)
    ahead.prepare(steps)
    assert eventually(lambda: asked == ["fence production"] * 2)


def test_an_action_that_cannot_be_prepared_is_left_alone() -> None:
    clock, world = ManualClock(), World.before("production")
    ahead = Ahead(world.actions(), clock)
    ahead.prepare(expand(FAILOVER, bindings("production")))
    clock.sleep(EVERY_S)
    assert eventually(lambda: ahead.due), "whatever was begun has ended"
    assert world.acts == []


def test_what_needs_a_step_is_what_comes_behind_it_for_the_same_database() -> None:
    instances = expand(FAILOVER, bindings("production", "exchange"))
    by_key = {one.key: one for one in instances}
    found = [one.key for one in followers(instances, by_key["fence[exchange]"])]
    assert found == ["promote[exchange]", "move-address[exchange]", "verify-writes[exchange]", "verify-applications"]
