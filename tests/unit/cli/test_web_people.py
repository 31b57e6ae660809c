"""``jbnet web user``, ``token`` and ``audit`` as people and programs use them."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_line import Run
from page_people import HERE, NOW, RIGHT, WRONG

from jbnet import wiring
from jbnet.cli.columns import cells
from jbnet.model.rights import Right, Role, User
from jbnet.ports.accounts import Refused, Session

REPOSITORY = Path(__file__).parents[3]
Web = Callable[..., tuple[int, str, str]]


@pytest.fixture
def web(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Web:
    def call(*words: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        return run("-C", REPOSITORY, "--state", tmp_path / "state", "web", *words)

    return call


@pytest.fixture
def lamu(web: Web) -> Web:
    code, _, err = web("user", "add", "lamu", "--role", "operator", "--stdin", typed=RIGHT + "\n")
    assert (code, err) == (0, "")
    return web


def test_who_is_added_may_sign_in_and_sees_their_part(web: Web, tmp_path: Path) -> None:
    web("user", "add", "lamu", "--role", "operator", "--under", "6328", "--stdin", typed=RIGHT + "\n")
    found = wiring.accounts(tmp_path / "state").sign_in("lamu", RIGHT, HERE, NOW)
    assert isinstance(found, Session)
    assert found.user == User("lamu", Role.OPERATOR, "haixi", "en")


def test_the_page_speaks_the_language_of_the_command_or_the_one_that_is_named(web: Web) -> None:
    web("user", "add", "one", "--role", "viewer", "--stdin", "--lang", "zh", typed=RIGHT)
    web("user", "add", "two", "--role", "viewer", "--stdin", "--lang", "zh", "--page-lang", "en", typed=RIGHT)
    said = json.loads(web("user", "list", "--json")[1])["data"]
    assert [(user["name"], user["lang"]) for user in said] == [("one", "zh"), ("two", "en")]


@pytest.mark.parametrize(
    ("words", "typed"),
    [
        (("user", "add", "lamu", "--role", "viewer", "--stdin"), RIGHT),
        (("user", "add", "dorje", "--role", "viewer", "--stdin"), "short\n"),
        (("user", "add", "dorje", "--role", "owner", "--stdin"), RIGHT),
        (("user", "add", "dorje", "--role", "viewer", "--under", "golmud-dc", "--stdin"), RIGHT),
        (("user", "change", "lamu"), ""),
        (("user", "change", "lamu", "--under", "haixi", "--everywhere"), ""),
        (("user", "change", "dorje", "--role", "viewer"), ""),
        (("user", "password", "dorje", "--stdin"), RIGHT),
        (("user", "remove", "dorje"), ""),
        (("token", "add", "bot", "--owner", "dorje", "--scope", "read"), ""),
        (("token", "add", "bot", "--owner", "lamu", "--scope", "read,write"), ""),
        (("token", "add", "bot", "--owner", "lamu", "--scope", ""), ""),
        (("token", "add", "bot", "--owner", "lamu", "--scope", "read", "--days", "9999"), ""),
        (("token", "remove", "bot"), ""),
    ],
)
def test_wrong_use_is_told_and_changes_nothing(lamu: Web, words: tuple[str, ...], typed: str) -> None:
    before = lamu("audit", "--json")[1]
    assert lamu(*words, typed=typed)[0] == 2
    assert lamu("audit", "--json")[1] == before


def test_no_password_is_asked_for_where_nobody_sits(web: Web) -> None:
    code, _, err = web("user", "add", "dorje", "--role", "viewer")
    assert code == 4
    assert "--stdin" in err


def test_who_is_demoted_removed_or_has_a_new_password_is_so_at_once(lamu: Web, tmp_path: Path) -> None:
    desk = wiring.accounts(tmp_path / "state")
    begun = desk.sign_in("lamu", RIGHT, HERE, NOW)
    assert isinstance(begun, Session)
    lamu("user", "change", "lamu", "--role", "viewer", "--under", "haixi")
    now = desk.session(begun.token, NOW)
    assert now is not None
    assert (now.rights, now.user.subtree) == (frozenset({Right.SEE}), "haixi")
    lamu("user", "password", "lamu", "--stdin", typed=WRONG)
    assert desk.session(begun.token, NOW) is None
    lamu("user", "remove", "lamu")
    assert isinstance(desk.sign_in("lamu", WRONG, HERE, NOW), Refused)


def test_a_token_stands_alone_on_stdout_and_is_shown_once(lamu: Web, tmp_path: Path) -> None:
    _, out, err = lamu("token", "add", "bot", "--owner", "lamu", "--scope", "read,approve")
    assert "kept nowhere" in err
    found = wiring.accounts(tmp_path / "state").bearer(out.strip(), NOW)
    assert found is not None
    assert found.rights == {Right.SEE}
    assert out.strip() not in lamu("token", "list")[1] + lamu("audit", "--json")[1]
    assert json.loads(lamu("token", "list", "--json")[1])["data"][0]["scopes"] == ["approve", "read"]
    assert lamu("token", "remove", "bot")[0] == 0
    assert "there is no token" in lamu("token", "list")[1]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_lists_stay_within_80_columns(lamu: Web, lang: str) -> None:
    lamu("token", "add", "a-bot-with-quite-a-name", "--owner", "lamu", "--scope", "read,handle,approve")
    lamu("user", "change", "lamu", "--under", "golmud")
    lamu("user", "add", "gone", "--role", "approver", "--stdin", typed=RIGHT)
    lamu("user", "remove", "gone")
    for words in (("user", "list"), ("token", "list"), ("audit",)):
        code, out, err = lamu(*words, "--lang", lang)
        assert (code, err) == (0, "")
        assert [line for line in out.splitlines() if cells(line) > 80] == []


def test_a_log_that_somebody_got_at_is_told_with_exit_code_1(lamu: Web, tmp_path: Path) -> None:
    assert lamu("audit")[0] == 0
    with closing(sqlite3.connect(tmp_path / "state" / "page.db")) as database:
        database.execute("DROP TRIGGER audit_stands")
        database.execute("UPDATE audit SET subject = 'somebody'")
        database.commit()
    code, _, err = lamu("audit")
    assert code == 1
    assert "was changed" in err


def test_before_anybody_is_added_the_lists_say_what_to_do(web: Web, tmp_path: Path) -> None:
    assert "jbnet web user add" in web("user", "list")[1]
    assert "nothing was done yet" in web("audit")[1]
    assert not (tmp_path / "state").exists()
