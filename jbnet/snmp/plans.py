"""What one call asks of many agents: planned once, made into the tasks of each agent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from jbnet.snmp.ber import as_decoded
from jbnet.snmp.faults import Counters
from jbnet.snmp.memory import DeviceMemory
from jbnet.snmp.mibs import IF_ENTRY, IFX_ENTRY
from jbnet.snmp.pdu import PduType, Request, request
from jbnet.snmp.tasks import GetTask, Task, WalkTask
from jbnet.snmp.types import Oid

_COLUMNS_TOGETHER = 16
_SAME_ROWS: Mapping[Oid, Oid] = {IFX_ENTRY: IF_ENTRY}
"""Tables that AUGMENT another (RFC 2578 section 7.8) have its rows: both are walked as one, in half the requests."""


class Plan(Protocol):
    """Makes the tasks of one agent."""

    def tasks(self, memory: DeviceMemory, counters: Counters) -> Sequence[Task]:
        """Return what is to be done, in the order of the result."""


class Get(NamedTuple):
    """Variables that are asked for together, with the request for all of them."""

    oids: tuple[Oid, ...]
    request: Request


class GetPlan:
    """GET of variables, no more at once than fits an answer as far as known."""

    def __init__(self, oids: Sequence[Oid]):
        self._oids = tuple([as_decoded(oid) for oid in oids])
        self._parts: dict[int, list[Get]] = {}

    def tasks(self, memory: DeviceMemory, counters: Counters) -> Sequence[Task]:
        """See Plan."""
        parts = self._parts.get(memory.max_varbinds)
        if parts is None:
            parts = self._parts[memory.max_varbinds] = self._split(memory.max_varbinds)
        return [GetTask(part.oids, part.request, memory, counters) for part in parts]

    def _split(self, size: int) -> list[Get]:
        listed = [self._oids[at : at + size] for at in range(0, len(self._oids), size)]
        return [Get(oids, request(PduType.GET, oids)) for oids in listed]


class WalkPlan:
    """Walk of columns: those of the same rows together, scalars (``.0``) along with the first of them."""

    def __init__(self, columns: Sequence[Oid]):
        self._scalars = tuple([oid for oid in columns if oid[-1] == 0])
        tables: dict[Oid, list[Oid]] = {}
        for oid in columns:
            if oid[-1] != 0:
                table = oid[:-1]
                tables.setdefault(_SAME_ROWS.get(table, table), []).append(oid)
        self._groups = [
            listed[at : at + _COLUMNS_TOGETHER]
            for listed in tables.values()
            for at in range(0, len(listed), _COLUMNS_TOGETHER)
        ]
        self._without_tables = GetPlan(self._scalars)

    def tasks(self, memory: DeviceMemory, counters: Counters) -> Sequence[Task]:
        """See Plan."""
        if not self._groups:
            return self._without_tables.tasks(memory, counters)
        return [
            WalkTask(group, self._scalars if at == 0 else (), memory, counters) for at, group in enumerate(self._groups)
        ]
