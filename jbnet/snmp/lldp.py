"""LLDP-MIB (IEEE 802.1AB-2005, annex 12.2): what an agent calls itself and its ports, and whom it sees on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from jbnet.snmp.tables import address, integer, rows_of, string
from jbnet.snmp.types import Oid, Value, VarBind

_OBJECTS: Oid = (1, 0, 8802, 1, 1, 2, 1)
LOC_CHASSIS_KIND: Oid = (*_OBJECTS, 3, 1, 0)
LOC_CHASSIS: Oid = (*_OBJECTS, 3, 2, 0)
LOC_PORT_ENTRY: Oid = (*_OBJECTS, 3, 7, 1)  # lldpLocPortEntry: 2 subtype, 3 id, 4 description; by lldpLocPortNum
REM_ENTRY: Oid = (*_OBJECTS, 4, 1, 1)  # lldpRemEntry, by lldpRemTimeMark, lldpRemLocalPortNum, lldpRemIndex
_LOC_COLUMNS = (2, 3, 4)
_REM_COLUMNS = (4, 5, 6, 7, 8, 9)  # chassis subtype and id, port subtype, id and description, sysName
LLDP_COLUMNS: tuple[Oid, ...] = (
    LOC_CHASSIS_KIND,
    LOC_CHASSIS,
    *[(*LOC_PORT_ENTRY, column) for column in _LOC_COLUMNS],
    *[(*REM_ENTRY, column) for column in _REM_COLUMNS],
)


class ChassisKind(IntEnum):
    """LldpChassisIdSubtype."""

    COMPONENT = 1
    INTERFACE_ALIAS = 2
    PORT_COMPONENT = 3
    MAC = 4
    ADDRESS = 5
    INTERFACE_NAME = 6
    LOCAL = 7


class PortKind(IntEnum):
    """LldpPortIdSubtype."""

    INTERFACE_ALIAS = 1
    COMPONENT = 2
    MAC = 3
    ADDRESS = 4
    INTERFACE_NAME = 5
    CIRCUIT = 6
    LOCAL = 7


@dataclass(frozen=True, slots=True)
class LldpPort:
    """A port as its own agent names it. ``number`` is lldpLocPortNum, the ifIndex of most agents."""

    number: int
    kind: int
    id: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class LldpNeighbour:
    """Who is seen on the port ``number``: chassis, port and sysName as the neighbour gives them.

    ``kind`` and ``port_kind`` say what sort of identifier it is (:class:`ChassisKind`, :class:`PortKind`); MAC
    addresses are colon-separated, network addresses dotted.
    """

    number: int
    kind: int
    chassis: str
    port_kind: int
    port: str
    description: str | None = None
    system: str | None = None


@dataclass(frozen=True, slots=True)
class Lldp:
    """What an agent says of LLDP. ``kind`` and ``chassis`` name itself; None where it does not say."""

    kind: int | None
    chassis: str | None
    ports: tuple[LldpPort, ...] = ()
    neighbours: tuple[LldpNeighbour, ...] = ()


def parse_lldp(varbinds: Iterable[VarBind]) -> Lldp:
    """Return what the agent says of LLDP, nothing where it has no such MIB. Rows without identifiers are left out."""
    found = tuple(varbinds)
    scalars = {oid: value for oid, _, value in found if oid in (LOC_CHASSIS_KIND, LOC_CHASSIS)}
    kind = integer(scalars.get(LOC_CHASSIS_KIND))
    chassis = _identifier(kind, scalars.get(LOC_CHASSIS), ChassisKind.MAC, ChassisKind.ADDRESS)
    ports = [_port(index, row) for index, row in sorted(rows_of(found, LOC_PORT_ENTRY, _LOC_COLUMNS).items())]
    seen = [_neighbour(index, row) for index, row in sorted(rows_of(found, REM_ENTRY, _REM_COLUMNS).items())]
    return Lldp(kind, chassis, tuple(p for p in ports if p is not None), tuple(n for n in seen if n is not None))


def _port(index: Oid, row: dict[int, Value]) -> LldpPort | None:
    kind = integer(row.get(2))
    name = _identifier(kind, row.get(3), PortKind.MAC, PortKind.ADDRESS)
    if len(index) != 1 or kind is None or name is None:
        return None
    return LldpPort(index[0], kind, name, string(row.get(4)))


def _neighbour(index: Oid, row: dict[int, Value]) -> LldpNeighbour | None:
    kind, port_kind = integer(row.get(4)), integer(row.get(6))
    chassis = _identifier(kind, row.get(5), ChassisKind.MAC, ChassisKind.ADDRESS)
    port = _identifier(port_kind, row.get(7), PortKind.MAC, PortKind.ADDRESS)
    if len(index) != len(("time", "port", "index")) or None in (kind, chassis, port_kind, port):
        return None
    return LldpNeighbour(
        index[1], kind or 0, chassis or "", port_kind or 0, port or "", string(row.get(8)), string(row.get(9))
    )


_MAC_BYTES = 6
_IPV4 = b"\x01"
"""ianaAddressFamilyNumber of IPv4, before the address itself (802.1AB, 9.5.2.4)."""


def _identifier(kind: int | None, value: Value, mac: int, network: int) -> str | None:
    if kind is None or not isinstance(value, bytes) or not value:
        return None
    if kind == mac:
        return ":".join(f"{byte:02x}" for byte in value) if len(value) == _MAC_BYTES else None
    if kind == network:
        return address(value[1:]) if value[:1] == _IPV4 else None
    return string(value)
