"""What jbnet reads from agents: OIDs with the document that defines them, and typed rows made from the answers.

A value that an agent did not give is None: unknown is not zero. Pass the ``*_COLUMNS`` to ``SnmpTransport.walk``
(several may be joined) and the ``varbinds`` of the answer to the parsers; variables of other tables are ignored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TypeVar

from jbnet.snmp.shapes import Shaped
from jbnet.snmp.types import Oid, Value, VarBind

# SNMPv2-MIB (RFC 3418) and SNMP-FRAMEWORK-MIB (RFC 3411). Scalars: a "column" that ends in .0 is asked once.
SYS_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
SYS_NAME: Oid = (1, 3, 6, 1, 2, 1, 1, 5, 0)
SNMP_ENGINE_BOOTS: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 2, 0)
SNMP_ENGINE_TIME: Oid = (1, 3, 6, 1, 6, 3, 10, 2, 1, 3, 0)
SYSTEM_COLUMNS: tuple[Oid, ...] = (SYS_UPTIME, SYS_NAME, SNMP_ENGINE_BOOTS, SNMP_ENGINE_TIME)

# IF-MIB (RFC 2863): ifEntry and ifXEntry.
IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
IFX_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
IF_ADMIN_STATUS: Oid = (*IF_ENTRY, 7)
IF_OPER_STATUS: Oid = (*IF_ENTRY, 8)
IF_LAST_CHANGE: Oid = (*IF_ENTRY, 9)
IF_NAME: Oid = (*IFX_ENTRY, 1)
IF_HC_IN_OCTETS: Oid = (*IFX_ENTRY, 6)
IF_HC_OUT_OCTETS: Oid = (*IFX_ENTRY, 10)
IF_COUNTER_DISCONTINUITY_TIME: Oid = (*IFX_ENTRY, 19)
INTERFACE_COLUMNS: tuple[Oid, ...] = (
    IF_NAME,
    IF_ADMIN_STATUS,
    IF_OPER_STATUS,
    IF_LAST_CHANGE,
    IF_HC_IN_OCTETS,
    IF_HC_OUT_OCTETS,
    IF_COUNTER_DISCONTINUITY_TIME,
)

# OSPF-MIB (RFC 4750): ospfNbrEntry, indexed by ospfNbrIpAddr and ospfNbrAddressLessIndex.
_OSPF_NBR_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 14, 10, 1)
OSPF_NBR_RTR_ID: Oid = (*_OSPF_NBR_ENTRY, 3)
OSPF_NBR_STATE: Oid = (*_OSPF_NBR_ENTRY, 6)
OSPF_COLUMNS: tuple[Oid, ...] = (OSPF_NBR_RTR_ID, OSPF_NBR_STATE)

# BGP4-MIB (RFC 4273): bgpPeerEntry, indexed by bgpPeerRemoteAddr.
_BGP_PEER_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 15, 3, 1)
BGP_PEER_STATE: Oid = (*_BGP_PEER_ENTRY, 2)
BGP_COLUMNS: tuple[Oid, ...] = (BGP_PEER_STATE,)

# Notifications (SNMPv2-MIB, IF-MIB, OSPF-TRAP-MIB RFC 4750, BGP4-MIB).
SNMP_TRAP_OID: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
SNMP_TRAP_ADDRESS: Oid = (1, 3, 6, 1, 6, 3, 18, 1, 3, 0)  # SNMP-COMMUNITY-MIB, RFC 3584: agent-addr of SNMPv1
TRAP_COLD_START: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5, 1)
TRAP_LINK_DOWN: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5, 3)
TRAP_LINK_UP: Oid = (1, 3, 6, 1, 6, 3, 1, 1, 5, 4)
TRAP_OSPF_NBR_STATE_CHANGE: Oid = (1, 3, 6, 1, 2, 1, 14, 16, 2, 2)


class AdminStatus(IntEnum):
    """ifAdminStatus (RFC 2863)."""

    UP = 1
    DOWN = 2
    TESTING = 3


class OperStatus(IntEnum):
    """ifOperStatus (RFC 2863)."""

    UP = 1
    DOWN = 2
    TESTING = 3
    UNKNOWN = 4
    DORMANT = 5
    NOT_PRESENT = 6
    LOWER_LAYER_DOWN = 7


class OspfState(IntEnum):
    """ospfNbrState (RFC 4750; RFC 2328 section 10.1)."""

    DOWN = 1
    ATTEMPT = 2
    INIT = 3
    TWO_WAY = 4
    EXCHANGE_START = 5
    EXCHANGE = 6
    LOADING = 7
    FULL = 8


class BgpState(IntEnum):
    """bgpPeerState (RFC 4273)."""

    IDLE = 1
    CONNECT = 2
    ACTIVE = 3
    OPENSENT = 4
    OPENCONFIRM = 5
    ESTABLISHED = 6


@dataclass(frozen=True, slots=True)
class System:
    """The agent itself. ``uptime`` (sysUpTime, hundredths of a second, wraps after 497 days) and ``engine_time``
    (seconds since the engine's last boot, does not wrap with it) together tell a restart from a wrap.
    """

    uptime: int | None
    name: str | None
    engine_boots: int | None = None
    engine_time: int | None = None


@dataclass(frozen=True, slots=True)
class InterfaceRow:
    """One interface. Key it by ``name`` (ifName): ``index`` (ifIndex) may move at a restart.

    ``in_octets`` and ``out_octets`` are the 64-bit counters. ``discontinuity`` and ``last_change`` are sysUpTime
    (hundredths of a second) at the last break of the counters and at the last change of ``oper``.
    """

    name: str
    index: int
    admin: AdminStatus | None
    oper: OperStatus | None
    in_octets: int | None
    out_octets: int | None
    discontinuity: int | None
    last_change: int | None


@dataclass(frozen=True, slots=True)
class OspfNeighbor:
    """One OSPF neighbour: its interface address, its router id, and how far the adjacency has come."""

    address: str
    router_id: str | None
    state: OspfState | None


@dataclass(frozen=True, slots=True)
class BgpPeer:
    """One BGP session, by the address of the far end."""

    remote: str
    state: BgpState | None


def parse_system(varbinds: Iterable[VarBind]) -> System:
    """Return sysUpTime, sysName, snmpEngineBoots and snmpEngineTime, each None where it was not given."""
    values, (uptime, name, boots, time) = _values_of(varbinds, _scalars_at, SYSTEM_COLUMNS)
    given = values[name]
    return System(
        uptime=_number(values[uptime]),
        name=_text(given) if isinstance(given, bytes) else None,
        engine_boots=_number(values[boots]),
        engine_time=_number(values[time]),
    )


def parse_interfaces(varbinds: Iterable[VarBind]) -> tuple[InterfaceRow, ...]:
    """Return the interfaces that have a name, by rising ifIndex."""
    values, rows = _values_of(varbinds, _rows_at, INTERFACE_COLUMNS)
    return tuple([
        InterfaceRow(
            _text(given),
            index[0],
            _ADMIN.get(values[admin]),
            _OPER.get(values[oper]),
            _number(values[into]),
            _number(values[out]),
            _number(values[broken]),
            _number(values[changed]),
        )
        for index, (name, admin, oper, changed, into, out, broken) in rows
        if len(index) == 1 and isinstance(given := values[name], bytes)
    ])  # fmt: skip


def parse_ospf(varbinds: Iterable[VarBind]) -> tuple[OspfNeighbor, ...]:
    """Return the OSPF neighbours, by rising address."""
    table = _table(varbinds, OSPF_COLUMNS)
    return tuple(
        OspfNeighbor(
            address=_dotted(index[:4]),
            router_id=_address(row.get(OSPF_NBR_RTR_ID)),
            state=_member(OspfState, row.get(OSPF_NBR_STATE)),
        )
        for index, row in sorted(table.items())
        if _is_address(index[:4])
    )


def parse_bgp(varbinds: Iterable[VarBind]) -> tuple[BgpPeer, ...]:
    """Return the BGP sessions, by rising far address."""
    table = _table(varbinds, BGP_COLUMNS)
    return tuple(
        BgpPeer(remote=_dotted(index), state=_member(BgpState, row.get(BGP_PEER_STATE)))
        for index, row in sorted(table.items())
        if _is_address(index)
    )


_Row = dict[Oid, Value]
E = TypeVar("E", bound=IntEnum)
Places = TypeVar("Places")
_ADMIN: Mapping[Value, AdminStatus] = {int(status): status for status in AdminStatus}
_OPER: Mapping[Value, OperStatus] = {int(status): status for status in OperStatus}


def _values_of(
    varbinds: Iterable[VarBind], places: Callable[[tuple[Oid, ...], tuple[Oid, ...]], Places], columns: tuple[Oid, ...]
) -> tuple[list[Value], Places]:
    """Return the values, None behind them for what is not there, and where those of the columns are.

    Devices' answers have the same variables poll after poll: where each is, is remembered with their shape.
    """
    listed = varbinds if isinstance(varbinds, tuple | list) else list(varbinds)
    if isinstance(listed, Shaped):
        known: tuple[Places, tuple[Oid, ...]] | None = listed.shape.known.get(id(columns))
        if known is None:
            known = places(listed.shape.names, columns), columns  # kept beside it, so that the id stays its own
            listed.shape.learn(id(columns), known)
        found = known[0]
    else:
        found = places(tuple([varbind[0] for varbind in listed]), columns)
    values: list[Value] = [varbind[2] for varbind in listed]
    values.append(None)
    return values, found


def _scalars_at(oids: tuple[Oid, ...], wanted: tuple[Oid, ...]) -> tuple[int, ...]:
    """Return where each wanted variable is; -1: nowhere."""
    at = {oid: position for position, oid in enumerate(oids)}
    return tuple(at.get(oid, -1) for oid in wanted)


def _rows_at(oids: tuple[Oid, ...], columns: tuple[Oid, ...]) -> tuple[tuple[Oid, tuple[int, ...]], ...]:
    """Return the rows by rising index, of each where the values of its columns are; -1: nowhere."""
    by_length = {len(column): {c for c in columns if len(c) == len(column)} for column in columns}
    rows: dict[Oid, dict[Oid, int]] = {}
    for position, oid in enumerate(oids):
        for length, wanted in by_length.items():
            if oid[:length] in wanted and len(oid) > length:
                rows.setdefault(oid[length:], {})[oid[:length]] = position
    return tuple((index, tuple(row.get(column, -1) for column in columns)) for index, row in sorted(rows.items()))


def _table(varbinds: Iterable[VarBind], columns: tuple[Oid, ...]) -> dict[Oid, _Row]:
    """Return rows by rising index; a column's OID is the longest part of a variable's name that is asked for."""
    values, rows = _values_of(varbinds, _rows_at, columns)
    return {
        index: {column: values[at] for column, at in zip(columns, places, strict=True) if at >= 0}
        for index, places in rows
    }


def _member(kind: type[E], value: Value) -> E | None:
    try:
        return kind(value) if isinstance(value, int) else None
    except ValueError:  # a number that the MIB does not define says nothing
        return None


def _number(value: Value) -> int | None:
    return value if isinstance(value, int) else None


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")


_IPV4_BYTES = 4
_BYTE_MAX = 255


def _address(value: Value) -> str | None:
    return _dotted(tuple(value)) if isinstance(value, bytes) and len(value) == _IPV4_BYTES else None


def _is_address(index: Oid) -> bool:
    return len(index) == _IPV4_BYTES and all(part <= _BYTE_MAX for part in index)


def _dotted(parts: Oid) -> str:
    return ".".join(map(str, parts))
