"""The score by GB/T 20988: an element has the highest level that is shown whole; the total is the lowest."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from networks import small
from recovery_story import LOST, PRIMARY, STANDBY, failback, failover, losing

from jbnet.model.business import Replication
from jbnet.model.network import Application, Network
from jbnet.recovery.plan import RecoveryPlan
from jbnet.recovery.report.nouns import Past
from jbnet.recovery.report.past import past_of
from jbnet.recovery.scoring.claims import load_claims
from jbnet.recovery.scoring.facts import FACTS, World
from jbnet.recovery.scoring.judge import known_of_all, score
from jbnet.recovery.scoring.nouns import LEVELS, Claim, ElementScore, Standing
from jbnet.recovery.scoring.table import table

PLAN = RecoveryPlan("xining-dc", "golmud-dc", STANDBY, {})
NAMES = tuple(table().requirements)


def network() -> Network:
    found = small()
    databases = {name: replace(one, primary=PRIMARY, standby=STANDBY) for name, one in found.databases.items()}
    hosts = {
        name: replace(found.devices[like], name=name)
        for name, like in ((PRIMARY, "xining-dc-r1"), (STANDBY, "golmud-dc-r1"))
    }
    return replace(found, databases=databases, applications={}, devices={**found.devices, **hosts})


def world(*journals: Past, over: Network | None = None) -> World:
    names = tuple(network().databases)
    return World(over or network(), PLAN, past_of(journals or (failover(names), failback(names))))


def untried(over: Network | None = None) -> World:
    return World(over or network(), PLAN)


def claimed(*names: str, holds: bool = True) -> dict[str, Claim]:
    return {name: Claim(holds, "seen") for name in names}


def everything() -> dict[str, Claim]:
    return claimed(*(name for name, one in table().requirements.items() if one.fact is None))


def element(name: str, found: World, claims: dict[str, Claim]) -> ElementScore:
    return next(one for one in score(found, claims).elements if one.element.name == name)


def test_there_are_seven_elements_of_six_levels_and_each_fact_is_known() -> None:
    assert len(table().elements) == 7
    assert all(list(one.levels) == list(LEVELS) for one in table().elements.values())
    assert {one.fact for one in table().requirements.values() if one.fact} == set(FACTS)


def test_the_edition_of_2025_is_named_and_not_scored_by() -> None:
    assert table().editions["2025"].scored is False
    assert "not at hand" in table().editions["2025"].remark.en
    assert score(world(), {}).edition.name == "GB/T 20988-2007"


def test_a_higher_level_never_asks_for_less_than_a_lower_one_that_implies_it() -> None:
    """Whoever declares everything that a level asks for has at least that level."""
    for one in table().elements.values():
        for level in LEVELS:
            facts = [name for name in one.levels[level] if table().requirements[name].fact]
            if facts:
                continue
            lower = {name for below in LEVELS if below < level for name in one.levels[below]}
            found = element(one.name, world(), claimed(*one.levels[level], *lower))
            assert found.level >= level, (one.name, level)


def test_the_total_is_the_lowest_element() -> None:
    found = score(world(), everything())
    assert {one.element.name: one.level for one in found.elements} == {
        "data-backup": 6, "processing": 5, "network": 6, "infrastructure": 6, "support": 6, "operations": 6, "plan": 6,
    }  # fmt: skip
    assert found.total == 5


def test_nothing_declared_and_nothing_executed_shows_no_level_of_data_rooms_rules_and_plan() -> None:
    found = score(untried(), {})
    assert found.total == 0
    assert {one.element.name for one in found.elements if one.level == 0} == {
        "data-backup", "infrastructure", "operations", "plan",
    }  # fmt: skip


def test_declared_and_not_holding_is_not_met() -> None:
    found = element("infrastructure", world(), everything() | claimed("room-always-on", holds=False))
    assert (found.level, found.missing) == (3, ("room-always-on",))
    assert found.known["room-always-on"].standing is Standing.NOT_MET


def test_what_implies_a_lesser_one_makes_it_hold_unless_that_was_seen_not_to() -> None:
    known = known_of_all(world(), claimed("backup-daily"))
    assert known["backup-weekly"].standing is Standing.DECLARED
    known = known_of_all(world(), claimed("backup-daily") | claimed("backup-weekly", holds=False))
    assert known["backup-weekly"].standing is Standing.NOT_MET


def test_readiness_is_shown_by_an_execution_and_not_by_a_declaration() -> None:
    assert FACTS["processing-ready"](untried()).standing is Standing.NOT_SHOWN
    assert FACTS["processing-ready"](world()).standing is Standing.SHOWN
    assert FACTS["network-ready"](untried()).standing is Standing.NOT_SHOWN
    assert FACTS["central-switch"](untried()).standing is Standing.NOT_SHOWN
    assert FACTS["drilled"](untried()).standing is Standing.NOT_SHOWN
    assert FACTS["replication"](untried()).standing is Standing.DECLARED
    assert FACTS["replication"](world()).standing is Standing.SHOWN


def test_zero_loss_wants_every_database_to_wait_and_an_unplanned_move_that_lost_nothing() -> None:
    names = tuple(network().databases)
    waiting = {name: replace(one, replication=Replication.BLOCK) for name, one in network().databases.items()}
    sync = replace(network(), databases=waiting)
    whole = (failover(names), failback(names))
    assert FACTS["zero-loss"](world(*whole, over=sync)).standing is Standing.SHOWN
    planned = (failback(names),)
    assert FACTS["zero-loss"](world(*planned, over=sync)).standing is Standing.NOT_SHOWN
    lossy = (failover(names), failback(names, lost={names[0]: losing(*LOST)}))
    assert FACTS["zero-loss"](world(*lossy, over=sync)).standing is Standing.NOT_SHOWN
    for mode in (Replication.ASYNC, Replication.DEGRADE):
        late = {name: replace(one, replication=mode) for name, one in waiting.items()}
        assert FACTS["zero-loss"](world(*whole, over=replace(sync, databases=late))).standing is Standing.NOT_MET


def test_an_application_without_a_host_at_the_standby_site_keeps_processing_below_ready() -> None:
    lonely = replace(network(), applications={"card": Application("card", "", (PRIMARY,))})
    assert FACTS["processing-ready"](world(over=lonely)).standing is Standing.NOT_MET


def test_nothing_switches_by_itself_because_two_people_approve() -> None:
    assert FACTS["automatic-switch"](world()).standing is Standing.NOT_MET


def test_the_file_that_is_shipped_declares_nothing_and_its_example_can_be_used() -> None:
    content = (Path(__file__).parents[3] / "dr" / "standard.yaml").read_text(encoding="utf-8")
    assert load_claims("dr/standard.yaml", content) == ({}, ())
    example = "".join(
        line.removeprefix("# ").split("  # ")[0].rstrip() + "\n"
        for line in content.splitlines()
        if line.startswith(("# declared:", "#   "))
    )
    claims, findings = load_claims("dr/standard.yaml", example)
    assert findings == ()
    assert list(claims) == ["backup-daily"]
    assert claims["backup-daily"].holds is True


@pytest.mark.parametrize("name", NAMES)
def test_what_is_derived_cannot_be_declared_and_the_rest_can(name: str) -> None:
    claims, findings = load_claims("dr/standard.yaml", f"declared:\n  {name}: {{holds: true, reason: seen}}\n")
    derived = table().requirements[name].fact is not None
    assert [finding.code for finding in findings] == (["JB730"] if derived else [])
    assert (name in claims) is not derived
