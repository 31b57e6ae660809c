"""Implements the port ``AccountDesk``: what an administrator does with page.db, each deed with its audit entry."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime

from jbnet.adapters import page_audit
from jbnet.adapters.page_accounts import PageAccounts
from jbnet.adapters.page_passwords import LONGEST_BYTES, SHORTEST
from jbnet.adapters.page_people import (
    PREFIX,
    USER,
    account_of,
    hash_of,
    known_user,
    scopes_said,
    secret,
    session_alive_since,
    token_of,
)
from jbnet.model.errors import UsageError
from jbnet.model.rights import TokenScope, User
from jbnet.model.text import Text, text
from jbnet.monitor.codec import micros
from jbnet.ports.accounts import Account, Admin, AuditEntry, Token

_NAME = re.compile(r"[a-z][a-z0-9._-]{0,31}")


class PageDesk(PageAccounts):
    """``PageAccounts`` with what the command line does."""

    def add_user(self, user: User, password: str, by: Admin) -> None:
        """Add a user, or let one who was removed come back, with a new password and nothing of what they had."""
        _require_name(user.name)
        hashed = self._hashed(user.name, password)
        with self.file.written() as database:
            row = database.execute("SELECT removed FROM user WHERE name = ?", (user.name,)).fetchone()
            if row is not None and row[0] is None:
                hint = text("jbnet web user change {name} gives them another role", name=user.name)
                raise UsageError("there is a user {name} already", name=user.name, hint=hint)
            database.execute(
                "INSERT INTO user (name, role, subtree, lang, password, made) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (name) DO UPDATE SET role = excluded.role, subtree = excluded.subtree,"
                " lang = excluded.lang, password = excluded.password, made = excluded.made, seen = NULL,"
                " removed = NULL",
                (user.name, user.role, user.subtree, user.lang, hashed, micros(by.now)),
            )
            _note(database, by, "user-added", user.name, _said(user))

    def change_user(self, name: str, user: User, by: Admin) -> None:
        """Give a user another role, subtree or language."""
        with self.file.written() as database:
            known = known_user(database, name)
            database.execute(
                "UPDATE user SET role = ?, subtree = ?, lang = ? WHERE id = ?",
                (user.role, user.subtree, user.lang, known),
            )
            _note(database, by, "user-changed", name, _said(user))

    def set_password(self, name: str, password: str, by: Admin) -> int:
        """Set a password and end the user's sessions; return how many there were."""
        with self.file.read() as reader:
            if reader is not None:
                known_user(reader, name)
        hashed = self._hashed(name, password)
        with self.file.written() as database:
            known = known_user(database, name)
            database.execute("UPDATE user SET password = ? WHERE id = ?", (hashed, known))
            ended = database.execute("DELETE FROM session WHERE user = ?", (known,)).rowcount
            database.execute("DELETE FROM place WHERE user = ?", (known,))
            _note(database, by, "password-set", name, {"sessions_ended": ended})
            return int(ended)

    def remove_user(self, name: str, by: Admin) -> None:
        """Remove a user; their name stays known, so that the audit log has one person under it."""
        with self.file.written() as database:
            known = known_user(database, name)
            database.execute("UPDATE user SET removed = ?, password = '' WHERE id = ?", (micros(by.now), known))
            for table in ("session", "token", "place"):
                database.execute(f"DELETE FROM {table} WHERE user = ?", (known,))  # noqa: S608  names from here
            _note(database, by, "user-removed", name, {})

    def users(self, now: datetime) -> Sequence[Account]:
        """Return all users by name, those who were removed too."""
        with self.file.read() as database:
            if database is None:
                return ()
            alive = "SELECT count(*) FROM session WHERE session.user = user.id AND begun > ? AND used > ?"
            query = f"SELECT {USER}, made, seen, removed, ({alive}) FROM user ORDER BY name"  # noqa: S608  constant
            return [account_of(row) for row in database.execute(query, session_alive_since(now))]

    def add_token(self, name: str, owner: str, scopes: Collection[TokenScope], expires: datetime, by: Admin) -> str:
        """Make a token and return its secret."""
        _require_name(name)
        made = PREFIX + secret()
        with self.file.written() as database:
            user = known_user(database, owner)
            if database.execute("SELECT 1 FROM token WHERE name = ?", (name,)).fetchone():
                hint = text("jbnet web token remove {name} takes it away", name=name)
                raise UsageError("there is a token {name} already", name=name, hint=hint)
            row = (name, hash_of(made), user, scopes_said(scopes), micros(by.now), micros(expires))
            database.execute("INSERT INTO token VALUES (?, ?, ?, ?, ?, ?, NULL)", row)
            said = {"owner": owner, "scopes": scopes_said(scopes), "expires": expires}
            _note(database, by, "token-added", name, said)
        return made

    def remove_token(self, name: str, by: Admin) -> None:
        """Take a token away."""
        with self.file.written() as database:
            if not database.execute("DELETE FROM token WHERE name = ?", (name,)).rowcount:
                hint = text("jbnet web token list shows those there are")
                raise UsageError("there is no token {name}", name=name, hint=hint)
            _note(database, by, "token-removed", name, {})

    def tokens(self, now: datetime) -> Sequence[Token]:
        """Return all tokens by name."""
        with self.file.read() as database:
            if database is None:
                return ()
            query = (
                "SELECT token.name, user.name, scopes, token.made, expires, used, expires > ?"
                " FROM token JOIN user ON user.id = token.user ORDER BY token.name"
            )
            return [token_of(row) for row in database.execute(query, (micros(now),))]

    def prove(self) -> tuple[Text, ...]:
        """Return what is wrong with the audit log."""
        with self.file.read() as database:
            return () if database is None else page_audit.faults(database)

    def _hashed(self, name: str, password: str) -> str:
        require_password(name, password)
        return self.passwords.hashed(password)


def require_password(name: str, password: str) -> None:
    """Raise UsageError for a password that is too short, too long, or the user's own name again and again."""
    if len(password) < SHORTEST:
        raise UsageError("the password has {count} characters; expected at least {least}",
                         count=len(password), least=SHORTEST, hint=text("a sentence is easy to remember"))  # fmt: skip
    if len(password.encode(errors="surrogatepass")) > LONGEST_BYTES:
        raise UsageError("the password has more than {most} bytes", most=LONGEST_BYTES)
    if not password.isprintable():
        raise UsageError("the password has characters that cannot be typed")
    if not password.lower().replace(name, ""):
        raise UsageError("the password is the user's name", hint=text("a sentence is easy to remember"))


def _require_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            "{name} cannot be a name; expected a small letter, then small letters, digits, dots, - or _: 32 at most",
            name=repr(name),
        )


def _said(user: User) -> dict[str, object]:
    return {"role": str(user.role), "under": user.subtree, "lang": user.lang}


def _note(database: sqlite3.Connection, by: Admin, deed: str, subject: str, data: dict[str, object]) -> None:
    page_audit.write_down(database, AuditEntry(by.now, by.who, deed, subject, data=data))
