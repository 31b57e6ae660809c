"""The shipped rule sets, and the shipped network judged by them."""

from __future__ import annotations

import re
from datetime import date

from jbnet.model.network import Network
from jbnet.standards import Standards, evaluate
from jbnet.standards.model import Aspect, Evidence, Outcome
from jbnet.standards.predicates import VOCABULARY
from jbnet.standards.world import Surroundings

TODAY = date(2026, 11, 22)
FIVE = (Aspect.DATA, Aspect.HOST, Aspect.NETWORK, Aspect.LINK, Aspect.PHYSICAL)
CLAUSES = {6: 4, 7: 5, 8: 4, 9: 10, 10: 14}
"""GB/T 22239-2019, chapter 8.1: the number of control points of each management section."""


def test_the_shipped_sets_are_sound(standards: Standards) -> None:
    assert standards.findings == ()
    assert list(standards.sets) == ["baseline", "configuration", "gbt22239-3", "province"]


def test_qinghai_breaks_no_rule_that_is_an_error(qinghai: Network, standards: Standards, around: Surroundings) -> None:
    found = evaluate(qinghai, standards, TODAY, surroundings=around)
    assert found.findings == []
    assert [str(v.text) for v in found.violations if v.rule.severity == "error"] == []


def test_qinghai_is_honest_about_its_counties_on_a_single_line(
    qinghai: Network, standards: Standards, around: Surroundings
) -> None:
    found = evaluate(qinghai, standards, TODAY, surroundings=around)
    single = {site.name for site in qinghai.sites.values() if site.archetype == "county-single"}
    assert {v.subject for v in found.violations if v.rule.id == "QH-T-08"} == single != set()


def test_each_of_the_five_aspects_has_rules_that_a_declaration_shows(standards: Standards) -> None:
    baseline = standards.sets["baseline"].rules
    for aspect in FIVE:
        assert [rule for rule in baseline if rule.aspect is aspect and rule.evidence is Evidence.DECLARATION]


def test_no_set_claims_to_be_the_ministrys(standards: Standards) -> None:
    assert "not the ministry's" in standards.sets["province"].source.en.lower()


def test_ids_of_gbt_22239_are_its_clauses(standards: Standards) -> None:
    for rule in standards.sets["gbt22239-3"].rules:
        number, _, letter = rule.clause.partition(" ")
        assert re.fullmatch(r"8\.1\.\d+\.\d+", number)
        wanted = f"GBT22239-{number}" + (f"-{letter.removesuffix(')')}" if letter else "")
        assert rule.id == wanted or rule.id.startswith(f"{wanted}.")


def test_every_control_point_of_the_technical_and_management_sections_is_listed(standards: Standards) -> None:
    points = {rule.clause.partition(" ")[0] for rule in standards.sets["gbt22239-3"].rules}
    technical = {1: 10, 2: 3, 3: 6, 4: 11, 5: 4}
    for section, count in (technical | CLAUSES).items():
        missing = [n for n in range(1, count + 1) if f"8.1.{section}.{n}" not in points]
        # of 8.1.7.4 and the like only the letter that a declaration shows is listed; the point is there all the same
        assert missing == [], section


def test_nothing_that_shows_elsewhere_is_counted(qinghai: Network, standards: Standards, around: Surroundings) -> None:
    found = evaluate(qinghai, standards, TODAY, surroundings=around)
    elsewhere = {rule.id for rule in standards.rules.values() if rule.evidence is not Evidence.DECLARATION}
    assert elsewhere == {rule.id for rule in found.elsewhere}
    assert not elsewhere & {rule for rule, _, _ in found.tally}


def test_approvers_that_are_not_declared_are_not_shown(
    qinghai: Network, standards: Standards, around: Surroundings
) -> None:
    found = evaluate(qinghai, standards, TODAY, surroundings=around)
    assert around.approvers == 0
    assert found.count("BL-D-06", Outcome.NOT_SHOWN) == 1
    assert found.count("BL-D-06", Outcome.FULFILLED) == 0


def test_the_whole_vocabulary_is_used(standards: Standards) -> None:
    used = {type(predicate) for rule in standards.rules.values() for predicate in rule.requires}
    assert [name for name, predicate in VOCABULARY.items() if predicate not in used] == []
