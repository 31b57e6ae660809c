"""What people do to incidents by the page: the same actions that the commands append, and a line in the audit log."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from starlette.responses import RedirectResponse, Response

from jbnet.model.errors import JbnetError
from jbnet.model.text import text
from jbnet.monitor.actions import Action, Deed
from jbnet.ports.accounts import AuditEntry
from jbnet.web.forms import fields

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.web.app import Page
    from jbnet.web.visit import Visit

DEEDS: Mapping[str, Deed] = {str(d): d for d in (Deed.ACKNOWLEDGE, Deed.RELEASE, Deed.COMMENT, Deed.OWN, Deed.SILENCE)}
LENGTHS: Mapping[str, timedelta] = {"1h": timedelta(hours=1), "4h": timedelta(hours=4), "1d": timedelta(days=1)}
_NEEDS = {Deed.COMMENT: "comment", Deed.OWN: "owner", Deed.SILENCE: "comment"}


async def do(page: Page, visit: Visit) -> Response:
    """Append what was asked for and show the incident again; or say why not."""
    number, word = str(visit.request.path_params["number"]), visit.request.path_params["deed"]
    found = await page.hub.there(page.eyes.incident, number)
    seen = visit.glasses.mine(found[0]) if found is not None else None
    if found is None or seen is None or word not in DEEDS:
        return visit.said(404, text("not found"), text("there is no incident {id}", id=number))
    if not visit.glasses.may_handle(found[0]):
        return _refused(visit, number)
    if found[0].incident.closed is not None and DEEDS[word] is not Deed.COMMENT:
        return visit.said(
            409, text("it is over"), text("#{id} is closed: only a comment can be noted on it", id=number)
        )
    form = {name: value.strip() for name, value in (await fields(visit.request)).items()}
    who = visit.user.name if visit.user is not None else ""
    action = action_of(DEEDS[word], number, who, form, page.clock())
    if action is None:
        return visit.said(422, text("something is missing"), text("say why: who comes later has to know"))
    return await _note(page, visit, action)


def action_of(deed: Deed, number: str, who: str, form: Mapping[str, str], now: datetime) -> Action | None:
    """Return what is appended; None where something is missing that it needs."""
    if deed in _NEEDS and not form.get(_NEEDS[deed]):
        return None
    owner = form.get("owner", "") if deed is Deed.OWN else ""
    until = now + LENGTHS.get(form.get("for", ""), LENGTHS["1h"]) if deed is Deed.SILENCE else None
    return Action(uuid4().hex, now, who, deed, number, form.get("comment", ""), owner, until)


async def _note(page: Page, visit: Visit, action: Action) -> Response:
    """Keep it, and show the incident again."""
    try:
        await keep(page, visit.request, action, {})
    except JbnetError as error:
        return visit.said(503, text("it could not be kept"), error.text, error.hint)
    return RedirectResponse(f"/incidents/{action.target}", 303)


async def keep(page: Page, request: Request, action: Action, data: Mapping[str, object]) -> None:
    """Append it, durably, before anybody is told that it is done. Raises JbnetError where it cannot be kept."""
    address = request.client.host if request.client is not None else ""
    entry = AuditEntry(action.time, action.who, str(action.deed), f"incident {action.target}", address, data)
    await asyncio.to_thread(page.accounts.audit, entry)
    await page.hub.there(page.eyes.note, action)
    await page.hub.look()  # who did it sees it on whatever page they open next


def _refused(visit: Visit, number: str) -> Response:
    said = text("#{id} is not yours to handle: its cause lies elsewhere, or your role only looks", id=number)
    return visit.said(403, text("refused"), said, text("call the NOC that sees all of the network"))
