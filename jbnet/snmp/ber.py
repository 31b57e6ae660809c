"""The part of BER (ITU-T X.690) that SNMP uses (RFC 3417 section 8), with strict bounds checks.

Everything here works on positions in one ``bytes`` object: one pass, one slice per value, no object per byte.
The only exception that leaves this module is :class:`BerError`.
"""

from __future__ import annotations

from enum import IntEnum
from functools import lru_cache

from jbnet.snmp.types import Oid, Value


class BerError(ValueError):
    """The bytes are not what RFC 3416 allows: truncated, out of bounds, of an unknown type."""


class Tag(IntEnum):
    """Tags of values and structures (RFC 3416 section 3, RFC 2578 section 7.1)."""

    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    SEQUENCE = 0x30
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    OPAQUE = 0x44
    COUNTER64 = 0x46
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, SEQUENCE = 0x02, 0x04, 0x06, 0x30
IP_ADDRESS = 0x40
# The most bytes of each unsigned type: 32 or 64 bits and a leading zero.
UNSIGNED_SIZES = {int(Tag.COUNTER32): 5, int(Tag.GAUGE32): 5, int(Tag.TIME_TICKS): 5, int(Tag.COUNTER64): 9}
STRING_TAGS = frozenset((Tag.OCTET_STRING, Tag.OPAQUE))
NULL_TAGS = frozenset((Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW))

MAX_ARCS = 128  # RFC 3416 section 2.1: an OID has at most 128 sub-identifiers, each at most 2**32 - 1
MAX_ARC = 2**32 - 1
MAX_OID_BYTES = MAX_ARCS * 5
CACHED_OID_BYTES = 127  # longer ones are rare, and would let an agent fill the cache's memory

_LONG_FORM = 0x80
_MAX_LENGTH_BYTES = 4
_MAX_INTEGER_BYTES = 4
_IPV4_BYTES = 4
_TWO_ARCS = 40


def encode(tag: int, content: bytes) -> bytes:
    """Return tag, length (short form, or the shortest long form) and content."""
    size = len(content)
    if size < _LONG_FORM:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, _LONG_FORM | len(length))) + length + content


def encode_integer(value: int, tag: int = INTEGER) -> bytes:
    """Return a two's complement integer in the fewest bytes; unsigned types get a leading zero where needed."""
    size = (value + (value < 0)).bit_length() // 8 + 1
    return bytes((tag, size)) + value.to_bytes(size, "big", signed=True)


@lru_cache(maxsize=4096)
def encode_oid(oid: Oid) -> bytes:
    """Return an OBJECT IDENTIFIER. Raises BerError when it cannot be one."""
    if not 2 <= len(oid) <= MAX_ARCS or oid[0] > 2 or (oid[0] < 2 and oid[1] >= _TWO_ARCS):
        raise BerError(f"not an object identifier: {oid}")
    if any(not 0 <= arc <= MAX_ARC for arc in oid):
        raise BerError(f"a sub-identifier is out of range: {oid}")
    content = bytearray()
    for arc in (oid[0] * _TWO_ARCS + oid[1], *oid[2:]):
        content += _encode_arc(arc)
    return encode(OBJECT_IDENTIFIER, bytes(content))


def _encode_arc(arc: int) -> bytes:
    if arc < _LONG_FORM:
        return bytes((arc,))
    groups = [arc & 0x7F]
    while arc := arc >> 7:
        groups.append(_LONG_FORM | arc & 0x7F)
    return bytes(reversed(groups))


def encode_value(tag: int, value: Value) -> bytes:
    """Return a value of any SNMP type; the inverse of :func:`decode_value`. Raises BerError on a wrong pairing."""
    if isinstance(value, bytes):
        return encode(tag, value)
    if isinstance(value, tuple):
        return encode_oid(value)
    return encode(tag, b"") if value is None else encode_integer(value, tag)


def read_header(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    """Return the tag at ``position``, and where its content starts and stops (at most ``end``)."""
    if position + 2 > end:
        raise BerError("truncated: no room for tag and length")
    tag, length = data[position], data[position + 1]
    position += 2
    if length >= _LONG_FORM:
        length, position = _long_length(data, position, end, length & 0x7F)
    stop = position + length
    if stop > end:
        raise BerError(f"truncated: {length} bytes announced, {end - position} there")
    return tag, position, stop


def _long_length(data: bytes, position: int, end: int, count: int) -> tuple[int, int]:
    if not 0 < count <= _MAX_LENGTH_BYTES or position + count > end:
        raise BerError("a length that is indefinite, too long or truncated")
    return int.from_bytes(data[position : position + count], "big"), position + count


def read(data: bytes, position: int, end: int, expected: int) -> tuple[int, int]:
    """Return start and stop of the content at ``position``, which must have the tag ``expected``."""
    tag, start, stop = read_header(data, position, end)
    if tag != expected:
        raise BerError(f"expected tag 0x{expected:02x}, found 0x{tag:02x}")
    return start, stop


def read_integer(data: bytes, position: int, end: int) -> tuple[int, int]:
    """Return an INTEGER of at most 32 bits and where it stops."""
    start, stop = read(data, position, end, INTEGER)
    if not 0 < stop - start <= _MAX_INTEGER_BYTES:
        raise BerError(f"an INTEGER of {stop - start} bytes")
    return int.from_bytes(data[start:stop], "big", signed=True), stop


def read_bytes(data: bytes, position: int, end: int) -> tuple[bytes, int]:
    """Return an OCTET STRING and where it stops."""
    start, stop = read(data, position, end, OCTET_STRING)
    return data[start:stop], stop


def decode_oid(content: bytes) -> Oid:
    """Return the OBJECT IDENTIFIER with this content. The same names come in every poll, hence a bounded cache."""
    return cached_oid(content) if len(content) <= CACHED_OID_BYTES else _decode_oid(content)


def _decode_oid(content: bytes) -> Oid:
    if not 0 < len(content) <= MAX_OID_BYTES or content[-1] >= _LONG_FORM:
        raise BerError(f"an object identifier of {len(content)} bytes that is empty, too long or truncated")
    arcs: list[int] = []
    arc = 0
    for byte in content:
        arc = arc << 7 | byte & 0x7F
        if byte < _LONG_FORM:
            arcs.append(arc)
            arc = 0
        elif arc > MAX_ARC:
            raise BerError("a sub-identifier above 2**32 - 1")
    return _split_first(arcs)


def _split_first(arcs: list[int]) -> Oid:
    if max(arcs[1:], default=0) > MAX_ARC or arcs[0] > MAX_ARC or len(arcs) >= MAX_ARCS:
        raise BerError("more sub-identifiers than 128, or one above 2**32 - 1")
    first = min(arcs[0] // _TWO_ARCS, 2)
    return (first, arcs[0] - first * _TWO_ARCS, *arcs[1:])


cached_oid = lru_cache(maxsize=16384)(_decode_oid)


def as_decoded(oid: Oid) -> Oid:
    """Return the very object that decoding gives for a name: comparing what is the same object costs nothing.

    Raises BerError when it is no OBJECT IDENTIFIER.
    """
    encoded = encode_oid(oid)
    _, start, stop = read_header(encoded, 0, len(encoded))
    return decode_oid(encoded[start:stop])


def decode_value(data: bytes, tag: int, start: int, stop: int) -> Value:
    """Return the value between ``start`` and ``stop``. Raises BerError for a type or size that SNMP lacks."""
    if tag in UNSIGNED_SIZES:
        return _unsigned(data, start, stop, UNSIGNED_SIZES[tag])
    if tag in STRING_TAGS:
        return data[start:stop]
    if tag == INTEGER:
        if 0 < stop - start <= _MAX_INTEGER_BYTES:
            return int.from_bytes(data[start:stop], "big", signed=True)
        raise BerError(f"an INTEGER of {stop - start} bytes")
    return _decode_rare(data, tag, start, stop)


def _decode_rare(data: bytes, tag: int, start: int, stop: int) -> Value:
    if tag == OBJECT_IDENTIFIER:
        return decode_oid(data[start:stop])
    if tag in NULL_TAGS and start == stop:
        return None
    if tag == IP_ADDRESS and stop - start == _IPV4_BYTES:
        return data[start:stop]
    raise BerError(f"tag 0x{tag:02x} with {stop - start} bytes is no SNMP value")


def _unsigned(data: bytes, start: int, stop: int, most: int) -> int:
    """Return an unsigned number; agents that forget the leading zero are understood (RFC 2578: never negative)."""
    size = stop - start
    if not 0 < size <= most or (size == most and data[start]):
        raise BerError(f"an unsigned number of {size} bytes is out of range")
    return int.from_bytes(data[start:stop], "big")
