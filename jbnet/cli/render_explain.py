"""Where each line of a rendered configuration comes from: to be read, or as data."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jbnet.config.trace import TracedLine

ENDLESS = sys.maxsize
"""The room of what is no terminal: a file or another program wants whole lines."""
NARROWEST = 40
"""Columns below which folding would leave nothing that can be read."""


def clean(lines: Sequence[TracedLine]) -> str:
    """Return the configuration itself, as it is typed."""
    return "".join(f"{line.text}\n" for line in lines)


def room_of_output() -> int:
    """Return how many columns stdout has: a terminal's width, without end where it is none."""
    return max(NARROWEST, shutil.get_terminal_size().columns) if sys.stdout.isatty() else ENDLESS


def explained(lines: Sequence[TracedLine], room: int = ENDLESS) -> str:
    """Return the lines with their numbers in the template, below what they come from: declaration, template.

    Lines wider than ``room`` columns go on below themselves.
    """
    from jbnet.cli.columns import hanging

    said: list[str] = []
    last: tuple[str, str] | None = None
    for line in lines:
        template, number = _placed(line.template)
        if (line.origin, template) != last:
            last = line.origin, template
            said += ["", *hanging(f"{line.origin or '-'} ({template})", 2, room)]
        indent = len(line.text) - len(line.text.lstrip())
        lead = f"{number:>6}  {line.text[:indent]}"
        first, *others = hanging(line.text.strip(), 4, room - len(lead))
        said += [(lead + first).rstrip(), *(" " * len(lead) + other for other in others)]
    return "\n".join((*said[1:], ""))


def lines_json(lines: Sequence[TracedLine]) -> Iterator[dict[str, object]]:
    """Yield each line with its template and the declaration behind it, as ``--json`` says it (docs/platforms.md)."""
    for line in lines:
        template, number = _placed(line.template)
        places = [_placed(place) for place in line.origin.split(", ") if place]
        yield {
            "text": line.text,
            "declared": [{"file": file, "line": int(at)} for file, at in places],
            "template": {"file": template, "line": int(number) if number else None},
        }


def _placed(place: str) -> tuple[str, str]:
    """Return the file of a place, and the number of its line there (empty: the file as a whole)."""
    file, _, number = place.rpartition(":")
    return (file, number) if file and number.isdigit() else (place, "")
