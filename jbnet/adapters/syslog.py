"""Receives syslog over UDP (RFC 5426) and TCP (RFC 6587) with one selector loop in a thread of its own."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from jbnet.adapters.syslog_streams import Streams
from jbnet.adapters.traps_socket import open_sockets
from jbnet.model.errors import Missing
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.monitor.senders import Senders
from jbnet.monitor.syslog import MOST_BYTES, SyslogMessage, parse
from jbnet.snmp.faults import Counters

BATCH = 64
"""Datagrams that are read before the others have their turn."""
TICK_S = 1.0
"""At least so often the loop goes round: idle connections are looked for, and that it lives is noted."""
_OVERFLOWS = 40
"""SO_RXQ_OVFL of Linux: how many datagrams the kernel dropped comes along with the next one."""
_BACKLOG = 64


@dataclass(frozen=True, slots=True)
class Ports:
    """Where syslog is expected; None: not over this transport. ``bind``: the one address, or any."""

    udp: int | None = 514
    tcp: int | None = 514
    bind: str = ""


class SyslogReceiver:
    """Listens from ``start`` to ``close``; each message is given to ``deliver``, which says whether there was room.

    Nobody is waited for: connections, what they send without an end, and messages a second of one sender are bounded
    (``jbnet.adapters.syslog_streams``, ``jbnet.monitor.senders``). ``counters`` has ``syslog`` (taken),
    ``syslogQueueFull``, ``syslogTooFast``, ``syslogKernelDropped``, and those of the streams.
    """

    def __init__(self, ports: Ports, deliver: Callable[[SyslogMessage], bool]):
        self.counters: Counters = Counters()
        self.ports: dict[str, int] = {}
        """The ports that are listened on, by transport (with port 0: the one the system chose)."""
        self.beat = 0.0
        """When the loop went round last, on the monotonic clock."""
        self._wanted, self._deliver = ports, deliver
        self._senders = Senders()
        self._selector: selectors.BaseSelector | None = None
        self._streams: Streams | None = None
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self._overflows: dict[int, int] = {}

    def start(self) -> None:
        """Begin to listen on what can be had. Raises Missing for what cannot; the rest is listened on all the same."""
        selector = self._selector = selectors.DefaultSelector()
        self._streams = Streams(selector, self._take, self.counters)
        problems: list[Missing] = []
        for transport, port in (("udp", self._wanted.udp), ("tcp", self._wanted.tcp)):
            try:
                if port is not None:
                    self._listen(transport, port)
            except OSError as error:
                problems.append(_refused(transport, port or 0, self._wanted.bind, error))
        if self.ports:
            self.beat = time.monotonic()
            self._thread = threading.Thread(
                target=self._run, args=(selector, self._streams), name="syslog", daemon=True
            )
            self._thread.start()
        if problems:
            raise problems[0]

    def close(self) -> None:
        """Stop listening; never raises, and may be called again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        selector, self._selector, self._thread = self._selector, None, None
        if selector is not None:
            for key in list(selector.get_map().values()):
                if isinstance(key.fileobj, socket.socket):
                    key.fileobj.close()
            selector.close()

    def _listen(self, transport: str, port: int) -> None:
        selector = self._selector
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        opened = open_sockets(self._wanted.bind, port, kind)
        self.ports[transport] = opened[0].getsockname()[1]
        for one in opened:
            if transport == "udp":
                one.setsockopt(socket.SOL_SOCKET, _OVERFLOWS, 1)
            else:
                one.listen(_BACKLOG)
            if selector is not None:
                selector.register(one, selectors.EVENT_READ, transport)

    def _run(self, selector: selectors.BaseSelector, streams: Streams) -> None:
        while not self._stop.is_set():
            ready = selector.select(TICK_S / 4)
            now = self.beat = time.monotonic()
            for key, _ in ready:
                if not isinstance(key.fileobj, socket.socket):
                    continue
                if key.data == "udp":
                    self._datagrams(key.fileobj)
                elif key.data == "tcp":
                    streams.accept(key.fileobj, now)
                else:
                    streams.read(key.fileobj, now)
            streams.tidy(now)

    def _datagrams(self, bound: socket.socket) -> None:
        for _ in range(BATCH):
            try:
                data, extra, _, sender = bound.recvmsg(MOST_BYTES, 64)
            except OSError:  # nothing more, or an error of an earlier datagram
                return
            for level, kind, value in extra:
                if level == socket.SOL_SOCKET and kind == _OVERFLOWS:
                    self._overflowed(bound.fileno(), int.from_bytes(value[:4], "little"))
            self._take(data, str(sender[0]))

    def _overflowed(self, number: int, total: int) -> None:
        more = total - self._overflows.get(number, 0)
        self._overflows[number] = total
        if more > 0:
            self.counters["syslogKernelDropped"] += more

    def _take(self, data: bytes, sender: str) -> None:
        """Take one message of a sender, unless it sends too many."""
        now = time.monotonic()
        if not self._senders.may(sender, now):
            self.counters["syslogTooFast"] += 1
        elif self._deliver(parse(data, sender, now)):
            self.counters["syslog"] += 1
        else:
            self.counters["syslogQueueFull"] += 1


def _refused(transport: str, port: int, bind: str, error: OSError) -> Missing:
    return Missing(
        "syslog cannot be received on {address} port {port}/{transport}: {reason}",
        address=bind or "0.0.0.0",  # noqa: S104  shown, not bound
        port=port,
        transport=transport,
        reason=reason_of(error),
        hint=text(
            "end what listens there, or choose another port under listen: in monitors/; ports below 1024 need root or"
            " CAP_NET_BIND_SERVICE"
        ),
    )
