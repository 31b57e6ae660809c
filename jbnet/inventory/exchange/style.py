"""How values are written in YAML: plain where that is safe, in double quotes where a reader could take them else."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from decimal import Decimal

_PLAIN = re.compile(r"[^\W\d_](?:[\w .()/+@-]|[^\x00-\x7f])*\Z")
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"})
_IDEOGRAPHIC_SPACE = "\u3000"


def scalar(value: object, *, quote: str = "") -> str:
    """Return a scalar as YAML. ``quote`` is the quotation mark that stood there before; it is kept where it can be."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return _number(value)
    said = str(value)
    if quote == "'" and said.isprintable():
        return "'" + said.replace("'", "''") + "'"
    if not quote and _is_plain(said):
        return said
    return "".join(_escaped(character) for character in json.dumps(said, ensure_ascii=False))


def _escaped(character: str) -> str:
    """Return a character as it stands in double quotes: what cannot be seen is written by its number."""
    if character.isprintable() or character == _IDEOGRAPHIC_SPACE:
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _number(value: float) -> str:
    """Return a number without exponent: with one, or without a digit on each side of the point, it would be text."""
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")


def _is_plain(said: str) -> bool:
    return bool(_PLAIN.match(said)) and said.isprintable() and said.strip() == said and said.lower() not in _WORDS


def in_flow(value: object) -> str:
    """Return a value on one line, in braces and brackets."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {in_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(in_flow(inner) for inner in value) + "]"
    return scalar(value)


def in_block(key: str, value: object, indent: int, step: int, *, flow: bool) -> list[str]:
    """Return the lines of an entry. ``flow``: its mapping in braces; within it, mappings of scalars always are."""
    begin = " " * indent + f"{key}:"
    if not isinstance(value, Mapping) or not value or (flow and not _is_deep(value)):
        return [f"{begin} {in_flow(value)}"]
    lines = [begin]
    for inner, held in value.items():
        lines += in_block(inner, held, indent + step, step, flow=True)
    return lines


def _is_deep(value: Mapping[str, object]) -> bool:
    return any(isinstance(inner, Mapping) for inner in value.values())
