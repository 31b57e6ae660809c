"""SNMP over UDP, IPv4 and IPv6: many agents at once over one socket. Implements the port SnmpTransport (design D4)."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from jbnet.adapters.udp_asked import UdpAsked
from jbnet.adapters.udp_loop import Batch, UdpLoop
from jbnet.adapters.udp_pace import Pace
from jbnet.adapters.udp_socket import open_socket, peer_of, safe_window
from jbnet.snmp.conversation import Conversation, Timing
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.memory import DeviceMemory, Ledger, Peer
from jbnet.snmp.plans import GetPlan, Plan, WalkPlan
from jbnet.snmp.security import BadTarget, CommunitySecurity, Security
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget
from jbnet.snmp.usm import UserSecurity

PER_SECOND = 50_000.0


@dataclass(frozen=True, slots=True)
class _Agent:
    """A target whose address and credentials were found fit, and what is remembered of it."""

    target: SnmpTarget
    peer: Peer
    memory: DeviceMemory
    security: Security


class UdpSnmpTransport:
    """Polls agents; remembers engines, keys and what fits an answer from one poll to the next.

    Nothing happens before the first call. ``walk`` and ``get`` may be called from any thread; they never raise for
    what agents do. ``counters`` holds how often every :class:`~jbnet.snmp.faults.Fault` occurred. ``window`` bounds
    the requests whose answers could come at once (default: by the receive buffer), ``per_second`` all requests.
    """

    def __init__(self, *, bind: str = "", window: int | None = None, per_second: float = PER_SECOND):
        self.counters: Counters = Counters()
        self._bind, self._window, self._per_second = bind, window, per_second
        self._agents: dict[tuple[str, int, str, str], _Agent] = {}
        self._ring = KeyRing()
        self._salts = count(secrets.randbits(63))
        self._ledger: Ledger[Conversation] = Ledger(secrets.randbits(31))
        self._lock = threading.Lock()
        self._loop: UdpLoop | None = None
        self._thread: threading.Thread | None = None

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """See SnmpTransport."""
        return self._ask(targets, WalkPlan(columns), Timing(timeout, retries))

    def begin(self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int) -> UdpAsked:
        """See SnmpTransport."""
        plan, timing = WalkPlan(columns), Timing(timeout, retries)
        prepared = [(target, self._prepare(target, plan, timing)) for target in targets]
        batch = Batch([item for _, item in prepared if isinstance(item, Conversation)])
        loop = self._running_loop() if batch.conversations else None
        if loop is not None:
            loop.submit(batch)
        else:
            batch.done.set()
        refused = [(target, item) for target, item in prepared if not isinstance(item, Conversation)]
        return UdpAsked(batch, loop, refused)

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """See SnmpTransport."""
        return self._ask(targets, GetPlan(oids), Timing(timeout, retries))

    def close(self) -> None:
        """Stop the loop and give its sockets back; calls that wait end with an error. May be called again."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop and thread:
            loop.close()
            thread.join()

    def _ask(self, targets: Iterable[SnmpTarget], plan: Plan, timing: Timing) -> Sequence[SnmpAnswer]:
        prepared = [self._prepare(target, plan, timing) for target in targets]
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

    def _prepare(self, target: SnmpTarget, plan: Plan, timing: Timing) -> Conversation | SnmpAnswer:
        try:
            agent = self._agent(target)
        except ValueError:
            self.counters[Fault.BAD_TARGET] += 1
            return SnmpAnswer(target.name, (), Fault.BAD_TARGET)
        tasks = plan.tasks(agent.memory, self.counters)
        return Conversation(
            target, agent.peer, tasks, agent.security, agent.memory, timing, self._ledger, self.counters
        )

    def _agent(self, target: SnmpTarget) -> _Agent:
        """Return what is known of an agent. New credentials keep what it taught. Raises ValueError."""
        key = (target.address, target.port, target.version, target.user)
        known = self._agents.get(key)
        if known is not None and (known.target is target or known.target == target):
            return known
        memory = known.memory if known is not None else DeviceMemory.of(target)
        memory.proven = False
        agent = _Agent(target, peer_of(target.address, target.port), memory, self._security(target, memory))
        self._agents[key] = agent
        return agent

    def _security(self, target: SnmpTarget, memory: DeviceMemory) -> Security:
        if target.version in ("1", "2c"):
            return CommunitySecurity(target, self._ring)
        if target.version == "3":
            return UserSecurity(target, memory, self._ring, self._salts.__next__)
        raise BadTarget(f"version {target.version}")

    def _running_loop(self) -> UdpLoop:
        with self._lock:
            if self._loop is None:
                older = open_socket(socket.AF_INET, self._bind)
                pace = Pace(self._window or safe_window(older), self._per_second)
                self._loop = UdpLoop(older, self._bind, pace, self._ledger, self.counters)
                self._thread = threading.Thread(target=self._loop.run, name="snmp", daemon=True)
                self._thread.start()
            return self._loop
