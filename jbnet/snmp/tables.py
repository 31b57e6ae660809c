"""Rows of any table from the variables of an answer: by index, and in a row by the column's number."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from jbnet.snmp.types import Oid, Value, VarBind

Row = Mapping[int, Value]


def rows_of(varbinds: Iterable[VarBind], entry: Oid, columns: Collection[int]) -> dict[Oid, dict[int, Value]]:
    """Return the rows of the table whose conceptual row is ``entry`` (RFC 2578, 7.7), other variables left out."""
    size = len(entry)
    rows: dict[Oid, dict[int, Value]] = {}
    for oid, _, value in varbinds:
        if len(oid) > size + 1 and oid[size] in columns and oid[:size] == entry:
            rows.setdefault(oid[size + 1 :], {})[oid[size]] = value
    return rows


def integer(value: Value) -> int | None:
    """Return a number, None where the agent gave something else."""
    return value if isinstance(value, int) else None


def string(value: Value) -> str | None:
    """Return the text of an OCTET STRING without what only pads it, None where there is none."""
    if not isinstance(value, bytes):
        return None
    return value.decode("utf-8", "replace").strip("\0 \r\n\t") or None


def address(value: Value) -> str | None:
    """Return an IpAddress or an InetAddress of four bytes (RFC 4001) in dotted form, None for anything else."""
    return ".".join(map(str, value)) if isinstance(value, bytes) and len(value) == 4 else None
