"""The sockets that traps and syslog arrive at: one of IPv4 and one of IPv6, on the same port."""

from __future__ import annotations

import errno
import socket

_RECEIVE_BUFFER = 4 * 1024 * 1024
_PORTS_TRIED = 20


def open_sockets(bind: str, port: int, kind: int = socket.SOCK_DGRAM) -> list[socket.socket]:
    """Return bound, non-blocking sockets: one for the address ``bind``, or both families when it is empty.

    ``kind``: SOCK_DGRAM or SOCK_STREAM. With port 0 the system chooses one. A host without IPv6 gives the one of
    IPv4. Raises OSError.
    """
    if bind:
        return [_bound(socket.AF_INET6 if ":" in bind else socket.AF_INET, bind, port, kind)]
    for _ in range(_PORTS_TRIED):
        older = _bound(socket.AF_INET, "", port, kind)
        try:
            return [older, _bound(socket.AF_INET6, "", older.getsockname()[1], kind)]
        except OSError as error:
            if error.errno != errno.EADDRINUSE:  # this host has no IPv6
                return [older]
            older.close()
            if port:
                raise
    raise OSError(errno.EADDRINUSE, "no port is free for both IPv4 and IPv6")


def _bound(family: socket.AddressFamily, bind: str, port: int, kind: int) -> socket.socket:
    opened = socket.socket(family, kind)
    try:
        opened.setblocking(False)
        if kind == socket.SOCK_DGRAM:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
        else:  # a connection of the run before that still lingers does not keep the port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((bind, port))
    except OSError:
        opened.close()
        raise
    return opened
