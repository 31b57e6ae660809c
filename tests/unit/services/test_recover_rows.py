"""Comparing two copies through a port: what is found, named, given up, and never claimed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from recovery_world import ManualClock

from jbnet.model.text import text
from jbnet.ports.rows import NotRead, Units
from jbnet.recovery.rows import Counter, Listed, Look, Moment, Range, Sum, Table, Version
from jbnet.recovery.rows_found import Compared, Difference
from jbnet.services.recover.rows import ENOUGH, Comparison

PAYMENTS, LINES = Table("public", "payments", 3, ("id",)), Table("public", "lines", 2)
PER_BLOCK = 4


@dataclass
class MemorySide:
    """Implements RowSide: rows by table, each ``(block, key, transaction, content)``; ``before`` runs before a look."""

    host: str
    data: dict[Table, list[tuple[int, int, int, int]]]
    sequences: dict[str, Counter] = field(default_factory=dict)
    before: Callable[[MemorySide, str], None] = lambda _side, _what: None
    afters: list[Moment | None] = field(default_factory=list)

    def listed(self, after: Moment | None) -> tuple[Moment, Listed]:
        return self._seen(after, "listed"), Listed({t.title: t for t in self.data}, self.sequences)

    def sums(
        self, after: Moment | None, ranges: Sequence[Range], group: int, rate_mb_s: int
    ) -> tuple[Moment, Mapping[Range, Mapping[int, Sum]]]:
        assert rate_mb_s == 32
        moment = self._seen(after, "sums")
        found: dict[Range, dict[int, Sum]] = {one: {} for one in ranges}
        for one in ranges:
            for row in self._within(one):
                before = found[one].get(row[0] // group, Sum(0, 0))
                found[one][row[0] // group] = Sum(before.rows + 1, before.total + hash(row))
        return moment, found

    def _within(self, one: Range) -> list[tuple[int, int, int, int]]:
        end = 10**9 if one.end is None else one.end
        return [row for row in self.data.get(one.table, []) if one.first <= row[0] < end]

    def rows(self, after: Moment | None, units: Units) -> tuple[Moment, Look]:
        return self._seen(after, "rows"), self._look(units)

    def burst(self, units: Units) -> Sequence[Look]:
        self.before(self, "burst")
        return [self._look(units)]

    def _look(self, units: Units) -> Look:
        found: dict[str, set[Version]] = {}
        keys, blocks = set(units.keys), set(units.blocks)
        for block, key, maker, content in self.data.get(units.table, []):
            unit = f'{{"id": {key}}}' if units.table.key else str(block)
            if unit in keys or block in blocks:
                found.setdefault(unit, set()).add(Version(f"({block},{key})", maker, content))
        return {unit: frozenset(versions) for unit, versions in found.items()}

    def _seen(self, after: Moment | None, what: str) -> Moment:
        self.before(self, what)
        self.afters.append(after)
        return Moment(100 + len(self.afters), 7)


def rows(count: int) -> list[tuple[int, int, int, int]]:
    return [(n // PER_BLOCK, n, 700, n * 10) for n in range(count)]


def sides() -> tuple[MemorySide, MemorySide]:
    leader, follower = (MemorySide(host, {PAYMENTS: rows(12), LINES: rows(8)}) for host in ("a", "b"))
    return leader, follower


def compared(leader: MemorySide, follower: MemorySide, seconds: float = 60.0) -> Compared:
    return Comparison("d", leader, follower, ManualClock(), rate_mb_s=32, seconds=seconds).run()


def named(found: Compared) -> list[tuple[str, str, Difference]]:
    return [(one.table, one.unit, one.difference) for one in found.found]


def test_copies_that_are_alike_are_alike_and_every_look_waits_for_the_one_before() -> None:
    leader, follower = sides()
    found = compared(leader, follower)
    assert found.whole
    assert (found.count, found.rows, found.tables, found.all_tables, found.blocks) == (0, 20, 2, 2, 5)
    assert None not in follower.afters, "a follower's look always comes after one of the leader's"


def test_what_differs_is_named_by_key_or_by_block_where_there_is_none() -> None:
    leader, follower = sides()
    follower.data[PAYMENTS][5] = (1, 5, 700, -1)
    del follower.data[PAYMENTS][2]
    follower.data[PAYMENTS].append((2, 99, 701, 1))
    follower.data[LINES][7] = (1, 7, 700, -1)
    assert named(compared(leader, follower)) == [
        ("public.lines", "block 1", Difference.CONTENT),
        ("public.payments", '{"id": 2}', Difference.ONLY_LEADER),
        ("public.payments", '{"id": 5}', Difference.CONTENT),
        ("public.payments", '{"id": 99}', Difference.ONLY_FOLLOWER),
    ]


def test_a_row_beyond_the_leaders_last_block_is_found() -> None:
    leader, follower = sides()
    follower.data[LINES].append((50, 1, 700, 1))
    assert named(compared(leader, follower)) == [("public.lines", "block 50", Difference.ONLY_FOLLOWER)]


def test_a_table_or_a_sequence_that_one_side_has_not_is_a_difference() -> None:
    leader, follower = sides()
    del follower.data[LINES]
    follower.data[Table("public", "odd", 1)] = []
    leader.sequences, follower.sequences = {"s": Counter(50, 1, False)}, {"s": Counter(40, 1, False)}
    assert named(compared(leader, follower)) == [
        ("public.lines", "-", Difference.ONLY_LEADER),
        ("public.odd", "-", Difference.ONLY_FOLLOWER),
        ("s", "-", Difference.BEHIND),
    ]


def test_a_row_that_changes_under_every_look_is_neither_called_alike_nor_different() -> None:
    leader, follower = sides()
    numbers = iter(range(1000, 9000))

    def write(side: MemorySide, _what: str) -> None:
        side.data[PAYMENTS][5] = (1, 5, next(numbers), 0)

    leader.before = follower.before = write
    found = compared(leader, follower)
    assert found.count == 0
    assert found.moving == ('public.payments {"id": 5}',)
    assert not found.whole


def test_a_row_that_was_only_on_its_way_is_alike_once_it_has_come() -> None:
    leader, follower = sides()
    leader.data[PAYMENTS][5] = (1, 5, 800, 1)

    def arrive(side: MemorySide, what: str) -> None:
        if what == "rows":
            side.data[PAYMENTS][5] = (1, 5, 800, 1)

    follower.before = arrive
    found = compared(leader, follower)
    assert (found.count, found.moving) == (0, ())
    assert found.whole


def refusing(state: str, times: int) -> Callable[[MemorySide, str], None]:
    left = [times]

    def refuse(_side: MemorySide, what: str) -> None:
        if what == "sums" and left[0] > 0:
            left[0] -= 1
            raise NotRead(text("{message}", message="no"), state)

    return refuse


def test_what_is_refused_for_a_moment_is_asked_again() -> None:
    leader, follower = sides()
    follower.before = refusing("40001", 2)
    assert compared(leader, follower).whole


@pytest.mark.parametrize(("state", "count", "unread"), [("XX001", 2, 0), ("57014", 0, 2), ("42P01", 0, 0)])
def test_what_cannot_be_read_is_different_where_it_is_rotten_and_open_where_it_is_not(
    state: str, count: int, unread: int
) -> None:
    leader, follower = sides()
    follower.before = refusing(state, 10**6)
    found = compared(leader, follower)
    assert (found.count, len(found.unread)) == (count, unread)


def test_when_time_is_up_it_says_how_far_it_came() -> None:
    leader, follower = sides()
    found = compared(leader, follower, seconds=-1)
    assert (found.in_time, found.whole, found.tables, found.blocks) == (False, False, 0, 0)
    assert found.all_blocks == 5


def test_where_thousands_differ_the_rest_of_the_table_is_left_alone() -> None:
    wide = Table("public", "wide", 3000, ("id",))
    leader = MemorySide("a", {wide: [(n, n, 700, 1) for n in range(ENOUGH + 200)]})
    follower = MemorySide("b", {wide: []})
    found = compared(leader, follower)
    assert ENOUGH <= found.count < ENOUGH + 200
    assert found.unread
    assert len(found.found) == 200
