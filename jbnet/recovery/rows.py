"""Whether two copies of a database hold the same rows, judged while one of them goes on writing (ADR 64).

Looks come in a chain: leader, follower, leader, follower. Each waits until its side sees every transaction that the
look before it saw, so what a look sees is never less than what came before. Two laws follow, and nothing else is used:

- what two neighbours of the chain show alike is the same on both sides;
- a version of a row that two looks of one side show, with the other side's look between them, was there all the time:
  the look between them must show it. If it does not, the copies differ. No clock is in it, and no luck.

A version is a row's place, the transaction that made it, and the hash of its content: a physical standby has all three
alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.recovery.rows_found import Difference

BLOCK_BYTES = 8192
CHUNK_BLOCKS = 1024
"""Blocks of a table that are summed up together: 8 MiB with PostgreSQL's usual 8 KiB."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What a look saw. ``lsn``: nothing it saw lies behind this position of the log, in bytes; ``xmax``: every
    transaction that it saw has a lower number.
    """

    lsn: int
    xmax: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table that has rows of its own. ``key``: the columns of its primary key; () where none can be used."""

    schema: str
    name: str
    blocks: int
    key: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Its name as people read it."""
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True)
class Counter:
    """A sequence: how far it is (None: never used), by which step, and whether it begins anew at its end."""

    last: int | None
    step: int
    cycles: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What a side holds. ``left_out``: tables that are not replicated, or whose rows are elsewhere, with why."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    sequences: Mapping[str, Counter] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Range:
    """Blocks of a table, from ``first`` up to before ``end``; None: to its end, however long it is."""

    table: Table
    first: int
    end: int | None

    def blocks(self) -> int:
        """Return how many there were when the table was looked at."""
        return max(0, (self.table.blocks if self.end is None else self.end) - self.first)


@dataclass(frozen=True, slots=True)
class Sum:
    """How many rows there are, and the sum of their hashes: the order in which they are read does not matter."""

    rows: int
    total: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of a row: its place, the transaction that made it, the hash of its content."""

    place: str
    maker: int
    content: int

    @property
    def made(self) -> tuple[str, int]:
        """What names it: two copies that both have it must have it alike."""
        return self.place, self.maker


Look = Mapping[str, frozenset[Version]]
"""By unit, a primary key or a block without one, the versions that a look showed there; an absent unit is empty."""
NOTHING: frozenset[Version] = frozenset()


class Verdict(StrEnum):
    """What is known of a unit."""

    SAME = "same"
    DIFFERS = "differs"
    MOVING = "moving"
    """It changed between any two looks: neither is shown."""


def chunks(table: Table, size: int = CHUNK_BLOCKS) -> tuple[Range, ...]:
    """Return a table in parts. The last one is open: it takes in what was appended, or is on one side only."""
    starts = range(0, max(table.blocks, 1), size)
    return tuple(Range(table, at, at + size if at + size < table.blocks else None) for at in starts)


def batches(ranges: Iterable[Range], most_blocks: int) -> Iterable[tuple[Range, ...]]:
    """Put ranges together into looks of at most so many blocks, a larger one by itself; a range counts as a block."""
    batch: list[Range] = []
    weight = 0
    for one in ranges:
        blocks = one.blocks() + 1
        if batch and weight + blocks > most_blocks:
            yield tuple(batch)
            batch, weight = [], 0
        batch.append(one)
        weight += blocks
    if batch:
        yield tuple(batch)


def unlike(ours: Mapping[int, Sum], theirs: Mapping[int, Sum]) -> tuple[int, ...]:
    """Return the groups whose sums differ, in order."""
    return tuple(sorted(group for group in ours.keys() | theirs.keys() if ours.get(group) != theirs.get(group)))


def judge(chain: Sequence[Look], unit: str) -> Verdict:
    """Judge one unit by a chain of looks that begins with either side and takes turns."""
    shown = [look.get(unit, NOTHING) for look in chain]
    if any((before & after) - between for before, between, after in zip(shown, shown[1:], shown[2:], strict=False)):
        return Verdict.DIFFERS
    if any(one == other for one, other in zip(shown, shown[1:], strict=False)):
        return Verdict.SAME
    return Verdict.MOVING


def judge_burst(leader: Sequence[Look], follower: Sequence[Look], unit: str) -> Verdict:
    """Judge a unit that never stands still by many looks of both sides at once, in no order.

    A version that both sides showed must have the same content; one whole look of each side that agrees shows it.
    """
    ours = {version.made: version.content for look in leader for version in look.get(unit, NOTHING)}
    theirs = [version for look in follower for version in look.get(unit, NOTHING)]
    if any(ours.get(version.made, version.content) != version.content for version in theirs):
        return Verdict.DIFFERS
    seen = {look.get(unit, NOTHING) for look in leader}
    return Verdict.SAME if any(look.get(unit, NOTHING) in seen for look in follower) else Verdict.MOVING


def kind(chain: Sequence[Look], unit: str) -> Difference:
    """Say how a unit differs, by the chain's last two looks of a chain that began with the leader."""
    leader = chain[-1 if len(chain) % 2 else -2].get(unit, NOTHING)
    follower = chain[-2 if len(chain) % 2 else -1].get(unit, NOTHING)
    if not follower:
        return Difference.ONLY_LEADER
    return Difference.CONTENT if leader else Difference.ONLY_FOLLOWER


def behind(leader: Counter | None, follower: Counter | None) -> bool:
    """Say whether a follower's sequence would give out numbers again that the leader has given out.

    A follower is up to 32 numbers ahead, for the log holds them in advance. One that begins anew says nothing.
    """
    if leader is None or leader.last is None or leader.cycles:
        return False
    if follower is None or follower.last is None:
        return True
    return (follower.last - leader.last) * (1 if leader.step > 0 else -1) < 0
