"""A scalar as the parser met it: how it was written decides what it is and what may have gone wrong."""

from __future__ import annotations

import re
from typing import Any, Final

from jbnet.inventory.reading.characters import judge_escaped
from jbnet.inventory.reading.scalars import (
    LONGEST,
    Spot,
    judge_forms,
    judge_length,
    judge_plain,
    misses_blank,
    moved,
    resolve,
)
from jbnet.inventory.report import FileReport
from jbnet.model.findings import Place

_BORING: Final = re.compile(
    r"(?!(?i:yes|no|on|off|true|false|null)\Z)[A-Za-z\u4e00-\u9fff][A-Za-z0-9_./\u4e00-\u9fff-]{0,99}\Z"
)
"""What most scalars are: nothing about them needs a closer look."""


def is_boring(value: str) -> bool:
    """Say whether nothing can be wrong with a scalar, however it is written."""
    return _BORING.match(value) is not None


def place_of_event(file: str, event: Any) -> Place:
    """Return where an event begins."""
    mark = event.start_mark
    return Place(file, mark.line + 1, mark.column + 1)


def judge(event: Any, resolved: object, report: FileReport, *, is_key: bool, own_line: bool) -> None:
    """Report what is odd about a scalar. ``own_line``: it begins a line, as a key would."""
    value = event.value
    if _is_harmless(value, resolved, event.style):
        return
    spot = _spot(report.file, event)
    if event.style == '"':
        judge_escaped(value, spot.place, report)
    elif event.style in ("|", ">"):
        if value.strip() and "\n" not in value.strip():
            template = "a word written as a block ends with a line break; write it behind its key"
            report.add("JB166", template, spot.place)
    elif not event.style and isinstance(resolved, str) and value:
        _judge_plain(event, spot, report, is_key=is_key, own_line=own_line)
    if not value.isascii():
        judge_forms(value, spot, report, plain=not event.style, key=is_key)
    judge_length(value, spot.place, report)


def _is_harmless(value: str, resolved: object, style: str | None) -> bool:
    """Say whether nothing below can be wrong: a number, or short ASCII in quotes that can be seen."""
    if not style:
        return not isinstance(resolved, str) and len(value) <= LONGEST and value.isascii()
    return style in ("'", '"') and len(value) <= LONGEST and value.isascii() and value.isprintable()


def _judge_plain(event: Any, spot: Spot, report: FileReport, *, is_key: bool, own_line: bool) -> None:
    """Report what may have gone wrong in a text without quotes."""
    value = event.value
    if not (is_key and isinstance(resolve(value), int | float)):
        judge_plain(value, spot, report)
    if event.end_mark.line != event.start_mark.line:
        report.add("JB167", "a text without quotes goes on over several lines: is a colon missing?", spot.place)
    elif misses_blank(value) and (is_key or own_line):
        at = value.index(":")
        report.add("JB165", "the colon after {key} wants a blank behind it", spot.at(at), key=value[:at])


def _spot(file: str, event: Any) -> Spot:
    """Return where a scalar and its characters stand; behind escapes and folds the latter is not known."""
    place, start, end = place_of_event(file, event), event.start_mark, event.end_mark
    quotes = 2 if event.style else 0
    exact = 0
    if start.line == end.line and end.column - start.column - quotes == len(event.value):
        exact = len(event.value)
    elif not event.style and event.value:
        exact = len(event.value.split(maxsplit=1)[0])
    return Spot(place, moved(place, quotes // 2), exact)
