"""Where two copies of one cluster parted, by the histories of their timelines: no record of a promotion is needed.

A promotion begins a timeline and writes where the one before it ended (PostgreSQL 15 manual, 26.3.5). Numbers of
timelines prove nothing by themselves: two standbys that know nothing of each other both call theirs the next one. Two
timelines are the same when all that came before them is the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """The timeline a server is on, and those before it with where each ended (LSN in bytes), the oldest first."""

    timeline: int
    ends: tuple[tuple[int, int], ...] = ()

    def spans(self) -> Iterator[Span]:
        """Yield every timeline that it has, from its begin to its end."""
        begin = 0
        for timeline, end in self.ends:
            yield Span(timeline, begin, end)
            begin = end
        yield Span(self.timeline, begin, None)


@dataclass(frozen=True, slots=True)
class Span:
    """Log of one timeline, from one LSN to another (in bytes); ``end`` None: to where it ends."""

    timeline: int
    begin: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Parting:
    """``timeline``: the last one that both are on; ``at``: up to where (LSN in bytes).

    ``alone``: the log that the one has and the other has not, oldest first; on the last common one it may be empty.
    """

    timeline: int
    at: int
    alone: tuple[Span, ...]

    @property
    def promoted(self) -> bool:
        """Say whether the one went on along a timeline that the other is not on."""
        return any(span.timeline != self.timeline for span in self.alone[-1:])


def parting(mine: Line, other: Line) -> Parting | None:
    """Return where ``mine`` parted from ``other``; None: both are on the same timeline, and no history says so.

    Raises ValueError when they have not even the first timeline in common.
    """
    spans = tuple(mine.spans())
    common: Span | None = None
    for place, (one, two) in enumerate(zip(spans, other.spans(), strict=False)):
        if (one.timeline, one.begin) != (two.timeline, two.begin):
            if common is None:
                raise ValueError("not of one descent")
            return Parting(common.timeline, one.begin, spans[place:])
        if one.end != two.end:
            at = min(end for end in (one.end, two.end) if end is not None)
            own = () if one.end == at else (Span(one.timeline, at, one.end),)
            return Parting(one.timeline, at, (*own, *spans[place + 1 :]))
        common = one
    return None
