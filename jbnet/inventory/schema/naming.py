"""What may be written in topology/naming.yaml: the naming standard."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from jbnet.inventory.schema.values import Declared

NamedKind = Literal[
    "province", "prefecture", "county", "township", "community", "location", "peer", "device", "circuit", "interface",
    "carrier", "role", "archetype", "service", "database",
]  # fmt: skip


def _pattern(value: object) -> re.Pattern[str]:
    try:
        if isinstance(value, str) and len(value) <= 200:
            return re.compile(value)
    except re.error:
        pass
    raise PydanticCustomError("jb_value", "a regular expression of at most 200 characters")


class NameDecl(Declared):
    """What all of a name matches, and how many characters it has at most."""

    pattern: Annotated[re.Pattern[str], PlainValidator(_pattern), WithJsonSchema({"type": "string", "format": "regex"})]
    longest: Annotated[int, Field(ge=1, le=63)] = 63


class NamingFile(Declared):
    """topology/naming.yaml: kinds without an entry are free within the hard limits."""

    names: dict[NamedKind, NameDecl] = {}
