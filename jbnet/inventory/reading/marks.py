"""Where every key and value of a file stands, kept in few bytes: a tree of numbers beside the tree of data.

A national network has half a million values; a Place each would cost more than all the data. A number holds two
positions: of the key (of the value itself in a list) and of the value, each as line and column, counted from 0.
"""

from __future__ import annotations

from jbnet.model.findings import Place

Path = tuple[str | int, ...]

Marks = "int | tuple[int, dict[str, Marks] | list[Marks]]"
"""A scalar's positions, or a container's with those of what it holds."""

_BITS = 24
_MASK = (1 << _BITS) - 1
LIMIT = _MASK
"""Lines and columns that a number can hold; files are refused long before."""


def position(line: int, column: int) -> int:
    """Return one position as a number."""
    return line << _BITS | column


def both(key: int, value: int) -> int:
    """Return the positions of a key and its value as one number."""
    return key << (2 * _BITS) | value


def key_place(file: str, packed: int) -> Place:
    """Return the place of a key."""
    return _place(file, packed >> (2 * _BITS))


def value_place(file: str, packed: int) -> Place:
    """Return the place of a value."""
    return _place(file, packed & (_MASK << _BITS | _MASK))


def _place(file: str, number: int) -> Place:
    return Place(file, (number >> _BITS) + 1, (number & _MASK) + 1)


def find(marks: object, path: Path) -> tuple[int | None, bool]:
    """Return the positions of what stands at ``path`` or nearest around it, and whether it is ``path`` itself."""
    for part in path:
        inner = marks[1] if type(marks) is tuple else None
        if type(inner) is dict:
            found = inner.get(part)
        elif type(inner) is list and isinstance(part, int) and part < len(inner):
            found = inner[part]
        else:
            found = None
        if found is None:
            return _packed(marks), False
        marks = found
    packed = _packed(marks)
    return packed, packed is not None


def _packed(marks: object) -> int | None:
    if isinstance(marks, tuple):
        return int(marks[0])
    return marks if isinstance(marks, int) else None
