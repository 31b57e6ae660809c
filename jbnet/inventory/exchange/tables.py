"""The declaration as tables: columns made from the nouns, cells as people write them in a spreadsheet.

A column that the schema of the declaration knows too can be imported; what is derived (addresses, ends of
circuits) or says who a row is (name, code, parent, level) can only be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum, StrEnum
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel

from jbnet.inventory.schema import inventory as schema
from jbnet.model.findings import Place
from jbnet.model.network import Circuit, Device, Network, Premises, Site
from jbnet.model.text import Text, text

SEPARATOR = "; "
"""Between the entries of a list in one cell."""
IDENTITY = frozenset({"name", "code", "parent", "level"})
LEFT_OUT = frozenset({"place", "interfaces"})


class Kind(StrEnum):
    """What is exported."""

    SITES = "sites"
    CIRCUITS = "circuits"
    DEVICES = "devices"
    PREMISES = "premises"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the dotted path of a field, what its cells hold, and whether an import may change it."""

    name: str
    type: type
    editable: bool = False

    def cell(self, noun: object) -> str:
        """Return a noun's value as it is written in a cell; nothing is the empty cell."""
        return self.cell_of(self.value(noun))

    def cell_of(self, value: object) -> str:
        """Return a value as it is written in a cell."""
        return _shown(tuple(value) if isinstance(value, list) else value)

    def value(self, noun: object) -> object:
        """Return a noun's value; None where anything on the way to it is not there."""
        found: object = noun
        for part in self.name.split("."):
            found = getattr(found, part) if found is not None else None
        return found

    def read(self, cell: str) -> object:
        """Return what a cell that is not empty says, in the words of the declaration. Raises ValueError(Text)."""
        return _READERS.get(self.type, _as_written)(cell, self.type)


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return SEPARATOR.join(_shown(entry) for entry in value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _as_written(cell: str, kind: type) -> object:
    if issubclass(kind, Enum):
        values = [str(member.value) for member in kind]
        if cell not in values:
            raise ValueError(text("one of {values}", values=", ".join(values)))
    return cell


def _integer(cell: str, _kind: type) -> int:
    try:
        return int(cell) if cell.isascii() and "_" not in cell else _no_number()
    except ValueError as error:
        raise ValueError(text("a whole number")) from error


def _number(cell: str, _kind: type) -> float:
    try:
        found = float(cell) if cell.isascii() and "_" not in cell else _no_number()
    except ValueError as error:
        raise ValueError(text("a number")) from error
    if found - found != 0:  # infinity, not a number
        raise ValueError(text("a number"))
    return found


def _no_number() -> Any:
    raise ValueError


def _truth(cell: str, _kind: type) -> bool:
    if cell.lower() not in ("true", "false"):
        raise ValueError(text("true or false"))
    return cell.lower() == "true"


def _entries(cell: str, _kind: type) -> list[str]:
    return [entry.strip() for entry in cell.split(SEPARATOR.strip()) if entry.strip()]


_READERS: Mapping[type, Callable[[str, type], object]] = {
    bool: _truth, int: _integer, float: _number, tuple: _entries,
}  # fmt: skip


def expected(error: ValueError) -> Text:
    """Return what a cell should have held."""
    found = error.args[0]
    assert isinstance(found, Text)  # noqa: S101  raised here only
    return found


_NOUNS: Mapping[Kind, tuple[type, type[BaseModel] | None]] = {
    Kind.SITES: (Site, schema.SiteDecl),
    Kind.CIRCUITS: (Circuit, schema.CircuitDecl),
    Kind.DEVICES: (Device, None),
    Kind.PREMISES: (Premises, None),
}
IMPORTABLE: tuple[Kind, ...] = tuple(kind for kind, (_, model) in _NOUNS.items() if model is not None)


@cache
def columns(kind: Kind) -> tuple[Column, ...]:
    """Return the columns of a table, in the order of the noun's fields."""
    noun, model = _NOUNS[kind]
    known = frozenset(_declared(model)) if model is not None else frozenset()
    return tuple(
        Column(name, found, name in known and name not in IDENTITY)
        for name, found in _leaves(noun)
        if found is not Place
    )


def rows(network: Network, kind: Kind) -> Mapping[str, object]:
    """Return the nouns of a table by name, in the order of the declaration."""
    found: Mapping[str, object] = getattr(network, kind.value)
    return found


def _leaves(noun: type, above: str = "") -> Iterator[tuple[str, type]]:
    """Yield the fields of a noun and of the nouns in it, as dotted paths with the type of their values."""
    hints = get_type_hints(noun)
    for field in fields(noun):
        found = _plain(hints[field.name])
        if field.name in LEFT_OUT:
            continue
        if is_dataclass(found):
            yield from _leaves(found, f"{above}{field.name}.")
        else:
            yield f"{above}{field.name}", found


def _plain(hint: Any) -> type:
    """Return the type that a hint stands for, without its None and without what a container holds."""
    if get_origin(hint) in (Union, UnionType):
        return _plain(next(member for member in get_args(hint) if member is not type(None)))
    found: type = get_origin(hint) or hint
    return found


def _declared(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Yield the keys of a schema and of the models in it, as dotted paths."""
    for name, field in model.model_fields.items():
        key = f"{above}{field.alias or name}"
        inner = _plain(field.annotation)
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _declared(inner, f"{key}.")
        else:
            yield key
