"""The request state machine: one poll of one agent, from first datagram to answer.

It does no I/O and reads no clock: its owner asks it for datagrams (``send``), hands it what arrived (``receive``)
and tells it when its ``deadline`` has passed (``expire``), always with the time. Laws: at most two requests are in
flight; whatever arrives, late, twice or from elsewhere, the answer is made of the first fitting answer to each
request alone; it ends after a bounded number of datagrams.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.memory import DeviceMemory, Ledger
from jbnet.snmp.message import AUTH, CommunityMessage, SecureMessage
from jbnet.snmp.pdu import Pdu, Request
from jbnet.snmp.security import Action, Rejection, Security
from jbnet.snmp.tasks import Task
from jbnet.snmp.types import SnmpAnswer, SnmpTarget

MOST_IN_FLIGHT = 2
MOST_RESTARTS = 6  # answers that say "again": new engine, new clock. A sane agent says so twice.


@dataclass(frozen=True, slots=True)
class Timing:
    """``timeout`` is in seconds for each try; there is one try and then ``retries`` more."""

    timeout: float
    retries: int


@dataclass(slots=True, eq=False)
class Flight:
    """A request that is out. It has one number for each try; without a task it discovers or probes."""

    task: Task | None
    asked: Request | None = None
    probes: bool = False
    numbers: list[int] = field(default_factory=list)
    deadline: float | None = None
    sent_at: float = 0.0


class Conversation:
    """One poll of one agent. ``answer`` is None until it has ended."""

    def __init__(
        self,
        target: SnmpTarget,
        tasks: Sequence[Task],
        security: Security,
        memory: DeviceMemory,
        timing: Timing,
        ledger: Ledger[Conversation],
        counters: Counters,
    ):
        self.target = target
        self.peer = (target.address, target.port)
        self.answer: SnmpAnswer | None = None
        self._tasks, self._pending = tuple(tasks), deque(tasks)
        self._security, self._memory, self._timing = security, memory, timing
        self._ledger, self._counters = ledger, counters
        self._flights: list[Flight] = []
        self._resend: deque[Flight] = deque()
        self._hint: Fault = Fault.TIMEOUT
        self.last_number, self.last_deadline = 0, 0.0  # of the datagram that was sent last
        self._suspect = False  # only the privacy key can be wrong
        self._restarts = 0
        self._rtt: float | None = None
        if not tasks:
            self._end("")

    @property
    def wants_to_send(self) -> bool:
        """Say whether ``send`` would return a datagram."""
        if self.answer is not None:
            return False
        if self._resend:
            return True
        if not self._security.ready:
            return not self._flights
        return bool(self._pending) and len(self._flights) < MOST_IN_FLIGHT

    @property
    def deadline(self) -> float | None:
        """Return when ``expire`` is due; None while nothing is out."""
        return min((flight.deadline for flight in self._flights if flight.deadline is not None), default=None)

    def send(self, now: float) -> bytes | None:
        """Return the next datagram, which the caller sends at once, or None."""
        if not self.wants_to_send:
            return None
        flight = self._resend.popleft() if self._resend else self._next_flight()
        number = self._ledger.open(self)
        flight.numbers.append(number)
        flight.sent_at, flight.deadline = now, now + self._timing.timeout
        self.last_number, self.last_deadline = number, flight.deadline
        if not self._security.ready:
            return self._security.opening(number)
        if flight.task is None:
            return self._security.probe(number, now)
        if flight.asked is None:  # a repeated request asks for the same, so that an answer to any try fits
            flight.asked = flight.task.request()
        return self._security.wrap(flight.asked, number, now)

    def _next_flight(self) -> Flight:
        flight = Flight(self._pending.popleft() if self._security.ready else None)
        self._flights.append(flight)
        return flight

    def receive(self, received: CommunityMessage | SecureMessage, now: float) -> None:
        """Take in an answer that came from the agent's address to one of this conversation's numbers."""
        flight = next((flight for flight in self._flights if received.id in flight.numbers), None)
        if flight is None or self.answer is not None:
            self._counters[Fault.LATE] += 1
            return
        verdict = self._security.unwrap(received, now)
        if isinstance(verdict, Pdu):
            self._accept(flight, verdict, now)
        elif flight.probes and _is_signed(received, verdict):
            self._suspect = True
            self._land(flight, answered=True)
            self._restore()
        else:
            self._reject(flight, verdict)

    def note(self, fault: Fault) -> None:
        """Remember what came instead of an answer, so that the error says more than ``timeout``."""
        self._hint = fault

    def _accept(self, flight: Flight, pdu: Pdu, now: float) -> None:
        if len(flight.numbers) == 1:  # Karn: the answer to a repeated request says nothing about the round trip
            self._rtt = min(now - flight.sent_at, now - flight.sent_at if self._rtt is None else self._rtt)
        self._land(flight, answered=True)
        task = flight.task
        if task is None:
            return
        task.absorb(pdu)
        if not task.done:
            self._pending.appendleft(task)
        elif not self._pending and not self._flights:
            self._end(next((task.error for task in self._tasks if task.error), ""))

    def _reject(self, flight: Flight, verdict: Rejection) -> None:
        self._counters[verdict.fault] += 1
        if verdict.action is Action.IGNORE:
            self._hint = verdict.fault
            return
        if verdict.action is Action.GIVE_UP or self._restarts >= MOST_RESTARTS:
            self._end(verdict.fault)
            return
        self._restarts += 1
        self._land(flight, answered=True)
        if flight.task is not None:
            self._pending.appendleft(flight.task)
        elif flight.probes:
            self._restore()

    def _restore(self) -> None:
        """Take up the tasks again that were out when the probe began."""
        waiting = [task for task in self._tasks if not task.done]
        self._pending = deque(waiting)

    def expire(self, now: float) -> None:
        """Repeat what got no answer in time, or end when it was tried often enough."""
        for flight in self._flights:
            if flight.deadline is None or flight.deadline > now:
                continue
            if self._suspect:
                self._counters[Fault.DECRYPTION_ERROR] += 1
                self._end(Fault.DECRYPTION_ERROR)
                return
            if len(flight.numbers) <= self._timing.retries:
                self._counters[Fault.RETRANSMISSION] += 1
                flight.deadline = None
                self._resend.append(flight)
            elif not flight.probes and self._hint is Fault.TIMEOUT and self._security.can_probe:
                self._probe()
                return
            else:
                self._time_out()
                return

    def _probe(self) -> None:
        """Nothing encrypted was ever answered: ask without privacy, to tell a wrong privacy key from silence.

        Where that is answered, the encrypted request gets one more try, for all before may have been lost.
        """
        self._land_all()
        flight = Flight(None, probes=True)
        self._flights.append(flight)
        self._resend.append(flight)

    def _time_out(self) -> None:
        self._counters[Fault.TIMEOUT] += 1
        self._memory.engine, self._memory.proven = None, False  # it may have become another engine: discover anew
        self._end(self._hint)

    def cancel(self) -> None:
        """End now, for the caller was interrupted."""
        if self.answer is None:
            self._end(Fault.CANCELLED)

    def _end(self, error: str) -> None:
        self._land_all()
        self._pending.clear()
        varbinds = tuple([varbind for task in self._tasks for varbind in task.result()])
        self.answer = SnmpAnswer(self.target.name, varbinds, str(error), self._rtt)

    def _land_all(self) -> None:
        for flight in list(self._flights):
            self._land(flight, answered=False)
        self._resend.clear()

    def _land(self, flight: Flight, *, answered: bool) -> None:
        self._flights.remove(flight)
        if flight in self._resend:
            self._resend.remove(flight)
        for number in flight.numbers:
            self._ledger.close(number, answered=answered)


def _is_signed(received: CommunityMessage | SecureMessage, verdict: Rejection) -> bool:
    """Whether an answer was authenticated and is refused only because it is not encrypted."""
    return isinstance(received, SecureMessage) and bool(received.flags & AUTH) and verdict.fault is Fault.LEVEL_TOO_LOW
