"""Recipes for measures, made of the data files of ``jbnet/platforms``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jbnet.platforms.gauges import STANDARD, gauge_data
from jbnet.snmp.bfd import BfdTable
from jbnet.snmp.gauges import Gauge, Recipe, Table
from jbnet.snmp.mibs import IF_NAME
from jbnet.snmp.types import Oid

ENTITY_NAME: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7)
"""entPhysicalName (ENTITY-MIB, RFC 6933)."""
_NAMES = {"entity": ENTITY_NAME, "interface": IF_NAME}


def health_of(platform: str) -> Recipe | None:
    """Return what is measured on devices of a platform, None where nobody wrote it down."""
    return _recipe(platform, "health.yaml")


def standard(name: str) -> Recipe:
    """Return what a standard MIB says of any agent: ``ups`` (RFC 1628) or ``sensors`` (RFC 3433)."""
    found = _recipe(STANDARD, f"{name}.yaml")
    if found is None:
        raise LookupError(name)
    return found


@cache
def bfd_of(platform: str) -> BfdTable:
    """Return where agents of a platform list their BFD sessions: in their vendor's table, else in that of RFC 7331."""
    tables = gauge_data(STANDARD, "bfd.yaml")["tables"]
    own = next((table for table in tables if platform in table.get("platforms", ())), None)
    said = own or next(table for table in tables if "platforms" not in table)
    states = {key: frozenset(said[key]) for key in ("up", "down", "shut")}
    return BfdTable(oid(said["entry"]), said["remote"], said["state"], **states)


@cache
def _recipe(folder: str, name: str) -> Recipe | None:
    data = gauge_data(folder, name)
    return None if data is None else Recipe(tuple(_table(**table) for table in data["tables"]))


def _table(
    *,
    entry: str,
    gauges: Mapping[str, Mapping[str, Any]],
    names: str = "",
    label: str = "",
    scalars: bool = False,
    counted: bool = False,
) -> Table:
    made = {name: _gauge(**said) for name, said in gauges.items()}
    return Table(oid(entry), made, (_NAMES.get(names) or oid(names)) if names else None, label, scalars, counted)


def _gauge(**said: Any) -> Gauge:
    for key in ("absent", "bad"):
        said[key] = frozenset(said.get(key, ()))
    wanted = said.get("where", {})
    said["where"] = {column: frozenset(_wanted(value) for value in values) for column, values in wanted.items()}
    if "exponent" in said:
        said["exponent"] = tuple(said["exponent"])
    return Gauge(**said)


def _wanted(value: int | str) -> int | Oid:
    return value if isinstance(value, int) else oid(value)


def oid(written: str) -> Oid:
    """Return the numbers of a dotted name."""
    return tuple(int(part) for part in written.split("."))
