"""Scoring: from what is known of each requirement to the level of each element."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.text import text
from jbnet.recovery.scoring.facts import FACTS, World
from jbnet.recovery.scoring.nouns import LEVELS, Claim, Element, ElementScore, Known, Score, Standing
from jbnet.recovery.scoring.table import table


def score(world: World, claims: Mapping[str, Claim]) -> Score:
    """Return the score by the edition whose table is at hand."""
    found = table()
    known = known_of_all(world, claims)
    elements = tuple(_score_element(element, known) for element in found.elements.values())
    return Score(found.editions[found.default], elements)


def known_of_all(world: World, claims: Mapping[str, Claim]) -> Mapping[str, Known]:
    """Return what is known of each requirement: derived, declared, implied by another, or not shown.

    What was derived as not met stays so, whatever else would imply it.
    """
    requirements = table().requirements
    known: dict[str, Known] = {}
    for name, requirement in requirements.items():
        if requirement.fact is not None:
            known[name] = FACTS[requirement.fact](world)
        else:
            known[name] = _claimed(claims.get(name))
    for name, requirement in requirements.items():
        for lesser in requirement.implies:
            if known[name].counts and known[lesser].standing is Standing.NOT_SHOWN:
                known[lesser] = Known(known[name].standing, text("follows from {name}", name=name))
    return known


def _claimed(claim: Claim | None) -> Known:
    if claim is None:
        return Known(Standing.NOT_SHOWN, text("cannot be seen from here, and is not declared in dr/standard.yaml"))
    who = ", ".join(part for part in (claim.by, str(claim.date or "")) if part) or "-"
    told = text("dr/standard.yaml: {reason} ({who})", reason=claim.reason, who=who)
    return Known(Standing.DECLARED if claim.holds else Standing.NOT_MET, told)


def _score_element(element: Element, known: Mapping[str, Known]) -> ElementScore:
    """Return the highest level that holds with all below it, and what keeps the next one away."""
    reached, missing = 0, tuple[str, ...]()
    for level in LEVELS:
        missing = tuple(name for name in element.levels[level] if not known[name].counts)
        if missing:
            break
        reached = level
    names = dict.fromkeys(name for level in LEVELS for name in element.levels[level])
    return ElementScore(element, reached, {name: known[name] for name in names}, missing)
