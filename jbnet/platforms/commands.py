"""What may be typed on each system without changing it, and how its answers are read: ``NAME/commands.yaml``.

A command counts as reading only where the data says so. Words are written with the part that may be left out in
brackets: ``di[splay]`` is ``display``, ``disp``, ``dis`` and ``di``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jbnet.model.errors import UsageError
from jbnet.model.text import Text, text
from jbnet.platforms.package_data import is_there, platform_data
from jbnet.platforms.registry import platform

MOST_CHARACTERS = 500
"""VRP takes 510 characters a line (NE40E, "Editing Command Lines"); none of the others takes fewer."""
WRITERS = ("append", "redirect", "save", "tee")
"""Words that write an answer away, on one system or another."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_WORD = re.compile(r"([a-z-]+)(?:\[([a-z-]+)\])?")


@dataclass(frozen=True, slots=True)
class Commands:
    """What a system's command line reads and writes.

    ``reads`` are beginnings of commands that only read, ``writes`` those among them that write all the same;
    ``filters`` are words behind a pipe that only choose lines; ``signs`` make any command write, or end it.
    ``keys`` are characters that a terminal takes for a key. ``refusal`` finds a refusal in an answer.
    ``looks`` finds the words that say how a blanked secret is written (where secrets stand: ``secret_places``);
    ``known_by_secret`` finds lines that are entries of their own for every secret: another one does not replace them.
    ``templates`` is the system's name in ntc-templates; ``json`` says that a reading command may take the word json at
    its end. ``columns`` are, by the beginning of a command, the columns of its answer that identify a row or matter
    most, in their order.
    """

    reads: tuple[str, ...]
    refusal: str
    looks: str = ""
    known_by_secret: str = ""
    writes: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()
    signs: str = ""
    keys: str = ""
    templates: str | None = None
    json: bool = False
    columns: Mapping[str, Sequence[str]] = field(default_factory=dict)


@cache
def commands(name: str) -> Commands:
    """Return what is known of a platform's command line. Raises UsageError for a platform without such data."""
    if not is_there(name, "commands.yaml"):
        raise UsageError(
            "it is not known which commands of {platform} only read", platform=name,
            hint=text("add {name}/commands.yaml to jbnet/platforms", name=name),
        )  # fmt: skip
    found: dict[str, Any] = platform_data(name, "commands.yaml")
    lists = {key: tuple(value) for key, value in found.items() if isinstance(value, list)}
    return Commands(**{**found, **lists})


def main_columns(name: str, command: str) -> tuple[str, ...]:
    """Return the columns that come first in the answer to a command; none: nothing is said of it."""
    words = command.lower().split()
    fitting = [form for form in commands(name).columns if _begins(words, form)]
    return tuple(commands(name).columns[max(fitting, key=lambda form: len(form.split()))]) if fitting else ()


def check_typed(name: str, command: str) -> None:
    """Raise UsageError where the command cannot be typed as one line: control characters, keys of a terminal."""
    if not command.strip():
        raise UsageError("the command is empty", hint=text("write it behind --, as in: jbnet run all -- COMMAND"))
    if found := _CONTROL.search(command):
        raise UsageError(
            "the command has a control character ({code}): it would be typed as a key or as a second line",
            code=f"U+{ord(found.group()):04X}", hint=text("send one line at a time"),
        )  # fmt: skip
    if len(command) > MOST_CHARACTERS:
        raise UsageError("the command has {length} characters; devices take {limit}", length=len(command),
                         limit=MOST_CHARACTERS)  # fmt: skip
    key = next((sign for sign in commands(name).keys if sign in command), None)
    if key is not None:
        raise UsageError("a terminal of {platform} takes {sign} for a key, not for text",
                         platform=platform(name).title, sign=key)  # fmt: skip


def why_not_reading(name: str, command: str) -> Text | None:
    """Return why the command is not known to only read; None: it is."""
    known = commands(name)
    if sign := next((sign for sign in known.signs if sign in command), None):
        return text("{sign} redirects an answer or begins another command", sign=sign)
    head, *pipes = _piped(command)
    words = head.lower().split()
    if not any(_begins(words, form) for form in known.reads):
        return text("{word} is not known to only read; known: {known}", word=words[0] if words else "|",
                    known=", ".join(_whole(form) for form in known.reads))  # fmt: skip
    if form := next((form for form in known.writes if _begins(words, form)), None):
        return text("{command} writes a file or asks a question", command=_whole(form))
    for pipe in pipes:
        words = pipe.lower().split()
        if not any(_begins(words, form) for form in known.filters):
            return text("what follows a pipe is not known to only choose lines: {word}", word=" ".join(words[:1]))
    return None


def _piped(command: str) -> list[str]:
    """Split at pipes. Within a filter's expression one without a blank beside it means "or".

    What follows is judged all the same where it may be a word that writes: no system needs the blank.
    """
    head, *rest = command.split("|")
    pieces = [head, *rest[:1]]
    for before, piece in itertools.pairwise(rest):
        if before[-1:].isspace() or piece[:1].isspace() or _may_write(piece):
            pieces.append(piece)
        else:
            pieces[-1] += f"|{piece}"
    return pieces


def _may_write(piece: str) -> bool:
    """Say whether it begins like a word that writes, with what it would write to behind it."""
    word, *target = piece.lower().split() or [""]
    return word in WRITERS or bool(target and word and any(writer.startswith(word) for writer in WRITERS))


def _begins(words: Sequence[str], form: str) -> bool:
    """Say whether words begin as a form does."""
    wanted = form.split()
    return len(words) >= len(wanted) and all(_fits(word, one) for word, one in zip(words, wanted, strict=False))


def _fits(word: str, form: str) -> bool:
    found = _WORD.fullmatch(form)
    if found is None:
        raise ValueError(form)
    must, may = found.group(1), found.group(2) or ""
    return word.startswith(must) and (must + may).startswith(word)


def _whole(form: str) -> str:
    return form.replace("[", "").replace("]", "")
