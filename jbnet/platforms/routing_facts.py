"""What lines of a platform say of which packets go where: ``NAME/routing.yaml``.

``usual`` is what the system does where nobody said otherwise; ``elsewhere`` are sections (``sections.yaml``) that are
about other things; ``beyond`` are sections that matter and that no stand-in says; ``like`` names a platform whose
patterns hold as well, after its own. A fact is known as in ``jbnet.platforms.adopting``; ``told`` are lines that are
known and move no packet; ``said`` those that a stand-in needs no words for: headings, and what is so anyway.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jbnet.platforms.adopting import FactPattern
from jbnet.platforms.package_data import is_there, platform_data
from jbnet.platforms.registry import names

TOLD = "told"


@dataclass(frozen=True, slots=True)
class Usual:
    """Preferences (administrative distances) and costs that nobody configured.

    ``bgp`` are those of external, internal and local routes; ``default`` is the metric of an announced default route;
    ``abr`` is how an area border router is one (RFC 3509), in FRR's word; ``unmatched``: a packet no rule fits;
    ``point_to_point``: names of ports on which OSPF takes the line for one of two ends.
    """

    static: int
    ospf: int
    ospf_external: int
    bgp: tuple[int, int, int]
    imported: int
    imported_bgp: int
    default: int
    cost: int
    abr: str
    unmatched: str
    point_to_point: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class RoutingFacts:
    """What is known of a platform's lines."""

    usual: Usual
    elsewhere: frozenset[str]
    beyond: frozenset[str]
    facts: tuple[FactPattern, ...]

    def facts_of(self, path: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
        """Return the facts that a line states: kind and what it says; empty: the line is not known.

        What the first pattern only tells is nothing else by another.
        """
        matched = ((pattern.fact, pattern.match(path)) for pattern in self.facts)
        found: dict[str, dict[str, str]] = {}
        for fact, said in matched:
            if said is not None:
                found.setdefault(fact, said)
                if next(iter(found)) == TOLD:
                    break
        return list(found.items())


@cache
def routing_facts(name: str) -> RoutingFacts:
    """Return what is known of a platform's lines. Raises FileNotFoundError for one without such data."""
    found: dict[str, Any] = platform_data(name, "routing.yaml")
    like = routing_facts(found["like"]) if "like" in found else None
    own = tuple(FactPattern(one["fact"], tuple(re.compile(line) for line in one["at"])) for one in found["facts"])
    return RoutingFacts(
        usual=like.usual if like and "usual" not in found else _usual(found["usual"]),
        elsewhere=like.elsewhere if like and "elsewhere" not in found else frozenset(found["elsewhere"]),
        beyond=like.beyond if like and "beyond" not in found else frozenset(found.get("beyond", ())),
        facts=(*own, *(like.facts if like else ())),
    )


@cache
def readable() -> tuple[str, ...]:
    """Return the platforms for which another router can stand in."""
    return tuple(name for name in names() if is_there(name, "routing.yaml"))


def _usual(said: dict[str, Any]) -> Usual:
    return Usual(
        static=said["static"], ospf=said["ospf"], ospf_external=said["ospf_external"], bgp=tuple(said["bgp"]),
        imported=said["import"], imported_bgp=said.get("import_bgp", said["import"]), default=said["default"],
        cost=said["cost"], abr=said["abr"], unmatched=said["unmatched"],
        point_to_point=re.compile(said["point_to_point"]),
    )  # fmt: skip
