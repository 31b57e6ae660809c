"""The UDP sockets of the poll engine: unconnected, non-blocking, with buffers as large as the kernel grants.

There is one for IPv4 and one for IPv6, each made when the first agent of its kind is asked.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket

from jbnet.snmp.memory import Peer

WANTED_BUFFER = 8 * 1024 * 1024
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33  # Linux: past net.core.rmem_max, for who may (CAP_NET_ADMIN)
# What the kernel charges for one queued answer of a full frame: the frame, its bookkeeping, rounding.
_CHARGED_PER_ANSWER = 4096
# Not more even with a larger buffer: many agents answer through one slow line, and have small buffers themselves.
_LEAST_WINDOW, _MOST_WINDOW = 32, 128


def peer_of(address: str, port: int) -> Peer:
    """Return the socket address of an agent, spelt as answers from it will be. Raises ValueError on what is none.

    Link-local addresses of IPv6 are refused: what is declared of a network has to hold on every machine.
    """
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed), port
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped), port
    if parsed.is_link_local or parsed.scope_id:
        raise ValueError("a link-local address")
    return socket.inet_ntop(socket.AF_INET6, parsed.packed), port, 0, 0


def family_of(peer: Peer) -> socket.AddressFamily:
    """Return the address family of a socket address."""
    return socket.AF_INET if len(peer) == 2 else socket.AF_INET6


def open_socket(family: socket.AddressFamily, bind: str) -> socket.socket:
    """Return a socket bound to any free port of the address ``bind`` (empty, or of the other family: all)."""
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for ordinary, forced in ((socket.SO_RCVBUF, _SO_RCVBUFFORCE), (socket.SO_SNDBUF, _SO_SNDBUFFORCE)):
            opened.setsockopt(socket.SOL_SOCKET, ordinary, WANTED_BUFFER)
            with contextlib.suppress(OSError):  # without the right to it, what the system's limit allows must do
                opened.setsockopt(socket.SOL_SOCKET, forced, WANTED_BUFFER)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((bind if (":" in bind) == (family == socket.AF_INET6) else "", 0))
    except OSError:
        opened.close()
        raise
    return opened


def safe_window(opened: socket.socket) -> int:
    """Return how many answers may arrive at once without the kernel dropping any."""
    granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    return max(_LEAST_WINDOW, min(_MOST_WINDOW, granted // _CHARGED_PER_ANSWER))
