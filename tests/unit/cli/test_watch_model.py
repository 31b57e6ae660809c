"""jbnet watch without a terminal: what a key makes of what is looked at."""

from __future__ import annotations

import pytest

from jbnet.cli.watch.keys import Keys
from jbnet.cli.watch.model import Ask, Model, Page, PageKind, Target, Wish, cursor, press
from jbnet.monitor.actions import Deed

ROWS = [Target(PageKind.INCIDENT, str(number)) for number in range(1, 31)]
LIST: list[Target | None] = [*ROWS, None]


def after(keys: list[str], rows: list[Target | None] = LIST, model: Model | None = None) -> tuple[Model, Wish | None]:
    found, wish = model or Model(), None
    for key in keys:
        found, wish = press(found, key, rows, 10)
    return found, wish


@pytest.mark.parametrize(
    ("keys", "at"),
    [(["down"], 1), (["j", "j", "k"], 1), (["pgdn"], 9), (["end"], 30), (["end", "home"], 0), (["up"], 0), ([" "], 9)],
)
def test_the_cursor_moves_and_stays_on_the_page(keys: list[str], at: int) -> None:
    assert cursor(after(keys)[0].page, LIST) == at


def test_the_cursor_stays_on_its_incident_when_a_worse_one_comes_in_above() -> None:
    model, _ = after(["down", "down"])
    assert cursor(model.page, [Target(PageKind.INCIDENT, "99"), *LIST]) == 3


def test_the_cursor_stays_where_it_was_when_its_incident_closes() -> None:
    model, _ = after(["down", "down"])
    assert cursor(model.page, [row for row in LIST if row != ROWS[2]]) == 2
    assert cursor(model.page, []) == 0


def test_enter_opens_and_escape_goes_back_to_the_same_line() -> None:
    model, _ = after(["down", "enter"])
    assert model.page.target == ROWS[1]
    back, _ = after(["esc"], model=model)
    assert cursor(back.page, LIST) == 1


def test_nothing_under_the_cursor_opens_nothing() -> None:
    model, _ = after(["end", "enter"])
    assert len(model.pages) == 1


def test_an_acknowledgement_asks_for_the_owner_and_what_is_known() -> None:
    _, wish = after(["down", "a", *"li", "enter", *"carrier called", "enter"])
    assert wish == Wish(Deed.ACKNOWLEDGE, "2", "carrier called", "li")


def test_an_incidents_own_page_is_what_its_deeds_are_about() -> None:
    page = Model((Page(Target(PageKind.LIST)), Page(Target(PageKind.INCIDENT, "7"))))
    _, wish = after(["c", *"在路上", "enter"], rows=[None, Target(PageKind.SITE, "x")], model=page)
    assert wish == Wish(Deed.COMMENT, "7", "在路上")


@pytest.mark.parametrize(
    ("keys", "wish"),
    [
        (["u"], Wish(Deed.RELEASE, "1")),
        (["o", *"ma", "enter"], Wish(Deed.OWN, "1", owner="ma")),
        (["s", "enter", *"works", "enter"], Wish(Deed.SILENCE, "1", "works", lasts="2h")),
        (["s", *"1d", "enter", *"x", "enter"], Wish(Deed.SILENCE, "1", "x", lasts="1d")),
        (["c", "enter"], None),
        (["c", *"oops", "esc"], None),
        (["c", *"ab", "backspace", *"c", "enter"], Wish(Deed.COMMENT, "1", "ac")),
        (["c", *"ab", "clear", *"z", "enter"], Wish(Deed.COMMENT, "1", "z")),
    ],
)
def test_deeds_are_wished_for_with_what_was_typed(keys: list[str], wish: Wish | None) -> None:
    model, found = after(keys)
    assert (found, model.prompt) == (wish, None)


def test_where_there_is_no_incident_nothing_is_asked() -> None:
    model, wish = after(["a"], rows=[None])
    assert (model.prompt, wish) == (None, None)


def test_letters_are_typed_and_are_no_commands_while_something_is_asked() -> None:
    model, _ = after(["/", *"quag"])
    assert model.prompt is not None
    assert (model.prompt.ask, model.prompt.typed, model.over) == (Ask.FILTER, "quag", False)


def test_a_filter_holds_until_escape_on_the_list() -> None:
    model, _ = after(["/", *"under:x", "enter"])
    assert model.filter == "under:x"
    assert after(["esc"], model=model)[0].filter == ""


def test_g_turns_to_the_groups_and_back() -> None:
    model, _ = after(["g"])
    assert model.page.target.kind is PageKind.GROUPS
    assert after(["g"], model=model)[0].page.target.kind is PageKind.LIST


@pytest.mark.parametrize("key", ["q", "eof"])
def test_q_and_the_end_of_input_leave(key: str) -> None:
    assert after([key])[0].over


@pytest.mark.parametrize(
    ("sent", "keys"),
    [
        ("\x1b[A\x1bOB", ["up", "down"]),
        ("\x1b[5~\x1b[6~", ["pgup", "pgdn"]),
        ("西\r", ["西", "enter"]),
        ("\x1b[200~", []),
        ("\x7f\x15\x0c", ["backspace", "clear", "redraw"]),
        ("a\x00b", ["a", "b"]),
    ],
)
def test_what_terminals_send_is_understood_in_any_pieces(sent: str, keys: list[str]) -> None:
    assert Keys().take(sent.encode()) == keys
    pieces = Keys()
    assert [key for byte in sent.encode() for key in pieces.take(bytes([byte]))] == keys


def test_a_lone_escape_is_a_key_once_nothing_follows() -> None:
    keys = Keys()
    assert keys.take(b"\x1b") == []
    assert keys.settle() == ["esc"]
    assert keys.take(b"\x1b\x1b") == ["esc"]


@pytest.mark.parametrize("key", ["a", "s", "c", "o", "u"])
def test_a_deed_where_no_incident_is_chosen_says_what_to_do_first(key: str) -> None:
    groups = Model((Page(Target(PageKind.GROUPS)),))
    model, wish = after([key], [Target(PageKind.LIST, "circuit/mobile")], groups)
    assert (model.prompt, wish) == (None, None)
    assert "open the group first" in str(model.message)
    assert "choose an incident first" in str(after([key], [])[0].message)
