"""Which declared rules held when: kept as events beside the rounds, so that a record is played by the rules of then."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jbnet.inventory.reading.source import read
from jbnet.inventory.report import Report
from jbnet.monitor.state import Event, Subject, SubjectKind

RULED = "declared"
"""The event by which rules are kept: ``data`` has the text of each file that says some, by path."""
_KEYS = ("thresholds", "hours", "maintenance")
_SECTIONS = re.compile(rf"(?<![\w-])(?:{'|'.join(_KEYS)})(?![\w-])")
"""What must stand somewhere in a file that says rules, however it is written (only then it is parsed)."""


def ruling_files(files: Mapping[str, str]) -> dict[str, str]:
    """Return the files of ``monitors/`` that may say thresholds, opening hours or maintenance."""
    return {file: content for file, content in sorted(files.items()) if _says_rules(file, content)}


def _says_rules(file: str, content: str) -> bool:
    """Say whether one of the keys stands at the top of a file, as YAML has it: quoted, in braces, behind a mark.

    One that is no YAML may: what cannot be told is kept.
    """
    if not _SECTIONS.search(content):
        return False
    source = read(file, content, Report())
    return source is None or (isinstance(source.data, dict) and any(key in source.data for key in _KEYS))


def ruled(now: datetime, files: Mapping[str, str]) -> Event:
    """Return the event that says: from this round on these files hold."""
    return Event(now, RULED, Subject(SubjectKind.MONITOR, "rules"), {"files": dict(files)})


@dataclass(frozen=True, slots=True)
class Ruled:
    """The files that held, each from a moment on, oldest first."""

    times: tuple[datetime, ...]
    files: tuple[Mapping[str, str], ...]

    def at(self, time: datetime) -> Mapping[str, str] | None:
        """Return the files by which the round of a time was judged; None: that was not kept."""
        number = bisect_right(self.times, time)
        return self.files[number - 1] if number else None


def history(events: Iterable[Event]) -> Ruled:
    """Return the rules that events speak of; other events are left out."""
    mine = (event for event in events if event.event == RULED and event.subject.kind is SubjectKind.MONITOR)
    found = sorted(mine, key=lambda event: event.time)
    return Ruled(tuple(event.time for event in found), tuple(_files(event) for event in found))


def _files(event: Event) -> Mapping[str, str]:
    files = event.data.get("files")
    return {str(file): str(content) for file, content in files.items()} if isinstance(files, Mapping) else {}
