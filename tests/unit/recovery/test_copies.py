"""A copy of a journal as text: it is the journal, and what was changed or cut off is named."""

from __future__ import annotations

import pytest
from recovery_world import ManualClock, MemoryJournal

from jbnet.recovery.copies import lines_of, read_copy


def journal() -> MemoryJournal:
    made = MemoryJournal(ManualClock())
    for number in range(4):
        made.append("intent", f"step {number}", {"zh": "切换", "value": number, "line": "a\nb\u2028c"})
    return made


def test_what_is_read_is_what_was_written() -> None:
    entries = journal().entries()
    found, chain = read_copy(lines_of(entries))
    assert found == entries
    assert chain.faults == []
    assert chain.previous == entries[-1]["hash"]


def test_lines_that_follow_are_the_same_as_all_at_once() -> None:
    entries = journal().entries()
    assert lines_of(entries[:2]) + lines_of(entries[2:]) == lines_of(entries)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [*lines[:3], lines[3][:-9]], "line 4 is no entry"),
        (lambda lines: [lines[0], lines[2], lines[3]], "entries 2 to 2 are missing"),
        (lambda lines: [lines[0].replace("step 0", "step 9"), *lines[1:]], "entry 1 (intent step 9) was changed"),
        (lambda lines: [lines[0], "[" * 100_000, *lines[1:]], "line 2 is no entry"),
        (lambda lines: [lines[0].replace('"seq":1', '"seq":true'), *lines[1:]], "line 1 is no entry"),
        (lambda lines: ["{}", *lines], "line 1 is no entry"),
    ],
)
def test_what_is_wrong_with_one_is_said(change, said: str) -> None:  # type: ignore[no-untyped-def]  # lambdas above
    lines = lines_of(journal().entries()).split("\n")[:-1]
    _, chain = read_copy("\n".join(change(lines)) + "\n")
    assert any(said in str(fault) for fault in chain.faults)
