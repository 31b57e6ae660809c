"""Two copies of a database are compared, row by row, while one of them goes on writing (ADR 64).

First sums over parts of tables; where they differ, sums over blocks; where these differ, single rows, looked at by
turns until each is shown to be alike, shown to differ, or keeps changing under every look. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from jbnet.model.text import Text, text
from jbnet.ports import Clock
from jbnet.ports.rows import NotRead, RowSide, Units
from jbnet.recovery.rows import (
    BLOCK_BYTES,
    CHUNK_BLOCKS,
    Listed,
    Look,
    Moment,
    Range,
    Table,
    Verdict,
    batches,
    behind,
    chunks,
    judge,
    judge_burst,
    kind,
    unlike,
)
from jbnet.recovery.rows_found import Compared, Difference, Found

TRIES = 3
"""A look may be refused for a moment: a lock, a conflict with replay, a follower that is late."""
LOOKS_S = 2
"""Seconds that a look of sums takes at the declared pace: so long the leader keeps what it would clear away."""
TURNS = 3
"""Looks of each side at single rows before those that never stand still are looked at in a burst."""
BLOCKS_AT_ONCE = 64
BURST_UNITS = 40
LISTED = 200
"""Differences that are listed; more are counted."""
ENOUGH = 5000
"""Rows of one table that differ before the rest of it is left alone: the answer is known."""

T = TypeVar("T")


@dataclass
class _Tally:
    """What was found so far."""

    found: list[Found] = field(default_factory=list)
    count: int = 0
    of_table: dict[str, int] = field(default_factory=dict)
    moving: list[str] = field(default_factory=list)
    unread: list[Text] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    blocks: int = 0
    rows: int = 0
    open: dict[str, int] = field(default_factory=dict)

    def differs(self, table: str, unit: str, difference: Difference, said: str = "") -> None:
        self.count += 1
        self.of_table[table] = self.of_table.get(table, 0) + 1
        if len(self.found) < LISTED:
            self.found.append(Found(table, unit, difference, said))


class Comparison:
    """One comparison of a leader with its follower. ``rate_mb_s`` is read of each, at most; ``seconds``: no longer."""

    def __init__(
        self, database: str, leader: RowSide, follower: RowSide, clock: Clock, *, rate_mb_s: int, seconds: float
    ):
        self._database, self._leader, self._follower = database, leader, follower
        self._clock, self._rate = clock, rate_mb_s
        self._end = clock.monotonic() + seconds
        self._tally = _Tally()

    def run(self) -> Compared:
        """Compare everything that time allows, small tables first. Raises NotRead, Unreachable."""
        began = self._clock.monotonic()
        listed = self._listed()
        tables = sorted(listed.tables.values(), key=lambda table: (table.blocks, table.title))
        tally, in_time = self._tally, True
        tally.open = {table.title: len(chunks(table)) for table in tables}
        ranges = [one for table in tables for one in chunks(table)]
        for batch in batches(ranges, max(1, self._rate * LOOKS_S * (1 << 20) // BLOCK_BYTES)):
            if not (in_time := self._clock.monotonic() < self._end):
                break
            self._compare(batch)
        return Compared(
            self._database, self._leader.host, self._follower.host,
            tables=sum(not left for left in tally.open.values()), all_tables=len(tables), blocks=tally.blocks,
            all_blocks=sum(table.blocks for table in tables), rows=tally.rows, count=tally.count,
            found=tuple(tally.found), moving=tuple(tally.moving), unread=tuple(tally.unread), left_out=listed.left_out,
            lsn=(min(tally.positions), max(tally.positions)) if tally.positions else None,
            seconds=round(self._clock.monotonic() - began, 1), in_time=in_time,
        )  # fmt: skip

    # --- what there is ------------------------------------------------------------------------------------------------

    def _listed(self) -> Listed:
        """List both sides by turns; what one has and the other has not, twice, is a difference."""
        chain: list[Listed] = []
        after = None
        for side in (self._leader, self._follower, self._leader):
            after, listed = self._tried(partial(side.listed, after))
            chain.append(listed)
        before, theirs, now = chain
        for title in sorted((before.tables.keys() & now.tables.keys()) - theirs.tables.keys()):
            self._tally.differs(title, "-", Difference.ONLY_LEADER)
        for title in sorted(theirs.tables.keys() - before.tables.keys() - now.tables.keys()):
            self._tally.differs(title, "-", Difference.ONLY_FOLLOWER)
        for name in sorted(before.sequences.keys() & now.sequences.keys()):
            other = theirs.sequences.get(name)
            if behind(before.sequences[name], other) and behind(now.sequences[name], other):
                said = f"{now.sequences[name].last}, {None if other is None else other.last}"
                self._tally.differs(name, "-", Difference.BEHIND, said)
        both = {title: table for title, table in now.tables.items() if title in theirs.tables}
        return Listed(both, now.sequences, now.left_out)

    # --- sums ---------------------------------------------------------------------------------------------------------

    def _compare(self, batch: Sequence[Range]) -> None:
        """Compare some ranges; where one of them cannot be read, each by itself."""
        try:
            differing = self._summed(batch, CHUNK_BLOCKS)
        except NotRead as error:
            if len(batch) > 1:
                for one in batch:
                    self._compare([one])
            else:
                self._cannot(batch[0], error)
            return
        for one in batch:
            self._tally.blocks += one.blocks()
            self._tally.open[one.table.title] -= 1
        for one in differing:
            self._look_closer(one)

    def _summed(self, ranges: Sequence[Range], group: int) -> Mapping[Range, tuple[int, ...]]:
        """Return the groups of blocks in which the sums differ, by range. Raises NotRead."""
        (seen, ours), (_, theirs) = self._pair(lambda side, after: side.sums(after, ranges, group, self._rate))
        self._tally.positions.append(seen.lsn)
        if group == CHUNK_BLOCKS:
            self._tally.rows += sum(one.rows for sums in ours.values() for one in sums.values())
        found = {one: unlike(ours[one], theirs[one]) for one in ranges}
        return {one: groups for one, groups in found.items() if groups}

    def _pair(
        self, look: Callable[[RowSide, Moment | None], tuple[Moment, T]]
    ) -> tuple[tuple[Moment, T], tuple[Moment, T]]:
        """Look at the leader, then at the follower once it has all that was seen. Raises NotRead."""
        ours = self._tried(lambda: look(self._leader, None))
        return ours, self._tried(lambda: look(self._follower, ours[0]))

    def _cannot(self, one: Range, error: NotRead) -> None:
        """A part that a side does not give: rotten there, gone meanwhile, or not to be had now."""
        title = one.table.title
        where = f"{one.first}-{'' if one.end is None else one.end - 1}"
        if error.state == "42P01":  # undefined_table: dropped since it was listed
            self._tally.open[title] -= 1
        elif error.damaged:
            self._tally.differs(title, where, Difference.UNREADABLE, str(error.text))
        else:
            self._tally.unread.append(
                text("{table}, blocks {blocks}: {reason}", table=title, blocks=where, reason=error.text)
            )

    def _tried(self, look: Callable[[], T]) -> T:
        """Look, again where it was refused for a moment. Raises NotRead, Unreachable."""
        for _ in range(TRIES - 1):
            try:
                return look()
            except NotRead as error:
                if error.damaged or error.state == "42P01":
                    raise
                self._clock.sleep(0.5)
        return look()

    # --- single rows --------------------------------------------------------------------------------------------------

    def _look_closer(self, one: Range) -> None:
        """Find the blocks of a range that differ, and judge their rows."""
        title = one.table.title
        try:
            for some in _portions(self._summed([one], 1).get(one, ()), BLOCKS_AT_ONCE):
                enough = self._tally.of_table.get(title, 0) >= ENOUGH
                if enough or self._clock.monotonic() > self._end:
                    told = text(
                        "{table} from block {block}: it differs in rows that were not looked at",
                        table=title,
                        block=some[0],
                    )
                    self._tally.unread.append(told)
                    return
                self._judge(one.table, some)
        except NotRead as error:
            self._cannot(one, error)

    def _judge(self, table: Table, blocks: Sequence[int]) -> None:
        """Judge the rows of some blocks: by key where there is one, else by block."""
        names: tuple[str, ...] = tuple(str(block) for block in blocks)
        if table.key:
            names = self._unlike_keys(Units(table, blocks=tuple(blocks)))
        chain: list[Look] = []
        after: Moment | None = None
        while names and len(chain) < 2 * TURNS + 1:
            side = self._follower if len(chain) % 2 else self._leader
            after, look = self._tried(partial(side.rows, after, _units(table, names)))
            chain.append(look)
            if len(chain) > 2:  # a difference wants three looks
                names = self._settle(table, chain, names)
        for some in _portions(names, BURST_UNITS):
            self._burst(table, _units(table, some), some)

    def _unlike_keys(self, units: Units) -> tuple[str, ...]:
        """Return the keys whose rows a look at blocks does not show alike; some have only moved elsewhere."""
        (_, ours), (_, theirs) = self._pair(lambda side, after: side.rows(after, units))
        return tuple(sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)))

    def _settle(self, table: Table, chain: Sequence[Look], names: Iterable[str]) -> tuple[str, ...]:
        """Note what differs; return what is open still."""
        left = []
        for name in names:
            verdict = judge(chain, name)
            if verdict is Verdict.DIFFERS:
                self._tally.differs(table.title, _titled(table, name), kind(chain, name))
            elif verdict is Verdict.MOVING:
                left.append(name)
        return tuple(left)

    def _burst(self, table: Table, units: Units, names: Sequence[str]) -> None:
        """Look at what never stands still many times from both sides at once."""
        with ThreadPoolExecutor(2) as pool:
            ours, theirs = pool.map(lambda side: side.burst(units), (self._leader, self._follower))
        for name in names:
            verdict = judge_burst(ours, theirs, name)
            if verdict is Verdict.DIFFERS:
                self._tally.differs(table.title, _titled(table, name), Difference.CONTENT)
            elif verdict is Verdict.MOVING:
                self._tally.moving.append(f"{table.title} {_titled(table, name)}")


def _units(table: Table, names: Sequence[str]) -> Units:
    """Return the units of these names."""
    if table.key:
        return Units(table, keys=tuple(names))
    return Units(table, blocks=tuple(int(name) for name in names))


def _titled(table: Table, unit: str) -> str:
    return unit if table.key else f"block {unit}"


def _portions(every: Sequence[T], most: int) -> Iterator[Sequence[T]]:
    return (every[at : at + most] for at in range(0, len(every), most))
