"""Whether two copies hold the same rows: what a chain of looks shows, and what it must never claim."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.model.text import text
from jbnet.recovery.rows import (
    Counter,
    Look,
    Range,
    Sum,
    Table,
    Verdict,
    Version,
    batches,
    behind,
    chunks,
    judge,
    judge_burst,
    kind,
    unlike,
)
from jbnet.recovery.rows_found import Compared, Difference, Found

UNIT = "7"


def look(*versions: tuple[str, int, int]) -> Look:
    return {UNIT: frozenset(Version(*version) for version in versions)}


OLD, NEW, NEWER = ("(0,1)", 100, 1), ("(0,2)", 101, 2), ("(0,3)", 102, 3)


@pytest.mark.parametrize(
    ("chain", "verdict"),
    [
        ([look(OLD), look(OLD), look(NEW)], Verdict.SAME),
        ([look(OLD), look(NEW), look(NEW)], Verdict.SAME),
        ([look(OLD), look(NEW), look(NEWER)], Verdict.MOVING),
        ([look(OLD), look(), look(OLD)], Verdict.DIFFERS),
        ([look(), look(NEW), look(), look(NEW)], Verdict.DIFFERS),
        ([look(OLD), look(("(0,1)", 100, 9)), look(OLD)], Verdict.DIFFERS),
        ([look(OLD), look(), look()], Verdict.SAME),
        ([look(), look(NEW), look()], Verdict.MOVING),
    ],
)
def test_a_difference_is_what_was_there_before_and_after_and_not_between(chain: list[Look], verdict: Verdict) -> None:
    assert judge(chain, UNIT) is verdict


def history(changes: list[int]) -> list[Look]:
    """All states of a unit, one after another, each made by a transaction of its own; 0 deletes."""
    return [look() if content == 0 else look((f"(0,{n})", n, content)) for n, content in enumerate(changes)]


@given(st.lists(st.integers(0, 3), min_size=1), st.lists(st.integers(0, 50), min_size=3, max_size=7))
def test_of_a_faithful_copy_nothing_is_ever_called_different(changes: list[int], steps: list[int]) -> None:
    states, at = history(changes), 0
    chain = []
    for step in steps:  # each look sees at least what the look before it saw
        at = min(len(states) - 1, at + step % 3)
        chain.append(states[at])
    assert judge(chain, UNIT) is not Verdict.DIFFERS
    assert judge_burst(chain[::2], chain[1::2], UNIT) is not Verdict.DIFFERS


@given(st.integers(1, 3), st.integers(4, 9))
def test_a_copy_that_shows_another_content_while_nobody_writes_is_found(content: int, other: int) -> None:
    right, wrong = look(("(0,1)", 5, content)), look(("(0,1)", 5, other))
    assert judge([right, wrong, right], UNIT) is Verdict.DIFFERS
    assert judge_burst([right], [wrong], UNIT) is Verdict.DIFFERS


def test_in_a_burst_one_moment_that_both_sides_showed_is_enough() -> None:
    assert judge_burst([look(OLD), look(NEW)], [look(NEW), look(NEWER)], UNIT) is Verdict.SAME
    assert judge_burst([look(OLD)], [look(NEW)], UNIT) is Verdict.MOVING


def test_the_kind_is_told_by_the_newest_look_of_each_side() -> None:
    assert kind([look(OLD), look(), look(OLD)], UNIT) is Difference.ONLY_LEADER
    assert kind([look(), look(NEW), look(), look(NEW)], UNIT) is Difference.ONLY_FOLLOWER
    assert kind([look(OLD), look(NEW), look(OLD)], UNIT) is Difference.CONTENT


@given(st.integers(0, 5000), st.integers(1, 1500))
def test_parts_of_a_table_cover_every_block_once_and_the_last_is_open(blocks: int, size: int) -> None:
    parts = chunks(Table("public", "t", blocks), size)
    assert parts[-1].end is None
    assert sum(part.blocks() for part in parts) == blocks
    assert [part.first for part in parts[1:]] == [part.end for part in parts[:-1]]


@given(st.lists(st.integers(0, 300), max_size=30), st.integers(1, 500))
def test_looks_take_in_everything_once_in_order_and_are_no_larger_than_they_may(sizes: list[int], most: int) -> None:
    ranges = [Range(Table("public", f"t{n}", size), 0, None) for n, size in enumerate(sizes)]
    looks = list(batches(ranges, most))
    assert [one for batch in looks for one in batch] == ranges
    assert all(len(batch) == 1 or sum(one.blocks() + 1 for one in batch) <= most for batch in looks)


def test_groups_differ_by_count_by_sum_and_by_being_there() -> None:
    ours = {0: Sum(2, 10), 1: Sum(2, 10), 2: Sum(1, 1)}
    assert unlike(ours, {0: Sum(2, 10), 1: Sum(2, 11), 3: Sum(1, 1)}) == (1, 2, 3)


def sequences() -> Iterator[tuple[Counter | None, Counter | None, bool]]:
    def at(last: int | None, step: int = 1, *, cycles: bool = False) -> Counter:
        return Counter(last, step, cycles)

    yield at(50), at(82), False
    yield at(50), at(49), True
    yield at(-50, -1), at(-49, -1), True
    yield at(-50, -1), at(-82, -1), False
    yield at(None), at(None), False
    yield at(5), at(None), True
    yield at(5), None, True
    yield at(50, cycles=True), at(1, cycles=True), False


@pytest.mark.parametrize(("leader", "follower", "is_behind"), list(sequences()))
def test_a_sequence_may_be_ahead_and_never_behind(leader: Counter, follower: Counter, is_behind: bool) -> None:
    assert behind(leader, follower) is is_behind


def test_what_was_not_compared_is_never_called_whole() -> None:
    assert Compared("d", "a", "b").whole
    assert not Compared("d", "a", "b", in_time=False).whole
    assert not Compared("d", "a", "b", moving=("t 1",)).whole
    assert not Compared("d", "a", "b", unread=(text("{message}", message="t 0-"),)).whole


def test_differences_are_named_by_table_and_first_and_last_key() -> None:
    found = tuple(Found("t", f'{{"id": {n}}}', Difference.CONTENT) for n in (1, 2, 9))
    assert Compared("d", "a", "b", count=3, found=found).named() == 't {"id": 1} .. {"id": 9}'
