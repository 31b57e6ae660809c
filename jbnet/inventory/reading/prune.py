"""Leaving out what cannot be used, so that the rest of a file is still judged: every problem at once.

What was left out is remembered by its words. A reference that could mean one of them is not reported as
dangling: the finding about what was left out is enough.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate, takewhile
from typing import Any

from jbnet.inventory.reading.marks import Path

ANY = "*"
"""Stands for every name: so much was left out that its words are not kept."""
_MOST_WORDS = 200_000
_LONGEST = 200
"""Characters of a name; no key is longer."""
_WORD = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*")


def without(data: object, paths: Iterable[Path]) -> object:
    """Return ``data`` without what stands at the paths; only the containers on the way are copied, each once.

    A list goes whole when an element of it is wrong, so that no position in it shifts.
    """
    tree: _Tree = {}
    for path in paths:
        names = list(takewhile(lambda part: not isinstance(part, int), path))
        branch: _Tree | None = tree
        for part in names[:-1]:
            branch = branch.setdefault(part, {}) if branch is not None else None
        if not names:
            return None
        if branch is not None:
            branch[names[-1]] = None
    return _without(data, tree) if tree else data


_Tree = dict[str | int, Any]
"""What is to go: keys to the tree below, or None where all of it goes."""


def _without(data: object, tree: _Tree) -> object:
    if not isinstance(data, dict):
        return None
    copy = dict(data)
    for key, below in tree.items():
        if below is not None and isinstance(copy.get(key), dict):
            copy[key] = _without(copy[key], below)
        else:
            copy.pop(key, None)
    return copy


def at(data: object, path: Path) -> object:
    """Return what stands at ``path``, or None."""
    for part in path:
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        else:
            return None
    return data


def names_in(data: object) -> Iterator[str]:
    """Yield every key below: the names of things that are left out with it."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield str(key)
            yield from names_in(value)


def words(content: str) -> set[str]:
    """Return all words of a text that could not be parsed: any of them may have been a name."""
    found: set[str] = set()
    for word in _WORD.finditer(content):
        found.add(word.group())
        if len(found) > _MOST_WORDS:
            return {ANY}
    return found


def could_mean(name: str, doubtful: set[str], *, is_site: bool = False) -> bool:
    """Say whether a name, or a home that it begins with, is among what was left out.

    A site below the county stands there with the last part of its name alone.
    """
    if not doubtful:
        return False
    if ANY in doubtful:
        return True
    parts = re.split(r"[-/]", name[:_LONGEST])
    starts = accumulate(parts, lambda start, part: f"{start}-{part}")
    return any(start in doubtful for start in starts) or (is_site and parts[-1] in doubtful)
