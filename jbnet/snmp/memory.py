"""What is remembered of a device from one poll to the next, and which request a number belongs to."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from jbnet.snmp.faults import Fault
from jbnet.snmp.pdu import ID_FIRST, ID_LAST
from jbnet.snmp.types import Oid

# About what fits a 1,500-byte frame with names of a dozen sub-identifiers and 64-bit counters.
USUAL_VARBINDS = 60


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
class DeviceMemory:
    """What earlier polls taught: how much fits an answer, whether GETBULK works, the engine, how long tables are.

    ``proven``: an answer was authenticated and decrypted, so the keys are right.
    """

    max_varbinds: int = USUAL_VARBINDS
    bulk: bool = True
    engine: Engine | None = None
    proven: bool = False
    rows: dict[Oid, int] = field(default_factory=dict)

    def shrink(self, asked: int) -> bool:
        """Ask at most for half of what was too big; False when less cannot be asked for."""
        self.max_varbinds = max(1, min(self.max_varbinds, asked) // 2)
        return asked > 1


Owner = TypeVar("Owner")
_REMEMBERED = 8192


class Ledger(Generic[Owner]):
    """Numbers for requests, and whose they are. Closed numbers are remembered for a while, to name late answers."""

    def __init__(self, first: int):
        self._next = ID_FIRST + first % (ID_LAST - ID_FIRST)
        self._open: dict[int, Owner] = {}
        self._closed: OrderedDict[int, Fault] = OrderedDict()

    def open(self, owner: Owner) -> int:
        """Return a number that no open request has."""
        while self._next in self._open:
            self._advance()
        number = self._next
        self._open[number] = owner
        self._advance()
        return number

    def owner(self, number: int) -> Owner | None:
        """Return whose the number is, or None when it is not open."""
        return self._open.get(number)

    def close(self, number: int, *, answered: bool) -> None:
        """Forget the number's owner; what comes for it from now on is a duplicate, or late."""
        if self._open.pop(number, None) is not None:
            self._closed[number] = Fault.DUPLICATE if answered else Fault.LATE
            if len(self._closed) > _REMEMBERED:
                self._closed.popitem(last=False)

    def verdict(self, number: int) -> Fault:
        """Say what an answer is whose number is not open."""
        return self._closed.get(number, Fault.UNASKED)

    def __len__(self) -> int:
        return len(self._open)

    def _advance(self) -> None:
        self._next = self._next + 1 if self._next < ID_LAST else ID_FIRST
