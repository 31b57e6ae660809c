"""Drills in a bubble: a copy of a standby or a backup, on a host of the database, that nothing can leave."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jbnet.recovery.drill import DrillLimits, HostLook, Left
from jbnet.recovery.drill_backup import BackupLook, Chosen


@dataclass(frozen=True, slots=True)
class DrillOrder:
    """One drill of a database on a host. ``drill`` is its name, under which it writes; ``by`` who began it.

    ``in_memory``: bytes of memory that the copy may lie in; 0: it lies on the volume. ``reserve``: bytes that stay free
    there; ``longest_s``: seconds after which the host ends it. ``ways_out``: addresses and
    ports that must not be reached from inside. ``surprise``: a fault, ``killed-following`` or ``killed-leading``.
    ``backup``: what is restored; None: the standby is copied.
    """

    database: str
    host: str
    drill: str
    by: str
    limits: DrillLimits
    reserve: int
    longest_s: int
    ways_out: tuple[tuple[str, int], ...]
    surprise: str = ""
    in_memory: int = 0
    backup: Chosen | None = None


class Bubbles(Protocol):
    """Carries drills out on hosts, and takes them away. Raises Unreachable and CommandFailed."""

    def look(self, database: str, host: str) -> HostLook:
        """Look at what a drill needs there. Changes nothing."""

    def look_backups(self, database: str, host: str) -> BackupLook:
        """Look at what pgBackRest there knows of a database's backups. Changes nothing."""

    def run(self, order: DrillOrder) -> Generator[Mapping[str, object], None, None]:
        """Begin a drill and yield what the host says of it, each with its ``phase``, at least every few seconds.

        Closed, or ended in any other way, the host ends the drill and takes everything away. The last phase is
        ``ended``; it comes after everything was taken away.
        """

    def left(self, database: str, host: str) -> Left:
        """Look at what there is of a drill. Changes nothing."""

    def clear(self, database: str, host: str, *, ends: bool) -> Left:
        """Take away what a drill left, by its own record, and nothing else; ``ends`` one that is going on, too.

        Return what is left then. One that has just lost its jbnet is given the time to end by itself.
        """

    def commands(self, order: DrillOrder) -> Sequence[Sequence[str]]:
        """Return the commands of a drill on the host, in their order, for people to read."""
