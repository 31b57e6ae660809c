"""The TCP side of the syslog receiver: connections that may be slow or hostile, and hold up nobody."""

from __future__ import annotations

import selectors
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from jbnet.monitor.syslog_frames import Framer
from jbnet.snmp.faults import Counters

MOST = 512
"""Connections at a time; with one more the one that was silent for longest goes."""
MOST_OF_ONE = 16
"""Connections of one address."""
PIECE = 65536
"""Octets that are read of one connection before the others have their turn."""
IDLE_S = 3600.0
"""A connection that says nothing for so long is closed; a sender opens another one."""
UNFINISHED_S = 60.0
"""And one that has begun a message and does not end it, after this time."""


@dataclass(slots=True)
class _Stream:
    sender: str
    heard: float
    framer: Framer = field(default_factory=Framer)


class Streams:
    """The open connections. All calls come from the receiver's loop.

    Counts ``syslogConnection``, ``syslogConnectionRefused`` (too many), ``syslogConnectionIdle`` and
    ``syslogStreamBroken`` (what came was no syslog).
    """

    def __init__(self, selector: selectors.BaseSelector, take: Callable[[bytes, str], None], counters: Counters):
        self._selector, self._take, self._counters = selector, take, counters
        self._open: dict[socket.socket, _Stream] = {}
        self._tidied = 0.0

    def __len__(self) -> int:
        return len(self._open)

    def accept(self, listening: socket.socket, now: float) -> None:
        """Take a connection, unless its address has too many already."""
        try:
            one, address = listening.accept()
        except OSError:  # gone again, or no more descriptors: those that are open go on
            self._counters["syslogConnectionRefused"] += 1
            self._drop_stalest()
            return
        sender = str(address[0])
        if Counter(stream.sender for stream in self._open.values())[sender] >= MOST_OF_ONE:
            one.close()
            self._counters["syslogConnectionRefused"] += 1
            return
        if len(self._open) >= MOST:
            self._drop_stalest()
        one.setblocking(False)
        self._open[one] = _Stream(sender, now)
        self._selector.register(one, selectors.EVENT_READ, "stream")
        self._counters["syslogConnection"] += 1

    def read(self, one: socket.socket, now: float) -> None:
        """Read one piece of a connection; close it where it has ended or makes no sense."""
        stream = self._open.get(one)
        if stream is None:  # closed in this same turn
            return
        try:
            data = one.recv(PIECE)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        messages = stream.framer.feed(data) if data else [rest] if (rest := stream.framer.rest()) else []
        for message in messages:
            self._take(message, stream.sender)
        if messages or not stream.framer.held:
            stream.heard = now
        if stream.framer.broken:
            self._counters["syslogStreamBroken"] += 1
        if not data or stream.framer.broken:
            self._close(one)

    def tidy(self, now: float) -> None:
        """Close what has been silent for too long; looks once a second at most."""
        if now < self._tidied + 1.0:
            return
        self._tidied = now
        for one, stream in list(self._open.items()):
            if now - stream.heard > (UNFINISHED_S if stream.framer.held else IDLE_S):
                self._counters["syslogConnectionIdle"] += 1
                self._close(one)

    def _drop_stalest(self) -> None:
        if self._open:
            self._counters["syslogConnectionIdle"] += 1
            self._close(min(self._open, key=lambda one: self._open[one].heard))

    def _close(self, one: socket.socket) -> None:
        self._selector.unregister(one)
        del self._open[one]
        one.close()
