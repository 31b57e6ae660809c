"""What pages bring along: all of it lies in the package, at addresses with a digest, to be kept for ever."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib import resources
from mimetypes import guess_type

from starlette.requests import Request
from starlette.responses import Response

KEPT = "public, max-age=31536000, immutable"
NAMES = frozenset({"icon.svg", "idiomorph.min.js", "page.css", "page.js", "theme.js"})


@cache
def _read(name: str) -> tuple[bytes, str]:
    content = (resources.files("jbnet.web") / "static" / name).read_bytes()
    return content, sha256(content).hexdigest()[:12]


def static_url(name: str) -> str:
    """Return the address of a file. Raises KeyError for one that pages do not have."""
    if name not in NAMES:
        raise KeyError(name)
    return f"/static/{_read(name)[1]}/{name}"


async def static(request: Request) -> Response:
    """Answer with a file, whatever version was asked for: the newest is the only one there is."""
    name, digest = request.path_params["name"], request.path_params["digest"]
    if name not in NAMES:
        return Response("there is no such file\n", 404)
    content, mine = _read(name)
    kind = "text/javascript" if name.endswith(".js") else guess_type(name)[0] or "application/octet-stream"
    kept = {"cache-control": KEPT} if digest == mine else {}
    return Response(content, media_type=kind, headers=kept)
