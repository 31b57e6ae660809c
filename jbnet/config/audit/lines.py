"""The text of a configuration as numbered lines under their sections, so that evidence can be found again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from jbnet.config.nesting import Nesting
from jbnet.config.tree import Path
from jbnet.model.findings import Place
from jbnet.platforms.masking import MASK, masked

_ENDS = re.compile(r"(?:end|return|exit(?:-\S+)?)$")
_BANNER = re.compile(r"(?:banner \w+|header \w+(?: information)?) (?P<sign>\^C|[^\w\s])")
_KEY_BEGINS, _KEY_ENDS = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY"), re.compile("-----END [A-Z ]*PRIVATE KEY")


@dataclass(frozen=True, slots=True)
class Line:
    """A line and where it stands; ``path`` is the line with those above it, without blanks around them."""

    place: Place
    path: Path

    @property
    def said(self) -> str:
        """Return the line itself."""
        return self.path[-1]


@dataclass(frozen=True)
class NumberedText:
    """One text of a device. ``file`` names it in places: ``core-r1/running``; ``flat``: it has no sections.

    ``masks`` hide secrets beside those that the platform knows (group ``keep`` stays).
    """

    file: str
    content: str
    platform: str
    flat: bool = False
    masks: tuple[re.Pattern[str], ...] = ()

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Return what it says, without separators and ends."""
        found = _flat(self.content) if self.flat else _paths(self.content)
        return tuple(Line(Place(self.file, number), path) for number, path in found)

    def shown(self, number: int) -> str:
        """Return a line with its secrets masked."""
        if not 0 < number <= len(self._raw):
            return ""
        line = MASK if number in self._key_lines else masked(self.platform, self._hidden(self._raw[number - 1]))
        return " ".join(line.split())

    @property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the text as it was read."""
        return hashlib.sha256(self.content.encode()).hexdigest()

    @cached_property
    def _raw(self) -> tuple[str, ...]:
        return tuple(self.content.splitlines())

    @cached_property
    def _key_lines(self) -> frozenset[int]:
        return frozenset(_inside_keys(self._raw))

    def _hidden(self, line: str) -> str:
        for mask in self.masks:
            line = mask.sub(lambda found: f"{found['keep']}{MASK}", line)
        return line


def _inside_keys(lines: Iterable[str]) -> Iterator[int]:
    """Yield the numbers of the lines between the marks of a private key."""
    inside = False
    for number, line in enumerate(lines, 1):
        begins, ends = _KEY_BEGINS.search(line), _KEY_ENDS.search(line)
        if inside and not ends:
            yield number
        inside = bool(begins or inside) and not ends


def _flat(content: str) -> Iterator[tuple[int, Path]]:
    for number, line in enumerate(content.splitlines(), 1):
        said = line.strip()
        if said and not said.startswith(("#", ";")):
            yield number, (said,)


def _paths(content: str) -> Iterator[tuple[int, Path]]:
    """Yield numbers and paths, without what banners say."""
    nesting, sign = Nesting(), ""
    for number, line in enumerate(content.splitlines(), 1):
        said = line.strip()
        if sign:  # inside a banner of several lines
            sign = "" if sign in said else sign
            continue
        if line.startswith(("#", "!")):
            nesting.separate()
        if not said or said.startswith(("#", "!")) or _ENDS.match(said):
            continue
        sign = _opened(said)
        yield number, nesting.path(line)


def _opened(said: str) -> str:
    """Return the sign that ends a banner which goes on on the next line; empty: none does."""
    found = _BANNER.match(said)
    return found["sign"] if found and found["sign"] not in said[found.end() :] else ""
