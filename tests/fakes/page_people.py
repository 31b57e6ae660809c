"""Accounts of the page whose passwords cost nothing to look at, and a day to try them on."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from jbnet.adapters.page_desk import PageDesk
from jbnet.adapters.page_passwords import Passwords
from jbnet.model.rights import Role, User
from jbnet.ports.accounts import Admin, Session

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
BY = Admin("root@noc", NOW)
HERE, ELSEWHERE = "10.3.0.9", "198.51.100.7"
RIGHT, WRONG = "a sentence of one's own", "a sentence of another's"


def cheap() -> Passwords:
    return Passwords(time_cost=1, memory_kib=8, lanes=1)


def accounts(folder: Path) -> PageDesk:
    return PageDesk(folder / "page.db", cheap())


def staffed(folder: Path, role: Role = Role.OPERATOR, subtree: str | None = "haixi") -> PageDesk:
    desk = accounts(folder)
    desk.add_user(User("lamu", role, subtree, "zh"), RIGHT, BY)
    return desk


def signed_in(desk: PageDesk, now: datetime = NOW, name: str = "lamu", password: str = RIGHT) -> Session:
    found = desk.sign_in(name, password, HERE, now)
    assert isinstance(found, Session), found
    return found
