"""Differ for systems whose lines are a set: FRR (``jbnet.config.tree``)."""

from __future__ import annotations

from jbnet.config.tree import Path, diff, parse
from jbnet.ports import Difference

_NO = "no "


class LineDiffer:
    """Compares line by line, in whatever order they stand.

    Its commands are for reading: a router with FRR works out its own (``frr-reload.py``), from the whole candidate.
    """

    def compare(self, running: str, intended: str) -> Difference:
        """Return what is to be done."""
        patch = diff(parse(running), parse(intended))
        return Difference(patch, (*map(_negated, patch.removed), *patch.added))


def _negated(path: Path) -> Path:
    line = path[-1]
    return (*path[:-1], line.removeprefix(_NO) if line.startswith(_NO) else f"{_NO}{line}")
