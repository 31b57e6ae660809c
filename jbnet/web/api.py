"""The API: a table of operations, from which both the routes and the OpenAPI document are made (ADR 81)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.ports.accounts import Bearer
from jbnet.web import api_incidents
from jbnet.web.api_auth import TokenDoor, language, not_known, problem, reader_of
from jbnet.web.api_call import Call
from jbnet.web.api_schema import Operation, document
from jbnet.web.api_schemas import SCHEMAS

if TYPE_CHECKING:
    from jbnet.web.app import Page

log = logging.getLogger(__name__)


async def whoami(call: Call) -> Response:
    """Answer with whom the token stands for, and what it may do."""
    bearer = call.bearer
    rights = sorted(str(right) for right in bearer.rights)
    said = {
        "user": bearer.user.name,
        "role": str(bearer.user.role),
        "subtree": bearer.user.subtree,
        "token": bearer.name,
        "rights": rights,
        "expires": bearer.expires.isoformat(),
    }
    return JSONResponse(said)


OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/whoami", "whoami", "Whom the token stands for, and what it may do", None, "Whoami", whoami),
    *api_incidents.OPERATIONS,
)


def openapi() -> dict[str, Any]:
    """Return the OpenAPI 3.1 document of the operations."""
    return document(OPERATIONS, SCHEMAS)


@dataclass(frozen=True)
class _Answering:
    """One operation over one page: who calls is known before anything else is looked at."""

    page: Page
    door: TokenDoor
    operation: Operation

    async def __call__(self, request: Request) -> Response:
        bearer = await asyncio.to_thread(self.door.bearer, request)
        if not isinstance(bearer, Bearer):
            return not_known(request, bearer)
        right = self.operation.right
        if right is not None and right not in bearer.rights:
            said = text(
                "it needs the right {right}: the token's scope or its owner's role does not give it", right=right
            )
            return problem(request, 403, text("refused"), said)
        glasses = reader_of(bearer, language(request)).within(self.page.eyes.network)
        return await self.operation.answer(Call(self.page, request, bearer, glasses))


def api_app(page: Page) -> Starlette:
    """Return the application below ``/api/v1``."""
    door = TokenDoor(page.accounts, page.clock)
    content = json.dumps(openapi(), indent=1)

    async def described(_request: Request) -> Response:
        return Response(content, media_type="application/json")

    by_path: dict[str, list[Operation]] = {}
    for one in OPERATIONS:
        by_path.setdefault(one.path, []).append(one)
    routes = [
        Route(path.replace("}", ":str}"), _answer(page, door, one), methods=[one.method])
        for path, found in by_path.items()
        for one in found
    ]
    return Starlette(
        routes=[Route("/openapi.json", described, methods=["GET"]), *routes],
        exception_handlers={HTTPException: _http, JbnetError: _cannot},
    )


def _answer(page: Page, door: TokenDoor, operation: Operation) -> Callable[[Request], Awaitable[Response]]:
    answering = _Answering(page, door, operation)

    async def answer(request: Request) -> Response:
        return await answering(request)

    return answer


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # it is registered for these alone  # noqa: S101
    headers = {name.lower().replace("-", "_"): value for name, value in (error.headers or {}).items()}
    said = text("{method} {path} is nothing that this API has", method=request.method, path=request.url.path)
    return problem(request, error.status_code, text("not found"), said, **headers)


async def _cannot(request: Request, error: Exception) -> Response:
    log.warning("a call was not answered: %s", error)
    said = text("the server cannot read or write what it keeps; its log says why")
    return problem(request, 503, text("it cannot be read or written"), said)
