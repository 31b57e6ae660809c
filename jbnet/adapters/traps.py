"""Receives traps and informs, SNMPv1, v2c and v3, with pysnmp in a thread of its own. Implements the port TrapSource.

A trap of SNMPv3 is secured by its sender's engine (RFC 3414 section 1.5.1), whose identifier nobody announces
beforehand. Here a user is made known to pysnmp for an engine when the first notification of that engine and user
arrives; whether the notification is genuine is then for pysnmp to verify. Informs are secured by this engine.
"""

from __future__ import annotations

import asyncio
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jbnet.adapters.traps_pysnmp import Notification, Receiver
from jbnet.adapters.traps_socket import open_sockets
from jbnet.model.errors import Missing
from jbnet.model.refusals import reason_of
from jbnet.model.text import text
from jbnet.snmp.faults import Counters
from jbnet.snmp.mibs import SNMP_TRAP_ADDRESS, SNMP_TRAP_OID
from jbnet.snmp.types import Oid, SnmpTarget, Trap, Value, VarBind

MOST_WAITING = 10_000
_IPV4_BYTES = 4
_START_S = 30.0
_BEAT_S = 1.0


class TrapReceiver:
    """Listens on one UDP port, over IPv4 and IPv6, or on the one address ``bind``.

    ``senders`` give the communities and users that may send (their addresses do not matter: a router sends from
    whichever interface faces the receiver).

    Traps wait in a queue of 10,000, or are given to ``deliver``, which says whether there was room; what comes when
    there is none is dropped and counted in ``counters`` as ``trapQueueFull``. Other counts: ``trap``, ``trapRefused``
    (rubbish, unknown community or user, wrong key). ``beat`` is when the loop went round last, on the monotonic clock.
    """

    def __init__(
        self,
        senders: Iterable[SnmpTarget],
        *,
        bind: str = "",
        port: int = 162,
        deliver: Callable[[Trap], bool] | None = None,
    ):
        self.counters: Counters = Counters()
        self.beat = 0.0
        self._deliver = deliver or self._keep
        self._senders, self._bind, self._port = tuple(senders), bind, port
        self._queue: queue.Queue[Trap] = queue.Queue(MOST_WAITING)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._failure: BaseException | None = None

    @property
    def port(self) -> int:
        """Return the port that is listened on (after ``start`` with port 0: the one the system chose)."""
        return self._port

    def start(self) -> None:
        """Begin to listen. Raises Missing where the port cannot be had."""
        opened = self._open()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, opened), name="traps", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_S) or self._failure is not None:
            self.close()
            raise Missing("the trap receiver did not start: {reason}", reason=self._failure or "no answer")

    def take(self, timeout: float) -> Trap | None:
        """Return the next trap, or None when none came in ``timeout`` seconds."""
        try:
            return self._queue.get(timeout=timeout) if timeout > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stop listening; never raises, and may be called again."""
        loop, thread = self._loop, self._thread
        self._loop = self._thread = None
        if loop is not None and thread is not None:
            if thread.is_alive():
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
            loop.close()

    def _open(self) -> list[socket.socket]:
        try:
            opened = open_sockets(self._bind, self._port)
        except OSError as error:
            raise Missing(
                "traps cannot be received on {address} port {port}: {reason}",
                address=self._bind or "0.0.0.0",  # noqa: S104  shown, not bound
                port=self._port,
                reason=reason_of(error),
                hint=text("end what listens there, or choose another port; ports below 1024 need root"),
            ) from error
        self._port = opened[0].getsockname()[1]
        return opened

    def _run(self, loop: asyncio.AbstractEventLoop, opened: Sequence[socket.socket]) -> None:
        asyncio.set_event_loop(loop)
        receiver = Receiver(self._senders, self._accept, self._refuse)
        try:
            loop.run_until_complete(receiver.open(loop, opened))
            self._started.set()
            self._beat(loop)
            loop.run_forever()
        except Exception as error:  # noqa: BLE001  pysnmp's start: the caller of start() hears of it
            self._failure = error
        finally:
            self._started.set()
            receiver.close()
            _drain(loop)
            for one in opened:
                one.close()

    def _accept(self, notification: Notification) -> None:
        varbinds = notification.varbinds
        self.counters["trap"] += 1
        agent = _address(_value(varbinds, SNMP_TRAP_ADDRESS))
        trap = Trap(notification.source, _trap_oid(varbinds), varbinds, time.monotonic(), agent)
        if not self._deliver(trap):
            self.counters["trapQueueFull"] += 1

    def _keep(self, trap: Trap) -> bool:
        try:
            self._queue.put_nowait(trap)
        except queue.Full:
            return False
        return True

    def _beat(self, loop: asyncio.AbstractEventLoop) -> None:
        self.beat = time.monotonic()
        loop.call_later(_BEAT_S, self._beat, loop)

    def _refuse(self) -> None:
        self.counters["trapRefused"] += 1


def _trap_oid(varbinds: Iterable[VarBind]) -> Oid:
    """Return the value of snmpTrapOID.0, or an empty OID."""
    found = _value(varbinds, SNMP_TRAP_OID)
    return found if isinstance(found, tuple) else ()


def _value(varbinds: Iterable[VarBind], oid: Oid) -> Value:
    return next((varbind.value for varbind in varbinds if varbind.oid == oid), None)


def _address(value: Value) -> str:
    """Return an IpAddress as text, or nothing; senders that know none give 0.0.0.0."""
    known = isinstance(value, bytes) and len(value) == _IPV4_BYTES and any(value)
    return socket.inet_ntoa(value) if known and isinstance(value, bytes) else ""


def _drain(loop: asyncio.AbstractEventLoop) -> None:
    """Let what was cancelled end, so that nothing complains when the loop is closed."""
    pending: set[asyncio.Task[Any]] = asyncio.all_tasks(loop)
    for task in pending:
        task.cancel()
    if pending:
        loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
