"""What a finding code means."""

from __future__ import annotations

from dataclasses import dataclass

from jbnet.model.findings import Severity
from jbnet.model.text import Text


@dataclass(frozen=True, slots=True)
class Rule:
    """What a code means: one line of title, and why it matters and what to do about it.

    ``wrong`` and ``right`` are the shortest file that breaks the rule and the same file mended, or empty. Their first
    line is a comment with the file's path: laid over the small network of the tests, they prove themselves.
    ``clause`` names the paragraph of a standard that the rule follows.
    """

    code: str
    title: Text
    doc: Text
    severity: Severity = Severity.ERROR
    wrong: str = ""
    right: str = ""
    clause: str = ""


def rules(*found: Rule) -> dict[str, Rule]:
    """Return rules by code. Raises ValueError when a code stands twice: it would say two things."""
    merged: dict[str, Rule] = {}
    for rule in found:
        if rule.code in merged:
            raise ValueError(f"the code {rule.code} is defined twice")
        merged[rule.code] = rule
    return merged
