"""Findings: what a check says about the declaration, with the place that caused it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jbnet.model.text import Text


class Severity(StrEnum):
    """How bad a finding is. Only errors make a declaration unusable."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file; line and column count from 1. ``file`` is relative to the workspace."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem.

    ``code`` is stable (``JB`` and three digits, or the id of a standard's rule); ``related`` names the other places
    involved. ``count`` is of how many problems this one tells: more than one where they are counted, not listed.
    """

    code: str
    severity: Severity
    text: Text
    place: Place | None = None
    related: tuple[Place, ...] = ()
    count: int = 1

    @property
    def message(self) -> str:
        """The message in English."""
        return str(self.text)

    def as_json(self, message: str | None = None) -> dict[str, object]:
        """Return the finding in the shape of the ``--json`` envelope (design section 6)."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "message": message if message is not None else self.message,
            "file": self.place.file if self.place else None,
            "line": self.place.line if self.place else None,
            "column": self.place.column if self.place else None,
            "count": self.count,
            "related": [{"file": p.file, "line": p.line, "column": p.column} for p in self.related],
        }
