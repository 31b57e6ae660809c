"""The door: who signs in, by which cookie they are known afterwards, and out again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from starlette.responses import RedirectResponse, Response

from jbnet.model.text import Text, text
from jbnet.ports.accounts import AuditEntry, Refused
from jbnet.web.forms import fields
from jbnet.web.visit import COOKIE, Visit, local_path

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.model.rights import User
    from jbnet.ports.accounts import Accounts, Session

_WEEK_S = 7 * 24 * 3600


class Door:
    """Asks the accounts. A cookie is the browser's alone: no script reads it, no other site brings it."""

    def __init__(self, accounts: Accounts, clock: Callable[[], datetime], *, tls: bool):
        self._accounts, self._clock, self._tls = accounts, clock, tls
        self._passwords = ThreadPoolExecutor(max_workers=2, thread_name_prefix="passwords")  # they keep no page waiting
        self._cookie = f"__Host-{COOKIE}" if tls else COOKIE  # RFC 6265bis, section 4.1.3.2

    def user(self, request: Request) -> User | None:
        """Return who signed in with this browser; None: nobody, or it is over."""
        found = self._session(request)
        return found.user if found is not None else None

    def _session(self, request: Request) -> Session | None:
        token = request.cookies.get(self._cookie, "")
        return self._accounts.session(token, self._clock()) if token else None

    async def sign_in(self, request: Request) -> Response:
        """Answer with the form, or begin a session and go on to where somebody wanted to be."""
        visit = Visit(request, None, None)
        if request.method == "GET":
            return self._form(visit, request.query_params.get("next", "/"))
        form = await fields(request)
        name, password, then = (form.get(key, "") for key in ("name", "password", "next"))
        address = request.client.host if request.client is not None else ""
        found = await asyncio.get_running_loop().run_in_executor(
            self._passwords, self._accounts.sign_in, name, password, address, self._clock()
        )
        if isinstance(found, Refused):
            return self._form(visit, then, found)
        response = RedirectResponse(local_path(then), 303)
        response.set_cookie(
            self._cookie, found.token, max_age=_WEEK_S, path="/", secure=self._tls, httponly=True, samesite="strict"
        )
        return response

    def _form(self, visit: Visit, then: str, refused: Refused | None = None) -> Response:
        """Return the form; after a refusal with what to do, and nothing of whether there is such a user."""
        said: Text | None = None
        if refused is not None and refused.retry_after_s > 0:
            said = text("too many tries: wait {seconds} s, then try again", seconds=round(refused.retry_after_s) or 1)
        elif refused is not None:
            said = text("name or password is wrong; jbnet web user password NAME sets another one")
        say = visit.glasses.say
        status = 200 if refused is None else 429 if refused.retry_after_s > 0 else 401
        shown = say(said) if said is not None else ""
        response = visit.page("sign_in", title=say(text("sign in")), status=status, said=shown, next=local_path(then))
        if status == 429 and refused is not None:
            response.headers["retry-after"] = str(round(refused.retry_after_s) or 1)
        return response

    async def sign_out(self, request: Request) -> Response:
        """End the session and forget the cookie."""
        found = await asyncio.to_thread(self._session, request)
        if found is not None:
            entry = AuditEntry(self._clock(), found.user.name, "signed-out")
            await asyncio.to_thread(self._accounts.sign_out, found.token)
            await asyncio.to_thread(self._accounts.audit, entry)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(self._cookie, path="/", secure=self._tls, httponly=True, samesite="strict")
        return response
