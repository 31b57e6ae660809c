"""What else IF-MIB (RFC 2863) says of interfaces, asked less often: speed, errors, discards, the 32-bit counters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jbnet.snmp.mibs import IF_COUNTER_DISCONTINUITY_TIME, IF_ENTRY, IF_NAME, IFX_ENTRY
from jbnet.snmp.types import Oid, Value, VarBind

IF_IN_OCTETS: Oid = (*IF_ENTRY, 10)
IF_IN_DISCARDS: Oid = (*IF_ENTRY, 13)
IF_IN_ERRORS: Oid = (*IF_ENTRY, 14)
IF_OUT_OCTETS: Oid = (*IF_ENTRY, 16)
IF_OUT_DISCARDS: Oid = (*IF_ENTRY, 19)
IF_OUT_ERRORS: Oid = (*IF_ENTRY, 20)
IF_HIGH_SPEED: Oid = (*IFX_ENTRY, 15)
QUALITY_COLUMNS: tuple[Oid, ...] = (
    IF_NAME,
    IF_HIGH_SPEED,
    IF_IN_ERRORS,
    IF_OUT_ERRORS,
    IF_IN_DISCARDS,
    IF_OUT_DISCARDS,
    IF_IN_OCTETS,
    IF_OUT_OCTETS,
    IF_COUNTER_DISCONTINUITY_TIME,
)


@dataclass(frozen=True, slots=True)
class QualityRow:
    """One interface; None: not given. ``speed_mbps`` is ifHighSpeed (0: the agent does not know it).

    All counters have 32 bits. ``low_in_octets`` and ``low_out_octets`` are for agents without the 64-bit ones.
    """

    name: str
    index: int
    speed_mbps: int | None = None
    in_errors: int | None = None
    out_errors: int | None = None
    in_discards: int | None = None
    out_discards: int | None = None
    low_in_octets: int | None = None
    low_out_octets: int | None = None
    discontinuity: int | None = None


def parse_quality(varbinds: Iterable[VarBind]) -> tuple[QualityRow, ...]:
    """Return the interfaces that have a name, by rising ifIndex."""
    wanted = frozenset(QUALITY_COLUMNS)
    rows: dict[int, dict[Oid, Value]] = {}
    for varbind in varbinds:
        if varbind.oid[:-1] in wanted:
            rows.setdefault(varbind.oid[-1], {})[varbind.oid[:-1]] = varbind.value
    return tuple(_row(index, row) for index, row in sorted(rows.items()) if isinstance(row.get(IF_NAME), bytes))


def _row(index: int, row: dict[Oid, Value]) -> QualityRow:
    name = row[IF_NAME]
    numbers = [value if isinstance(value := row.get(column), int) else None for column in QUALITY_COLUMNS[1:]]
    return QualityRow(name.decode("utf-8", "replace") if isinstance(name, bytes) else "", index, *numbers)
