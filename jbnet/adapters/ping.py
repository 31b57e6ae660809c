"""Echo requests (ICMP, RFC 792) to many hosts at once over one socket. Implements the port Prober."""

from __future__ import annotations

import math
import os
import select
import socket
import struct
import time
from collections.abc import Mapping, Sequence

ECHO_REQUEST = 8
ECHO_REPLY = 0
_HEADER = struct.Struct("!BBHHH")
_PAYLOAD = b"jbnet"
_BUFFER = 2048
_MAX_SEQUENCE = 0xFFFF


class IcmpProber:
    """Asks each host once. Needs the right to open a raw or an ICMP socket; without it every answer is None."""

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        """Send one request to each address and wait for the answers at most ``timeout`` seconds."""
        wanted = list(dict.fromkeys(addresses))[:_MAX_SEQUENCE]
        try:
            opened = _open()
        except OSError:
            return dict.fromkeys(wanted)
        with opened:
            identifier = os.urandom(2)
            waiting = set()
            for sequence, address in enumerate(wanted):
                if _send(opened, address, identifier, sequence):
                    waiting.add(address)
            answered = _collect(opened, waiting, identifier, timeout)
        return {address: address in answered for address in wanted}


def _open() -> socket.socket:
    """Return a raw ICMP socket. An own answer to a datagram socket would hide the identifier (icmp(7))."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    opened.setblocking(False)
    return opened


def _send(opened: socket.socket, address: str, identifier: bytes, sequence: int) -> bool:
    """Send one request; False where there is no route or no room."""
    number = int.from_bytes(identifier, "big")
    empty = _HEADER.pack(ECHO_REQUEST, 0, 0, number, sequence) + _PAYLOAD
    packet = _HEADER.pack(ECHO_REQUEST, 0, checksum(empty), number, sequence) + _PAYLOAD
    try:
        opened.sendto(packet, (address, 0))
    except OSError:
        return False
    return True


def _collect(opened: socket.socket, waiting: set[str], identifier: bytes, timeout: float) -> set[str]:
    """Return the addresses that answered in time."""
    answered: set[str] = set()
    deadline = time.monotonic() + timeout
    while waiting - answered and (left := deadline - time.monotonic()) > 0:
        if not readable(opened, left):
            break
        try:
            packet, (source, _) = opened.recvfrom(_BUFFER)
        except OSError:
            continue  # an error that an earlier request brought back
        if source in waiting and is_reply(packet, identifier):
            answered.add(source)
    return answered


def readable(opened: socket.socket, seconds: float) -> bool:
    """Wait until a socket has something, whatever its descriptor's number: select(2) takes none above 1023."""
    poll = select.poll()
    poll.register(opened, select.POLLIN)
    return bool(poll.poll(math.ceil(max(0.0, seconds) * 1000)))


def is_reply(packet: bytes, identifier: bytes) -> bool:
    """Say whether an IPv4 packet is an echo reply with our identifier."""
    start = (packet[0] & 0x0F) * 4 if packet else 0
    message = packet[start:]
    return len(message) >= _HEADER.size and message[0] == ECHO_REPLY and message[4:6] == identifier


def checksum(message: bytes) -> int:
    """Return the Internet checksum (RFC 1071)."""
    padded = message + b"\0" * (len(message) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF
