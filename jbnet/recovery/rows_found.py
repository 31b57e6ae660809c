"""What a comparison of two copies found: how they differ, where, and how far it came (``jbnet.recovery.rows``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.model.text import Text, text


class Difference(StrEnum):
    """How two copies differ."""

    CONTENT = "content"
    ONLY_LEADER = "only-leader"
    ONLY_FOLLOWER = "only-follower"
    UNREADABLE = "unreadable"
    BEHIND = "behind"


DIFFERENCES: Mapping[Difference, Text] = {
    Difference.CONTENT: text("the content differs"),
    Difference.ONLY_LEADER: text("the follower lacks it"),
    Difference.ONLY_FOLLOWER: text("the leader lacks it"),
    Difference.UNREADABLE: text("it cannot be read"),
    Difference.BEHIND: text("the follower's sequence is behind, and would give out numbers again"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """A difference: in which table, at which key (or place), of which kind."""

    table: str
    unit: str
    difference: Difference
    said: str = ""


LEFT_OUT: Mapping[str, Text] = {
    "foreign": text("foreign: its rows are elsewhere"),
    "unlogged": text("unlogged: it is not replicated"),
    "not populated": text("a view without rows"),
    "access": text("of another access method"),
}
"""Why a table is not compared."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison showed.

    ``blocks`` and ``rows`` were looked at, of ``all_blocks``; ``tables`` to their end, of ``all_tables``. ``count``
    differ, of which ``found`` lists the first. ``moving``: units that never stood still; ``unread``: parts that were
    not compared, with why. ``lsn``: the first and last position at which the copies were held side by side.
    """

    database: str
    leader: str
    follower: str
    tables: int = 0
    all_tables: int = 0
    blocks: int = 0
    all_blocks: int = 0
    rows: int = 0
    count: int = 0
    found: tuple[Found, ...] = ()
    moving: tuple[str, ...] = ()
    unread: tuple[Text, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    lsn: tuple[int, int] | None = None
    seconds: float = 0.0
    in_time: bool = True

    @property
    def differs(self) -> bool:
        """The copies do not hold the same rows."""
        return self.count > 0

    @property
    def whole(self) -> bool:
        """Everything was compared, and shown to be alike or not."""
        return self.in_time and not self.unread and not self.moving

    def evidence(self) -> dict[str, object]:
        """Return it in the types of JSON."""
        return {
            "leader": self.leader, "follower": self.follower, "tables": self.tables, "all_tables": self.all_tables,
            "blocks": self.blocks, "all_blocks": self.all_blocks, "rows": self.rows, "differ": self.count,
            "found": [{"table": f.table, "key": f.unit, "difference": f.difference.value, "said": f.said}
                      for f in self.found],
            "moving": list(self.moving), "unread": [str(part) for part in self.unread], "left_out": dict(self.left_out),
            "lsn": list(self.lsn) if self.lsn else None, "seconds": self.seconds, "whole": self.whole,
        }  # fmt: skip

    def named(self) -> str:
        """Return where they differ: each table with its first and last key, for people."""
        by_table: dict[str, list[str]] = {}
        for one in self.found:
            by_table.setdefault(one.table, []).append(one.unit)
        return "; ".join(f"{table} {_span(units)}" for table, units in by_table.items())


def _span(units: Sequence[str]) -> str:
    first, last = units[0], units[-1]
    return first if first == last else f"{first} .. {last}"
