"""Which columns of an answer come first where a screen has not room for all: what identifies, what matters. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from jbnet.services.run_rows import KEY

_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SAYS_LITTLE = re.compile(r"-?\d+(\.\d+)?|true|false|")
"""Values that two columns may share in all rows by chance."""
Column = tuple[str, ...]
"""What one column says, row by row."""


def ordered(records: Sequence[Mapping[str, str]], names: Sequence[str], preferred: Sequence[str]) -> list[str]:
    """Return the columns in the order of what they are worth; those that say what another says are left out.

    First what the platform's data names for the command (``preferred``). Then by what they tell: names of the rows,
    words that differ from row to row, numbers that differ, and last what is the same in every row.
    """
    columns = {name: tuple(record.get(name, "") for record in records) for name in names}
    first = [name for name in preferred if name in columns]
    others = sorted((name for name in names if name not in first), key=lambda name: _rank(name, columns[name]))
    return _told_once([*first, *others], columns)


def _told_once(names: Sequence[str], columns: Mapping[str, Column]) -> list[str]:
    """Return the columns without those that repeat one before them; equal by chance is what is one number all over."""
    seen: dict[Column, str] = {}
    return [name for name in names if _may_be_chance(columns[name]) or seen.setdefault(columns[name], name) == name]


def _may_be_chance(column: Column) -> bool:
    return _is_constant(column) and _SAYS_LITTLE.fullmatch(next(iter(column), "")) is not None


def _rank(name: str, column: Column) -> int:
    if re.fullmatch(rf"{KEY}\d*", name):
        return 0
    if _is_constant(column):
        return 3
    return 2 if all(_NUMBER.fullmatch(value) for value in column if value) else 1


def _is_constant(column: Column) -> bool:
    return len(set(column)) <= 1
