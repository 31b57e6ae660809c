"""What may be written in topology/naming.yaml: the naming standard."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from jbnet.inventory.schema.regex import DeclaredRegex
from jbnet.inventory.schema.values import Declared

NamedKind = Literal[
    "province", "prefecture", "county", "township", "community", "location", "peer", "device", "circuit", "interface",
    "carrier", "role", "archetype", "service", "database",
]  # fmt: skip


class NameDecl(Declared):
    """What all of a name matches, and how many characters it has at most."""

    pattern: DeclaredRegex
    longest: Annotated[int, Field(ge=1, le=63)] = 63


class NamingFile(Declared):
    """topology/naming.yaml: kinds without an entry are free within the hard limits."""

    names: dict[NamedKind, NameDecl] = {}
