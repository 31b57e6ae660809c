"""How facts stand in a platform's configuration: ``NAME/adopt.yaml``.

``signs`` say by which lines a text of the platform is known, each with its weight. A fact is known by the lines from
the top level down to it, each matched as a whole; their named groups are what it says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jbnet.platforms.package_data import is_there, platform_data
from jbnet.platforms.registry import names

ENOUGH = 4
"""Weight of the signs from which on a text is of a platform."""


@dataclass(frozen=True, slots=True)
class FactPattern:
    """A kind of fact, and the lines at which it stands."""

    fact: str
    at: tuple[re.Pattern[str], ...]

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """Return what the fact says where a line, given with those above it, states it."""
        if len(path) != len(self.at):
            return None
        found: dict[str, str] = {}
        for pattern, line in zip(reversed(self.at), reversed(path), strict=True):
            match = pattern.fullmatch(line)
            if match is None:
                return None
            found |= {name: said for name, said in match.groupdict().items() if said is not None}
        return found


@dataclass(frozen=True, slots=True)
class Adopting:
    """What is known of a platform's texts."""

    signs: Mapping[re.Pattern[str], int]
    facts: tuple[FactPattern, ...]

    def facts_of(self, path: Sequence[str]) -> list[tuple[str, dict[str, str]]]:
        """Return the facts that a line states: kind and what it says."""
        matched = ((pattern.fact, pattern.match(path)) for pattern in self.facts)
        return [(fact, said) for fact, said in matched if said is not None]


@cache
def adopting(name: str) -> Adopting:
    """Return what is known of a platform's texts. Raises FileNotFoundError for one without such data."""
    found: dict[str, Any] = platform_data(name, "adopt.yaml")
    return Adopting(
        signs={re.compile(sign, re.MULTILINE): weight for sign, weight in found["signs"].items()},
        facts=tuple(FactPattern(one["fact"], tuple(re.compile(line) for line in one["at"])) for one in found["facts"]),
    )


@cache
def adoptable() -> tuple[str, ...]:
    """Return the platforms whose texts can be read so."""
    return tuple(name for name in names() if is_there(name, "adopt.yaml"))


def platform_of(config: str) -> str | None:
    """Return the platform that a text is of, by its signs; None: none of those that can be read, or two alike."""
    weights = {
        name: sum(weight for sign, weight in adopting(name).signs.items() if sign.search(config))
        for name in adoptable()
    }
    first, second = sorted(weights, key=lambda name: -weights[name])[:2]
    return first if weights[first] >= ENOUGH and weights[first] > weights[second] else None
