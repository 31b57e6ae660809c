"""How a system talks at its command line: its prompts, its refusals, the questions that it asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_USER_VIEW = re.compile(r"<([^<>\s]+)>")


def view_in(said: str, names: Iterable[str]) -> str | None:
    """Return what follows the device's name between a prompt's brackets; None: none of the names stands there."""
    rests = (said.removeprefix(name) for name in sorted(names, key=len, reverse=True) if said.startswith(name))
    return next((rest for rest in rests if rest == "" or rest.startswith("-")), None)


def huawei_view(said: str, names: Iterable[str]) -> str | None:
    """Return the view that a prompt of Huawei's kind names, ``<`` for the user view; None: it is no prompt of ours."""
    found = re.fullmatch(r"<([^<>]+)>|\[[~*]?([^\[\]]+)\]", said)
    if found is None:
        return None
    if found.group(1):
        return "<" if found.group(1) in names else None
    return view_in(found.group(2), names)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one system talks. ``platform`` says what its secrets look like; ``unpaged`` is the command that ends paging;
    ``error`` finds a refusal in an answer; ``defaults`` are names of unnamed devices. ``greeting`` is the first prompt,
    with the name as its group; ``view`` reads later ones; ``renames`` begins the command that changes the name.
    """

    platform: str
    unpaged: str
    error: re.Pattern[str]
    defaults: tuple[str, ...] = ()
    greeting: re.Pattern[str] = _USER_VIEW
    view: Callable[[str, Iterable[str]], str | None] = huawei_view
    renames: str = "sysname "


@dataclass(frozen=True, slots=True)
class Reply:
    """What to answer to a question that a command is known to ask."""

    question: str
    answer: str
