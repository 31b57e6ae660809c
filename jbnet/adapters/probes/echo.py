"""Echo requests (ICMP, RFC 792) to many hosts, evenly over a span of time, over one raw socket. Implements Echoes."""

from __future__ import annotations

import heapq
import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from jbnet.adapters.ping import ECHO_REPLY, ECHO_REQUEST, checksum

LONGEST_WAIT_S = 0.2
"""Seconds after which a sweep looks whether it is to stop."""
Trips = Mapping[str, tuple[float | None, ...]]
_HEADER = struct.Struct("!BBHHH")
_NUMBER = struct.Struct("!II")
_BUFFER = 2048


class IcmpEchoes:
    """Needs the right to open a raw socket; without it nothing is sent, and nothing is known."""

    def sweep(
        self, addresses: Sequence[str], requests: int, over_s: float, timeout_s: float, stopped: Callable[[], bool]
    ) -> Trips:
        """Send ``requests`` to each address within ``over_s`` seconds, and wait ``timeout_s`` for the last ones."""
        try:
            opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        except OSError:
            return {}
        with opened:
            opened.setblocking(False)
            return _Sweep(opened, list(dict.fromkeys(addresses)), requests).run(over_s, timeout_s, stopped)


class _Sweep:
    """One sweep. Every request has a number of its own in its payload, which the answer brings back."""

    def __init__(self, opened: socket.socket, addresses: Sequence[str], requests: int):
        self._socket, self._addresses, self._requests = opened, addresses, requests
        self._identifier = int.from_bytes(os.urandom(2), "big")
        self._salt = int.from_bytes(os.urandom(4), "big")
        self._sent: dict[int, float] = {}
        self._trips: dict[int, float] = {}

    def run(self, over_s: float, timeout_s: float, stopped: Callable[[], bool]) -> Trips:
        began = time.monotonic()
        due = list(self._plan(began, over_s))
        heapq.heapify(due)
        end = began + over_s + timeout_s
        while (now := time.monotonic()) < end and not stopped():
            while due and due[0][0] <= now:
                self._send(heapq.heappop(due)[1])
            if not due and len(self._trips) == len(self._sent):
                break
            until = min(end, due[0][0]) if due else end
            if select.select([self._socket], [], [], max(0.0, min(until - time.monotonic(), LONGEST_WAIT_S)))[0]:
                self._receive(timeout_s)
        return {address: trips for number, address in enumerate(self._addresses) if (trips := self._of(number))}

    def _plan(self, began: float, over_s: float) -> Iterator[tuple[float, int]]:
        """Yield when each request is sent: those to one address ``over_s / requests`` apart, the addresses in turn."""
        count = len(self._addresses) * self._requests
        yield from ((began + over_s * number / count, number) for number in range(count))

    def _send(self, number: int) -> None:
        payload = _NUMBER.pack(self._salt, number)
        head = (self._identifier, number & 0xFFFF)
        sum_ = checksum(_HEADER.pack(ECHO_REQUEST, 0, 0, *head) + payload)
        packet = _HEADER.pack(ECHO_REQUEST, 0, sum_, *head) + payload
        at = time.monotonic()
        try:
            self._socket.sendto(packet, (self._addresses[number % len(self._addresses)], 0))
        except OSError:  # no route, or no room: nothing was sent, so nothing was lost
            return
        self._sent[number] = at

    def _receive(self, timeout_s: float) -> None:
        """Take all answers that have come. One that came too late counts as lost."""
        while True:
            try:
                packet, (source, _) = self._socket.recvfrom(_BUFFER)
            except OSError:  # nothing more to read; an error that an earlier request brought back says nothing here
                return
            at = time.monotonic()
            number = self._number(packet, source)
            if number is not None and at - self._sent[number] <= timeout_s:
                self._trips.setdefault(number, at - self._sent[number])

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
        numbers = range(place, len(self._addresses) * self._requests, len(self._addresses))
        return tuple(self._trips.get(number) for number in numbers if number in self._sent)
