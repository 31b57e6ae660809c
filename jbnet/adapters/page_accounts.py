"""Implements the port ``Accounts`` on page.db: what the page asks.

Nothing about a user is remembered between calls: each asks the file, so that who is removed or demoted loses at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from jbnet.adapters import page_audit
from jbnet.adapters.page_file import PageFile
from jbnet.adapters.page_passwords import Passwords
from jbnet.adapters.page_people import (
    PREFIX,
    USER,
    csrf_of,
    hash_of,
    scopes_of,
    secret,
    session_alive_since,
    session_ends,
    user_of,
)
from jbnet.adapters.page_tries import SECOND, Tries
from jbnet.model.errors import JbnetError
from jbnet.model.rights import User
from jbnet.monitor.codec import micros, moment
from jbnet.ports.accounts import AuditEntry, Bearer, Refused, Session

NOTED_EVERY = 60 * SECOND
"""Microseconds between two notes that a session or token is in use: not every request writes."""


@dataclass(frozen=True, slots=True)
class _Try:
    """A try to sign in that has been counted: whom it is for (None: nobody of that name) and what it counts for."""

    name: str
    address: str
    user: int | None
    password: str | None
    keys: tuple[str, str]


class PageAccounts:
    """People, sessions, tokens and the audit log in one file. Inert until used; safe in several threads."""

    def __init__(self, path: Path, passwords: Passwords | None = None):
        self.file = PageFile(path)
        self.passwords = passwords or Passwords()

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> Session | Refused:
        """Begin a session. Every try is counted before its password is looked at (``jbnet.adapters.page_tries``)."""
        begun = self._try(name.strip().lower(), address, now)
        if isinstance(begun, Refused):
            return begun
        right = self.passwords.verify(begun.password, password)
        anew = None
        if right and begun.password is not None and self.passwords.outdated(begun.password):
            anew = self.passwords.hashed(password)
        with self.file.written() as database:
            if right and begun.user is not None and _still(database, begun):
                if anew is not None:
                    database.execute("UPDATE user SET password = ? WHERE id = ?", (anew, begun.user))
                return _begin(database, begun, now)
            known = begun.name if begun.password is not None else ""  # what nobody is called may be a password
            page_audit.write_down(database, AuditEntry(now, known, "sign-in-failed", known or "?", address))
            return Refused(Tries(database, micros(now)).wait_s(begun.keys))

    def _try(self, name: str, address: str, now: datetime) -> _Try | Refused:
        with self.file.written() as database:
            row = database.execute(
                "SELECT id, password FROM user WHERE name = ? AND removed IS NULL", (name,)
            ).fetchone()
            user, password = row or (None, None)
            tries = Tries(database, micros(now))
            keys = tries.keys(user, name, address)
            wait = tries.wait_s(keys)
            if wait > 0:
                return Refused(wait)
            tries.charge(keys)
            return _Try(name, address, user, password, keys)

    def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a cookie; that it is in use is noted once a minute."""
        begun_after, used_after = session_alive_since(now)
        with self.file.read() as database:
            row = (
                database
                and database.execute(
                    f"SELECT {USER}, session.begun, session.used FROM session JOIN user ON user.id = session.user"  # noqa: S608  constant
                    " WHERE session.hash = ? AND user.removed IS NULL AND session.begun > ? AND session.used > ?",
                    (hash_of(token), begun_after, used_after),
                ).fetchone()
            )
        if not row:
            return None
        *user, begun, used = row
        if micros(now) - used >= NOTED_EVERY:
            used = micros(now)
            self._note("UPDATE session SET used = max(used, ?) WHERE hash = ?", used, hash_of(token))
        found = _user(user)
        return None if found is None else Session(token, csrf_of(token), found, session_ends(begun, used))

    def sign_out(self, token: str) -> None:
        """End a session, if there is one."""
        with self.file.written() as database:
            database.execute("DELETE FROM session WHERE hash = ?", (hash_of(token),))

    def bearer(self, token: str, now: datetime) -> Bearer | None:
        """Return who calls by an API token, with what its owner is now."""
        if not token.startswith(PREFIX):
            return None
        with self.file.read() as database:
            row = (
                database
                and database.execute(
                    f"SELECT {USER}, token.name, token.scopes, token.expires, token.used"  # noqa: S608  constant
                    " FROM token JOIN user ON user.id = token.user"
                    " WHERE token.hash = ? AND user.removed IS NULL AND token.expires > ?",
                    (hash_of(token), micros(now)),
                ).fetchone()
            )
        if not row:
            return None
        *user, name, scopes, expires, used = row
        if used is None or micros(now) - used >= NOTED_EVERY:
            self._note("UPDATE token SET used = ? WHERE hash = ?", micros(now), hash_of(token))
        found = _user(user)
        return None if found is None else Bearer(name, found, scopes_of(scopes), moment(expires))

    def audit(self, entry: AuditEntry) -> None:
        """Append to the audit log."""
        with self.file.written() as database:
            page_audit.write_down(database, entry)

    def audited(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last entries of the audit log, latest first."""
        with self.file.read() as database:
            return () if database is None else page_audit.entries(database, limit)

    def anybody(self) -> bool:
        """Say whether there is anybody who may sign in."""
        with self.file.read() as database:
            row = database and database.execute("SELECT 1 FROM user WHERE removed IS NULL LIMIT 1").fetchone()
            return bool(row)

    def _note(self, update: str, *given: object) -> None:
        """Note that something is in use. A disk that is full signs nobody out."""
        with suppress(JbnetError), self.file.written() as database:
            database.execute(update, given)


def _still(database: sqlite3.Connection, begun: _Try) -> bool:
    """Say whether the password that was looked at is the user's still: it takes a moment, and others may write."""
    wanted = (begun.user, begun.password)
    query = "SELECT 1 FROM user WHERE id = ? AND password = ? AND removed IS NULL"
    return database.execute(query, wanted).fetchone() is not None


def _begin(database: sqlite3.Connection, begun: _Try, now: datetime) -> Session | Refused:
    """Begin the session of somebody whose password was right; sessions that are over are cleared away."""
    time = micros(now)
    row = database.execute(f"SELECT {USER} FROM user WHERE id = ?", (begun.user,)).fetchone()  # noqa: S608  constant
    user = _user(row)
    if user is None or begun.user is None:
        return Refused()
    Tries(database, time).welcome(begun.user, begun.keys, begun.address)
    token = secret()
    database.execute("DELETE FROM session WHERE begun <= ? OR used <= ?", session_alive_since(now))
    database.execute("INSERT INTO session VALUES (?, ?, ?, ?)", (hash_of(token), begun.user, time, time))
    database.execute("UPDATE user SET seen = ? WHERE id = ?", (time, begun.user))
    page_audit.write_down(database, AuditEntry(now, user.name, "signed-in", user.name, begun.address))
    return Session(token, csrf_of(token), user, session_ends(time, time))


def _user(row: Sequence[str]) -> User | None:
    """Return the user of a row; None where a later jbnet gave them a role that is not known here."""
    try:
        return user_of(*row)
    except ValueError:
        return None
