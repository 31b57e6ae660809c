"""Values that an import wants written, and what is said where they cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from jbnet.inventory.exchange.places import Spot
from jbnet.inventory.exchange.style import in_block
from jbnet.inventory.exchange.yaml_edits import CannotEdit, edit
from jbnet.inventory.reading.source import read
from jbnet.inventory.report import Report
from jbnet.model.findings import Finding, Place


@dataclass(frozen=True, slots=True)
class Wish:
    """A value to write, and the cell that wants it so."""

    name: str
    spot: Spot
    value: object
    place: Place


def tree(wishes: Iterable[Wish]) -> dict[str, object]:
    """Return the values as changes by key, those of one mapping together."""
    root: dict[str, object] = {}
    for wish in wishes:
        *above, last = wish.spot.path
        into = root
        for key in above:
            inner = into.setdefault(key, {})
            assert isinstance(inner, dict)  # noqa: S101  a path ends where a value stands
            into = inner
        into[last] = wish.value
    return root


_UNALLOCATED = "JB122"
"""No addresses: new sites get theirs when nothing else is wrong, so beside another error it is no second one."""
_TRIALS = 40
"""Edits of a file by which culprits are looked for: each reads all of it again."""


def _culprits(content: str, wishes: Sequence[Wish]) -> list[Wish]:
    """Return the wishes that cannot be edited alone, found by halving; a half that is not looked into is one."""
    found: list[Wish] = []
    pending = [list(wishes)]
    for trial in count():
        if not pending:
            break
        some = pending.pop()
        if trial >= _TRIALS:
            found += some
        elif not _is_safe(content, some):
            half = len(some) // 2
            pending += [some[half:], some[:half]] if half else []
            found += [] if half else some
    return found


def _is_safe(content: str, wishes: Sequence[Wish]) -> bool:
    try:
        edit(content, tree(wishes))
    except CannotEdit:
        return False
    return True


def report_unsafe(content: str, wishes: Sequence[Wish], error: CannotEdit, report: Report) -> str:
    """Report the values that cannot be edited alone, or all where only their number is too much; return their YAML."""
    culprits = _culprits(content, wishes) or list(wishes)
    for wish in culprits:
        report.add(
            "JB197", "{name} cannot be edited safely: {reason}", wish.place, name=wish.name, reason=error.reason
        )  # fmt: skip
    lines = [line for key, value in tree(culprits).items() for line in in_block(key, value, 0, 2, flow=False)]
    return "\n".join(lines) + "\n"


def report_broken(
    drafts: Mapping[str, str], wishes: Sequence[Wish], findings: Iterable[Finding], report: Report
) -> None:
    """Report what the declaration would have against it, at the cell that wants it so."""
    cells: dict[Place, Place] = {}
    for file in {wish.spot.file for wish in wishes}:
        source = read(file, drafts[file], Report())
        if source is not None:
            own = [wish for wish in wishes if wish.spot.file == file]
            cells |= {source.key_place(w.spot.path[:-1]): w.place for w in reversed(own)}  # a new site as a whole
            cells |= {source.place(w.spot.path): w.place for w in own}
    errors = [finding for finding in findings if finding.severity == "error"]
    for finding in [one for one in errors if one.code != _UNALLOCATED] or errors:
        cell = cells.get(finding.place) if finding.place is not None else None
        if cell is not None:
            report.add(finding.code, finding.text.template, cell, [*finding.related], **finding.text.params)
        else:
            report.extend([finding])
