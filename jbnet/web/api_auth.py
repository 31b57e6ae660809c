"""Who calls the API: a token in the header Authorization (RFC 6750, section 2.1), never a cookie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response

from jbnet.adapters.page_tries import BY_ADDRESS
from jbnet.model.text import Text, text
from jbnet.ports.accounts import AuditEntry, Bearer
from jbnet.web.reader import Reader

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.ports.accounts import Accounts

MOST_ADDRESSES = 10_000
"""So many addresses are counted; past that the oldest is forgotten."""
PROBLEM = "application/problem+json"


@dataclass
class TokenDoor:
    """Looks tokens up. Bad ones count for their address as bad passwords do; a good one always passes.

    A token is 256 random bits and cannot be guessed: waiting keeps the log and the disk from being flooded, and a
    program with an old token does not lock out the others behind its proxy.
    """

    accounts: Accounts
    clock: Callable[[], datetime]
    failed: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def bearer(self, request: Request) -> Bearer | float:
        """Return who calls; else how many seconds to wait before the next try, 0: none."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        now, address = self.clock(), request.client.host if request.client is not None else ""
        if kind.lower() != "bearer" or not token.strip():
            return 0.0
        found = self.accounts.bearer(token.strip(), now)
        return found if found is not None else self._bad(address, now)

    def _bad(self, address: str, now: datetime) -> float:
        count, last = self.failed.pop(address, (0, now))
        left = BY_ADDRESS.wait_s(count) - (now - last).total_seconds()
        if left > 0:
            self.failed[address] = count, last
            return left
        while len(self.failed) >= MOST_ADDRESSES:
            del self.failed[next(iter(self.failed))]
        self.failed[address] = count + 1, now
        self.accounts.audit(AuditEntry(now, "", "token-refused", "", address))
        return 0.0


def reader_of(bearer: Bearer, lang: str) -> Reader:
    """Return who looks: the owner's part of the network, and what the token and the owner's role both allow."""
    return Reader(lang, bearer.user.subtree, bearer.rights)


def language(request: Request) -> str:
    """Return the language of what people read in an answer."""
    return "zh" if request.headers.get("accept-language", "").strip().lower().startswith("zh") else "en"


def problem(request: Request, status: int, title: Text, detail: Text, **headers: str) -> Response:
    """Return what went wrong (RFC 9457): ``title`` for the kind, ``detail`` for this time."""
    say = Reader(language(request), "", frozenset()).within(None).say
    said = {"type": "about:blank", "title": say(title), "status": status, "detail": say(detail)}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JSONResponse(said, status, headers={"vary": "Accept-Language", **named}, media_type=PROBLEM)


def not_known(request: Request, wait_s: float) -> Response:
    """Return the answer to a call without a token that is good now."""
    if wait_s > 0:
        wait = round(wait_s) or 1
        said = text("too many tries: wait {seconds} s, then try again", seconds=wait)
        return problem(request, 429, text("refused"), said, retry_after=str(wait))
    said = text("send the header Authorization: Bearer TOKEN; jbnet web token add makes one")
    return problem(request, 401, text("no token that is good now"), said, www_authenticate="Bearer")
