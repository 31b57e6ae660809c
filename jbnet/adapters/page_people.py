"""Rows of page.db as the nouns of ``jbnet.ports.accounts``."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Collection
from datetime import datetime
from typing import Any

from jbnet.model.errors import UsageError
from jbnet.model.rights import Role, TokenScope, User
from jbnet.model.text import text
from jbnet.monitor.codec import micros, moment
from jbnet.ports.accounts import IDLE, LONGEST, Account, Token

USER = "user.name, user.role, user.subtree, user.lang"
"""The columns that ``user_of`` reads."""
PREFIX = "jbnet_"
"""What the secrets of tokens begin with, so that whoever finds one in a file knows what it is."""


def user_of(name: str, role: str, subtree: str | None, lang: str) -> User:
    """Return the user of a row. A role that is not known here raises ValueError: it is never taken for another."""
    return User(name, Role(role), subtree, lang)


def account_of(row: tuple[Any, ...]) -> Account:
    """Return an account from the four columns of the user, made, seen, removed and the number of sessions."""
    *user, made, seen, removed, sessions = row
    return Account(user_of(*user), moment(made), _time(seen), _time(removed), sessions)


def token_of(row: tuple[Any, ...]) -> Token:
    """Return a token from its columns and whether it is valid."""
    name, owner, scopes, made, expires, used, valid = row
    return Token(name, owner, scopes_of(scopes), moment(made), moment(expires), _time(used), bool(valid))


def scopes_of(said: str) -> frozenset[TokenScope]:
    """Return the scopes of a column."""
    return frozenset(TokenScope(scope) for scope in said.split())


def scopes_said(scopes: Collection[TokenScope]) -> str:
    """Return scopes as they are kept, in the order of the enum."""
    return " ".join(scope for scope in TokenScope if scope in scopes)


def known_user(database: sqlite3.Connection, name: str) -> int:
    """Return the id of a user who may sign in. Raises UsageError."""
    row = database.execute("SELECT id FROM user WHERE name = ? AND removed IS NULL", (name,)).fetchone()
    if row is None:
        hint = text("jbnet web user list shows those there are")
        raise UsageError("there is no user {name}", name=name, hint=hint)
    return int(row[0])


def secret() -> str:
    """Return a new secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(said: str) -> str:
    """Return what is kept of a secret. It is random and long: no slow hash is needed (as for passwords)."""
    return hashlib.sha256(said.encode(errors="surrogatepass")).hexdigest()


def csrf_of(said: str) -> str:
    """Return what belongs to a session's forms: follows from its secret, and does not give it away."""
    return hmac.new(said.encode(errors="surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def session_ends(begun: int, used: int) -> datetime:
    """Return when a session is over that was used last at a time."""
    return min(moment(used) + IDLE, moment(begun) + LONGEST)


def session_alive_since(now: datetime) -> tuple[int, int]:
    """Return the earliest times of beginning and of use that a session may have."""
    return micros(now - LONGEST), micros(now - IDLE)


def _time(value: int | None) -> datetime | None:
    return None if value is None else moment(value)
