"""A difference as people read it: a line that comes stands behind the one whose place it takes."""

from __future__ import annotations

from jbnet.change.pairing import beginning, paired

COSTS = (
    *(line for port in ("up1", "up2", "down1", "down2") for line in (f"  interface {port}", "-  ip ospf cost 100")),
    *(line for port in ("up1", "up2", "down1", "down2") for line in (f"  interface {port}", "+  ip ospf cost 200")),
)


def test_what_comes_stands_behind_what_goes_and_each_section_once() -> None:
    assert paired(COSTS)[:6] == (
        "  interface up1", "-  ip ospf cost 100", "+  ip ospf cost 200",
        "  interface up2", "-  ip ospf cost 100", "+  ip ospf cost 200",
    )  # fmt: skip


def test_nothing_is_lost_and_nothing_is_added_but_a_context_said_twice() -> None:
    changed = [line for line in paired(COSTS) if line[0] != " "]
    assert sorted(changed) == sorted(line for line in COSTS if line[0] != " ")


def test_the_first_lines_end_neither_in_a_bare_context_nor_between_a_pair() -> None:
    assert beginning(COSTS, 8) == paired(COSTS)[:6]
    assert beginning(COSTS, 7) == paired(COSTS)[:6]
    assert beginning(COSTS, 100) == paired(COSTS)


def test_lines_with_most_words_in_common_belong_together() -> None:
    lines = ("- ip ospf area 1", "- ip ospf cost 100", "- hostname a", "+ ip ospf cost 200", "+ ntp server b")
    assert paired(lines) == (
        "- ip ospf area 1", "- ip ospf cost 100", "+ ip ospf cost 200", "- hostname a", "+ ntp server b",
    )  # fmt: skip


def test_a_section_that_goes_or_comes_as_a_whole_stays_whole() -> None:
    lines = ("- interface a", "-  ip address 1", "+ interface b", "+  ip address 2")
    assert paired(lines) == lines


def test_a_line_of_many_that_only_come_stays_where_it_is() -> None:
    lines = tuple(f"+ ip route 10.0.{number}.0/24 blackhole" for number in range(20))
    assert beginning(lines, 8) == lines[:8]
