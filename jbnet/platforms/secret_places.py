"""Where secrets stand in the lines of each system: ``NAME/secrets.yaml``.

``words`` are heads, the words before a secret that is one word or stands in quotes; ``rest`` are heads before one that
is all the rest of the line; those of ``first`` count at the beginning of a line only. Between head and secret may stand
up to four ``forms``, which say how it is written; words of ``not`` with something behind them are none. Lines that
begin as ``prose`` may hold any word, and no secret. ``like`` names a platform whose data serve for this one.

Every pattern is bound to one line and every repetition in it has a limit, so that no line makes the search slow.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jbnet.platforms.package_data import platform_data
from jbnet.platforms.registry import platform

MASK = "<secret>"
_MARKS = r"^[-+ \t]*(?:(?:no|undo)[ \t]+)?"
_BEFORE = r"(?:(?<![\w-])|(?<=^-))(?=[a-z])"
_BLANK, _NAMED = r'"?<secret>"?(?!\w)', r'"?<secret(?::[\w-]{1,100})?>"?(?!\w)'
_WORD = r'(?:"[^"]*(?:"|$)\S*|\S+)'
_REST = r"\S+(?:[ \t]+(?!<again>)\S+)*"
_URL = re.compile(r"(?P<keep>://[^/\s:@]{1,256}:)[^@\s]{1,256}(?=@)")


@dataclass(frozen=True, slots=True)
class SecretPlaces:
    """What finds secrets in one line of a system."""

    prose: re.Pattern[str]
    secrets: tuple[re.Pattern[str], ...]

    def blanked(self, line: str) -> str:
        """Return a line without its secrets; what begins as prose stays."""
        if self.prose.match(line):
            return line
        for secret in self.secrets:
            line = secret.sub(_blank, line)
        return line


@cache
def secret_places(name: str) -> SecretPlaces:
    """Return where the secrets of a platform stand."""
    found: dict[str, Any] = platform_data(name, "secrets.yaml")
    if "like" in found:
        return secret_places(found["like"])
    known = _BLANK if platform(name).plain_secrets else _NAMED  # shown as typed, a name is a secret like any other
    forms, never = _any(found["forms"]), _any(found.get("not", []))
    between = rf"(?:[ \t]+(?:{forms})(?![^ \t])){{0,4}}(?:[ \t]+|(?<=[:=])[ \t]*)"
    words, rest, first = (
        rf"(?P<{kind}>(?>(?:{_any(found.get(kind, []))})(?=[ \t]|(?<=[:=]))){between})"
        rf"(?!(?:{never})[ \t])(?:(?P<{kind}_known>{known})|{value})"
        for kind, value in (("words", _WORD), ("rest", _REST), ("first", _REST))
    )
    return SecretPlaces(
        re.compile(f"{_MARKS}(?:{_any(found['prose'])})[ \\t]", re.IGNORECASE),
        (
            re.compile(f"{_MARKS}{first}", re.IGNORECASE),
            re.compile(f"{_BEFORE}(?:{words}|{rest})", re.IGNORECASE),
            _URL,
        ),
    )


def _blank(found: re.Match[str]) -> str:
    """Return what stands for a head and its secret; one that is blanked already stays as it is."""
    groups = found.groupdict()
    if any(groups.get(f"{kind}_known") for kind in groups):
        return found.group()
    kind = next(kind for kind, said in groups.items() if said is not None)
    return f"{found.string[found.start() : found.end(kind)]}{MASK}"


def _any(parts: Sequence[str]) -> str:
    """Return a pattern that fits any of the parts; none of none."""
    return "|".join(parts) or r"(?!)"
