"""The one UDP socket of the poll engine: unconnected, non-blocking, with buffers as large as the kernel grants."""

from __future__ import annotations

import contextlib
import socket

WANTED_BUFFER = 8 * 1024 * 1024
_SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 32, 33  # Linux: past net.core.rmem_max, for who may (CAP_NET_ADMIN)
# What the kernel charges for one queued answer of a full frame: the frame, its bookkeeping, rounding.
_CHARGED_PER_ANSWER = 4096
# Not more even with a larger buffer: many agents answer through one slow line, and have small buffers themselves.
_LEAST_WINDOW, _MOST_WINDOW = 32, 128


def open_socket(bind: str) -> socket.socket:
    """Return an IPv4 UDP socket bound to any free port of the address ``bind`` (empty: all)."""
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.setblocking(False)
    for ordinary, forced in ((socket.SO_RCVBUF, _SO_RCVBUFFORCE), (socket.SO_SNDBUF, _SO_SNDBUFFORCE)):
        opened.setsockopt(socket.SOL_SOCKET, ordinary, WANTED_BUFFER)
        with contextlib.suppress(OSError):  # without the right to it, what the system's limit allows must do
            opened.setsockopt(socket.SOL_SOCKET, forced, WANTED_BUFFER)
    opened.bind((bind, 0))
    return opened


def safe_window(opened: socket.socket) -> int:
    """Return how many answers may arrive at once without the kernel dropping any."""
    granted = opened.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
    return max(_LEAST_WINDOW, min(_MOST_WINDOW, granted // _CHARGED_PER_ANSWER))
