"""What a wrong name was most likely meant to be: the known name most like it, found in bounded time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from difflib import get_close_matches

_LONGEST = 64
"""Characters past which a text is no name that somebody misspelt: comparing takes the product of two lengths."""
_FEW = 300
"""Known names up to which each is compared; of more, only neighbours in alphabetical order."""
_NEIGHBOURS = 40
_MOST = 200
"""Different names that hints are given for. Nobody follows more of them, and each costs milliseconds."""


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name most like ``name``, or None when none is alike."""
    return Known(known).nearest(name)


class Known:
    """Known names, put in order once however many wrong ones are compared with them."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = sorted(name for name in names if len(name) <= 2 * _LONGEST)
        is_few = len(self._names) <= _FEW
        self._backwards = [] if is_few else sorted(name[::-1] for name in self._names)

    def nearest(self, name: str) -> str | None:
        """Return the name most like this one, or None when none is alike."""
        if len(name) > _LONGEST:
            return None
        wanted = name.lower()
        matches = get_close_matches(wanted, self._candidates(wanted), n=1, cutoff=0.6)
        return matches[0] if matches else None

    def _candidates(self, wanted: str) -> list[str]:
        """Return the names to compare: of many, those that begin or end most alike, for one slip spares one half."""
        if not self._backwards:
            return self._names
        ends = (name[::-1] for name in _around(self._backwards, wanted[::-1]))
        return sorted({*_around(self._names, wanted), *ends})


def _around(ordered: list[str], wanted: str) -> list[str]:
    at = bisect_left(ordered, wanted)
    return ordered[max(0, at - _NEIGHBOURS) : at + _NEIGHBOURS]


class Hints:
    """Nearest names for the findings of one report: each asked for once, and no more than some readable number."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Collection[str], int, Known]] = {}
        self._given: dict[tuple[object, ...], str | None] = {}

    def nearest(self, name: str, *known: Collection[str]) -> str | None:
        """Return the known name most like ``name``; None when none is alike, or when enough hints were given.

        Each collection is kept and put in order once: pass the same ones again, not copies of them.
        """
        key = (name, *map(id, known))
        if key not in self._given:
            if len(self._given) >= _MOST:
                return None
            found = [like for names in known if (like := self._of(names).nearest(name)) is not None]
            self._given[key] = found[0] if len(found) == 1 else nearest(name, found)
        return self._given[key]

    def _of(self, known: Collection[str]) -> Known:
        found = self._known.get(id(known))
        if found is None or found[1] != len(known):
            found = self._known[id(known)] = (known, len(known), Known(known))
        return found[2]
