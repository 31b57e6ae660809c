"""What surrounds a scoped PDU in SNMPv3 (RFC 3412 section 6, RFC 3414 section 2.4), encoded and checked once.

Between two messages with one engine and of one size, only msgID, engine time, digest and salt differ. Requests are
made by filling these in; an answer whose other bytes are those of an earlier one is read without decoding it again.
"""

from __future__ import annotations

import struct

from jbnet.snmp import ber
from jbnet.snmp.message import SecureMessage, encode_secure
from jbnet.snmp.pdu import ID_BYTES, ID_FIRST

_NEGATIVE = 0x80  # from here on, the first byte of a number says that it is less than zero
_MOST_KEPT = 64


class Envelope:
    """A whole message with holes."""

    __slots__ = ("_fixed", "_gaps", "_like", "_mask", "_scoped", "_time_bytes", "_unpack")

    def __init__(self, whole: bytes, like: SecureMessage):
        """``whole`` is an encoded message with an msgID of four bytes, ``like`` the same one decoded."""
        number, time, _, salt, scoped = holes = _holes(whole, like)
        self._like, self._time_bytes = like, time.stop - time.start
        # The digest is not a hole of what is sent: it is computed over zeros.
        starts, stops = (0, number.stop, time.stop, salt.stop), (number.start, time.start, salt.start, scoped.start)
        self._gaps = tuple([whole[start:stop] for start, stop in zip(starts, stops, strict=True)])
        free, form, position = bytearray(scoped.start), ">", 0
        for hole in holes[:-1]:
            size = hole.stop - hole.start
            free[hole] = b"\xff" * size
            form += f"{hole.start - position}x{size}s"
            position = hole.stop
        self._scoped, self._mask = scoped, ~int.from_bytes(free, "big")
        self._fixed = int.from_bytes(whole[: scoped.start], "big") & self._mask
        self._unpack = struct.Struct(form + f"{scoped.start - position}x").unpack_from

    @property
    def digest_at(self) -> int:
        """Return the position of the digest."""
        return self._like.digest_at

    def holds(self, message: SecureMessage) -> bool:
        """Say whether a message with these flags, boots and sizes differs in nothing else either."""
        like = self._like
        return message.engine_id == like.engine_id and message.user == like.user

    def fill(self, message: SecureMessage) -> bytes:
        """Return the encoded message, with the digest that the envelope was made with: zeros."""
        first, second, third, fourth = self._gaps
        number, time = message.id.to_bytes(ID_BYTES, "big"), message.time.to_bytes(self._time_bytes, "big")
        return b"".join((first, number, second, time, third, message.salt, fourth, message.scoped))

    def read(self, data: bytes) -> SecureMessage | None:
        """Return the message in ``data``, or None where it must be decoded in full."""
        scoped = self._scoped
        if len(data) != scoped.stop or int.from_bytes(data[: scoped.start], "big") & self._mask != self._fixed:
            return None
        number, time, digest, salt = self._unpack(data)
        if time[0] >= _NEGATIVE or number[0] >= _NEGATIVE:
            return None
        like, to_int = self._like, int.from_bytes
        return SecureMessage(
            to_int(number, "big"), like.flags, like.engine_id, like.boots, to_int(time, "big"), like.user, digest,
            like.digest_at, salt, data[scoped.start :], data,
        )  # fmt: skip


def _holes(whole: bytes, like: SecureMessage) -> tuple[slice, slice, slice, slice, slice]:
    """Return where msgID, engine time, digest, salt and scoped PDU lie."""
    end = len(whole)
    _, position, _ = ber.read_header(whole, 0, end)
    _, _, position = ber.read_header(whole, position, end)  # version
    _, position, after = ber.read_header(whole, position, end)  # header data
    _, start, stop = ber.read_header(whole, position, end)
    number = slice(start, stop)
    _, position, _ = ber.read_header(whole, after, end)  # security parameters
    _, position, _ = ber.read_header(whole, position, end)
    for _ in range(2):  # engine, boots
        _, _, position = ber.read_header(whole, position, end)
    _, start, stop = ber.read_header(whole, position, end)
    digest = slice(like.digest_at, like.digest_at + len(like.digest))
    _, salt_start, salt_stop = ber.read_header(whole, digest.stop, end)
    return number, slice(start, stop), digest, slice(salt_start, salt_stop), slice(end - len(like.scoped), end)


class Envelopes:
    """The envelopes of one device: of what is sent to it, by sizes, and of its last answers."""

    __slots__ = ("_read", "_received", "_sent", "_size")

    def __init__(self) -> None:
        self._sent: dict[tuple[int, int, int, int], Envelope] = {}
        self._received: Envelope | None = None
        self._read: SecureMessage | None = None
        self._size = 0

    def wrap(self, message: SecureMessage) -> tuple[bytes, int]:
        """Return an encoded message and the position of its digest (which is sent as zeros to be filled in)."""
        key = (message.flags, message.boots, message.time.bit_length() // 8, len(message.scoped))
        envelope = self._sent.get(key)
        if envelope is None or not envelope.holds(message):
            whole, at = encode_secure(message)
            if len(self._sent) >= _MOST_KEPT:
                self._sent.clear()
            self._sent[key] = Envelope(whole, message._replace(digest_at=at))
            return whole, at
        return envelope.fill(message), envelope.digest_at

    def read(self, data: bytes) -> SecureMessage | None:
        """Return the message in ``data`` where it differs from an earlier answer in nothing but what may differ."""
        self._read = self._received.read(data) if self._received is not None else None
        return self._read

    def learn(self, received: SecureMessage) -> None:
        """Take note of an answer that was found genuine. One that was read here teaches nothing new."""
        if received is self._read:
            return
        size = len(received.whole)
        if size == self._size and received.id >= ID_FIRST:
            self._received = Envelope(received.whole, received)
        self._size = size
