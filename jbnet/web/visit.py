"""One request: who makes it, in which language, and the pages that it may be answered with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from starlette.responses import HTMLResponse, RedirectResponse, Response

from jbnet.model.text import Text
from jbnet.web.assets import static_url
from jbnet.web.live import Subject
from jbnet.web.pages import templates
from jbnet.web.reader import Glasses, Reader

if TYPE_CHECKING:
    from starlette.requests import Request

    from jbnet.model.network import Network
    from jbnet.model.rights import User

LANGUAGES = ("en", "zh")
COOKIE = "jbnet"
LANGUAGE_COOKIE = "jbnet-lang"
_MOST_DIGITS = 12


@dataclass(frozen=True)
class Visit:
    """A request and whose it is. ``user`` None: nobody signed in."""

    request: Request
    user: User | None
    network: Network | None

    @property
    def lang(self) -> str:
        """Return the language: chosen here, or the user's, or the first that the browser wants and that there is."""
        chosen = self.request.cookies.get(LANGUAGE_COOKIE)
        if chosen in LANGUAGES:
            return chosen
        if self.user is not None:
            return self.user.lang
        wanted = self.request.headers.get("accept-language", "")
        return "zh" if wanted.strip().lower().startswith("zh") else "en"

    @property
    def reader(self) -> Reader:
        """Return what pages depend on; nobody sees nothing."""
        if self.user is None:
            return Reader(self.lang, "", frozenset())
        return Reader(self.lang, self.user.subtree, self.user.rights)

    @property
    def glasses(self) -> Glasses:
        """Return what this visitor sees the network through."""
        return self.reader.within(self.network)

    def subject(self, page: str, name: str = "") -> Subject:
        """Return what this visitor looks at."""
        return Subject(page, name, self.reader)

    def page(self, template: str, *, title: str = "", status: int = 200, events: str = "", **given: object) -> Response:
        """Return a whole page."""
        glasses = self.glasses
        name = self.network_name
        frame: Mapping[str, object] = {
            "_": glasses.say,
            "url": str,
            "static": static_url,
            "lang": self.lang,
            "network": name,
            "title": f"{title} · {name}" if title else name,
            "user": self.user.name if self.user is not None else "",
            "here": template,
            "events": events,
            "other_language": self._other_language(),
        }
        html = templates().get_template(f"{template}.html.j2").render(**frame, **given)
        return HTMLResponse(html, status)

    @property
    def network_name(self) -> str:
        """Return what the network is called; nobody is told who has not signed in."""
        if self.network is None or self.user is None:
            return "jbnet"
        return self.network.name_zh if self.lang == "zh" else self.network.name

    def _other_language(self) -> str:
        other = "en" if self.lang == "zh" else "zh"
        return "/language?" + urlencode({"to": other, "next": self.request.url.path})

    def said(self, status: int, title: Text, said: Text, then: Text | None = None) -> Response:
        """Return a page that says what could not be done, and what next."""
        say = self.glasses.say
        next_said = say(then) if then is not None else ""
        return self.page("said", title=say(title), status=status, said=say(said), next=next_said, heading=say(title))

    def to_sign_in(self) -> Response:
        """Send somebody who has not signed in to do so, and back afterwards."""
        path = self.request.url.path if self.request.method == "GET" else "/"
        return RedirectResponse("/sign-in?" + urlencode({"next": path}), 303)


def is_number(said: str) -> bool:
    """Say whether it may be the number of an incident."""
    return said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS


def local_path(said: str) -> str:
    """Return a path of this server to go on to; anything else, also what looks like one and is none, is the wall."""
    fine = said.startswith("/") and not said.startswith("//") and "\\" not in said and said.isprintable()
    return said if fine else "/"
