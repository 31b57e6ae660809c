"""The lists by which a device lets people log in: whom each of them lets in, rule by rule, as the device reads them.

How each platform writes a list, and where it is named, is data (``jbnet.platforms.changing``). Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv4Network, NetmaskValueError

from jbnet.config.managing import ACCOUNT
from jbnet.config.tree import ConfigTree, Path
from jbnet.platforms.changing import Door, Place

ANYBODY = IPv4Network((0, 0))


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a list. ``source`` None: written in a way that cannot be judged here."""

    permits: bool
    source: IPv4Network | None
    sometimes: bool
    """It holds at some times only."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A list as it stands, first rule first. What no rule fits is refused; a list without any lets everybody in."""

    rules: tuple[Rule, ...]
    is_empty: bool

    def lets_in(self, whole: IPv4Network) -> bool:
        """Say whether every address of a network is let in, at all times.

        A rule that cannot be judged counts for whom it was written: one that permits lets in, one that denies does not.
        """
        left = [whole]
        for rule in self.rules:
            source = rule.source or ANYBODY
            if not any(part.overlaps(source) for part in left):
                continue
            if not rule.permits:
                return False
            if not rule.sometimes:
                left = [rest for part in left for rest in _without(part, source)]
        return self.is_empty or not left


def filters(door: Door, tree: ConfigTree) -> dict[str, Filter]:
    """Return the list behind every line that filters logins, by that line with those above it."""
    found: dict[str, Filter] = {}
    for path in tree.paths:
        named = re.fullmatch(door.place[-1], path[-1]) if is_at(path, door.place) else None
        if named is None:
            continue
        heading = door.heading.replace("{list}", re.escape(named["list"]))
        lines = [line for (first, *rest) in tree.paths if re.fullmatch(heading, first) for line in rest]
        found[" / ".join(path)] = Filter(tuple(_rules(door, lines)), is_empty=not lines)
    return found


def _rules(door: Door, lines: list[str]) -> Iterator[Rule]:
    """Yield what the lines say, by their numbers: a rule that was added later may stand before others."""
    said = [found for line in lines if (found := re.fullmatch(door.rule, line))]
    for found in sorted(said, key=lambda one: int(one["number"] or 0)):
        yield Rule(found["action"] == "permit", _source(found), sometimes="time-range" in found["rest"])


def _source(found: re.Match[str]) -> IPv4Network | None:
    """Return the addresses that a line is about; a wildcard mask has its ones where any bit will do."""
    if found["address"] in (None, "any"):
        return ANYBODY
    try:
        free = int(IPv4Address(found["wildcard"])) if found["wildcard"] not in (None, "0") else 0
        return IPv4Network((int(IPv4Address(found["address"])) & ~free, str(IPv4Address(free ^ 0xFFFFFFFF))))
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def _without(whole: IPv4Network, part: IPv4Network) -> list[IPv4Network]:
    """Return what is left of a network without another one."""
    if not whole.overlaps(part):
        return [whole]
    return [] if whole.subnet_of(part) else list(whole.address_exclude(part))


def is_at(path: Path, place: Place) -> bool:
    """Say whether a line stands at a place, all lines above it included."""
    return len(path) == len(place) and all(
        re.fullmatch(pattern.replace("{user}", ACCOUNT), line) for line, pattern in zip(path, place, strict=True)
    )
