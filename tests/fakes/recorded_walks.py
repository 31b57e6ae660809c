"""Answers of agents as ``snmpwalk -On`` printed them (tests/recorded/snmp), for an agent that gives them again."""

from __future__ import annotations

from pathlib import Path

from jbnet.snmp.ber import Tag
from jbnet.snmp.types import Oid, Value, VarBind

FOLDER = Path(__file__).parents[1] / "recorded" / "snmp"
_NUMBERS = {
    "INTEGER": Tag.INTEGER,
    "Gauge32": Tag.GAUGE32,
    "Counter32": Tag.COUNTER32,
    "Counter64": Tag.COUNTER64,
    "Timeticks": Tag.TIME_TICKS,
}


def oid(written: str) -> Oid:
    """Return the numbers of a dotted name."""
    return tuple(int(part) for part in written.strip(". ").split("."))


def content(name: str) -> dict[Oid, tuple[int, Value]]:
    """Return a recorded file by name, as ``snmp_agent.Agent`` wants it."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    found = (line.partition(" = ") for line in lines if line and not line.startswith("#"))
    return {oid(left): _value(*right.partition(": ")[::2]) for left, _, right in found}


def varbinds(name: str) -> tuple[VarBind, ...]:
    """Return a recorded file as the answer to a walk of all of it."""
    return tuple(VarBind(name, tag, value) for name, (tag, value) in sorted(content(name).items()))


def _value(kind: str, written: str) -> tuple[int, Value]:
    if kind in _NUMBERS:
        return _NUMBERS[kind], int(written.partition(")")[0].strip("( "))
    if kind == "Hex-STRING":
        return Tag.OCTET_STRING, bytes.fromhex(written)
    if kind == "OID":
        return Tag.OBJECT_IDENTIFIER, oid(written)
    if kind == "IpAddress":
        return Tag.IP_ADDRESS, bytes(int(part) for part in written.split("."))
    assert kind == "STRING", kind
    return Tag.OCTET_STRING, written.strip('"').encode()
