"""The request state machine: one poll of one agent, from first datagram to answer.

It does no I/O and reads no clock: its owner asks it for datagrams (``send``), hands it what arrived (``receive``)
and tells it when its ``deadline`` has passed (``expire``), always with the time. Laws: at most two requests are in
flight; whatever arrives, late, twice or from elsewhere, the answer is made of the first fitting answer to each
request alone; it ends after a bounded number of datagrams. An agent known to be slow is given more time for fewer
tries, so that it is not asked again while it still owes an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.layout import Layout
from jbnet.snmp.memory import Debt, DeviceMemory, Ledger, Peer
from jbnet.snmp.message import AUTH, CommunityMessage, SecureMessage
from jbnet.snmp.pdu import Pdu, Request
from jbnet.snmp.security import Action, Rejection, Security
from jbnet.snmp.shapes import joined
from jbnet.snmp.tasks import Task
from jbnet.snmp.types import SnmpAnswer, SnmpTarget

MOST_RESTARTS = 6  # answers that say "again": new engine, new clock, cut off. A sane agent says so twice.


@dataclass(frozen=True, slots=True)
class Timing:
    """``timeout`` is in seconds for each try; there is one try and then ``retries`` more."""

    timeout: float
    retries: int

    def tries(self, patience: float) -> int:
        """Return how many tries of ``patience`` seconds the time of all allows; one at least."""
        if patience <= self.timeout:  # the usual case, and no rounding may take a try away
            return 1 + self.retries
        return max(1, int(self.timeout * (1 + self.retries) / patience))


@dataclass(slots=True, eq=False)
class Flight:
    """A request that is out. It has one number for each try; without a task it discovers or probes."""

    task: Task | None
    patience: float
    tries: int
    asked: Request | None = None
    layout: Layout | None = None
    probes: bool = False
    sent: dict[int, float] = field(default_factory=dict)
    deadline: float | None = None


class Conversation:
    """One poll of one agent. ``answer`` is None until it has ended."""

    __slots__ = (
        "_counters", "_flights", "_hint", "_ledger", "_memory", "_pending", "_resend", "_restarts", "_rtt",
        "_security", "_suspect", "_tasks", "_timing", "answer", "last_deadline", "last_number", "peer", "target",
    )  # fmt: skip

    def __init__(
        self,
        target: SnmpTarget,
        peer: Peer,
        tasks: Sequence[Task],
        security: Security,
        memory: DeviceMemory,
        timing: Timing,
        ledger: Ledger[Conversation],
        counters: Counters,
    ):
        self.target = target
        self.peer = peer
        self.answer: SnmpAnswer | None = None
        self._tasks, self._pending = tasks, list(tasks)
        self._security, self._memory, self._timing = security, memory, timing
        self._ledger, self._counters = ledger, counters
        self._flights: list[Flight] = []
        self._resend: list[Flight] = []
        self._hint: Fault = Fault.TIMEOUT
        self.last_number, self.last_deadline = 0, 0.0  # of the datagram that was sent last
        self._suspect = False  # only the privacy key can be wrong
        self._restarts = 0
        self._rtt: float | None = None
        if not tasks:
            self._end("")

    @property
    def not_before(self) -> float:
        """Return the time before which the agent is still at work on an earlier request, known to be slow."""
        return self._memory.owes_until

    @property
    def unlikely(self) -> bool:
        """Say whether what is sent next will hardly be answered: others go first."""
        return self._memory.silent or bool(self._resend)

    @property
    def wants_to_send(self) -> bool:
        """Say whether ``send`` would return a datagram."""
        if self.answer is not None:
            return False
        if self._resend:
            return True
        if not self._security.ready:
            return not self._flights
        return bool(self._pending) and len(self._flights) < self._memory.window

    @property
    def deadline(self) -> float | None:
        """Return when ``expire`` is due; None while nothing is out."""
        return min((flight.deadline for flight in self._flights if flight.deadline is not None), default=None)

    def send(self, now: float) -> bytes | None:
        """Return the next datagram, which the caller sends at once, or None."""
        if not self.wants_to_send:
            return None
        flight = self._resend.pop(0) if self._resend else self._next_flight()
        number = self._ledger.open(self)
        flight.sent[number] = now
        flight.deadline = now + flight.patience
        self.last_number, self.last_deadline = number, flight.deadline
        if not self._security.ready:
            return self._security.opening(number)
        if flight.task is None:
            return self._security.probe(number, now)
        if flight.asked is None:  # a repeated request asks for the same, so that an answer to any try fits
            flight.asked = flight.task.request()
            flight.layout = self._security.layouts.known(flight.asked)
        return self._security.wrap(flight.asked, number, now)

    def _next_flight(self) -> Flight:
        patience = self._memory.round_trip.patience(self._timing.timeout)
        task = self._pending.pop(0) if self._security.ready else None
        flight = Flight(task, patience, self._timing.tries(patience))
        self._flights.append(flight)
        return flight

    def recognise(self, data: bytes, now: float) -> int | None:
        """Take in a datagram from the agent's address if it has the layout of an earlier answer.

        Return its number, or None where it must be decoded in full.
        """
        for flight in self._flights:
            found = self._security.recognise(flight.layout, data)
            if isinstance(found, SecureMessage):
                return self._open(found, now)
            if found is not None and flight.asked is not None and found.request_id in flight.sent:
                self._security.layouts.served(flight.asked)
                self._accept(flight, found, now)
                return found.request_id
        return None

    def _open(self, found: SecureMessage, now: float) -> int | None:
        if not any(found.id in flight.sent for flight in self._flights):
            return None
        self.receive(found, now)
        return found.id

    def receive(self, received: CommunityMessage | SecureMessage, now: float) -> None:
        """Take in an answer that came from the agent's address to one of this conversation's numbers."""
        flight = next((flight for flight in self._flights if received.id in flight.sent), None)
        if flight is None or self.answer is not None:
            self._counters[Fault.LATE] += 1
            return
        verdict = self._security.unwrap(received, now, flight.asked)
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
        # Every try has a number of its own: the round trip is known for repeated requests too.
        round_trip = now - flight.sent.get(pdu.request_id, now)
        self._memory.answered(round_trip)
        if self._rtt is None or round_trip < self._rtt:
            self._rtt = round_trip
        self._land(flight, answered=True)
        task = flight.task
        if task is None:
            return
        task.absorb(pdu)
        if not task.done:
            self._pending.insert(0, task)
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
        self._return(flight)

    def _return(self, flight: Flight) -> None:
        """Ask anew: what was asked is not asked for any more in this form."""
        self._land(flight, answered=True)
        if flight.task is not None:
            self._pending.insert(0, flight.task)
        elif flight.probes:
            self._restore()

    def _cut_off(self, flight: Flight) -> bool:
        """Say whether rubbish came from the agent instead of an answer, and less can be asked for.

        Some agents cut large answers off where others would say tooBig.
        """
        rubbish = self._hint is Fault.MALFORMED and self._restarts < MOST_RESTARTS
        if not rubbish or flight.task is None or not flight.task.shrink():
            return False
        self._hint = Fault.TIMEOUT
        return True

    def _restore(self) -> None:
        """Take up the tasks again that were out when the probe began."""
        waiting = [task for task in self._tasks if not task.done]
        self._pending = waiting

    def expire(self, now: float) -> None:
        """Repeat what got no answer in time, or end when it was tried often enough."""
        for flight in list(self._flights):
            if flight.deadline is None or flight.deadline > now:
                continue
            if self._suspect:
                self._counters[Fault.DECRYPTION_ERROR] += 1
                self._end(Fault.DECRYPTION_ERROR)
                return
            if self._cut_off(flight):
                self._restarts += 1
                self._counters[Fault.TRUNCATED] += 1
                self._return(flight)
            elif len(flight.sent) < flight.tries:
                self._counters[Fault.RETRANSMISSION] += 1
                self._memory.lost()
                flight.deadline = None
                self._resend.append(flight)
            elif not flight.probes and self._hint is Fault.TIMEOUT and self._security.can_probe:
                self._probe()
                return
            else:
                self._time_out(flight)
                return

    def _probe(self) -> None:
        """Nothing encrypted was ever answered: ask without privacy, to tell a wrong privacy key from silence.

        Where that is answered, the encrypted request gets one more try, for all before may have been lost.
        """
        self._land_all()
        flight = Flight(None, self._timing.timeout, 1 + self._timing.retries, probes=True)
        self._flights.append(flight)
        self._resend.append(flight)

    def _time_out(self, flight: Flight) -> None:
        self._counters[Fault.TIMEOUT] += 1
        self._memory.gave_up(max(flight.sent.values()), self._timing.timeout)
        self._end(self._hint)

    def cancel(self) -> None:
        """End now, for the caller was interrupted."""
        if self.answer is None:
            self._end(Fault.CANCELLED)

    def _end(self, error: str) -> None:
        self._land_all()
        self._pending.clear()
        results = [task.result() for task in self._tasks]
        varbinds = joined(results)
        broken = tuple(chain.from_iterable(task.missing() for task in self._tasks)) if error and varbinds else ()
        self.answer = SnmpAnswer(self.target.name, varbinds, str(error), self._rtt, broken)

    def _land_all(self) -> None:
        for flight in list(self._flights):
            self._land(flight, answered=False)
        self._resend.clear()

    def _land(self, flight: Flight, *, answered: bool) -> None:
        self._flights.remove(flight)
        if flight in self._resend:
            self._resend.remove(flight)
        for number, sent_at in flight.sent.items():
            self._ledger.close(number, None if answered else Debt(self.peer, self._memory, sent_at))


def _is_signed(received: CommunityMessage | SecureMessage, verdict: Rejection) -> bool:
    """Whether an answer was authenticated and is refused only because it is not encrypted."""
    return isinstance(received, SecureMessage) and bool(received.flags & AUTH) and verdict.fault is Fault.LEVEL_TOO_LOW
