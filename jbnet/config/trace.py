"""Where each line of a configuration comes from: the template's line, and the place in the declaration.

Templates are compiled a second time with a mark at the end of every line that prints something. A mark holds the
template, its line, and the ``origin`` of the nouns in whose loops it stands, the innermost first; the marks are taken
off again after rendering. The texts of both ways are the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jbnet.model.findings import Place

_MOST = 2
"""Places that a line is traced to."""
OPEN, BETWEEN, CLOSE = "\x01", "\x02", "\x03"
_SCOPES = re.compile(r"\{%-?\s*(?:(for)\s+(\w+)|(endfor|endmacro)|(macro)\s+\w+\((\w*))")
_VALUE = re.compile(r"\{\{\s*(\w+)\.(\w+)")
_MARK = re.compile(f"{OPEN}([^{BETWEEN}]*){BETWEEN}([^{CLOSE}]*){CLOSE}")


@dataclass(frozen=True, slots=True)
class TracedLine:
    """A line of a configuration, the template that printed it (``vrp8/ospf.j2:7``) and the declaration behind it."""

    text: str
    template: str
    origin: str


def marked(name: str, source: str) -> str:
    """Return a template with a mark at the end of every line that prints something."""
    scopes: list[str] = []
    lines: list[str] = []
    for number, line in enumerate(source.split("\n"), 1):
        _follow(line, scopes)
        said = line.strip()
        prints = said and not said.startswith(("{%", "{#")) and not said.endswith(("%}", "#}"))
        lines.append(line + _mark(name, number, line, scopes) if prints else line)
    return "\n".join(lines)


def _follow(line: str, scopes: list[str]) -> None:
    for match in _SCOPES.finditer(line):
        if match[3]:
            scopes.pop()
        else:
            scopes.append(match[2] if match[1] else match[5])


def _mark(name: str, number: int, line: str, scopes: list[str]) -> str:
    nouns = ", ".join([*reversed([scope for scope in scopes if scope]), "section", "intent"])
    value = _VALUE.search(line)
    key = f', key="{value[2]}"' if value and scopes and value[1] == scopes[-1] else ""
    return f"{OPEN}{name}:{number}{BETWEEN}{{{{ origin({nouns}{key}) }}}}{CLOSE}"


def origin(*nouns: object, key: str = "") -> str:
    """Return the places of the nouns in whose loops a line stands, the innermost first: a rule's, its filter's.

    The last two nouns are the section's and the whole configuration: they answer where no other has a place. ``key`` is
    what the line says of the first noun; where that value has a place of its own, it is this.
    """
    own = getattr(nouns[0], "origins", {}).get(key)
    if isinstance(own, Place):
        return f"{own.file}:{own.line}"
    looped = [*dict.fromkeys(place for noun in nouns[:-2] if (place := _place(noun)))]
    return ", ".join(looped[:_MOST] or [place for noun in nouns[-2:] if (place := _place(noun))][:1])


def _place(noun: object) -> str:
    place = getattr(noun, "origin", None) or getattr(noun, "place", None)
    return f"{place.file}:{place.line}" if isinstance(place, Place) else ""


def unmarked(text: str, ending: str) -> Iterator[TracedLine]:
    """Yield the lines of a marked text; a line put together from several is traced to the first.

    ``ending`` is the file that says what stands after the last template.
    """
    for line in text.splitlines():
        marks = _MARK.findall(line)
        template, place = marks[0] if marks else (ending, "")
        yield TracedLine(_MARK.sub("", line), template, place)
