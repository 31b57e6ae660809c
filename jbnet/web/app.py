"""The page as an ASGI application: which address is answered by what, and who may ask it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from jbnet.model.errors import JbnetError
from jbnet.model.rights import Right
from jbnet.model.text import text
from jbnet.web import deeds, pages
from jbnet.web.api import api_app
from jbnet.web.assets import static
from jbnet.web.drawn import draw_map, draw_tree
from jbnet.web.guard import API, Guard
from jbnet.web.live import Hub, Subject
from jbnet.web.signing import Door
from jbnet.web.visit import LANGUAGE_COOKIE, LANGUAGES, Visit, is_number, local_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jbnet.ports.accounts import Accounts
    from jbnet.topology.diagrams.outline import Outline
    from jbnet.web.reader import Reader
    from jbnet.web.sight import Eyes

ASK_SESSION_S = 5.0
"""So often a stream's session is asked for again: who signed out, or was removed, sees no more behind that."""
PAGES = frozenset({"wall", "incidents", "incident"})
"""What there are streams of."""
log = logging.getLogger(__name__)
_YEAR_S = 365 * 24 * 3600


@dataclass
class Page:
    """What the addresses are answered from. ``outlines``: the borders on the map."""

    eyes: Eyes
    accounts: Accounts
    outlines: Sequence[Outline] = ()
    tls: bool = False
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    hub: Hub = field(init=False)
    door: Door = field(init=False)
    drawn: dict[Reader, tuple[Markup, Markup]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hub = Hub(self.eyes, lambda sight, subject: pages.events(self.eyes, sight, subject))
        self.door = Door(self.accounts, self.clock, tls=self.tls)

    async def visit(self, request: Request) -> Visit:
        """Return who asks."""
        user = await asyncio.to_thread(self.door.user, request)
        return Visit(request, user, self.eyes.network)

    async def now(self, subject: Subject) -> Markup:
        """Return the changing part of a page as of now."""
        return await self.hub.there(pages.part, self.eyes, self.hub.sight, subject)

    def pictures(self, visit: Visit) -> tuple[Markup, Markup]:
        """Return the map and the tree of places, drawn once for all who see the same."""
        network, reader = self.eyes.network, visit.reader
        if network is None:
            return Markup(), Markup()
        if reader not in self.drawn:
            glasses = visit.glasses
            title = glasses.say(text("map"))
            named = glasses.tongue.place
            self.drawn[reader] = (
                draw_map(network, self.outlines, glasses.sees, named, title),
                draw_tree(network, glasses.sees, named),
            )
        return self.drawn[reader]

    async def wall(self, request: Request) -> Response:
        """Answer with the wall."""
        visit = await self.visit(request)
        if visit.user is None:
            return visit.to_sign_in()
        drawn, tree = await asyncio.to_thread(self.pictures, visit)
        states = pages.states(visit.glasses, self.hub.sight)
        legend = [(str(state), visit.glasses.say(said)) for state, said in pages.LEGEND]
        now = await self.now(visit.subject("wall"))
        return visit.page("wall", events="/events/wall", map=drawn, tree=tree, now=now, legend=legend, states=states)

    async def incidents(self, request: Request) -> Response:
        """Answer with all open incidents."""
        visit = await self.visit(request)
        if visit.user is None:
            return visit.to_sign_in()
        title = visit.glasses.say(text("incidents"))
        now = await self.now(visit.subject("incidents"))
        return visit.page("incidents", title=title, events="/events/incidents", now=now)

    async def incident(self, request: Request) -> Response:
        """Answer with one incident."""
        visit = await self.visit(request)
        if visit.user is None:
            return visit.to_sign_in()
        number = request.path_params["number"]
        now = await self.now(visit.subject("incident", number))
        if not now:
            return visit.said(404, text("not found"), text("there is no incident {id}", id=number))
        found = await self.hub.there(self.eyes.incident, number)
        may = found is not None and found[0].incident.closed is None and visit.glasses.may_handle(found[0])
        return visit.page(
            "incident", title=f"#{number}", events=f"/events/incident/{number}", now=now, id=number, may_handle=may
        )

    async def deed(self, request: Request) -> Response:
        """Note what somebody does to an incident, and show it again."""
        visit = await self.visit(request)
        if visit.user is None:
            return visit.to_sign_in()
        return await deeds.do(self, visit)

    async def events(self, request: Request) -> Response:
        """Answer with the stream of what changes on a page."""
        visit = await self.visit(request)
        if visit.user is None or Right.SEE not in visit.user.rights:
            return Response("nobody signed in\n", 401)
        page, number = request.path_params["page"], request.path_params.get("number", "")
        if (page == "incident") is not bool(number) or page not in PAGES or not is_number(number or "0"):
            return Response("there is no such stream\n", 404)
        subject = visit.subject(page, number)
        headers = {"x-accel-buffering": "no", "cache-control": "no-store"}
        return StreamingResponse(self._stream(visit, subject), media_type="text/event-stream", headers=headers)

    async def _stream(self, visit: Visit, subject: Subject) -> AsyncIterator[str]:
        listener = await self.hub.listen(subject)
        watch = asyncio.create_task(self._end_with_session(visit, listener.end))
        try:
            async for said in listener.events():
                yield said
            yield "event: over\ndata: {}\n\n"
        finally:
            watch.cancel()
            self.hub.leave(listener)

    async def _end_with_session(self, visit: Visit, end: Callable[[], None]) -> None:
        """End a stream once its session is over, its user may do something else, or nobody can be asked about it."""
        try:
            while await asyncio.to_thread(self.door.user, visit.request) == visit.user:
                await asyncio.sleep(ASK_SESSION_S)
        except JbnetError as error:
            log.warning("a stream ends, for its session cannot be asked about: %s", error)
        finally:
            end()

    async def language(self, request: Request) -> Response:
        """Keep a language for this browser, and go back."""
        response = RedirectResponse(local_path(request.query_params.get("next", "/")), 303)
        if (chosen := request.query_params.get("to", "")) in LANGUAGES:
            response.set_cookie(LANGUAGE_COOKIE, chosen, _YEAR_S, samesite="strict", httponly=True, secure=self.tls)
        return response

    async def sign_in(self, request: Request) -> Response:
        """Answer with the form, or take it."""
        return await self.door.sign_in(request)

    async def sign_out(self, request: Request) -> Response:
        """End the session."""
        return await self.door.sign_out(request)


def make_app(page: Page, hosts: frozenset[str]) -> Starlette:
    """Return the application. ``hosts``: the names by which it may be called."""
    return Starlette(
        routes=_routes(page),
        exception_handlers={JbnetError: _cannot},
        middleware=[Middleware(Guard, hosts=hosts, tls=page.tls), Middleware(GZipMiddleware, minimum_size=500)],
        lifespan=_lifespan(page),
    )


async def _cannot(_request: Request, error: Exception) -> Response:
    """Answer where a store cannot be read or written: nothing was done, and the same may go through later."""
    log.warning("a request was not answered: %s", error)
    return Response("the server cannot read or write what it keeps; its log says why\n", 503)


def _routes(page: Page) -> list[BaseRoute]:
    get: list[tuple[str, Callable[[Request], Awaitable[Response]]]] = [
        ("/", page.wall),
        ("/incidents", page.incidents),
        ("/incidents/{number:str}", page.incident),
        ("/events/{page:str}", page.events),
        ("/events/{page:str}/{number:str}", page.events),
        ("/language", page.language),
        ("/static/{digest:str}/{name:str}", static),
    ]
    post = [("/incidents/{number:str}/{deed:str}", page.deed), ("/sign-out", page.sign_out)]
    return [
        *(Route(path, answer, methods=["GET"]) for path, answer in get),
        *(Route(path, answer, methods=["POST"]) for path, answer in post),
        Mount(API, api_app(page)),
        Route("/sign-in", page.sign_in, methods=["GET", "POST"]),
    ]


def _lifespan(page: Page) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await page.hub.start()
        looking = asyncio.create_task(page.hub.run())
        try:
            yield
        finally:
            looking.cancel()
            with suppress(asyncio.CancelledError):
                await looking
            await page.hub.stop()

    return lifespan
