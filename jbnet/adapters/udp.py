"""SNMP over UDP/IPv4: many agents at once over one socket. Implements the port SnmpTransport (design D4)."""

from __future__ import annotations

import ipaddress
import secrets
import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from jbnet.adapters.udp_loop import Batch, UdpLoop
from jbnet.adapters.udp_pace import Pace
from jbnet.adapters.udp_socket import open_socket, safe_window
from jbnet.snmp.conversation import Conversation, Timing
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.memory import DeviceMemory, Ledger
from jbnet.snmp.security import BadTarget, CommunitySecurity, Security, UserSecurity
from jbnet.snmp.tasks import Task, get_tasks, walk_tasks
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget

PER_SECOND = 50_000.0
Planner = Callable[[Sequence[Oid], DeviceMemory, Counters], list[Task]]


class UdpSnmpTransport:
    """Polls agents; remembers engines, keys and what fits an answer from one poll to the next.

    Nothing happens before the first call. ``walk`` and ``get`` may be called from any thread; they never raise for
    what agents do. ``counters`` holds how often every :class:`~jbnet.snmp.faults.Fault` occurred. ``window`` bounds
    the requests whose answers could come at once (default: by the receive buffer), ``per_second`` all requests.
    """

    def __init__(self, *, bind: str = "", window: int | None = None, per_second: float = PER_SECOND):
        self.counters: Counters = Counters()
        self._bind, self._window, self._per_second = bind, window, per_second
        self._memories: dict[tuple[str, int, str, str], DeviceMemory] = {}
        self._ring = KeyRing()
        self._salts = count(secrets.randbits(63))
        self._ledger: Ledger[Conversation] = Ledger(secrets.randbits(31))
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._loop: UdpLoop | None = None
        self._thread: threading.Thread | None = None

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """See SnmpTransport."""
        return self._ask(targets, walk_tasks, columns, Timing(timeout, retries))

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """See SnmpTransport."""
        return self._ask(targets, get_tasks, oids, Timing(timeout, retries))

    def close(self) -> None:
        """Stop the loop and give the socket back; calls that wait end with an error. May be called again."""
        with self._lock:
            loop, thread, opened = self._loop, self._thread, self._socket
            self._loop = self._thread = self._socket = None
        if loop and thread and opened:
            loop.close()
            thread.join()
            opened.close()

    def _ask(
        self, targets: Iterable[SnmpTarget], plan: Planner, oids: Sequence[Oid], timing: Timing
    ) -> Sequence[SnmpAnswer]:
        prepared = [self._prepare(target, plan, oids, timing) for target in targets]
        batch = Batch([item for item in prepared if isinstance(item, Conversation)])
        if batch.conversations:
            self._wait(batch)
        return [item.answer or SnmpAnswer(item.target.name, (), Fault.CANCELLED) if isinstance(item, Conversation)
                else item for item in prepared]  # fmt: skip

    def _wait(self, batch: Batch) -> None:
        loop = self._running_loop()
        loop.submit(batch)
        try:
            batch.done.wait()
        except BaseException:
            loop.cancel(batch)
            raise
        if batch.error is not None:
            raise batch.error

    def _prepare(
        self, target: SnmpTarget, plan: Planner, oids: Sequence[Oid], timing: Timing
    ) -> Conversation | SnmpAnswer:
        key = (target.address, target.port, target.version, target.user)
        memory = self._memories.setdefault(key, DeviceMemory())
        try:
            ipaddress.IPv4Address(target.address)
            security = self._security(target, memory)
        except ValueError:
            self.counters[Fault.BAD_TARGET] += 1
            return SnmpAnswer(target.name, (), Fault.BAD_TARGET)
        tasks = plan(oids, memory, self.counters)
        return Conversation(target, tasks, security, memory, timing, self._ledger, self.counters)

    def _security(self, target: SnmpTarget, memory: DeviceMemory) -> Security:
        if target.version == "2c":
            return CommunitySecurity(target)
        if target.version == "3":
            return UserSecurity(target, memory, self._ring, self._salts.__next__)
        raise BadTarget(f"version {target.version}")

    def _running_loop(self) -> UdpLoop:
        with self._lock:
            if self._loop is None:
                self._socket = open_socket(self._bind)
                pace = Pace(self._window or safe_window(self._socket), self._per_second)
                self._loop = UdpLoop(self._socket, pace, self._ledger, self.counters)
                self._thread = threading.Thread(target=self._loop.run, name="snmp", daemon=True)
                self._thread.start()
            return self._loop
