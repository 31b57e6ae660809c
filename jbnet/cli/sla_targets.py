"""Targets of availability as columns of a report: the target, whether it was met, the time over it, what is owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.monitor.sla_targets import Standing
    from jbnet.monitor.targets import Judgement, Target

NONE: Mapping[str, object] = {"target": None, "verdict": None, "over_allowed": None, "owed": None}
"""The columns of what has no target."""


def columns(standings: Iterable[Standing], by: str) -> dict[str, Mapping[str, object]]:
    """Return the columns by name of the level, site, carrier or service. Of two targets the one that is worse met."""
    found: dict[str, Mapping[str, object]] = {}
    for standing in standings:
        if by == "site" and standing.group.value == "level":
            for part in standing.parts:
                _keep(found, part.name, of_part(standing.target, part.judgement))
        elif standing.group.value == by:
            owed = standing.owed
            values = {
                "target": percent(standing.target.wanted),
                "verdict": standing.verdict.value,
                "over_allowed": round(standing.over.total_seconds(), 3),
                "owed": None if owed is None else str(owed),
            }
            _keep(found, standing.name, values)
    return found


def of_part(target: Target, judgement: Judgement) -> Mapping[str, object]:
    """Return the columns of one site or line. ``over_allowed`` is in seconds, ``owed`` in yuan with two decimals."""
    return {
        "target": percent(target.wanted),
        "verdict": judgement.verdict.value,
        "over_allowed": round(judgement.over.total_seconds(), 3),
        "owed": None if judgement.owed is None else str(judgement.owed),
    }


def percent(share: Fraction) -> float:
    """Return a share of 1 in percent, as it was declared."""
    return float(share * 100)


def _keep(found: dict[str, Mapping[str, object]], name: str, values: Mapping[str, object]) -> None:
    """Keep the columns, unless a target that is worse met stands there."""
    order = ("missed", "unknown", "met")
    if name not in found or order.index(str(values["verdict"])) < order.index(str(found[name]["verdict"])):
        found[name] = values
