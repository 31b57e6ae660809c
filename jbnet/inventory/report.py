"""Collecting findings: every problem at once, then sorted by place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from difflib import get_close_matches

from jbnet.inventory.codes import RULES
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text

_LONGEST = 500
"""Characters of a text out of a file that a message quotes; lists of keys are shorter."""
_MANY = 1000
"""Names past which only those with one half in common are compared: the rest would cost seconds."""


class Report:
    """Takes findings in any order and gives them back sorted, each once."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, Place | None, str], Finding] = {}

    def add(
        self, code: str, template: str, place: Place | None, related: Iterable[Place] = (), /, **params: object
    ) -> None:
        """Record a finding of that code; its severity is the rule's."""
        said = Text(template, {name: _visible(value) for name, value in params.items()})
        finding = Finding(code, RULES[code].severity, said, place, tuple(related))
        self._findings.setdefault((code, place, finding.message), finding)

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        for finding in findings:
            self._findings.setdefault((finding.code, finding.place, finding.message), finding)

    @property
    def has_errors(self) -> bool:
        """Say whether any finding is an error."""
        return any(f.severity is Severity.ERROR for f in self._findings.values())

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings by file, line, column, code and message."""
        nowhere = Place("")
        return tuple(sorted(self._findings.values(), key=lambda f: (f.place or nowhere, f.code, f.message)))


class FileReport:
    """A report on one file that stops listing a code after ``limit`` findings and counts the rest.

    A hundred thousand aliases are one mistake; nobody reads them one by one.
    """

    limit = 200

    def __init__(self, file: str, report: Report) -> None:
        self.file = file
        self._report = report
        self._counts: Counter[str] = Counter()
        self._last: dict[str, Place] = {}

    def has_room(self, code: str) -> bool:
        """Say whether another finding of this code would be listed; without room it is only counted."""
        return self._counts[code] < self.limit

    def add(self, code: str, template: str, place: Place, related: Iterable[Place] = (), /, **params: object) -> None:
        """Record a finding of that code, or count it."""
        self._counts[code] += 1
        if self._counts[code] <= self.limit:
            self._report.add(code, template, place, related, **params)
        else:
            self._last.setdefault(code, place)

    def close(self) -> None:
        """Say how many were not listed, at the first of them."""
        for code, place in self._last.items():
            count = self._counts[code] - self.limit
            self._report.add(code, "and {count} more of {code} in this file", place, count=count, code=code)
        self._last.clear()


def _visible(value: object) -> object:
    """Return a parameter of a message as it may be printed: on one line, without what a terminal would obey."""
    if isinstance(value, Text):
        return Text(value.template, {name: _visible(inner) for name, inner in value.params.items()})
    if not isinstance(value, str) or (len(value) <= _LONGEST and value.isprintable()):
        return value
    kept = value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in kept)


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name most like ``name``, or None when none is alike."""
    wanted = name.lower()
    matches = get_close_matches(wanted, sorted(_candidates(wanted, known)), n=1, cutoff=0.6)
    return matches[0] if matches else None


def _candidates(name: str, known: Collection[str]) -> Collection[str]:
    """Return all names of a few, of many those that begin or end as ``name`` does: one slip spares one half."""
    if len(known) <= _MANY:
        return known
    half = len(name) // 2
    begin, end = name[: max(1, half)], name[half:]
    return [other for other in known if other.startswith(begin) or other.endswith(end)]
