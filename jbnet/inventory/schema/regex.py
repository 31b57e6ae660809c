"""Regular expressions that somebody declares: matched in time linear in the text, whatever they are.

Python's ``re`` backtracks: ``([a-z]+)+[0-9]`` keeps it busy for hours over a name of forty letters. The engine that
pydantic brings (Rust's regex, RE2's syntax: no look-around, no back-references) does not, and refuses what would grow
too large when it is compiled.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError, SchemaError, SchemaValidator, core_schema

LONGEST = 200


class Regex:
    """One expression; ``text`` is as it was written. Raises ValueError where it is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        _compiled(text)  # alone first: what is put around it would close its brackets
        self._whole = _compiled(rf"\A(?:{text})\z")

    def matches(self, said: str) -> bool:
        """Say whether it matches the whole of a text."""
        return self._whole.isinstance_python(said)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Regex) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Regex({self.text!r})"


@cache
def _compiled(text: str) -> SchemaValidator:
    try:
        return SchemaValidator(core_schema.str_schema(pattern=text, regex_engine="rust-regex"))
    except SchemaError as error:
        raise ValueError(f"not a regular expression: {text}") from error


def _regex(value: object) -> Regex:
    if isinstance(value, str) and 0 < len(value) <= LONGEST:
        try:
            return Regex(value)
        except ValueError:
            pass
    raise PydanticCustomError("jb_value", "a regular expression of at most 200 characters")


def _text(regex: Regex) -> str:
    return regex.text


DeclaredRegex = Annotated[
    Regex,
    PlainValidator(_regex),
    PlainSerializer(_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "regex"}),
]
"""A regular expression in a declared file."""
