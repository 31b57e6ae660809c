"""YAML text to plain data with the place of every key and value. Never constructs objects from the text.

The parser's events are turned into dict, list and scalars here (``builder``), so that nothing depends on what a
loader would make of them, memory is bounded by the text, and every trap is a finding instead of a surprise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

import yaml

from jbnet.inventory.reading import marks as placed
from jbnet.inventory.reading.builder import Builder
from jbnet.inventory.reading.characters import clean
from jbnet.inventory.reading.marks import Path
from jbnet.inventory.reading.scalars import full_width, full_width_in
from jbnet.inventory.report import FileReport, Report
from jbnet.model.findings import Place

__all__ = ["LARGEST", "Path", "Source", "read"]

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MISSED_BLANK = re.compile(r"\s*-?\s*([A-Za-z_][A-Za-z0-9_-]*):[^\s/\[\]{}]")
_DIRECTIVE = re.compile("^%", re.MULTILINE)
_MOST_DIRECTIVES = 20
_LINE = 1000
"""Characters of a line that are looked at for a slip."""
LARGEST = 16 * 1024 * 1024
"""Characters (in files: bytes) past which a file is refused; a national network needs a few million."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file as data. ``data`` holds dict, list, str, int, float, bool and None only."""

    file: str
    data: object
    marks: object = field(default=None, repr=False)
    """The positions of keys and values, as ``jbnet.inventory.reading.marks`` keeps them."""
    lost: frozenset[str] = frozenset()
    """Keys below a key that stood twice: names that may be referred to."""
    broken: frozenset[Path] = frozenset()
    """Where something was reported and left out: what is missing there is no second finding."""
    values: int = 0
    """Keys, values and containers in it."""

    def place(self, path: Path = ()) -> Place:
        """Return where the value at ``path`` stands, or the nearest place around it."""
        packed, _ = placed.find(self.marks, path)
        return Place(self.file) if packed is None else placed.value_place(self.file, packed)

    def has(self, path: Path) -> bool:
        """Say whether something is written at ``path``."""
        return placed.find(self.marks, path)[1]

    def key_place(self, path: Path) -> Place:
        """Return where the key at the end of ``path`` stands, or the nearest place around it."""
        packed, exact = placed.find(self.marks, path)
        if packed is None:
            return Place(self.file)
        inside_mapping = exact and bool(path) and isinstance(path[-1], str)
        return (placed.key_place if inside_mapping else placed.value_place)(self.file, packed)


def read(file: str, content: str, report: Report) -> Source | None:
    """Parse one file; None when it is not YAML. Findings go to ``report``; what could be read is kept."""
    return _read(file, content, FileReport(file, report))


def _read(file: str, content: str, report: FileReport) -> Source | None:
    if len(content) > LARGEST:
        report.add("JB180", "the file has {size} MiB; {limit} MiB are read at most", Place(file),
                   size=-(-len(content) // 2**20), limit=LARGEST // 2**20)  # fmt: skip
        return None
    cleaned = clean(content, report)
    if cleaned is None:
        return None
    if len(_DIRECTIVE.findall(cleaned)) > _MOST_DIRECTIVES:  # each is compared with all others
        report.add("JB104", "directives (%YAML, %TAG) are not used here", Place(file))
        return None
    builder = Builder(report)
    try:
        if not builder.build(_LOADER(cleaned)):
            return None
    except yaml.YAMLError as error:
        _report_syntax(file, cleaned, error, report)
        return None
    return Source(file, builder.data, builder.marks, frozenset(builder.lost), frozenset(builder.broken), builder.values)


def _report_syntax(file: str, content: str, error: yaml.YAMLError, report: FileReport) -> None:
    """Say what stopped the parser; where a common slip explains it, say that instead."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        report.add("JB101", "not YAML: {problem}", Place(file), problem=str(error))
        return
    place = Place(file, mark.line + 1, mark.column + 1)
    problem = str(getattr(error, "problem", None) or error)
    lines = content.split("\n")
    at_mark = lines[mark.line][: mark.column + 1] if mark.line < len(lines) else ""
    if "\\t" in problem or at_mark.endswith("\t") or at_mark.strip(" ").startswith("\t"):
        report.add("JB102", "a tab in the indentation; use spaces", place)
    elif not _report_slip(file, lines, mark.line, report):
        report.add("JB101", "not YAML: {problem}", place, problem=problem)


def _report_slip(file: str, lines: list[str], at: int, report: FileReport) -> bool:
    """Report a full-width character, or a colon without a blank, on the line of the problem or the one before."""
    for number in (at, at - 1):
        line = lines[number] if 0 <= number < len(lines) else ""
        text_of_line = line[:_LINE].split(" #", 1)[0]
        column = full_width_in(text_of_line) if not text_of_line.isascii() else None
        if column is not None:
            full_width(line[column], Place(file, number + 1, column + 1), report)
            return True
        missed = _MISSED_BLANK.match(text_of_line)
        if missed is not None:
            report.add("JB165", "the colon after {key} wants a blank behind it",
                       Place(file, number + 1, missed.end(1) + 1), key=missed.group(1))  # fmt: skip
            return True
    return False
