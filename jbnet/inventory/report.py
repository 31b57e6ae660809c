"""Collecting findings: every problem at once, then sorted by place."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from jbnet.inventory.codes import RULES
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text


class Report:
    """Takes findings in any order and gives them back sorted, each once."""

    def __init__(self) -> None:
        self._findings: dict[tuple[str, Place | None, str], Finding] = {}

    def add(
        self, code: str, template: str, place: Place | None, related: Iterable[Place] = (), /, **params: object
    ) -> None:
        """Record a finding of that code; its severity is the rule's."""
        finding = Finding(code, RULES[code].severity, Text(template, params), place, tuple(related))
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


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name most like ``name``, or None when none is alike."""
    matches = get_close_matches(name.lower(), sorted(known), n=1, cutoff=0.6)
    return matches[0] if matches else None
