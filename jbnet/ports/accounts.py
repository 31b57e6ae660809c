"""People who may use the page and its API: passwords, sessions, tokens, and the log of what was done.

Times come in as arguments. What somebody may do is looked up at each call: a session or token grants what its user may
now, and nothing from the moment the user is removed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from jbnet.model.rights import Right, TokenScope, User, rights_by_token
from jbnet.model.text import Text

IDLE = timedelta(hours=12)
"""A session that nobody uses for so long is over."""
LONGEST = timedelta(days=7)
"""However much it is used, a session is over after this."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in. ``token`` is the secret of their cookie, ``csrf`` what their forms have to send along.

    ``expires``: when it ends if nothing more is asked by it.
    """

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    user: User
    expires: datetime

    @property
    def rights(self) -> frozenset[Right]:
        """Return what their role allows now."""
        return self.user.rights


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody signed in. It says nothing of whether there is such a user; ``retry_after_s``: 0 means at once."""

    retry_after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who calls by an API token: ``user`` is its owner as of now, ``name`` the token's."""

    name: str
    user: User
    scopes: frozenset[TokenScope]
    expires: datetime

    @property
    def rights(self) -> frozenset[Right]:
        """Return what the token allows now: never more than its owner's role does."""
        return rights_by_token(self.user.role, self.scopes)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that somebody did, or tried. ``who``: a user, or ``NAME@HOST`` of the command line; empty: unknown.

    ``deed`` is a word such as ``signed-in``, ``subject`` what it was done to. ``number`` 0: not written yet.
    """

    time: datetime
    who: str
    deed: str
    subject: str = ""
    address: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    number: int = 0


class Accounts(Protocol):
    """What the page asks. All of it raises JbnetError where the file cannot be used."""

    def sign_in(self, name: str, password: str, address: str, now: datetime) -> Session | Refused:
        """Begin a session. Unknown, removed and wrong look alike and take the same time.

        Failures count for the name and for the address; with them grows the time before the next try is looked at.
        """

    def session(self, token: str, now: datetime) -> Session | None:
        """Return the session of a cookie, None where it is over. What is asked by it keeps it alive."""

    def sign_out(self, token: str) -> None:
        """End a session, if there is one."""

    def bearer(self, token: str, now: datetime) -> Bearer | None:
        """Return who calls by an API token, None where it is unknown, expired or taken away."""

    def audit(self, entry: AuditEntry) -> None:
        """Write down what was done; it is on disk when this returns, and nobody changes it any more."""

    def audited(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last entries, latest first."""

    def anybody(self) -> bool:
        """Say whether there is anybody who may sign in."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user as an administrator sees them. ``seen``: when they last signed in; ``removed``: they may not any more."""

    user: User
    made: datetime
    seen: datetime | None = None
    removed: datetime | None = None
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Token:
    """An API token without its secret. ``used``: the day and about the minute of the last call by it."""

    name: str
    owner: str
    scopes: frozenset[TokenScope]
    made: datetime
    expires: datetime
    used: datetime | None = None
    valid: bool = True


@dataclass(frozen=True, slots=True)
class Admin:
    """Who administers, for the audit log, and when."""

    who: str
    now: datetime


class AccountDesk(Accounts, Protocol):
    """What an administrator does. Each deed and its entry in the audit log are written together or not at all."""

    def add_user(self, user: User, password: str, by: Admin) -> None:
        """Let somebody sign in. Raises UsageError where there is a user of that name."""

    def change_user(self, name: str, user: User, by: Admin) -> None:
        """Give a user another role, subtree or language; sessions and tokens follow at once. Raises UsageError."""

    def set_password(self, name: str, password: str, by: Admin) -> int:
        """Set a password, end the user's sessions, say how many. Raises UsageError where there is no such user."""

    def remove_user(self, name: str, by: Admin) -> None:
        """Let somebody sign in no more: sessions and tokens end. The audit log stays. Raises UsageError."""

    def users(self, now: datetime) -> Sequence[Account]:
        """Return all users by name, removed ones too."""

    def add_token(self, name: str, owner: str, scopes: Collection[TokenScope], expires: datetime, by: Admin) -> str:
        """Make a token and return its secret, which is kept nowhere. Raises UsageError."""

    def remove_token(self, name: str, by: Admin) -> None:
        """Take a token away. Raises UsageError where there is none of that name."""

    def tokens(self, now: datetime) -> Sequence[Token]:
        """Return all tokens by name."""

    def prove(self) -> tuple[Text, ...]:
        """Return what is wrong with the audit log: entries that were changed, or are gone. Empty: nothing."""
