"""What a terminal says is read once, however much it is and however it is cut into pieces."""

from __future__ import annotations

import re
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.commandline.transcript import LONGEST_PROMPT, Transcript
from jbnet.adapters.ssh_channel import CHUNK, MOST_BYTES, TooMuch

ECHO = "display this"
SAID = f"old\r\n<r1>{ECHO}\r\nsysname 西宁\r\n\x1b[16D      \x1b[16D#\r\n\r\nreturn\r\n<r1>"


class Counting:
    """Stands for a pattern, and counts the characters that it is given."""

    def __init__(self) -> None:
        self.seen = 0

    def search(self, line: str) -> None:
        self.seen += len(line)


def read(said: bytes, size: int, refusal: re.Pattern[str] | None = None) -> Transcript:
    made = Transcript(ECHO, refusal)
    for start in range(0, len(said), size):
        made.take(said[start : start + size])
    return made


@given(st.integers(1, 100))
def test_pieces_of_any_size_give_the_same(size: int) -> None:
    made = read(SAID.encode(), size)
    assert (made.lines, made.last, made.final) == (["sysname 西宁", "#", "", "return"], "<r1>", "return")
    assert not made.is_refused


def test_every_line_is_looked_at_once() -> None:
    line = "interface AAAA"
    counting = Counting()
    said = f"{ECHO}\n" + f"{line}\n" * 40_000
    made = read(said.encode(), CHUNK, cast(re.Pattern[str], counting))
    assert counting.seen == len(line) * 40_000 == sum(map(len, made.lines))


@pytest.mark.parametrize("hostile", [" ", "-", "\x1b[1D ", "[Y/N] ", "\x00", "---- More "])
def test_a_line_that_does_not_end_is_looked_at_only_while_it_may_be_a_prompt(hostile: str) -> None:
    made = read(f"{ECHO}\n".encode() + hostile.encode() * 400_000, CHUNK)
    assert made.has_begun
    assert made.last == ""
    assert not made.is_paged


def test_a_page_is_turned_where_the_last_line_asks_for_it() -> None:
    made = read(f"{ECHO}\r\none\r\n  ---- More ----".encode(), 5)
    assert made.is_paged
    made.drop()
    made.take(b"\x1b[16D    \x1b[16Dtwo\r\n<r1>")
    assert (made.lines, made.last) == (["one", "two"], "<r1>")


def test_a_refusal_is_found_in_the_line_that_it_begins() -> None:
    sign = re.compile(r"^[ \t]*Error:")
    assert read(f"{ECHO}\n   ^\n Error: no such\n".encode(), 3, sign).is_refused
    assert not read(f"{ECHO}\n description Error: no\n".encode(), 3, sign).is_refused


def test_more_than_any_answer_has_is_refused() -> None:
    made = Transcript()
    for _ in range(MOST_BYTES // CHUNK):
        made.take(b"x" * CHUNK)
    with pytest.raises(TooMuch):
        made.take(b"x")


def test_a_prompt_is_longer_than_any_name_allows() -> None:
    made = Transcript()
    made.take(b"<" + b"r" * (LONGEST_PROMPT - 2) + b">")
    assert made.last.endswith("r>")
