"""An audit over real SSH on VRP, Comware and IOS: what their command lines show is what is judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from audited import shipped
from cli_world import COUNTY, DEVICES, KINDS, TOWNSHIP, WORD, CliWorld, cli_world

from jbnet.adapters.config_history import GitHistory
from jbnet.config.audit.observed import Observed, Origin
from jbnet.config.render import render
from jbnet.services.audit import Eyes, observe
from jbnet.standards import evaluate
from jbnet.standards.model import Evidence, Judgement, Outcome
from jbnet.standards.world import Surroundings

GUEST = {
    "vrp8": ["aaa", " local-user guest password irreversible-cipher Word-of-guest"],
    "vrp5": ["aaa", " local-user guest password irreversible-cipher Word-of-guest"],
    "comware7": ["local-user guest class manage", " password simple Word-of-guest"],
    "ios": ["username guest privilege 1 secret Word-of-guest"],
}
"""An account that a hand adds and nobody declared."""


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[CliWorld]:
    """Routers that run what is declared."""
    with cli_world(request.param, tmp_path, render) as made:
        yield made


def look(world: CliWorld) -> Mapping[str, Observed]:
    history = GitHistory(world.state / "history", world.clock)
    return observe(world.network, world.devices, Origin.DEVICE, Eyes(world.sessions, None, history, world.clock, world))


def judged(world: CliWorld, seen: Mapping[str, Observed]) -> dict[tuple[str, str], Judgement]:
    found = evaluate(
        world.network, shipped(), world.clock.now().date(), evidence=Evidence.CONFIGURATION,
        surroundings=Surroundings(configurations=seen), keep=lambda subject: subject.name in seen,
    )  # fmt: skip
    return {(one.subject, one.rule.id): one for one in (*found.judgements, *found.shown)}


def test_what_runs_is_read_and_every_line_shown_stands_there(world: CliWorld) -> None:
    seen = look(world)
    assert {name: one.unasked for name, one in seen.items()} == dict.fromkeys(DEVICES)
    found = judged(world, seen)
    for rule in ("CF-H-03", "CF-H-07", "CF-H-11", "CF-H-17", "BL-H-08", "CF-D-02", "CF-D-01"):
        assert found[COUNTY, rule].outcome is Outcome.FULFILLED, (rule, str(found[COUNTY, rule].text))
    for one in found.values():
        lines = seen[one.subject].texts["running"].content.splitlines()
        for place in one.related:
            shown = seen[one.subject].shown(place)
            assert shown.split()[0] in lines[place.line - 1]
            assert WORD not in shown


def test_an_account_that_a_hand_added_is_found_there_and_nowhere_else(world: CliWorld) -> None:
    world.by_hand(TOWNSHIP, *GUEST[world.platform])
    found = judged(world, look(world))
    for rule in ("CF-H-08", "CF-H-09"):
        broken = {name for (name, of), one in found.items() if of == rule and one.outcome is Outcome.VIOLATED}
        assert broken == {TOWNSHIP}, rule
    assert "guest" in str(found[TOWNSHIP, "CF-H-08"].text)
    assert found[TOWNSHIP, "CF-H-08"].related != ()


def test_what_runs_and_was_not_saved_is_found(world: CliWorld) -> None:
    router = world.routers[COUNTY]
    with router.lock:
        router.by_hand(*GUEST[world.platform])
    found = judged(world, look(world))
    assert found[COUNTY, "CF-D-02"].outcome is Outcome.VIOLATED
    assert found[TOWNSHIP, "CF-D-02"].outcome is Outcome.FULFILLED
