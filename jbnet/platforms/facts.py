"""How each platform says what an audit asks: ``jbnet/platforms/NAME/audit.yaml`` (data, no code), as patterns.

A fact is read from lines of one text. ``sections`` are patterns of the lines above, outermost first; a pattern's group
``value`` is what is read, ``key`` whom it is about. A fact without lines to find is one whose sections are the answer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jbnet.platforms.package_data import is_there, platform_data

RUNNING = "running"
"""The text that every platform has: what runs."""
HIDDEN = "?"
"""The value of a line that says it in a form nobody can read (encrypted)."""


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern of lines. ``says`` is what a line means; None: its group ``value`` says so."""

    line: re.Pattern[str]
    says: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """Where and how a platform says a fact.

    ``each_line``: every line that fits is a reading, else one a section (or the text): the last that fits, or the
    ``first``. ``deep``: lines further below the section count, too. ``default`` is what holds where no line says it,
    by the manual; None: that is not known. ``per`` divides numbers (60: seconds to minutes). ``only_shown``: what is
    rendered does not say it, only what a device shows.
    """

    name: str
    file: str = RUNNING
    sections: tuple[re.Pattern[str], ...] = ()
    matches: tuple[Match, ...] = ()
    each_line: bool = False
    first: bool = False
    deep: bool = False
    default: str | None = None
    per: int = 1
    only_shown: bool = False


@dataclass(frozen=True, slots=True)
class HostFile:
    """Files of the host below a router's daemon, read up to ``until``; ``masks`` hide secrets (group ``keep``)."""

    paths: tuple[str, ...]
    until: re.Pattern[str] | None = None
    masks: tuple[re.Pattern[str], ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a platform says. ``lacks``: what it cannot have, ``unshown``: what its texts leave out, with reasons."""

    sources: Mapping[str, Source]
    lacks: Mapping[str, str]
    unshown: Mapping[str, str]
    files: Mapping[str, HostFile]


@cache
def titles() -> Mapping[str, str]:
    """Return what each fact is called, in English."""
    found: dict[str, str] = platform_data("facts.yaml")
    return found


@cache
def facts(platform: str) -> Facts:
    """Return how a platform says what an audit asks; nothing for a platform without data."""
    if not is_there(platform, "audit.yaml"):
        return Facts({}, {}, {}, {})
    found = platform_data(platform, "audit.yaml")
    return Facts(
        {name: _source(name, said) for name, said in found.get("facts", {}).items()},
        dict(found.get("lacks", {})),
        dict(found.get("unshown", {})),
        {name: _file(said) for name, said in found.get("files", {}).items()},
    )


def _source(name: str, said: dict[str, Any]) -> Source:
    default = said.get("default")
    return Source(
        name,
        said.get("file", RUNNING),
        tuple(map(_pattern, _listed(said.get("sections", [])))),
        tuple(map(_match, _listed(said.get("match", [])))),
        each_line=said.get("each") == "line",
        first=said.get("wins") == "first",
        deep=bool(said.get("deep")),
        default=None if default is None else str(default),
        per=int(said.get("per", 1)),
        only_shown=bool(said.get("only_shown")),
    )


def _match(said: str | dict[str, str]) -> Match:
    return Match(_pattern(said)) if isinstance(said, str) else Match(_pattern(said["line"]), str(said["says"]))


def _file(said: dict[str, Any]) -> HostFile:
    until = said.get("until")
    return HostFile(
        tuple(said["paths"]), _pattern(until) if until else None, tuple(map(_pattern, said.get("masks", [])))
    )


def _pattern(said: str) -> re.Pattern[str]:
    return re.compile(said, re.IGNORECASE)


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else [said]
