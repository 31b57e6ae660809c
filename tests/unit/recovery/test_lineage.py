"""Where two copies parted, by the histories of their timelines: the same from both sides, and never guessed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.recovery.lineage import Line, Parting, Span, parting


@st.composite
def lines(draw: st.DrawFn) -> Line:
    """A timeline with a history of up to four, some of them in common with others' by chance."""
    numbers = sorted(draw(st.sets(st.integers(2, 5), max_size=4)))
    ends = sorted(draw(st.lists(st.integers(1, 9), min_size=len(numbers), max_size=len(numbers))))
    before = [1, *numbers[:-1]] if numbers else []
    return Line(numbers[-1] if numbers else 1, tuple(zip(before, ends, strict=True)))


def log(line: Line, to: int) -> set[tuple[int, int, int]]:
    """Every byte of a line up to an LSN, by the timeline it is on and where that one began: what makes it that byte."""
    found = set()
    for span in line.spans():
        found |= {(span.timeline, span.begin, lsn) for lsn in range(span.begin, to if span.end is None else span.end)}
    return found


@given(lines(), lines())
def test_what_one_has_alone_is_all_of_its_log_that_the_other_has_not(mine: Line, other: Line) -> None:
    end = 12
    found = parting(mine, other)
    alone = {lsn for _, _, lsn in log(mine, end) - log(other, end)}
    if found is None:
        assert alone == set()
        return
    assert {lsn for span in found.alone for lsn in range(span.begin, end if span.end is None else span.end)} >= alone
    assert min(alone, default=found.at) >= found.at
    assert all(one.end == two.begin for one, two in pairwise(found.alone))


@given(lines(), lines())
def test_both_see_the_same_place(mine: Line, other: Line) -> None:
    there, here = parting(mine, other), parting(other, mine)
    assert (there is None) == (here is None)
    if there is not None and here is not None:
        assert (there.timeline, there.at) == (here.timeline, here.at)


@given(lines())
def test_nothing_parts_a_line_from_itself(line: Line) -> None:
    assert parting(line, line) is None


def test_a_standby_that_was_promoted_by_hand_parted_where_its_timeline_began() -> None:
    found = parting(Line(2, ((1, 960),)), Line(1))
    assert found == Parting(1, 960, (Span(2, 960, None),))
    assert found.promoted
    old = parting(Line(1), Line(2, ((1, 960),)))
    assert old == Parting(1, 960, (Span(1, 960, None),))
    assert not old.promoted


def test_two_timelines_of_one_number_that_began_elsewhere_are_two() -> None:
    found = parting(Line(2, ((1, 960),)), Line(2, ((1, 900),)))
    assert found == Parting(1, 900, (Span(1, 900, 960), Span(2, 960, None)))


def test_lines_of_no_common_descent_are_not_compared() -> None:
    with pytest.raises(ValueError, match="not of one descent"):
        parting(Line(3), Line(2, ((1, 5),)))
