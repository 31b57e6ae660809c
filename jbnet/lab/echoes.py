"""Echo requests (ICMP, RFC 792) from many devices of a lab to many addresses, by one process.

One raw socket a device, made in the device's network and bound to the address from which its site speaks. The kernel
hands over echo replies only (ICMP_FILTER of raw(7)).
"""

from __future__ import annotations

import contextlib
import os
import select
import socket
import struct
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from jbnet.lab.netns import network_of

ECHO_REPLY, ECHO_REQUEST = 0, 8
SOL_RAW, ICMP_FILTER = 255, 1
"""Option of raw sockets (linux/icmp.h): bits of the types that are held back. Python does not name them."""
SO_RCVBUFFORCE = 33
"""Option of sockets (asm-generic/socket.h)."""
BUFFER = 4 << 20
AT_ONCE = 100
"""Requests that are on their way from one device before its answers are fetched."""
_HEADER = struct.Struct("!BBHHH")

Asked = tuple[str, str]
"""A source and an address."""


@dataclass
class _Source:
    socket: socket.socket
    identifier: int
    waiting: dict[int, Asked] = field(default_factory=dict)


class Echoes:
    """The sockets of some devices. ``sources`` maps names to (path of a network namespace, own address).

    A device that does not have its address (yet) asks nobody; it is tried again each time.
    """

    def __init__(self, sources: Mapping[str, tuple[str, str]]):
        self._known = dict(sources)
        self._sources: dict[str, _Source] = {}

    def close(self) -> None:
        """Close the sockets."""
        for source in self._sources.values():
            source.socket.close()
        self._sources.clear()

    def ask(self, pairs: Iterable[Asked], timeout: float) -> set[Asked]:
        """Send one request a pair; return the pairs that answered within ``timeout`` seconds of the last."""
        found: dict[str, list[str]] = {}
        for name, address in pairs:
            found.setdefault(name, []).append(address)
        wanted = {name: addresses for name, addresses in found.items() if self._is_open(name)}
        asked = [self._sources[name] for name in wanted]
        answered: set[Asked] = set()
        for name, addresses in wanted.items():
            for first in range(0, len(addresses), AT_ONCE):
                self._send(name, first, addresses[first : first + AT_ONCE])
                answered.update(_fetch(asked, 0.0))
        end = time.monotonic() + timeout
        while any(source.waiting for source in asked) and (left := end - time.monotonic()) > 0:
            answered.update(_fetch(asked, left))
        for source in asked:
            source.waiting.clear()
        return answered

    def _is_open(self, name: str) -> bool:
        if name not in self._sources:
            opened = _open(*self._known[name])
            if opened is None:
                return False
            self._sources[name] = _Source(opened, int.from_bytes(os.urandom(2), "big"))
        return True

    def _send(self, name: str, first: int, addresses: Collection[str]) -> None:
        source = self._sources[name]
        for number, address in enumerate(addresses, first):
            packet = _HEADER.pack(ECHO_REQUEST, 0, _checksum(source.identifier, number), source.identifier, number)
            with contextlib.suppress(OSError):  # no route
                source.socket.sendto(packet, (address, 0))
                source.waiting[number] = (name, address)


def _checksum(identifier: int, number: int) -> int:
    """Return the Internet checksum (RFC 1071) of an echo request without data."""
    total = (ECHO_REQUEST << 8) + identifier + number
    return ~((total & 0xFFFF) + (total >> 16)) & 0xFFFF


def _open(netns: str, address: str) -> socket.socket | None:
    """Return a socket that speaks from the address, or None where the device does not have it."""
    with network_of(netns):
        opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER)
    opened.setsockopt(SOL_RAW, ICMP_FILTER, struct.pack("I", ~(1 << ECHO_REPLY) & 0xFFFFFFFF))
    try:
        opened.bind((address, 0))
    except OSError:
        opened.close()
        return None
    return opened


def _fetch(sources: Collection[_Source], timeout: float) -> Iterator[Asked]:
    """Yield the pairs whose answers lie there, waiting for the first of them."""
    poll = select.poll()
    for source in sources:
        if source.waiting:
            poll.register(source.socket, select.POLLIN)
    ready = {number for number, _ in poll.poll(timeout * 1000)}
    for source in sources:
        if source.socket.fileno() in ready:
            yield from _answers(source)


def _answers(source: _Source) -> Iterator[Asked]:
    while True:
        try:
            packet, (sender, _) = source.socket.recvfrom(2048)
        except OSError:
            return
        start = (packet[0] & 0x0F) * 4
        if len(packet) < start + _HEADER.size:
            continue
        _, _, _, identifier, number = _HEADER.unpack_from(packet, start)
        if identifier == source.identifier and source.waiting.get(number, ("", ""))[1] == sender:
            yield source.waiting.pop(number)
