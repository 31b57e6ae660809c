"""Fields of a form (application/x-www-form-urlencoded, WHATWG URL, section 5): nobody sends files to this server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException

if TYPE_CHECKING:
    from starlette.requests import Request

MOST_BYTES = 16 * 1024
MOST_FIELDS = 10
LONGEST = 1000
_KIND = "application/x-www-form-urlencoded"


async def fields(request: Request) -> Mapping[str, str]:
    """Return the fields by name, the last of each. Raises HTTPException (413, 415, 400)."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _KIND:
        raise HTTPException(415, f"send {_KIND}\n")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "the form is too long\n")
    try:
        found = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise HTTPException(400, "the form cannot be read\n") from error
    return {name: value[:LONGEST] for name, value in found}
