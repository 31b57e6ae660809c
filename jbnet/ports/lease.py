"""The lease on leading a database: the store that keeps it, and the word of the hosts that it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from jbnet.recovery.lease import GuardWord, LeaseRecord, LeaseSight, MemberWord, StoreHealth


class LeaseStore(Protocol):
    """A consensus store that keeps one record a database. Answers are those of a quorum, never of one member alone."""

    def look(self, database: str) -> LeaseSight:
        """Return the record as this observer has seen it stand still until now; an absent one has no holder.

        Raises Unreachable when no quorum answers: then nothing is known.
        """

    def put(self, database: str, record: LeaseRecord, revision: int) -> bool:
        """Write the record unless it was changed since ``revision``; say whether it was written. Raises Unreachable."""

    def health(self) -> StoreHealth:
        """Ask every member whether it serves. Never raises for one that does not."""


class LeaseWord(Protocol):
    """What the watchdog of a database host says and does about a database. Raises Unreachable and CommandFailed."""

    def word(self, host: str, database: str) -> MemberWord:
        """Ask only."""

    def refuse(self, host: str, database: str) -> MemberWord:
        """Let the host tell nobody any more to go on without the store, reboots included; then ask."""

    def accept(self, host: str, database: str) -> MemberWord:
        """Take that back; then ask."""


class LeaseGuards(Protocol):
    """The watchdogs of database hosts, for whoever only looks."""

    def guard(self, host: str) -> Mapping[str, GuardWord]:
        """Return what it says of each database that its host holds. Raises Unreachable."""
