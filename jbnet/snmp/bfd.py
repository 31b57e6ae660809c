"""BFD sessions (RFC 5880) as agents list them: BFD-STD-MIB (RFC 7331), and vendors' tables that mean the same."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from jbnet.snmp.tables import Row, address, integer, rows_of
from jbnet.snmp.types import Oid, VarBind


@dataclass(frozen=True, slots=True)
class BfdSession:
    """One session by the address of the far end. ``up`` None: the agent gave a state that nobody knows."""

    remote: str
    up: bool | None


@dataclass(frozen=True, slots=True)
class BfdTable:
    """Where sessions stand: columns of the far address and the state, and which numbers mean what.

    Sessions that are ``shut`` were shut by somebody, and are none.
    """

    entry: Oid
    remote: int
    state: int
    up: frozenset[int]
    down: frozenset[int]
    shut: frozenset[int]

    @property
    def columns(self) -> tuple[Oid, ...]:
        """Return what to walk."""
        return ((*self.entry, self.remote), (*self.entry, self.state))

    def read(self, varbinds: Iterable[VarBind]) -> tuple[BfdSession, ...]:
        """Return the sessions with an IPv4 address; of several with one address one that is up counts."""
        found: dict[str, BfdSession] = {}
        for _, row in sorted(rows_of(varbinds, self.entry, (self.remote, self.state)).items()):
            session = self._session(row)
            if session is not None and not (session.remote in found and found[session.remote].up):
                found[session.remote] = session
        return tuple(found.values())

    def _session(self, row: Row) -> BfdSession | None:
        remote, state = address(row.get(self.remote)), integer(row.get(self.state))
        if remote is None or state in self.shut:
            return None
        return BfdSession(remote, True if state in self.up else False if state in self.down else None)
