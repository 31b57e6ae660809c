from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from page_people import BY, ELSEWHERE, HERE, NOW, RIGHT, WRONG, accounts, cheap, signed_in, staffed

from jbnet.adapters.page_desk import PageDesk
from jbnet.adapters.page_passwords import Passwords
from jbnet.model.errors import JbnetError, UsageError
from jbnet.model.rights import Right, Role, TokenScope, User
from jbnet.ports.accounts import AuditEntry, Refused, Session

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def deeds(desk: PageDesk) -> list[tuple[str, str, str]]:
    return [(entry.who, entry.deed, entry.subject) for entry in reversed(desk.audited(100))]


def test_who_knows_the_password_gets_a_session_with_their_rights(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    assert begun.user == User("lamu", Role.OPERATOR, "haixi", "zh")
    assert begun.rights == {Right.SEE, Right.HANDLE}
    assert desk.session(begun.token, NOW) == begun
    assert deeds(desk)[-1] == ("lamu", "signed-in", "lamu")


def test_a_name_is_known_however_it_is_typed(tmp_path: Path) -> None:
    assert signed_in(staffed(tmp_path), name=" Lamu ").user.name == "lamu"


def test_nothing_secret_is_kept_or_shown(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    token = desk.add_token("bot", "lamu", [TokenScope.READ], NOW + DAY, BY)
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not [said for said in (RIGHT, begun.token, begun.csrf, token) if said.encode() in kept]
    assert begun.token not in repr(begun)
    assert begun.csrf not in repr(begun)


def test_the_file_is_ours_alone(tmp_path: Path) -> None:
    staffed(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "state").iterdir()} == {0o600}


def test_before_anybody_is_added_nobody_gets_in_and_nothing_fails(tmp_path: Path) -> None:
    desk = accounts(tmp_path)
    assert (desk.session("x", NOW), desk.bearer("jbnet_x", NOW), desk.anybody()) == (None, None, False)
    assert (desk.users(NOW), desk.tokens(NOW), desk.audited(9), desk.prove()) == ((), (), (), ())
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)


@pytest.mark.parametrize("password", [WRONG, "", "x" * 4000, "\ud800"])
def test_another_password_gets_nobody_in(tmp_path: Path, password: str) -> None:
    assert isinstance(staffed(tmp_path).sign_in("lamu", password, HERE, NOW), Refused)


class Counting(Passwords):
    """Remembers what it was asked to look at."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_kib=8, lanes=1)
        self.looked: list[bool] = []

    def verify(self, known: str | None, password: str) -> bool:
        self.looked.append(known is not None)
        return super().verify(known, password)


def test_unknown_removed_and_wrong_get_the_same_answer_after_the_same_work(tmp_path: Path) -> None:
    staffed(tmp_path)
    passwords = Counting()
    desk = PageDesk(tmp_path / "page.db", passwords)
    desk.add_user(User("gone", Role.VIEWER), RIGHT, BY)
    desk.remove_user("gone", BY)
    assert {desk.sign_in(name, RIGHT if name != "lamu" else WRONG, HERE, NOW) for name in ("lamu", "gone", "no")} == {
        Refused(0)
    }
    assert passwords.looked == [True, False, False]  # each was hashed once


def test_what_is_typed_as_a_name_that_nobody_has_is_not_written_down(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    desk.sign_in("my-password-by-mistake", "lamu", HERE, NOW)
    assert deeds(desk)[-1] == ("", "sign-in-failed", "?")
    assert b"my-password" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_failures_make_the_next_try_wait_longer_and_longer_also_after_a_restart(tmp_path: Path) -> None:
    staffed(tmp_path)
    waits, now = [], NOW
    for _ in range(18):
        found = accounts(tmp_path).sign_in("lamu", WRONG, HERE, now)
        assert isinstance(found, Refused)
        waits.append(found.retry_after_s)
        now += timedelta(seconds=found.retry_after_s)
    assert waits[:8] == [0, 0, 0, 0, 1, 2, 4, 8]
    assert waits[-1] == 15 * 60


def test_while_a_wait_lasts_the_right_password_is_not_looked_at_and_nothing_makes_it_longer(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    for _ in range(8):
        desk.sign_in("lamu", WRONG, HERE, NOW + DAY)
    early = [desk.sign_in("lamu", RIGHT, HERE, NOW + DAY) for _ in range(20)]
    assert early == [Refused(1)] * 20  # the fifth failure began a wait of one second, and no more were counted
    assert signed_in(desk, NOW + DAY + SECOND)


def test_a_hundred_tries_at_once_get_no_further_than_one_after_another(tmp_path: Path) -> None:
    staffed(tmp_path)
    passwords = Counting()
    desk = PageDesk(tmp_path / "page.db", passwords)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: desk.sign_in("lamu", WRONG, HERE, NOW), range(100)))
    assert len(passwords.looked) == 5


def test_an_address_that_tries_many_names_waits_too(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    found = [desk.sign_in(f"name{number}", WRONG, HERE, NOW) for number in range(21)]
    assert found[18] == Refused(0)
    assert isinstance(found[20], Refused)
    assert found[20].retry_after_s > 0
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)
    assert isinstance(desk.sign_in("lamu", RIGHT, ELSEWHERE, NOW), Session)


def test_all_addresses_of_one_ipv6_network_count_as_one(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    found = [desk.sign_in(f"name{number}", WRONG, f"2001:db8:1:2::{number:x}", NOW) for number in range(21)]
    assert isinstance(found[-1], Refused)
    assert found[-1].retry_after_s > 0
    assert desk.sign_in("lamu", WRONG, "2001:db8:1:3::1", NOW) == Refused(0)


def test_strangers_who_try_a_name_from_elsewhere_keep_its_owner_from_nothing(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    signed_in(desk)
    for _ in range(8):
        desk.sign_in("lamu", WRONG, ELSEWHERE, NOW + HOUR)
    assert isinstance(desk.sign_in("lamu", RIGHT, "203.0.113.5", NOW + HOUR), Refused)
    assert signed_in(desk, NOW + HOUR)


def test_who_signs_in_does_not_wipe_out_their_guesses_at_others(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    for number in range(19):
        desk.sign_in(f"name{number}", WRONG, HERE, NOW)
    signed_in(desk)
    desk.sign_in("name19", WRONG, HERE, NOW)
    assert desk.sign_in("name20", WRONG, HERE, NOW) != Refused(0)


def test_a_clock_that_was_set_back_locks_nobody_out(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    for _ in range(8):
        desk.sign_in("lamu", WRONG, HERE, NOW + DAY)
    assert signed_in(desk, NOW)


def test_a_session_lives_while_it_is_used_and_no_longer_than_seven_days(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    assert begun.expires == NOW + 12 * HOUR
    assert desk.session(begun.token, NOW + 12 * HOUR) is None
    for hours in range(11, 168, 11):
        found = desk.session(begun.token, NOW + hours * HOUR)
        assert found is not None
        assert found.expires == NOW + min(hours + 12, 168) * HOUR
    assert desk.session(begun.token, NOW + 7 * DAY) is None


def test_a_session_ends_when_its_user_signs_out(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    one, other = signed_in(desk), signed_in(desk)
    desk.sign_out(one.token)
    assert (desk.session(one.token, NOW), desk.session(other.token, NOW)) == (None, other)


def test_whoever_is_removed_loses_sessions_and_tokens_and_gets_none_back_when_added_again(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    token = desk.add_token("bot", "lamu", [TokenScope.READ], NOW + DAY, BY)
    desk.remove_user("lamu", BY)
    assert (desk.session(begun.token, NOW), desk.bearer(token, NOW)) == (None, None)
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)
    desk.add_user(User("lamu", Role.ENGINEER), WRONG, BY)
    assert (desk.session(begun.token, NOW), desk.bearer(token, NOW)) == (None, None)
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)
    assert signed_in(desk, password=WRONG).user.role is Role.ENGINEER


def test_a_new_password_ends_the_sessions_of_the_old_one(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    assert desk.set_password("lamu", WRONG, BY) == 1
    assert desk.session(begun.token, NOW) is None
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)
    signed_in(desk, password=WRONG)


def test_who_is_demoted_between_the_look_at_the_password_and_the_session_gets_the_lesser_role(tmp_path: Path) -> None:
    other = staffed(tmp_path, Role.ENGINEER)

    class Slow(Passwords):
        def verify(self, known: str | None, password: str) -> bool:
            other.change_user("lamu", User("lamu", Role.VIEWER, "haixi"), BY)
            return super().verify(known, password)

    begun = PageDesk(tmp_path / "page.db", Slow(time_cost=1, memory_kib=8, lanes=1)).sign_in("lamu", RIGHT, HERE, NOW)
    assert isinstance(begun, Session)
    assert begun.rights == {Right.SEE}


def test_who_is_removed_between_the_look_at_the_password_and_the_session_gets_none(tmp_path: Path) -> None:
    other = staffed(tmp_path)

    class Slow(Passwords):
        def verify(self, known: str | None, password: str) -> bool:
            other.remove_user("lamu", BY)
            return super().verify(known, password)

    desk = PageDesk(tmp_path / "page.db", Slow(time_cost=1, memory_kib=8, lanes=1))
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)


def test_a_token_grants_what_it_is_for_and_its_owner_may(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    token = desk.add_token("bot", "lamu", [TokenScope.HANDLE, TokenScope.APPROVE], NOW + DAY, BY)
    found = desk.bearer(token, NOW)
    assert found is not None
    assert (found.name, found.user.subtree) == ("bot", "haixi")
    assert found.rights == {Right.HANDLE}
    assert desk.bearer(token, NOW + DAY) is None
    assert desk.bearer(token + "x", NOW) is None
    assert desk.session(token, NOW) is None


def test_a_token_that_was_taken_away_grants_nothing(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    token = desk.add_token("bot", "lamu", [TokenScope.READ], NOW + DAY, BY)
    assert [entry.used for entry in desk.tokens(NOW)] == [None]
    desk.bearer(token, NOW)
    assert [entry.used for entry in desk.tokens(NOW)] == [NOW]
    desk.remove_token("bot", BY)
    assert desk.bearer(token, NOW) is None


def test_passwords_are_hashed_anew_when_the_parameters_change(tmp_path: Path) -> None:
    staffed(tmp_path)
    dearer = Passwords(time_cost=2, memory_kib=16, lanes=1)
    signed_in(PageDesk(tmp_path / "page.db", dearer))
    with closing(sqlite3.connect(tmp_path / "page.db")) as database:
        (kept,) = database.execute("SELECT password FROM user").fetchone()
    assert kept.startswith("$argon2id$v=19$m=16,t=2,p=1$")
    assert signed_in(PageDesk(tmp_path / "page.db", cheap()))


def test_the_parameters_are_those_that_rfc_9106_recommends() -> None:
    assert Passwords().hashed(RIGHT).startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_composed_and_decomposed_letters_are_one_password() -> None:
    assert cheap().verify(cheap().hashed("café au lait"), "cafe\u0301 au lait")


def test_every_deed_is_in_the_audit_log_with_who_did_it(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    desk.change_user("lamu", User("lamu", Role.VIEWER), BY)
    desk.add_token("bot", "lamu", [TokenScope.READ], NOW + DAY, BY)
    desk.remove_token("bot", BY)
    desk.set_password("lamu", WRONG, BY)
    desk.sign_in("lamu", RIGHT, HERE, NOW)
    desk.audit(AuditEntry(NOW, "lamu", "acknowledged", "incident 7", HERE, {"comment": "在处理"}))
    desk.remove_user("lamu", BY)
    assert deeds(desk) == [
        ("root@noc", "user-added", "lamu"),
        ("root@noc", "user-changed", "lamu"),
        ("root@noc", "token-added", "bot"),
        ("root@noc", "token-removed", "bot"),
        ("root@noc", "password-set", "lamu"),
        ("lamu", "sign-in-failed", "lamu"),
        ("lamu", "acknowledged", "incident 7"),
        ("root@noc", "user-removed", "lamu"),
    ]
    entry = desk.audited(2)[1]
    assert (entry.address, entry.data, entry.time, entry.number) == (HERE, {"comment": "在处理"}, NOW, 7)
    assert not desk.prove()


@pytest.mark.parametrize("deed", ["UPDATE audit SET subject = 'x'", "DELETE FROM audit"])
def test_the_audit_log_is_changed_by_nobody(tmp_path: Path, deed: str) -> None:
    staffed(tmp_path)
    with closing(sqlite3.connect(tmp_path / "page.db")) as database, pytest.raises(sqlite3.Error, match="append only"):
        database.execute(deed)


@pytest.mark.parametrize(
    "deed",
    [
        "UPDATE audit SET subject = 'nobody' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 3",
    ],
)
def test_a_log_that_somebody_got_at_shows_it(tmp_path: Path, deed: str) -> None:
    desk = staffed(tmp_path)
    signed_in(desk)
    signed_in(desk)
    with closing(sqlite3.connect(tmp_path / "page.db")) as database:
        database.execute("DROP TRIGGER audit_stands")
        database.execute("DROP TRIGGER audit_is_kept")
        database.execute(deed)
        database.commit()
    assert desk.prove()


@pytest.mark.parametrize("password", ["short", "x" * 2000, "tab\tin the middle", "lamulamulamu", "LamuLamuLamu"])
def test_a_password_that_is_none_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(UsageError):
        accounts(tmp_path).add_user(User("lamu", Role.VIEWER), password, BY)


@pytest.mark.parametrize("name", ["", "Lamu", "7up", "a b", "x" * 33, "la/mu", "拉姆"])
def test_a_name_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        accounts(tmp_path).add_user(User(name, Role.VIEWER), RIGHT, BY)


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    with pytest.raises(UsageError, match="there is a user"):
        desk.add_user(User("lamu", Role.VIEWER), RIGHT, BY)
    for deed in (
        lambda: desk.remove_user("no", BY),
        lambda: desk.set_password("no", RIGHT, BY),
        lambda: desk.change_user("no", User("no", Role.VIEWER), BY),
        lambda: desk.add_token("bot", "no", [TokenScope.READ], NOW + DAY, BY),
        lambda: desk.remove_token("no", BY),
    ):
        with pytest.raises(UsageError, match="there is no"):
            deed()


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "page.db")) as database:
        database.execute("CREATE TABLE mine (x)")
    with pytest.raises(JbnetError, match="not the page's"):
        staffed(tmp_path)


def test_a_role_of_a_later_version_is_never_taken_for_one_of_ours(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    begun = signed_in(desk)
    with closing(sqlite3.connect(tmp_path / "page.db")) as database:
        database.execute("UPDATE user SET role = 'owner'")
        database.commit()
    assert desk.session(begun.token, NOW) is None
    assert isinstance(desk.sign_in("lamu", RIGHT, HERE, NOW), Refused)


def test_users_are_listed_with_what_they_have(tmp_path: Path) -> None:
    desk = staffed(tmp_path)
    desk.add_user(User("gone", Role.VIEWER), RIGHT, BY)
    desk.remove_user("gone", replace(BY, now=NOW + HOUR))
    signed_in(desk)
    found = {account.user.name: (account.seen, account.removed, account.sessions) for account in desk.users(NOW)}
    assert found == {"gone": (None, NOW + HOUR, 0), "lamu": (NOW, None, 1)}
