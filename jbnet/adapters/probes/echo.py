"""Echo requests (ICMP, RFC 792) to many hosts, evenly over a span of time, over one raw socket. Implements Echoes."""

from __future__ import annotations

import os
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence

from jbnet.adapters.ping import ECHO_REPLY, ECHO_REQUEST, checksum, readable

LONGEST_WAIT_S = 0.2
"""Seconds after which a sweep looks whether it is to stop."""
ROOM = 4 * 2**20
"""Bytes of answers that may wait while this process does not run: they are not lost for that."""
Trips = Mapping[str, tuple[float | None, ...]]
_HEADER = struct.Struct("!BBHHH")
_NUMBER = struct.Struct("!II")
_STAMP = struct.Struct("@qq")
_BUFFER = 2048
_SLACK_S = 0.001
"""By so many seconds the two clocks may drift apart within a sweep."""
_SO_TIMESTAMPNS = 35
"""Asks the kernel when a packet came (socket(7)); the module socket has no name for it."""


class IcmpEchoes:
    """Needs the right to open a raw socket; without it nothing is sent, and nothing is known."""

    def sweep(
        self, addresses: Sequence[str], requests: int, over_s: float, timeout_s: float, stopped: Callable[[], bool]
    ) -> Trips:
        """Send ``requests`` to each address within ``over_s`` seconds, and wait ``timeout_s`` for the last ones.

        What comes by then has not been lost, however late.
        """
        try:
            opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        except OSError:
            return {}
        with opened:
            opened.setblocking(False)
            opened.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, ROOM)
            return _Sweep(opened, list(dict.fromkeys(addresses)), requests).run(over_s, timeout_s, stopped)


class _Sweep:
    """One sweep. Every request has a number of its own in its payload, which the answer brings back."""

    def __init__(self, opened: socket.socket, addresses: Sequence[str], requests: int):
        self._socket, self._addresses = opened, addresses
        self._count = len(addresses) * requests
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._salt = int.from_bytes(os.urandom(4), "big")
        self._sent: dict[int, tuple[int, int]] = {}
        """When each was sent, in nanoseconds: by the clock that stamps answers, and by one that is never set."""
        self._trips: dict[int, float] = {}

    def run(self, over_s: float, timeout_s: float, stopped: Callable[[], bool]) -> Trips:
        """Send, and take answers, until all have come or the time is over."""
        began = time.monotonic()
        due = deque((began + over_s * number / self._count, number) for number in range(self._count))
        end = began + over_s + timeout_s
        while (now := time.monotonic()) < end and not stopped():
            while due and due[0][0] <= now:
                self._send(due.popleft()[1])
            if not due and len(self._trips) == len(self._sent):
                break
            until = min(end, due[0][0]) if due else end
            readable(self._socket, min(until - time.monotonic(), LONGEST_WAIT_S))
            self._receive()
        return {address: trips for place, address in enumerate(self._addresses) if (trips := self._of(place))}

    def _send(self, number: int) -> None:
        """Send a request: those to one address are far apart, the addresses come in turn."""
        payload = _NUMBER.pack(self._salt, number)
        head = (self._identifier, number & 0xFFFF)
        proof = checksum(_HEADER.pack(ECHO_REQUEST, 0, 0, *head) + payload)
        packet = _HEADER.pack(ECHO_REQUEST, 0, proof, *head) + payload
        at = (time.time_ns(), time.monotonic_ns())
        try:
            self._socket.sendto(packet, (self._addresses[number % len(self._addresses)], 0))
        except OSError:  # no route, or no room: nothing was sent, so nothing was lost
            return
        self._sent[number] = at

    def _receive(self) -> None:
        """Take all answers that have come."""
        while True:
            try:
                packet, ancillary, _, (source, *_) = self._socket.recvmsg(_BUFFER, 128)
            except OSError:  # nothing more to read; an error that an earlier request brought back says nothing here
                return
            number = self._number(packet, source)
            if number is not None:
                self._trips.setdefault(number, self._trip(number, _came(ancillary)))

    def _trip(self, number: int, came: int) -> float:
        """Return a round trip in seconds; where somebody set the clock meanwhile, until the answer was read."""
        at, began = self._sent[number]
        stamped, passed = (came - at) / 1e9, (time.monotonic_ns() - began) / 1e9
        return stamped if 0 <= stamped <= passed + _SLACK_S else passed

    def _number(self, packet: bytes, source: str) -> int | None:
        """Return which request a packet answers."""
        message = packet[(packet[0] & 0x0F) * 4 :] if packet else b""
        if len(message) < _HEADER.size + _NUMBER.size or message[0] != ECHO_REPLY:
            return None
        salt, number = _NUMBER.unpack_from(message, _HEADER.size)
        ours = salt == self._salt and number in self._sent
        return number if ours and self._addresses[number % len(self._addresses)] == source else None

    def _of(self, place: int) -> tuple[float | None, ...]:
        """Return the round trips to one address, in the order in which they were sent."""
        numbers = range(place, self._count, len(self._addresses))
        return tuple(self._trips.get(number) for number in numbers if number in self._sent)


def _came(ancillary: list[tuple[int, int, bytes]]) -> int:
    """Return when a packet came, in nanoseconds since 1970: as the kernel stamped it, not when it was read."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_SOCKET, _SO_TIMESTAMPNS) and len(data) >= _STAMP.size:
            seconds, nanos = _STAMP.unpack_from(data)
            return int(seconds) * 1_000_000_000 + int(nanos)
    return time.time_ns()
