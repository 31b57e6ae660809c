"""From host names to homes: which site or location a device stands in, by patterns that people give."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jbnet.model.errors import UsageError
from jbnet.model.levels import Level
from jbnet.model.text import text

LOCATION = "location"
GROUPS = (LOCATION, *(level.value for level in Level if level is not Level.PROVINCE), "device")
"""What a pattern may say: ``location``, or the levels from the prefecture down; and the device's own suffix."""
DEFAULT = r"(?P<location>.+)-(?P<device>[a-z]+[0-9]+)"
"""Names as jbnet makes them; where nothing says at which level they stand, homes are drafted as locations."""
_LEVELS = GROUPS[1:-1]
_BELOW = {"township": {"county", "prefecture"}, "community": {"township", "county"}}
"""A township's name begins with that of the site in which it lies, so a pattern has to say which."""
_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_SUFFIX = re.compile(r"[a-z][a-z0-9]{0,5}")
LONGEST_LOCATION = 12
"""Characters: the ports towards a location bear its name, and Linux allows 15 for a port (``NAME-1``)."""


@dataclass(frozen=True, slots=True)
class Housed:
    """Where a device stands: the sites from the top down to its own (level and key), or a location; and its suffix.

    ``by_pattern``: a pattern that somebody gave said so.
    """

    chain: tuple[tuple[Level, str], ...]
    suffix: str
    location: str = ""
    by_pattern: bool = False

    @property
    def homes(self) -> tuple[str, ...]:
        """Return the full names of the sites from the top down, as the declaration makes them."""
        names: list[str] = []
        for level, key in self.chain:
            below = level in (Level.TOWNSHIP, Level.COMMUNITY) and names
            names.append(f"{names[-1]}-{key}" if below else key)
        return tuple(names)

    @property
    def home(self) -> str:
        """Return the full name of its own home."""
        return self.location or self.homes[-1]

    @property
    def device(self) -> str:
        """Return the device's name."""
        return f"{self.home}-{self.suffix}"


def patterns(written: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Return the patterns, the default last. Raises UsageError for one that cannot be read, or names no home."""
    return tuple(_pattern(one) for one in (*written, DEFAULT))


def _pattern(written: str) -> re.Pattern[str]:
    try:
        found = re.compile(written, re.IGNORECASE)
    except re.error as error:
        raise UsageError("the pattern {pattern} cannot be read: {reason}", pattern=written, reason=error) from error
    unknown = sorted(set(found.groupindex) - set(GROUPS))
    said = set(found.groupindex)
    orphans = [level for level, above in _BELOW.items() if level in said and not above & said]
    if unknown or orphans or not said & set(GROUPS[:-1]):
        raise UsageError(
            "the pattern {pattern} names no home", pattern=written,
            hint=text("name groups as in (?P<county>[a-z]+)-(?P<device>r[0-9]+); known: {known}",
                      known=", ".join(GROUPS)),
        )  # fmt: skip
    return found


def housed(name: str, known: Sequence[re.Pattern[str]]) -> Housed:
    """Return where a device of that host name stands, by the first pattern that fits the whole name.

    Names become the declaration's: small letters and digits. A location keeps hyphens, a site of a level does not. What
    no pattern fits stands in a location of its own.
    """
    match = next((found for pattern in known if (found := pattern.fullmatch(name))), None)
    said = {group: value for group, value in (match.groupdict() if match else {}).items() if value}
    suffix = _suffix(said.get("device", ""))
    chain = tuple((Level(level), _key(said[level])) for level in _LEVELS if level in said)
    location = "" if chain else _location(said.get(LOCATION, name))
    return Housed(chain, suffix, location, by_pattern=match is not None and match.re.pattern != DEFAULT)


def _suffix(said: str) -> str:
    cleaned = _NOT_A_NAME.sub("", said.lower())
    return cleaned if _SUFFIX.fullmatch(cleaned) else "r1"


def _key(said: str) -> str:
    cleaned = _NOT_A_NAME.sub("", said.lower())
    return cleaned if cleaned[:1].isalpha() else f"s{cleaned}"


def _location(said: str) -> str:
    cleaned = _NOT_A_NAME.sub("-", said.lower()).strip("-")
    cleaned = cleaned if cleaned[:1].isalpha() else f"s{cleaned}"
    return cleaned[:LONGEST_LOCATION].strip("-")
