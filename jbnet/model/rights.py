"""Who may do what on the page and by its API: roles, the rights that come with them, and people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """What one may be allowed to do."""

    SEE = "see"
    HANDLE = "handle"
    """Acknowledge, comment, hand over and silence incidents."""
    CHANGE = "change"
    """What alters the network's declaration or its devices."""
    APPROVE = "approve"
    """Approve a recovery. Two different people have to, and who starts it may not."""


class Role(StrEnum):
    """What somebody is to the page. An approver looks and approves: who handles does not judge (design, rule 4)."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ENGINEER = "engineer"
    APPROVER = "approver"


class TokenScope(StrEnum):
    """What a token is for. None brings another along: one that acknowledges need not read."""

    READ = "read"
    HANDLE = "handle"
    APPROVE = "approve"


_OF_ROLE: Mapping[Role, frozenset[Right]] = {
    Role.VIEWER: frozenset({Right.SEE}),
    Role.OPERATOR: frozenset({Right.SEE, Right.HANDLE}),
    Role.ENGINEER: frozenset({Right.SEE, Right.HANDLE, Right.CHANGE}),
    Role.APPROVER: frozenset({Right.SEE, Right.APPROVE}),
}
_OF_SCOPE: Mapping[TokenScope, Right] = {
    TokenScope.READ: Right.SEE,
    TokenScope.HANDLE: Right.HANDLE,
    TokenScope.APPROVE: Right.APPROVE,
}


def rights_of(role: Role) -> frozenset[Right]:
    """Return what a role allows."""
    return _OF_ROLE[role]


def rights_by_token(role: Role, scopes: Iterable[TokenScope]) -> frozenset[Right]:
    """Return what a token allows whose owner has this role now: never more than the owner may."""
    return rights_of(role) & {_OF_SCOPE[scope] for scope in scopes}


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who may sign in, as of now. ``subtree``: a site's name or code, under which they see and act; None: all.

    ``lang`` is the language of their page: ``en`` or ``zh``.
    """

    name: str
    role: Role
    subtree: str | None = None
    lang: str = "en"

    @property
    def rights(self) -> frozenset[Right]:
        """Return what their role allows."""
        return rights_of(self.role)
