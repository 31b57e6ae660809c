"""What every request and answer of the page has to hold: where it may come from, what a browser may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Content Security Policy Level 3: scripts and styles from this server alone, none inside pages, no frames."""
ALWAYS: Mapping[str, str] = {
    "content-security-policy": POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
}
API = "/api/v1"
"""Below this a token in a header is all that counts (ADR 81)."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class Guard:
    """ASGI middleware. ``hosts``: the names by which this server may be called; another is a trick with DNS.

    What changes something has to come from a page of this server: the browser says so (Sec-Fetch-Site, Fetch Metadata;
    Origin, RFC 6454), and a cookie is not even sent otherwise (SameSite=Strict). Below ``API`` no cookie counts, and so
    no browser can be made to bring one along.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str], *, tls: bool):
        self._app, self._hosts = app, hosts
        self._always = {**ALWAYS, **({"strict-transport-security": "max-age=31536000"} if tls else {})}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse before anything else sees it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._always.items():
                    headers[name] = value
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self._refusal(scope["method"], scope["path"], Headers(scope=scope))
        app: ASGIApp = PlainTextResponse(refusal, 403) if refusal else self._app
        await app(scope, receive, sending)

    def _refusal(self, method: str, path: str, headers: Headers) -> str:
        """Return why a request is refused; empty: it is not."""
        host = headers.get("host", "")
        if host_name(host) not in self._hosts:
            return f"this server is not called {host}\n"
        if method in _SAFE or path.startswith(f"{API}/"):
            return ""
        return "" if came_from_here(headers, host) else "this request does not come from a page of this server\n"


def came_from_here(headers: Headers, host: str) -> bool:
    """Say whether a browser says that a request comes from a page of this origin; who says nothing is refused."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc == host


def host_name(host: str) -> str:
    """Return the name in a Host header without the port, in lower case."""
    return host.rsplit(":", 1)[0].lower() if not host.endswith("]") else host.lower()
