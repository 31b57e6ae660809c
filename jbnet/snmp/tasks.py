"""What is asked of one agent, as tasks that make requests and take in answers: a list of variables, or walked columns.

A task has one request out at a time. ``request`` says what to ask next, ``absorb`` takes the answer; both know
nothing of datagrams, retransmissions or security.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Protocol

from jbnet.snmp.ber import Tag
from jbnet.snmp.faults import Counters, Fault
from jbnet.snmp.memory import DeviceMemory
from jbnet.snmp.pdu import GEN_ERR, NO_SUCH_NAME, TOO_BIG, Pdu, PduType, Request, error_name, request
from jbnet.snmp.shapes import Shaped, Walked, shaped
from jbnet.snmp.types import Oid, VarBind

MOST_VARBINDS = 100_000  # of one walk: an agent that invents rows for ever is stopped here
_MOST_STALLS = 2
_NAME_OF = itemgetter(0)


class Task(Protocol):
    """A part of a poll. ``error`` is empty, or the first fault that made the result incomplete."""

    error: str

    @property
    def done(self) -> bool:
        """Say whether nothing is left to ask."""

    def request(self) -> Request:
        """Return the next request."""

    def absorb(self, pdu: Pdu) -> None:
        """Take in the answer to the last request."""

    def shrink(self) -> bool:
        """Ask for less, for the last answer was cut off; False when less cannot be asked for."""

    def result(self) -> Sequence[VarBind]:
        """Return the variables in the order in which they were asked for."""

    def missing(self) -> Sequence[Oid]:
        """Return the columns and scalars of which something was not fetched."""


class GetTask:
    """GET of a list of variables, in as many requests as the agent's answers need.

    SNMPv1 refuses a whole request for one variable that is not there (noSuchName, RFC 1157 section 4.1.2); that one
    becomes noSuchInstance (RFC 3584 section 4.1.2.3) and the others are asked for again without it.
    """

    def __init__(self, oids: tuple[Oid, ...], whole: Request, memory: DeviceMemory, counters: Counters):
        self._oids, self._whole = oids, whole  # whole: the request for all of them
        self._memory, self._counters = memory, counters
        self._found: tuple[VarBind, ...] = ()
        self._open: Sequence[int] = range(len(oids))  # positions that are still to be asked for
        self._absent: set[int] = set()
        self._asked = self._oids
        self.error = ""

    @property
    def done(self) -> bool:
        """See Task."""
        return not self._open or bool(self.error)

    def request(self) -> Request:
        """See Task."""
        positions = self._open[: self._memory.max_varbinds]
        if len(positions) == len(self._oids):
            return self._whole
        self._asked = tuple([self._oids[at] for at in positions])
        return request(PduType.GET, self._asked)

    def absorb(self, pdu: Pdu) -> None:
        """See Task."""
        if pdu.error_status:
            self._refused(pdu.error_status, pdu.error_index - 1)
        elif tuple(map(_NAME_OF, pdu.varbinds)) == self._asked:
            self._found = (*self._found, *pdu.varbinds) if self._found else pdu.varbinds
            self._open = self._open[len(self._asked) :]
        else:
            self._fail(Fault.MISMATCHED)

    def _refused(self, status: int, at: int) -> None:
        if status == TOO_BIG and self.shrink():
            self._counters[Fault.TOO_BIG] += 1
        elif status == NO_SUCH_NAME and 0 <= at < len(self._asked):
            self._absent.add(self._open[at])
            self._open = [*self._open[:at], *self._open[at + 1 :]]
            self._counters[error_name(status)] += 1
        else:
            self._fail(error_name(status))

    def shrink(self) -> bool:
        """See Task."""
        return self._memory.shrink(len(self._asked))

    def _fail(self, name: str) -> None:
        self._counters[name] += 1
        self.error = self.error or name

    def result(self) -> Sequence[VarBind]:
        """See Task."""
        if not self._absent:
            return self._found
        values = iter(self._found)
        answered = set(range(len(self._oids))) - set(self._open)
        return [
            VarBind(oid, Tag.NO_SUCH_INSTANCE, None) if at in self._absent else next(values)
            for at, oid in enumerate(self._oids)
            if at in answered
        ]

    def missing(self) -> Sequence[Oid]:
        """See Task."""
        return [self._oids[at] for at in self._open]


@dataclass(slots=True)
class Column:
    """One column being walked: where it begins, how far the walk came, and what it found."""

    root: Oid
    cursor: Oid
    done: bool = False
    whole: bool = False
    found: list[VarBind] = field(default_factory=list)


class WalkTask:
    """Walk of columns of one table with GETBULK (RFC 3416 section 4.2.3), scalars asked along with the first rows.

    Where the first answer has the shape of an earlier one that ended the walk of the same request, it ends it again.
    """

    def __init__(self, columns: Sequence[Oid], scalars: Sequence[Oid], memory: DeviceMemory, counters: Counters):
        self._columns = [Column(root, root) for root in columns]
        self._scalars: list[VarBind] = []
        self._memory, self._counters = memory, counters
        self._asked_scalars: tuple[Oid, ...] = ()
        self._asked: list[Column] = []
        self._repetitions = 0
        self._wanted = self._open_scalars = tuple(scalars)
        self._stalls = 0
        self._request: Request | None = None
        self._first = True
        self._result: Shaped | None = None
        self.error = ""

    @property
    def done(self) -> bool:
        """See Task."""
        return self._result is not None or (not self._open_scalars and all(column.done for column in self._columns))

    def request(self) -> Request:
        """Ask for the open scalars and for the next rows of the open columns, no more than the agent can answer."""
        budget = self._memory.max_varbinds
        self._asked_scalars = self._open_scalars[:budget]
        budget -= len(self._asked_scalars)
        self._asked = [column for column in self._columns if not column.done][:budget]
        self._repetitions = self._rows_wanted(budget)
        names = (*[oid[:-1] for oid in self._asked_scalars], *[column.cursor for column in self._asked])
        if not self._memory.bulk:
            return request(PduType.GETNEXT, names)
        self._request = request(PduType.GETBULK, names, len(self._asked_scalars), self._repetitions)
        return self._request

    def _rows_wanted(self, budget: int) -> int:
        if not self._asked or not self._memory.bulk:
            return 1 if self._asked else 0
        first, most = self._asked[0], max(1, budget // len(self._asked))
        known = self._memory.rows.get(first.root[:-1], most)
        expected = known + 1 - len(first.found)  # one more row than last time shows that the table ends there
        return min(most, expected) if expected > 0 else most

    def absorb(self, pdu: Pdu) -> None:
        """Take in rows; an answer may hold fewer than asked for, and end anywhere (RFC 3416)."""
        first, self._first = self._first, False
        if pdu.error_status:
            self._refused(pdu.error_status, pdu.error_index)
        elif first and isinstance(pdu.varbinds, Shaped) and len(self._asked) == len(self._columns):
            self._absorb_shaped(pdu, pdu.varbinds)
        else:
            self._absorb_any(pdu)

    def _absorb_shaped(self, pdu: Pdu, varbinds: Shaped) -> None:
        """Take in the first answer where it is like an earlier one."""
        known: Walked | None = varbinds.shape.known.get(self._request)
        if known is not None:
            self._result = shaped(known.pick(varbinds), known.shape)
            self._memory.rows[self._columns[0].root[:-1]] = known.rows
            return
        faults = self._counters.total()
        self._absorb_any(pdu)
        if self.done and not self.error and self._counters.total() == faults and self._request is not None:
            walked = Walked.of(varbinds, self.result(), len(self._columns[0].found))
            varbinds.shape.learn(self._request, walked)

    def _absorb_any(self, pdu: Pdu) -> None:
        scalars = len(self._asked_scalars)
        moved = self._absorb_scalars(pdu.varbinds[:scalars]) + self._absorb_rows(pdu.varbinds[scalars:])
        self._stalls = 0 if moved else self._stalls + 1
        if not moved:
            self._counters[Fault.EMPTY] += 1
        if self._stalls >= _MOST_STALLS:
            self._fail(Fault.EMPTY)
        if self.done and self._columns and not self.error:
            self._memory.rows[self._columns[0].root[:-1]] = len(self._columns[0].found)

    def _absorb_scalars(self, varbinds: Sequence[VarBind]) -> int:
        for asked, varbind in zip(self._asked_scalars, varbinds, strict=False):
            self._scalars.append(varbind if varbind.oid == asked else VarBind(asked, Tag.NO_SUCH_INSTANCE, None))
        self._open_scalars = self._open_scalars[len(varbinds) :]
        return len(varbinds)

    def _absorb_rows(self, varbinds: Sequence[VarBind]) -> int:
        width, moved = len(self._asked), 0
        wanted = width * self._repetitions
        if len(varbinds) < wanted:
            self._counters[Fault.FEWER_REPETITIONS] += 1
        elif len(varbinds) > wanted:
            self._counters[Fault.MISMATCHED] += 1
        for at, varbind in enumerate(varbinds[:wanted]):
            column = self._asked[at % width]
            if not column.done:
                self._advance(column, varbind)
                moved += 1
        return moved

    def _advance(self, column: Column, varbind: VarBind) -> None:
        oid, root = varbind.oid, column.root
        if varbind.tag == Tag.END_OF_MIB_VIEW or oid[: len(root)] != root:
            if varbind.tag != Tag.END_OF_MIB_VIEW and oid <= column.cursor:
                self._end(column, Fault.NOT_INCREASING)
            else:
                column.whole = True
            column.done = True
        elif oid <= column.cursor:
            self._end(column, Fault.NOT_INCREASING)
        else:
            column.cursor = oid
            if varbind.value is not None:  # noSuchInstance has no place in a GETBULK answer: unknown, walk on
                column.found.append(varbind)
            if len(column.found) * len(self._columns) > MOST_VARBINDS:
                self._end(column, Fault.ENDLESS)

    def _refused(self, status: int, index: int) -> None:
        width = len(self._asked_scalars) + len(self._asked)
        if status == TOO_BIG and self.shrink():
            self._counters[Fault.TOO_BIG] += 1
        elif status == GEN_ERR and index == 0 and self._memory.bulk and self._asked:
            self._memory.bulk = False  # some agents fail on GETBULK itself: GETNEXT from now on
            self._counters[error_name(status)] += 1
        elif not 0 < index <= width:
            self._fail(error_name(status))
        else:
            self._refused_one(status, index - 1)

    def shrink(self) -> bool:
        """See Task."""
        return self._memory.shrink(len(self._asked_scalars) + len(self._asked) * self._repetitions)

    def _refused_one(self, status: int, at: int) -> None:
        """End the one scalar or column that the agent named; noSuchName is how SNMPv1's end of MIB shines through."""
        name = "" if status == NO_SUCH_NAME else error_name(status)
        if not name and at >= len(self._asked_scalars):
            self._asked[at - len(self._asked_scalars)].whole = True
        if at < len(self._asked_scalars):
            refused = self._asked_scalars[at]
            self._open_scalars = tuple(oid for oid in self._open_scalars if oid != refused)
            if name:
                self._counters[name] += 1
                self.error = self.error or name
            return
        self._end(self._asked[at - len(self._asked_scalars)], name)

    def _end(self, column: Column, name: str) -> None:
        column.done = True
        if name:
            self._counters[name] += 1
            self.error = self.error or name

    def _fail(self, name: str) -> None:
        self._open_scalars = ()
        for column in self._columns:
            column.done = True
        self._counters[name] += 1
        self.error = self.error or name

    def result(self) -> Sequence[VarBind]:
        """See Task."""
        if self._result is not None:
            return self._result
        return [*self._scalars, *[varbind for column in self._columns for varbind in column.found]]

    def missing(self) -> Sequence[Oid]:
        """See Task."""
        if self._result is not None:
            return ()
        found = {varbind.oid for varbind in self._scalars}
        scalars = [oid for oid in self._wanted if oid not in found and self.error]
        return [*scalars, *[column.root for column in self._columns if not column.whole]]
