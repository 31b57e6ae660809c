"""The sections of a platform's configuration, by name: ``NAME/sections.yaml``.

A section is known by how its lines begin, word by word, the platform's negation left out. A pattern of several
entries names a line below another: ``[interface, ip address]`` are the addresses of interfaces. The first pattern that
fits decides, and what none fits is in the section ``other``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jbnet.model.errors import UsageError
from jbnet.model.text import text
from jbnet.platforms.package_data import is_there, platform_data
from jbnet.platforms.registry import platform

OTHER = "other"
"""The section of lines that no pattern fits."""
Pattern = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Companion:
    """A heading that takes lines elsewhere along when it goes: ``undo ospf 1`` those of interfaces, for one.

    ``lines`` is a pattern of the lines that go; ``{0}``, ``{1}`` ... in it are the groups of ``heading``.
    """

    heading: re.Pattern[str]
    lines: str

    def taken_by(self, heading: str) -> re.Pattern[str] | None:
        """Return what finds the lines that go with this heading; None: it is another kind of heading."""
        found = self.heading.match(heading)
        return re.compile(self.lines.format(*map(re.escape, found.groups()))) if found else None


@dataclass(frozen=True, slots=True)
class Sections:
    """A platform's sections. ``silent`` finds lines that say nothing of what was configured."""

    patterns: tuple[tuple[str, Pattern], ...]
    negation: str
    silent: re.Pattern[str]
    companions: tuple[Companion, ...] = ()
    known: Mapping[str, Sequence[Pattern]] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the sections, and that of what is in none."""
        return (*self.known, OTHER)

    def of(self, path: Sequence[str]) -> str:
        """Return the section of a line, given with the lines above it."""
        said = [self._affirmed(line) for line in path[:2]]
        return next((name for name, pattern in self.patterns if _fits(said, pattern)), OTHER)

    def _affirmed(self, line: str) -> str:
        return line.removeprefix(self.negation + " ") + " "


def _fits(said: Sequence[str], pattern: Pattern) -> bool:
    """Say whether lines begin as a pattern does. Written out: it is asked for every line of every configuration."""
    if not said[0].startswith(f"{pattern[0]} "):
        return False
    return len(pattern) == 1 or (len(said) > 1 and said[1].startswith(f"{pattern[1]} "))


@cache
def sections(name: str) -> Sections:
    """Return the sections of a platform. Raises UsageError for one without such data."""
    if not is_there(name, "sections.yaml"):
        raise UsageError(
            "it is not known into which sections configurations of {platform} fall", platform=name,
            hint=text("add {name}/sections.yaml to jbnet/platforms", name=name),
        )  # fmt: skip
    found: dict[str, Any] = platform_data(name, "sections.yaml")
    known = {section: tuple(_patterns(written)) for section, written in found["sections"].items()}
    ordered = [(section, pattern) for section, patterns in known.items() for pattern in patterns]
    ordered.sort(key=lambda entry: -len(entry[1]))  # what names a line below another comes first
    companions = tuple(Companion(re.compile(c["heading"]), c["lines"]) for c in found.get("goes_with", ()))
    return Sections(
        patterns=tuple(ordered),
        negation=platform(name).negation,
        silent=re.compile("|".join(found["silent"])),
        companions=companions,
        known=known,
    )


def _patterns(written: Iterable[str | list[str]]) -> Iterable[Pattern]:
    return ((one,) if isinstance(one, str) else tuple(one) for one in written)
