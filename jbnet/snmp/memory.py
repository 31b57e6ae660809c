"""What is remembered of a device from one poll to the next, and which request a number belongs to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from jbnet.snmp.faults import Fault
from jbnet.snmp.pdu import ID_FIRST, ID_LAST
from jbnet.snmp.types import Oid, SnmpTarget

# About what fits a 1,500-byte frame with names of a dozen sub-identifiers and 64-bit counters.
USUAL_VARBINDS = 60
MOST_IN_FLIGHT = 2  # requests to one device
_MOST_PATIENCE = 3  # times the time-out that the caller gave
_CALM_ANSWERS = 256
_REMEMBERED = 8192

Peer = tuple[str, int] | tuple[str, int, int, int]
"""A socket address of IPv4 or IPv6, as the ``socket`` module gives it."""


@dataclass(slots=True)
class Engine:
    """An authoritative SNMPv3 engine (RFC 3414 section 2.3): its identifier and its clock.

    ``time`` is its engine time in seconds at the local monotonic time ``at``. ``trusted``: the clock was read from
    an authenticated message; before that it is only a guess, good for a first request.
    """

    id: bytes
    boots: int
    time: int
    at: float
    trusted: bool = False

    def time_at(self, now: float) -> int:
        """Return what its engine time should be at the local time ``now``."""
        return self.time + max(0, int(now - self.at))


@dataclass(slots=True)
class RoundTrip:
    """What is known of an agent's round trip, in seconds: its smoothed mean and deviation (RFC 6298 section 2)."""

    mean: float = 0.0
    deviation: float = 0.0

    def learn(self, seconds: float) -> None:
        """Take in one round trip; also that of an answer which came too late to be of use."""
        if self.mean == 0.0:
            self.mean, self.deviation = seconds, seconds / 2
        else:
            self.deviation += (abs(seconds - self.mean) - self.deviation) / 4
            self.mean += (seconds - self.mean) / 8

    def patience(self, timeout: float) -> float:
        """Return how long one try waits: ``timeout``, and up to three times that for an agent known to be slow."""
        return min(max(timeout, self.mean + 4 * self.deviation), timeout * _MOST_PATIENCE)


@dataclass(slots=True)
class DeviceMemory:
    """What earlier polls taught of one device.

    ``max_varbinds`` fit its answers; ``bulk``: GETBULK works (SNMPv1 has none); ``engine`` and ``proven`` (an answer
    was authenticated and decrypted, so the keys are right) are of SNMPv3; ``rows`` are the lengths of its tables;
    ``window`` requests may be out at once; before ``owes_until`` (monotonic
    seconds) it may still be at work on a request that nobody waits for. ``silent``: it gave no answer last time.
    """

    max_varbinds: int = USUAL_VARBINDS
    bulk: bool = True
    engine: Engine | None = None
    proven: bool = False
    rows: dict[Oid, int] = field(default_factory=dict)
    round_trip: RoundTrip = field(default_factory=RoundTrip)
    window: int = MOST_IN_FLIGHT
    owes_until: float = 0.0
    silent: bool = False
    _calm: int = 0

    @classmethod
    def of(cls, target: SnmpTarget) -> DeviceMemory:
        """Return the memory of a device that was never met."""
        return cls(bulk=target.version != "1")

    def shrink(self, asked: int) -> bool:
        """Ask at most for half of what was too big; False when less cannot be asked for."""
        self.max_varbinds = max(1, min(self.max_varbinds, asked) // 2)
        self._calm = 0
        return asked > 1

    def lost(self) -> None:
        """Learn from a request without an answer: one at a time is enough for this device."""
        self.window, self._calm = 1, 0

    def answered(self, seconds: float) -> None:
        """Learn from an answer. After a long calm more is tried again, in case what was in the way is gone."""
        self.round_trip.learn(seconds)
        self.owes_until = 0.0
        self.silent = False
        self._calm += 1
        if self._calm % _CALM_ANSWERS == 0:
            self.window = MOST_IN_FLIGHT
            self.max_varbinds = min(USUAL_VARBINDS, self.max_varbinds * 2)

    def gave_up(self, sent_at: float, timeout: float) -> None:
        """Learn that a poll ended without an answer.

        An agent that is known to be slow is left in peace as long again as it was waited for; others owe nothing.
        """
        self.silent = True
        patience = self.round_trip.patience(timeout)
        self.owes_until = sent_at + 2 * patience if patience > timeout else 0.0
        self.round_trip = RoundTrip()
        self.engine, self.proven = None, False  # it may have become another engine: discover anew


@dataclass(frozen=True, slots=True)
class Debt:
    """An answer that is owed: by whom, and when it was asked for."""

    peer: Peer
    memory: DeviceMemory
    sent_at: float


Owner = TypeVar("Owner")


class Ledger(Generic[Owner]):
    """Numbers for requests, and whose they are. Closed numbers are remembered for a while, to name late answers."""

    def __init__(self, first: int):
        self._next = ID_FIRST + first % (ID_LAST - ID_FIRST)
        self._open: dict[int, Owner] = {}
        self._closed: OrderedDict[int, Debt | None] = OrderedDict()

    def open(self, owner: Owner) -> int:
        """Return a number that no open request has."""
        number = self._next
        while number in self._open:
            number = number + 1 if number < ID_LAST else ID_FIRST
        self._open[number] = owner
        self._next = number + 1 if number < ID_LAST else ID_FIRST
        return number

    def owner(self, number: int) -> Owner | None:
        """Return whose the number is, or None when it is not open."""
        return self._open.get(number)

    def close(self, number: int, debt: Debt | None) -> None:
        """Forget the number's owner; what comes for it from now on is late (a debt was left), or a duplicate."""
        if self._open.pop(number, None) is not None:
            self._closed[number] = debt
            if len(self._closed) > _REMEMBERED:
                self._closed.popitem(last=False)

    def settle(self, number: int, source: Peer, now: float) -> Fault:
        """Say what an answer is whose number is not open. A late one tells how slow its agent is."""
        if number not in self._closed:
            return Fault.UNASKED
        debt = self._closed[number]
        if debt is None:
            return Fault.DUPLICATE
        if debt.peer != source:
            return Fault.WRONG_SOURCE
        debt.memory.answered(now - debt.sent_at)
        self._closed[number] = None
        return Fault.LATE

    def __len__(self) -> int:
        return len(self._open)
