"""Messages: that of a community, SNMPv1 and v2c (RFC 1157, RFC 1901), and that of SNMPv3 (RFC 3412, RFC 3414)."""

from __future__ import annotations

from typing import NamedTuple

from jbnet.snmp import ber
from jbnet.snmp.ber import BerError
from jbnet.snmp.pdu import ID_BYTES, Pdu, PduType, Request, decode_pdu

VERSION_1, VERSION_2C, VERSION_3 = 0, 1, 3
USM_MODEL = 3
MAX_SIZE = 65507  # the largest UDP payload over IPv4
AUTH, PRIV, REPORTABLE = 0x01, 0x02, 0x04

_VERSION_3 = ber.encode_integer(VERSION_3)


class CommunityMessage(NamedTuple):
    """An SNMPv1 or v2c answer; its PDU begins at ``pdu_at`` of ``whole``."""

    version: int
    community: bytes
    pdu: Pdu
    whole: bytes
    pdu_at: int

    @property
    def id(self) -> int:
        """The number that leads to the request."""
        return self.pdu.request_id


class SecureMessage(NamedTuple):
    """An SNMPv3 message whose digest is not yet checked and whose scoped PDU may be encrypted.

    ``digest_at`` is the position of the authentication parameters in ``whole``; ``scoped`` the content of the
    encrypted OCTET STRING (``flags & PRIV``) or the whole plain scopedPDU.
    """

    id: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    digest: bytes
    digest_at: int
    salt: bytes
    scoped: bytes
    whole: bytes


def encode_community(version: int, community: bytes, request: Request) -> Request:
    """Return an SNMPv1 or v2c message around a request; the hole for the request-id stays open."""
    content = ber.encode_integer(version) + ber.encode(ber.OCTET_STRING, community) + request.with_id(0)
    whole = ber.encode(ber.SEQUENCE, content)
    return Request(whole[: len(whole) - len(request.tail) - ID_BYTES], request.tail)


def decode_message(data: bytes) -> CommunityMessage | SecureMessage:
    """Decode a datagram as far as it goes without keys. Raises BerError, and nothing else, on all that is no answer."""
    start, end = ber.read(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise BerError("bytes after the message")
    version, position = ber.read_integer(data, start, end)
    if version in (VERSION_1, VERSION_2C):
        community, position = ber.read_bytes(data, position, end)
        pdu = decode_pdu(data, position, end)
        if pdu.kind != PduType.RESPONSE:
            raise BerError("a Report in a message without a user")
        return CommunityMessage(version, community, pdu, data, position)
    if version != VERSION_3:
        raise BerError(f"version {version} was not asked for")
    return _decode_secure(data, position, end)


def _decode_secure(data: bytes, position: int, end: int) -> SecureMessage:
    message_id, flags, position = _decode_global(data, position, end)
    parameters, parameters_end = ber.read(data, position, end, ber.OCTET_STRING)
    start, stop = ber.read(data, parameters, parameters_end, ber.SEQUENCE)
    engine_id, position = ber.read_bytes(data, start, stop)
    boots, position = ber.read_integer(data, position, stop)
    time, position = ber.read_integer(data, position, stop)
    user, position = ber.read_bytes(data, position, stop)
    digest, position = ber.read_bytes(data, position, stop)
    digest_at = position - len(digest)
    salt, position = ber.read_bytes(data, position, stop)
    if position != stop or stop != parameters_end or boots < 0 or time < 0:
        raise BerError("security parameters that do not add up")
    scoped = _scoped(data, parameters_end, end, flags)
    return SecureMessage(message_id, flags, engine_id, boots, time, user, digest, digest_at, salt, scoped, data)


def _decode_global(data: bytes, position: int, end: int) -> tuple[int, int, int]:
    start, stop = ber.read(data, position, end, ber.SEQUENCE)
    message_id, position = ber.read_integer(data, start, stop)
    _, position = ber.read_integer(data, position, stop)
    flags, position = ber.read_bytes(data, position, stop)
    model, position = ber.read_integer(data, position, stop)
    if position != stop or len(flags) != 1 or model != USM_MODEL or message_id < 0:
        raise BerError("header data that RFC 3412 does not allow")
    if flags[0] & PRIV and not flags[0] & AUTH:
        raise BerError("privacy without authentication")
    return message_id, flags[0], stop


def _scoped(data: bytes, position: int, end: int, flags: int) -> bytes:
    expected = ber.OCTET_STRING if flags & PRIV else ber.SEQUENCE
    start, stop = ber.read(data, position, end, expected)
    if stop != end:
        raise BerError("bytes after the scoped PDU")
    return data[start:stop] if flags & PRIV else data[position:stop]


def encode_scoped(context_engine_id: bytes, request: Request) -> Request:
    """Return a scopedPDU in the default context (RFC 3412); the hole for the request-id stays open."""
    content = ber.encode(ber.OCTET_STRING, context_engine_id) + b"\x04\x00" + request.with_id(0)
    whole = ber.encode(ber.SEQUENCE, content)
    return Request(whole[: len(whole) - len(request.tail) - ID_BYTES], request.tail)


def decode_scoped(data: bytes) -> tuple[Pdu, int]:
    """Return the PDU and where it begins; padding after the scopedPDU (RFC 3414 section 8.1.1.2) is passed over."""
    start, end = ber.read(data, 0, len(data), ber.SEQUENCE)
    _, position = ber.read_bytes(data, start, end)
    _, position = ber.read_bytes(data, position, end)
    return decode_pdu(data, position, end), position


def encode_secure(message: SecureMessage) -> tuple[bytes, int]:
    """Encode an SNMPv3 message; return it and the position of its digest (which is sent as zeros to be filled in)."""
    before = b"".join((
        ber.encode(ber.OCTET_STRING, message.engine_id),
        ber.encode_integer(message.boots),
        ber.encode_integer(message.time),
        ber.encode(ber.OCTET_STRING, message.user),
    ))  # fmt: skip
    after = ber.encode(ber.OCTET_STRING, message.salt)
    parameters = ber.encode(ber.SEQUENCE, before + ber.encode(ber.OCTET_STRING, message.digest) + after)
    global_data = b"".join((
        ber.encode_integer(message.id),
        ber.encode_integer(MAX_SIZE),
        ber.encode(ber.OCTET_STRING, bytes((message.flags,))),
        ber.encode_integer(USM_MODEL),
    ))  # fmt: skip
    scoped = ber.encode(ber.OCTET_STRING, message.scoped) if message.flags & PRIV else message.scoped
    head = _VERSION_3 + ber.encode(ber.SEQUENCE, global_data) + ber.encode(ber.OCTET_STRING, parameters)
    whole = ber.encode(ber.SEQUENCE, head + scoped)
    return whole, len(whole) - len(scoped) - len(after) - len(message.digest)
