"""A network in simulated time between one conversation and an agent: no sockets, no clock, every delay chosen."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from snmp_agent import COMMUNITY

from jbnet.model.secrets import Secret
from jbnet.snmp.ber import BerError
from jbnet.snmp.conversation import Conversation, Timing
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.keyring import KeyRing
from jbnet.snmp.memory import DeviceMemory, Ledger
from jbnet.snmp.message import decode_message
from jbnet.snmp.plans import GetPlan, Plan, WalkPlan
from jbnet.snmp.security import CommunitySecurity, Security
from jbnet.snmp.tasks import Task
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget
from jbnet.snmp.usm import UserSecurity

TARGET = SnmpTarget("core-r1", "127.0.0.1", community=Secret("community", COMMUNITY))
Delays = Callable[[int], Sequence[float]]
Replies = Callable[[bytes], Iterable[bytes]]
PEER = (TARGET.address, TARGET.port)
_MOST_EVENTS = 100_000


def at_once(_: int) -> Sequence[float]:
    """Deliver every reply once, after 10 ms."""
    return (0.01,)


@dataclass
class Wire:
    """Everything that one poller keeps between polls, and the clock."""

    target: SnmpTarget = TARGET
    counters: Counters = field(default_factory=Counters)
    timing: Timing = field(default_factory=lambda: Timing(1.0, 2))
    now: float = 1000.0
    sent: list[bytes] = field(default_factory=list)
    most_out: int = 0
    recognised: int = 0

    def __post_init__(self) -> None:
        self.memory = DeviceMemory.of(self.target)
        self.ledger: Ledger[Conversation] = Ledger(12345)
        self._ring = KeyRing()
        self._salt = 0
        self._of: SnmpTarget | None = None

    def walk(self, replies: Replies, columns: Sequence[Oid], delays: Delays = at_once) -> SnmpAnswer:
        """Walk columns; the n-th reply is delivered after each of the seconds ``delays(n)``."""
        return self._hold(WalkPlan(columns), replies, delays)

    def get(self, replies: Replies, oids: Sequence[Oid], delays: Delays = at_once) -> SnmpAnswer:
        """Get variables."""
        return self._hold(GetPlan(oids), replies, delays)

    def _next_salt(self) -> int:
        self._salt += 1
        return self._salt

    def _kept_security(self) -> Security:
        """Return one and the same for as long as the target stays."""
        if self._of is not self.target:
            self._of, self._made = self.target, self._security()
        return self._made

    def _security(self) -> Security:
        if self.target.version != "3":
            return CommunitySecurity(self.target, self._ring)
        return UserSecurity(self.target, self.memory, self._ring, self._next_salt)

    def hold(self, tasks: Sequence[Task]) -> Conversation:
        """Return a conversation of which the test itself is the network and the clock."""
        security = self._kept_security()
        return Conversation(self.target, PEER, tasks, security, self.memory, self.timing, self.ledger, self.counters)

    def _hold(self, plan: Plan, replies: Replies, delays: Delays) -> SnmpAnswer:
        conversation = self.hold(plan.tasks(self.memory, self.counters))
        self.now = max(self.now, conversation.not_before)
        arrivals: list[tuple[float, int, bytes]] = []
        order = 0
        for _ in range(_MOST_EVENTS):
            while (datagram := conversation.send(self.now)) is not None:
                self.sent.append(datagram)
                for reply in replies(datagram):
                    for delay in delays(order):
                        heapq.heappush(arrivals, (self.now + delay, order, reply))
                    order += 1
            self.most_out = max(self.most_out, len(self.ledger))
            if conversation.answer is not None:
                self._deliver_rest(arrivals)
                return conversation.answer
            self._step(conversation, arrivals)
        raise AssertionError("the conversation does not end")

    def _step(self, conversation: Conversation, arrivals: list[tuple[float, int, bytes]]) -> None:
        deadline = conversation.deadline
        assert deadline is not None, "nothing is out and nothing is to be sent: it would hang"
        if arrivals and arrivals[0][0] < deadline:
            self.now, _, datagram = heapq.heappop(arrivals)
            self._deliver(datagram, conversation)
        else:
            self.now = deadline
            conversation.expire(self.now)

    def _deliver_rest(self, arrivals: list[tuple[float, int, bytes]]) -> None:
        for self.now, _, datagram in sorted(arrivals):
            self._deliver(datagram, None)
        assert len(self.ledger) == 0, "numbers are left open"

    def _deliver(self, datagram: bytes, conversation: Conversation | None) -> None:
        if conversation is not None and conversation.recognise(datagram, self.now) is not None:
            self.recognised += 1
            return
        try:
            received = decode_message(datagram)
        except BerError:
            self.counters[Fault.MALFORMED] += 1
            if conversation is not None:
                conversation.note(Fault.MALFORMED)
            return
        owner = self.ledger.owner(received.id)
        if owner is None:
            self.counters[self.ledger.settle(received.id, PEER, self.now)] += 1
        else:
            owner.receive(received, self.now)
