"""Codes of sites that no configuration shows: a prefecture's is taken from its OSPF area, the others are made up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.config.adopt.draft import DraftHome
from jbnet.config.adopt.facts import Problem
from jbnet.model.findings import Place
from jbnet.model.levels import Level
from jbnet.model.text import text

BACKBONE = "0.0.0.0"  # noqa: S104  the backbone area's identifier (RFC 2328, C.2), not an address to bind to
_DIGITS = {Level.PREFECTURE: 4, Level.COUNTY: 6, Level.TOWNSHIP: 9, Level.COMMUNITY: 12}


def give_codes(homes: Mapping[str, DraftHome]) -> Iterator[Problem]:
    """Give every site a code, and yield what could not be kept.

    jbnet numbers a prefecture's area by its code (``0.0.63.1`` is 6301), so the area decides the code.
    """
    taken: set[str] = set()
    for level, digits in _DIGITS.items():
        for home in (home for home in homes.values() if home.kind is level):
            parent = homes[home.parent].code if home.parent is not None and home.parent in homes else ""
            wanted = _of_area(home) if level is Level.PREFECTURE else None
            home.code = wanted if wanted and wanted not in taken else _made_up(parent, digits, taken)
            taken.add(home.code)
            if level is Level.PREFECTURE and wanted is None and (area := _area(home)) is not None:
                said = text(
                    "{home} has the area {area}, which no code gives: it is not owned", home=home.name, area=area
                )
                yield Problem(_place(home), said)


def _made_up(parent: str, digits: int, taken: set[str]) -> str:
    start = (parent or "90").ljust(digits - (2 if digits <= 6 else 3), "0")
    room = digits - len(start)
    return next(code for n in range(1, 10**digits) if (code := _joined(start, n, room)) not in taken)


def _joined(start: str, number: int, room: int) -> str:
    """Return a code below ``start``; one that runs over goes on beside it."""
    return str(int(start) * 10**room + number).rjust(len(start) + room, "0")


def _area(home: DraftHome) -> str | None:
    """Return the area other than the backbone that most of a prefecture's devices name first."""
    named = [area for d in home.devices.values() if d.running for area in d.running.areas if area != BACKBONE]
    return max(named, key=named.count) if named else None


def _of_area(home: DraftHome) -> str | None:
    area = _area(home)
    words = area.split(".") if area is not None else []
    if words[:2] != ["0", "0"] or any(int(word) > 99 for word in words[2:]):
        return None
    return "".join(word.rjust(2, "0") for word in words[2:])


def _place(home: DraftHome) -> Place:
    running = next(d.running for d in home.devices.values() if d.running)
    return running.at(running.name_line)
