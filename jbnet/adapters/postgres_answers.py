"""What PostgreSQL 15 and its programs answer, as data: LSNs, a cluster's state, transactions in a log. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jbnet.ports import LostTransactions, ServerState

LISTED_TRANSACTIONS = 20_000
"""Lost transactions that are listed by number: a minute's worth at 300 a second. Whatever is beyond is counted."""
LED = ("in production", "shutting down", "shut down")
"""States in pg_controldata of a server that led; a standby's end in "recovery"."""
_COMMIT = re.compile(r"tx:\s*(\d+), lsn: ([0-9A-F]+/[0-9A-F]+),.* desc: COMMIT(?:_PREPARED)? (\S+ \S+)")


def lsn_text(lsn: int) -> str:
    """Return an LSN as PostgreSQL writes it: ``lsn_text(0x1_0000_0028)`` is ``1/28``."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"


def lsn_number(lsn: str) -> int:
    """Return the bytes of an LSN such as ``1/28``. Raises ValueError."""
    high, low = lsn.strip().split("/")
    return (int(high, 16) << 32) + int(low, 16)


def parse_state(
    database: str, host: str, head: Sequence[str], row: Mapping[str, Any] | None, newest_row_age_s: float | None
) -> ServerState:
    """Build the state from what the script printed (``head``) and the query's row (None: no answer)."""
    words = dict(line.partition(" ")[::2] for line in head)
    control = words.get("state", "")
    answer = dict(row or {})
    answer["timeline"] = answer.get("timeline") or (int(words["timeline"], 16) if "timeline" in words else None)
    answer["followers"] = tuple(answer.get("followers") or ())
    answer["slots"] = tuple(answer.get("slots") or ())
    return ServerState(
        database=database,
        host=host,
        exists="exists" in words,
        demoted="demoted" in words,
        processes=tuple(int(line.rsplit("/", 1)[-1]) for line in head if line.startswith("process /proc/")),
        answers=row is not None,
        shut_down=control.startswith("shut down"),
        was_leading=control in LED,
        checkpoint=lsn_number(words["checkpoint"]) if "checkpoint" in words else None,
        newest_row_age_s=newest_row_age_s,
        **answer,
    )


def parse_lost(dump: str, lsn: int) -> LostTransactions:
    """Count the commits in what pg_waldump printed. An empty dump with a complaint about the start is unknown."""
    commits = [f"{m[1]} {m[2]} {m[3]}" for m in map(_COMMIT.search, dump.splitlines()) if m]
    complaints = [line for line in dump.splitlines() if "fatal" in line or "error:" in line]
    end_reached = any("error in WAL record" in line or "could not find a valid record" in line for line in complaints)
    if complaints and not end_reached:
        return LostTransactions(None, lsn_text(lsn), reason=complaints[0][:200])
    return LostTransactions(len(commits), lsn_text(lsn), tuple(commits[:LISTED_TRANSACTIONS]))
