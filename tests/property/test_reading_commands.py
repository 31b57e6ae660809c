"""Whatever is typed: what passes for reading cannot redirect, chain or hide a second line; no secret comes through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.model.errors import UsageError
from jbnet.platforms.commands import check_typed, commands, why_not_reading
from jbnet.platforms.masking import MASK, masked
from jbnet.platforms.registry import names
from jbnet.services.run_answer import clean
from jbnet.services.run_rows import records

PLAIN = "display dis show sh current-configuration version ip route include no-more reset reboot clear"
SIGNS = [
    "|",
    "||",
    "save",
    "tee",
    "redirect",
    "append",
    ">",
    ">>",
    ";",
    "a|b",
    "x|redirect",
    "x|RED",
    "\n",
    "\r",
    "\x1b",
]
WORDS = st.sampled_from([*PLAIN.split(), *SIGNS])
COMMANDS = st.lists(WORDS, max_size=8).flatmap(
    lambda words: st.sampled_from(["", " "]).map(lambda glue: glue.join(words))
)
WRITERS = ("save", "tee", "redirect", "append")


@pytest.mark.parametrize("platform", names())
@given(command=COMMANDS | st.text(max_size=40))
def test_what_passes_for_reading_writes_nowhere(platform: str, command: str) -> None:
    try:
        check_typed(platform, command)
    except UsageError:
        return
    if why_not_reading(platform, command) is not None:
        return
    head, *pipes = command.split("|")
    assert command.isprintable() or not any(ord(sign) < 32 for sign in command)
    assert not set(commands(platform).signs) & set(command)
    assert head.split()[0].lower() not in ("reset", "reboot", "clear", "save")
    assert not any(pipe.split()[:1] and pipe.split()[0].lower() in WRITERS for pipe in pipes)


@pytest.mark.parametrize("platform", names())
@given(said=st.text(max_size=200))
def test_masking_twice_is_masking_once(platform: str, said: str) -> None:
    once = masked(platform, said)
    assert masked(platform, once).count(MASK) == once.count(MASK)


@given(said=st.text(max_size=200))
def test_nothing_that_steers_a_terminal_comes_through(said: str) -> None:
    assert not any((ord(sign) < 32 and sign not in "\n\t") or 127 <= ord(sign) < 160 for sign in clean(said))


@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
        max_leaves=20,
    )
)
def test_json_of_any_shape_is_rows_of_texts(value: object) -> None:
    for record in records(value):
        assert all(isinstance(name, str) and isinstance(cell, str) for name, cell in record.items())
