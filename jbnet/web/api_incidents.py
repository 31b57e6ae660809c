"""What the API says of incidents, as ``jbnet --json incidents`` does, and what may be done to them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse, Response

from jbnet.model.rights import Right
from jbnet.model.text import Text, text
from jbnet.monitor.actions import Deed
from jbnet.monitor.board import Entry
from jbnet.web import deeds
from jbnet.web.api_auth import problem
from jbnet.web.api_schema import TEXT, Operation
from jbnet.web.forms import LONGEST, MOST_BYTES
from jbnet.web.pages import counts, seen_history, silent_devices
from jbnet.web.visit import is_number

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.web.api_call import Call

MOST = 200
"""So many incidents are sent at once; ``cursor`` leads to the next."""
_WANTED = text("something is missing")


async def count(call: Call) -> Response:
    """Answer with how many sites can be reached, as ``jbnet --json status``: of those that the caller sees."""
    sight, glasses = call.page.hub.sight, call.glasses
    found = glasses.cut(sight.found)
    told = counts(glasses, sight)
    said = {
        "as_of": (sight.summary or {}).get("as_of"),
        "age_s": None if sight.fresh.age_s is None else round(sight.fresh.age_s, 1),
        "stale": sight.fresh.stale or sight.trouble is not None,
        "blind": [str(reason) for reason in sight.fresh.blind],
        "sites": told["sites"],
        "devices": told["devices"],
        "unexplained": list(silent_devices(glasses, sight)),
        "open": len(found),
        "calling": sum(entry.calls for entry in found),
    }
    return JSONResponse(said)


async def several(call: Call) -> Response:
    """Answer with incidents, latest first: all that are open, or all; so many at once, the next by the cursor."""
    query = call.request.query_params
    state, limit, cursor = query.get("state", "open"), query.get("limit", str(MOST)), query.get("cursor", "")
    if state not in ("open", "all") or not is_number(limit) or not 1 <= int(limit) <= MOST:
        said = text("state is open or all, limit a number from 1 to {most}", most=MOST)
        return problem(call.request, 422, _WANTED, said)
    if cursor and not is_number(cursor):
        return problem(call.request, 422, _WANTED, text("a cursor is what the answer before this one said"))
    found = await call.page.hub.there(call.page.eyes.every)
    seen = [e for e in call.glasses.cut(found) if state == "all" or e.incident.closed is None]
    after = [e for e in _latest_first(seen) if not cursor or int(e.incident.id) < int(cursor)]
    shown = after[: int(limit)]
    more = shown[-1].incident.id if len(after) > len(shown) else None
    blind = [str(reason) for reason in call.page.hub.sight.fresh.blind]
    return JSONResponse({"incidents": [_said(call, e) for e in shown], "blind": blind, "cursor": more})


def _latest_first(found: list[Entry]) -> list[Entry]:
    return sorted(found, key=lambda entry: -int(entry.incident.id))


def _said(call: Call, entry: Entry) -> dict[str, object]:
    """Return an incident; a silence that was laid over more than it says nothing of where else to who sees a part."""
    said = entry.as_json()
    silence = entry.silence
    if silence is not None and call.glasses.reader.subtree is not None and silence.target != entry.incident.id:
        said["silenced"] = {"until": silence.until.isoformat()}
    return said


async def one(call: Call) -> Response:
    """Answer with an incident and its history."""
    number = str(call.request.path_params["id"])
    found = await call.page.hub.there(call.page.eyes.incident, number)
    mine = call.glasses.mine(found[0]) if found is not None else None
    if found is None or mine is None:
        return _none(call, number)
    history = [change.as_json() for change in seen_history(call.glasses, found[1])]
    return JSONResponse({**_said(call, mine), "history": history})


async def deed(call: Call) -> Response:
    """Note what somebody does to an incident: on disk, with who and by which token, when this answers."""
    number, word = str(call.request.path_params["id"]), str(call.request.path_params["deed"])
    found = await call.page.hub.there(call.page.eyes.incident, number)
    if found is None or word not in deeds.DEEDS or call.glasses.mine(found[0]) is None:
        return _none(call, number)
    if not call.glasses.may_handle(found[0]):
        said = text("#{id} is not yours to handle: its cause lies elsewhere, or your role only looks", id=number)
        return problem(call.request, 403, text("refused"), said)
    if found[0].incident.closed is not None and deeds.DEEDS[word] is not Deed.COMMENT:
        said = text("#{id} is closed: only a comment can be noted on it", id=number)
        return problem(call.request, 409, text("it is over"), said)
    body = await _body(call.request)
    if isinstance(body, Text):
        return problem(call.request, 422, _WANTED, body)
    action = deeds.action_of(deeds.DEEDS[word], number, call.bearer.user.name, body, call.page.clock())
    if action is None:
        return problem(call.request, 422, _WANTED, text("say why: who comes later has to know"))
    await deeds.keep(call.page, call.request, action, {"token": call.bearer.name})
    return Response(status_code=204)


def _none(call: Call, number: str) -> Response:
    return problem(call.request, 404, text("not found"), text("there is no incident {id}", id=number))


async def _body(request: Request) -> Mapping[str, str] | Text:
    """Return the fields of the JSON object that was sent; else what is wrong with it."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return text("the body is longer than {most} bytes", most=MOST_BYTES)
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError):
        said = None
    known = isinstance(said, dict) and said.keys() <= _BODY["properties"].keys()
    if not known or not all(isinstance(value, str) and len(value) <= LONGEST for value in said.values()):
        return text("send a JSON object of texts: comment, owner, for")
    if said.get("for", "1h") not in deeds.LENGTHS:
        return text("for is one of {lengths}", lengths=", ".join(deeds.LENGTHS))
    return {name: value.strip() for name, value in said.items()}


_SHORT = {"type": "string", "maxLength": LONGEST}
_BODY: dict[str, Any] = {
    "type": "object",
    "properties": {"comment": _SHORT, "owner": _SHORT, "for": {"enum": list(deeds.LENGTHS)}},
    "additionalProperties": False,
}
_QUERY: dict[str, dict[str, Any]] = {
    "state": {"enum": ["open", "all"], "default": "open"},
    "limit": {"type": "integer", "minimum": 1, "maximum": MOST, "default": MOST},
    "cursor": {**TEXT, "pattern": "^[0-9]{1,12}$"},
}
OPERATIONS: tuple[Operation, ...] = (
    Operation("GET", "/counts", "counts", "How many sites and devices answer", Right.SEE, "Counts", count),
    Operation("GET", "/incidents", "incidents", "Incidents, latest first", Right.SEE, "Incidents", several, _QUERY),
    Operation("GET", "/incidents/{id}", "incident", "An incident and its history", Right.SEE, "IncidentWhole", one),
    Operation(
        "POST",
        "/incidents/{id}/{deed}",
        "deed",
        "acknowledge, release, comment, own or silence an incident",
        Right.HANDLE,
        "",
        deed,
        takes=_BODY,
    ),
)
