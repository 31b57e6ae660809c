"""Reading the rows of a running server, to compare two copies of a database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from jbnet.model.errors import CommandFailed
from jbnet.model.text import Text
from jbnet.recovery.rows import Listed, Look, Moment, Range, Sum, Table


class NotRead(CommandFailed):
    """A server did not give its rows. ``state`` is its SQLSTATE (PostgreSQL 15, appendix A), ``LATE`` where what was
    awaited did not come in time, empty where it did not answer at all.
    """

    LATE = "JBL8R"

    def __init__(self, said: Text, state: str):
        super().__init__("{message}", hint=None, findings=(), message=said)
        self.state = state

    @property
    def damaged(self) -> bool:
        """What is on the disk there cannot be read: class XX, or an error of input and output."""
        return self.state.startswith("XX") or self.state in ("58030", "58P01")


@dataclass(frozen=True, slots=True)
class Units:
    """Rows of a table to look at: by primary key (JSON objects), or by block where it has none."""

    table: Table
    keys: tuple[str, ...] = ()
    blocks: tuple[int, ...] = ()


class RowSide(Protocol):
    """One copy. It is only read: one short transaction a look, with limits on time, locks and pace.

    ``after``: the look begins when this side sees all that the look at that moment saw. Raises NotRead, Unreachable.
    """

    host: str

    def listed(self, after: Moment | None) -> tuple[Moment, Listed]:
        """Return what tables and sequences there are."""

    def sums(
        self, after: Moment | None, ranges: Sequence[Range], group: int, rate_mb_s: int
    ) -> tuple[Moment, Mapping[Range, Mapping[int, Sum]]]:
        """Sum up rows, by groups of so many blocks, all in one look, at no more than that pace."""

    def rows(self, after: Moment | None, units: Units) -> tuple[Moment, Look]:
        """Return the versions of the units' rows. In blocks of a table with a key: by the keys found there."""

    def burst(self, units: Units) -> Sequence[Look]:
        """Look many times within a second or so, each time anew."""


class RowSides(Protocol):
    """Gives the copies."""

    def side(self, database: str, host: str, *, leads: bool) -> RowSide:
        """Return the copy of a database on a host; ``leads`` says how it tells what it has seen."""
