"""Protocol data units (RFC 3416): requests encoded once with a hole for the request-id, answers decoded in one pass."""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError
from jbnet.snmp.types import Oid, Value, VarBind


class PduType(IntEnum):
    """Tags of the protocol data units."""

    GET = 0xA0
    GETNEXT = 0xA1
    RESPONSE = 0xA2
    GETBULK = 0xA5
    REPORT = 0xA8


# RFC 3416 section 3, error-status; the names are those of the RFC and go into SnmpAnswer.error.
ERROR_NAMES = (
    "noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType", "wrongLength",
    "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable", "commitFailed",
    "undoFailed", "authorizationError", "notWritable", "inconsistentName",
)  # fmt: skip
TOO_BIG, NO_SUCH_NAME, GEN_ERR = 1, 2, 5

# Request-ids (RFC 3416: -2**31..2**31-1) and msgIDs (RFC 3412: 0..2**31-1) that always take four bytes.
ID_FIRST, ID_LAST, ID_BYTES = 0x01000000, 0x7FFFFFFF, 4


class Request(NamedTuple):
    """A request but for its request-id, which goes between ``head`` and ``tail``."""

    head: bytes
    tail: bytes

    def with_id(self, request_id: int) -> bytes:
        """Return the protocol data unit."""
        return self.head + request_id.to_bytes(ID_BYTES, "big") + self.tail


class Pdu(NamedTuple):
    """A decoded answer. ``error_status`` and ``error_index`` as in RFC 3416."""

    kind: int
    request_id: int
    error_status: int
    error_index: int
    varbinds: tuple[VarBind, ...]


@lru_cache(maxsize=4096)
def request(kind: PduType, oids: tuple[Oid, ...], non_repeaters: int = 0, max_repetitions: int = 0) -> Request:
    """Encode a GET, GETNEXT or GETBULK (then with its two numbers). Polls repeat, so encodings are kept."""
    nothing = ber.encode(ber.Tag.NULL, b"")
    listed = b"".join(ber.encode(ber.SEQUENCE, ber.encode_oid(oid) + nothing) for oid in oids)
    tail = ber.encode_integer(non_repeaters) + ber.encode_integer(max_repetitions) + ber.encode(ber.SEQUENCE, listed)
    hole = bytes((ber.INTEGER, ID_BYTES)) + bytes(ID_BYTES)
    whole = ber.encode(kind, hole + tail)
    return Request(whole[: len(whole) - len(tail) - ID_BYTES], tail)


def encode_pdu(pdu: Pdu) -> bytes:
    """Encode any protocol data unit, values included; the inverse of :func:`decode_pdu`."""
    listed = b"".join(
        ber.encode(ber.SEQUENCE, ber.encode_oid(oid) + ber.encode_value(tag, value)) for oid, tag, value in pdu.varbinds
    )
    numbers = b"".join(map(ber.encode_integer, (pdu.request_id, pdu.error_status, pdu.error_index)))
    return ber.encode(pdu.kind, numbers + ber.encode(ber.SEQUENCE, listed))


def decode_pdu(data: bytes, position: int, end: int) -> Pdu:
    """Decode the Response or Report between ``position`` and ``end``. Raises BerError on anything else."""
    kind, position, stop = ber.read_header(data, position, end)
    if kind not in (PduType.RESPONSE, PduType.REPORT):
        raise BerError(f"tag 0x{kind:02x} is no answer")
    if stop != end:
        raise BerError("bytes after the protocol data unit")
    request_id, position = ber.read_integer(data, position, stop)
    status, position = ber.read_integer(data, position, stop)
    index, position = ber.read_integer(data, position, stop)
    start, end = ber.read(data, position, stop, ber.SEQUENCE)
    if end != stop:
        raise BerError("bytes after the variable bindings")
    return Pdu(kind, request_id, status, index, tuple(decode_varbinds(data, start, end)))


def error_name(status: int) -> str:
    """Return the RFC's name of an error-status."""
    return ERROR_NAMES[status] if 0 <= status < len(ERROR_NAMES) else f"errorStatus{status}"


def decode_varbinds(data: bytes, position: int, end: int) -> list[VarBind]:
    """Decode variable bindings: names and numbers with one-byte lengths (nearly all) in place, others step by step."""
    found: list[VarBind] = []
    append, decode_oid, to_int, sizes, new = found.append, ber.cached_oid, int.from_bytes, _SHORT_SIZES, tuple.__new__
    while position < end:
        if position + _LEAST_BYTES > end:
            raise BerError("truncated variable binding")
        length = data[position + 1]
        start, stop = position + 4, position + 2 + length
        name_end = start + data[position + 3]
        if length >= _LONG_FORM or stop > end or name_end + 2 > stop or data[position] != ber.SEQUENCE:
            varbind, position = _decode_varbind(data, position, end)
            append(varbind)
            continue
        tag, size = data[name_end], data[name_end + 1]
        value_start = name_end + 2
        if value_start + size == stop and 0 < size < sizes[tag] and data[position + 2] == ber.OBJECT_IDENTIFIER:
            value: Value = to_int(data[value_start:stop], "big")
            append(new(VarBind, (decode_oid(data[start:name_end]), tag, value)))
            position = stop
        else:
            varbind, position = _decode_varbind(data, position, end)
            append(varbind)
    return found


_LONG_FORM = 0x80
# SEQUENCE, OBJECT IDENTIFIER and value: two bytes each at the very least.
_LEAST_BYTES = 6
# By tag: one more than the sizes at which an unsigned number cannot be out of range (0: no unsigned number).
_SHORT_SIZES = bytes(ber.UNSIGNED_SIZES.get(tag, 0) for tag in range(256))


def _decode_varbind(data: bytes, position: int, end: int) -> tuple[VarBind, int]:
    start, stop = ber.read(data, position, end, ber.SEQUENCE)
    name, name_end = ber.read(data, start, stop, ber.OBJECT_IDENTIFIER)
    tag, value, value_end = ber.read_header(data, name_end, stop)
    if value_end != stop:
        raise BerError("bytes after a value")
    return VarBind(ber.decode_oid(data[name:name_end]), tag, ber.decode_value(data, tag, value, stop)), stop
