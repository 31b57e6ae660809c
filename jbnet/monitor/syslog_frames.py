"""Syslog over TCP: messages out of a stream, by both methods of RFC 6587, told apart at each message."""

from __future__ import annotations

from jbnet.monitor.syslog import MOST_BYTES

MOST_COUNTED = 1 << 20
"""A message that is said to be longer is no message: the stream cannot be read on."""
_DIGITS = 8
_ENDS = b"\n\x00"


class Framer:
    """Takes a stream in pieces and gives messages. It never holds more than ``MOST_BYTES`` and one piece.

    A message that begins with a count of its octets (3.4.1) ends there; any other ends with LF or NUL (3.4.2). Of a
    message longer than ``MOST_BYTES`` the beginning is given and the rest skipped.
    """

    def __init__(self) -> None:
        self.broken = False
        """The stream cannot be read on: what follows is unknown."""
        self._held = bytearray()
        self._skip = 0
        self._to_end = False

    @property
    def held(self) -> int:
        """Return how many octets wait for the rest of their message."""
        return len(self._held)

    def feed(self, data: bytes) -> list[bytes]:
        """Return the messages that are whole now. After ``broken`` there are none."""
        self._held += data
        found: list[bytes] = []
        while self._held and not self.broken:
            message = self._next()
            if message is None:
                break
            if message:
                found.append(message)
        return found

    def rest(self) -> bytes:
        """Return the last message of a stream that has ended without saying where it ends."""
        left = b"" if self._to_end or self._skip or self.broken else bytes(self._held)
        self._held.clear()
        return left.strip(b"\r\n\x00")

    def _next(self) -> bytes | None:
        """Return the next message, empty where there was none to give, None until there is more."""
        if self._skip:
            taken = min(self._skip, len(self._held))
            del self._held[:taken]
            self._skip -= taken
            return b""
        if self._to_end:
            return self._line(give=False)
        counted = self._count()
        if counted is None:
            return None
        return self._line(give=True) if counted == 0 else self._counted(counted)

    def _count(self) -> int | None:
        """Return the octets that are announced with those of the announcement; 0: none are; None: not known yet."""
        if not 0x31 <= self._held[0] <= 0x39:  # a count does not begin with 0
            return 0
        digits = bytes(self._held[: _DIGITS + 1]).partition(b" ")
        if not digits[0].isdigit():
            return 0
        if digits[1]:
            return int(digits[0])
        if len(self._held) > _DIGITS:
            self._give_up()
        return None

    def _give_up(self) -> None:
        self.broken = True
        self._held.clear()

    def _counted(self, length: int) -> bytes | None:
        if length > MOST_COUNTED:
            self._give_up()
            return None
        begin = self._held.index(b" ") + 1
        kept = min(length, MOST_BYTES)
        if len(self._held) < begin + kept:
            return None
        message = bytes(self._held[begin : begin + kept])
        del self._held[: begin + kept]
        self._skip = length - kept
        return message

    def _line(self, *, give: bool) -> bytes | None:
        ends = [at for end in _ENDS if (at := self._held.find(end)) >= 0]
        if ends:
            message = bytes(self._held[: min(ends)][:MOST_BYTES]).rstrip(b"\r")
            del self._held[: min(ends) + 1]
            self._to_end = False
            return message if give else b""
        if len(self._held) < MOST_BYTES and give:
            return None
        message = bytes(self._held[:MOST_BYTES])
        self._held.clear()
        self._to_end = True
        return message if give else b""
