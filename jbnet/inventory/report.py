"""Collecting findings: every problem at once, then sorted by place; past a number that people read, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from jbnet.inventory.codes import RULES
from jbnet.inventory.likeness import Hints
from jbnet.inventory.likeness import nearest as nearest
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text

IN_FILE: Final = 200
"""Findings of one code that are listed for one file: a hundred thousand aliases are one mistake."""
IN_ALL: Final = 1000
"""Findings of one code that are listed for all files together."""
MOST_RELATED: Final = 20
"""Other places that one finding names: a loop may go through every site."""
_MORE_IN_FILE: Final = "and {count} more of {code} in this file"
_MORE_IN_ALL: Final = "and {count} more of {code} in {files} files"
_LONGEST = 500
"""Characters of a text out of a file that a message quotes; lists of keys are shorter."""


@dataclass(slots=True)
class _More:
    """Findings of one code that are counted and not listed, and the first of them."""

    first: Finding
    count: int = 0
    files: int = 1


class Report:
    """Takes findings in any order and gives them back sorted, each once.

    Of one code, ``IN_FILE`` are listed for a file and ``IN_ALL`` for all files. The others are counted by one finding
    a file, or one for all files that are left (``Finding.count``), so that counts hold and memory is bounded.
    """

    def __init__(self) -> None:
        self._listed: list[Finding] = []
        self._met: set[int] = set()
        self._in_file: Counter[tuple[str, str]] = Counter()
        self._in_all: Counter[str] = Counter()
        self._more: dict[tuple[str, str], _More] = {}
        self._more_in_all: dict[str, _More] = {}
        self._hints = Hints()
        self.has_errors = False
        """Whether any finding is an error."""

    def add(
        self, code: str, template: str, place: Place | None, related: Iterable[Place] = (), /, **params: object
    ) -> None:
        """Record a finding of that code; its severity is the rule's."""
        said = Text(template, {name: _visible(value) for name, value in params.items()})
        self._take(Finding(code, RULES[code].severity, said, place, tuple(related)[:MOST_RELATED]))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Take over findings made elsewhere."""
        for finding in findings:
            self._take(finding)

    def has_room(self, code: str, file: str) -> bool:
        """Say whether another finding of this code in that file would be listed; without room it is only counted."""
        return self._in_file[file, code] < IN_FILE and self._in_all[code] < IN_ALL

    def has_said(self, *codes: str) -> bool:
        """Say whether there is a finding of one of these codes."""
        return any(self._in_all[code] for code in codes)

    def is_first(self, *subject: object) -> bool:
        """Say whether nothing was asked about this subject before: what is met often is judged once."""
        key = hash(subject)
        is_first = key not in self._met
        self._met.add(key)
        return is_first

    def nearest(self, name: str, *known: Collection[str]) -> str | None:
        """Return the known name most like ``name``, as long as not too many were asked for; pass no copies."""
        return self._hints.nearest(name, *known)

    def sorted(self) -> tuple[Finding, ...]:
        """Return the findings by file, line, column, code and message."""
        nowhere = Place("")
        found = [*self._listed, *self._counted()]
        return tuple(sorted(found, key=lambda f: (f.place or nowhere, f.code, f.message)))

    def _take(self, finding: Finding) -> None:
        if not self.is_first(finding.code, finding.place, finding.message):
            return
        self.has_errors = self.has_errors or finding.severity is Severity.ERROR
        file, code = finding.place.file if finding.place else "", finding.code
        if finding.text.template == _MORE_IN_ALL:
            more = self._more_in_all.setdefault(code, _More(finding, files=0))
            more.files += int(str(finding.text.params["files"]))
        elif finding.text.template != _MORE_IN_FILE and self.has_room(code, file):
            self._in_file[file, code] += 1
            self._in_all[code] += 1
            self._listed.append(finding)
            return
        else:
            more = self._more.setdefault((file, code), _More(finding))
        more.count += finding.count

    def _counted(self) -> Iterator[Finding]:
        """Yield what stands for those that are not listed: a finding a file that is full, one for all other files."""
        rest: dict[str, _More] = {code: _More(m.first, m.count, m.files) for code, m in self._more_in_all.items()}
        for (file, code), more in self._more.items():
            if self._in_file[file, code] >= IN_FILE:
                yield _standing_for(more, _MORE_IN_FILE, count=more.count, code=code)
                continue
            other = rest.setdefault(code, _More(more.first, files=0))
            other.count += more.count
            other.files += 1
        for code, more in rest.items():
            yield _standing_for(more, _MORE_IN_ALL, count=more.count, code=code, files=more.files)


def _standing_for(more: _More, template: str, **params: object) -> Finding:
    return Finding(more.first.code, more.first.severity, Text(template, params), more.first.place, count=more.count)


class FileReport:
    """A report on one file."""

    def __init__(self, file: str, report: Report) -> None:
        self.file = file
        self._report = report

    def has_room(self, code: str) -> bool:
        """Say whether another finding of this code would be listed; without room it is only counted."""
        return self._report.has_room(code, self.file)

    def add(self, code: str, template: str, place: Place, related: Iterable[Place] = (), /, **params: object) -> None:
        """Record a finding of that code."""
        self._report.add(code, template, place, related, **params)


def _visible(value: object) -> object:
    """Return a parameter of a message as it may be printed: on one line, without what a terminal would obey."""
    if isinstance(value, Text):
        return Text(value.template, {name: _visible(inner) for name, inner in value.params.items()})
    if not isinstance(value, str) or (len(value) <= _LONGEST and value.isprintable()):
        return value
    kept = value if len(value) <= _LONGEST else value[: _LONGEST - 3] + "..."
    return "".join(mark if mark.isprintable() else mark.encode("unicode_escape").decode() for mark in kept)
