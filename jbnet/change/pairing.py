"""A difference as it is read: section by section, what comes beside what goes. Pure.

What is sent stands in another order, removals first; that is what a plan holds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

_INSEPARABLE = {("-", "+"), *((" ", mark) for mark in " +-")}
"""Marks of two lines between which a list does not end."""


@dataclass(eq=False)
class _Line:
    """One line of a difference with what stands below it."""

    said: str = ""
    below: list[_Line] = field(default_factory=list)

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(self.said[2:].split())

    def take(self, said: str) -> _Line:
        """Return the line below this one, a new one unless it is a context that stands there already."""
        if said.startswith(" "):
            for line in self.below:
                if line.said == said:
                    return line
        self.below.append(_Line(said))
        return self.below[-1]


def paired(diff: Iterable[str]) -> tuple[str, ...]:
    """Return the lines of a difference (``Change.diff``), each section once, what comes behind what goes.

    Lines belong together when their first words are the same; the more of them, the sooner.
    """
    top = _Line()
    stack = [top]
    for said in diff:
        depth = len(said[2:]) - len(said[2:].lstrip(" "))
        del stack[depth + 1 :]
        stack.append(stack[-1].take(said))
    return tuple(_told(top))


def beginning(diff: Sequence[str], most: int) -> tuple[str, ...]:
    """Return at most so many of the paired lines; the last is no context with nothing below it, and no torn pair."""
    lines = paired(diff)
    end = min(most, len(lines))
    while 1 < end < len(lines) and (lines[end - 1][:1], lines[end][:1]) in _INSEPARABLE:
        end -= 1
    return lines[:end]


def _told(line: _Line) -> Iterator[str]:
    for one in _in_pairs(line.below):
        yield one.said
        yield from _told(one)


def _in_pairs(lines: Sequence[_Line]) -> Iterator[_Line]:
    """Yield lines of one section, those that take a place behind those whose place they take."""
    partners = _partners(lines)
    moved = set(partners.values())
    for line in lines:
        if line not in moved:
            yield line
            if line in partners:
                yield partners[line]


def _partners(lines: Sequence[_Line]) -> dict[_Line, _Line]:
    """Return for lines that go the ones that come in their place: most words in common first, then as they stand."""
    going = [line for line in lines if line.said.startswith("-") and not line.below]
    coming = [line for line in lines if line.said.startswith("+") and not line.below]
    found: dict[_Line, _Line] = {}
    longest = max((len(line.words) for line in going), default=0) if coming else 0
    for length in range(longest, 0, -1):
        waiting = defaultdict[tuple[str, ...], list[_Line]](list)
        for line in going:
            if line not in found and len(line.words) >= length:
                waiting[line.words[:length]].append(line)
        placed = set(found.values())
        for line in coming:
            if line not in placed and len(line.words) >= length and waiting[line.words[:length]]:
                found[waiting[line.words[:length]].pop(0)] = line
    return found
