"""What somebody looks at, and what a key makes of it: a state, a key, a new state. No terminal, no clock, no store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from jbnet.model.text import Text, text
from jbnet.monitor.actions import Deed


class PageKind(StrEnum):
    """What a page shows."""

    LIST = "list"
    GROUPS = "groups"
    INCIDENT = "incident"
    SITE = "site"
    DEVICE = "device"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Target:
    """What a line stands for, and what Enter opens. ``kind`` LIST with a name: the incidents of that group."""

    kind: PageKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of those that were opened one from the other.

    ``chosen`` is the target under the cursor, so that it stays there when others come and go; ``at`` its line then.
    """

    target: Target
    at: int = 0
    chosen: Target | None = None


class Ask(StrEnum):
    """What is asked on the lowest line."""

    FILTER = "filter"
    OWNER = "owner"
    ACK_COMMENT = "ack-comment"
    COMMENT = "comment"
    HAND_OVER = "hand-over"
    SILENCE_FOR = "silence-for"
    SILENCE_WHY = "silence-why"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line that is being typed. ``about`` is the incident, ``before`` what was answered before."""

    ask: Ask
    typed: str = ""
    about: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants done to an incident, for whoever may write. ``lasts``: of a silence, such as ``2h``."""

    deed: Deed
    incident: str
    comment: str = ""
    owner: str = ""
    lasts: str = ""


@dataclass(frozen=True, slots=True)
class Model:
    """All that a screen depends on besides what the monitor saw."""

    pages: tuple[Page, ...] = (Page(Target(PageKind.LIST)),)
    filter: str = ""
    prompt: Prompt | None = None
    message: Text | None = None
    over: bool = False

    @property
    def page(self) -> Page:
        """Return the page that is shown."""
        return self.pages[-1]


def press(model: Model, key: str, rows: Sequence[Target | None], height: int) -> tuple[Model, Wish | None]:
    """Return the state after a key, and what is to be done, if anything.

    ``rows`` are the lines of the page as they are shown now, ``height`` how many of them the screen has room for.
    """
    if model.prompt is not None:
        return _type(model, model.prompt, key)
    model = replace(model, message=None)
    if key in _MOVES:
        return _moved(model, rows, _MOVES[key](cursor(model.page, rows), height)), None
    if key in ("q", "eof"):
        return replace(model, over=True), None
    if key in _ASKS:
        return _asking(model, _ASKS[key], rows), None
    if key == "u":
        about = subject(model, rows)
        return (model, Wish(Deed.RELEASE, about)) if about else (replace(model, message=_no_incident(model)), None)
    return _turned(model, key, rows), None


_MOVES: Mapping[str, Callable[[int, int], int]] = {
    "up": lambda at, _: at - 1,
    "k": lambda at, _: at - 1,
    "down": lambda at, _: at + 1,
    "j": lambda at, _: at + 1,
    "pgup": lambda at, height: at - max(1, height - 1),
    "pgdn": lambda at, height: at + max(1, height - 1),
    " ": lambda at, height: at + max(1, height - 1),
    "home": lambda *_: 0,
    "end": lambda *_: 1_000_000,
}
_ASKS = {"/": Ask.FILTER, "a": Ask.OWNER, "c": Ask.COMMENT, "o": Ask.HAND_OVER, "s": Ask.SILENCE_FOR}


def cursor(page: Page, rows: Sequence[Target | None]) -> int:
    """Return the line that the cursor is on: that of what was chosen, or else the nearest one to where it was."""
    if page.chosen is not None and page.chosen in rows:
        return rows.index(page.chosen)
    return max(0, min(page.at, len(rows) - 1))


def subject(model: Model, rows: Sequence[Target | None]) -> str:
    """Return the incident that a deed is about: the one under the cursor, or the one whose page this is."""
    under = rows[cursor(model.page, rows)] if rows else None
    if under is not None and under.kind is PageKind.INCIDENT:
        return under.name
    return model.page.target.name if model.page.target.kind is PageKind.INCIDENT else ""


def _moved(model: Model, rows: Sequence[Target | None], to: int) -> Model:
    at = max(0, min(to, len(rows) - 1))
    chosen = rows[at] if rows else None
    return _with_page(model, replace(model.page, at=at, chosen=chosen))


def _with_page(model: Model, page: Page) -> Model:
    return replace(model, pages=(*model.pages[:-1], page))


def _turned(model: Model, key: str, rows: Sequence[Target | None]) -> Model:
    """Open what is under the cursor, go back, or turn to another page."""
    if key in ("enter", "right", "l"):
        under = rows[cursor(model.page, rows)] if rows else None
        return _opened(model, under) if under is not None else model
    if key in ("esc", "left", "h", "backspace"):
        return _back(model)
    if key == "g":
        here = model.page.target.kind is PageKind.GROUPS
        return replace(model, pages=(Page(Target(PageKind.LIST if here else PageKind.GROUPS)),))
    return _opened(model, Target(PageKind.HELP)) if key == "?" else model


def _opened(model: Model, target: Target) -> Model:
    if model.page.target == target:
        return model
    return replace(model, pages=(*model.pages, Page(target)))


def _back(model: Model) -> Model:
    """Leave the page; on the first one, drop the filter."""
    if len(model.pages) > 1:
        return replace(model, pages=model.pages[:-1])
    return replace(model, filter="")


def _asking(model: Model, ask: Ask, rows: Sequence[Target | None]) -> Model:
    if ask is Ask.FILTER:
        return replace(model, prompt=Prompt(ask, model.filter))
    about = subject(model, rows)
    if not about:
        return replace(model, message=_no_incident(model))
    return replace(model, prompt=Prompt(ask, about=about))


def _no_incident(model: Model) -> Text:
    """Return what to do first where the cursor is on nothing that something could be noted on."""
    if model.page.target.kind is PageKind.GROUPS:
        return text("open the group first (Enter), then choose an incident")
    return text("choose an incident first")


def _type(model: Model, prompt: Prompt, key: str) -> tuple[Model, Wish | None]:
    """Take a key while something is asked."""
    if key == "enter":
        return _answered(replace(model, prompt=None), prompt)
    if key in ("esc", "eof"):
        return replace(model, prompt=None), None
    typed = prompt.typed[:-1] if key == "backspace" else "" if key == "clear" else prompt.typed
    if len(key) == 1:
        typed += key
    return replace(model, prompt=replace(prompt, typed=typed)), None


def _answered(model: Model, prompt: Prompt) -> tuple[Model, Wish | None]:
    """Take an answer: the next question, or what is to be done."""
    said, about = prompt.typed.strip(), prompt.about
    if prompt.ask is Ask.FILTER:
        return replace(model, filter=said, pages=(Page(Target(PageKind.LIST)),)), None
    if prompt.ask is Ask.OWNER:
        return replace(model, prompt=Prompt(Ask.ACK_COMMENT, about=about, before=said)), None
    if prompt.ask is Ask.SILENCE_FOR:
        return replace(model, prompt=Prompt(Ask.SILENCE_WHY, about=about, before=said or "2h")), None
    if prompt.ask is Ask.ACK_COMMENT:
        return model, Wish(Deed.ACKNOWLEDGE, about, said, prompt.before)
    if prompt.ask is Ask.SILENCE_WHY:
        return model, Wish(Deed.SILENCE, about, said, lasts=prompt.before)
    if not said:
        return model, None
    if prompt.ask is Ask.HAND_OVER:
        return model, Wish(Deed.OWN, about, owner=said)
    return model, Wish(Deed.COMMENT, about, said)
