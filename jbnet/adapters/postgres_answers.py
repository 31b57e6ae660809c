"""What PostgreSQL 15 and its programs answer, as data: LSNs, a cluster's state, transactions in a log. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from jbnet.ports import LostTransactions, ServerState
from jbnet.recovery.lineage import Line
from jbnet.recovery.waiting import lsn_text

LISTED_TRANSACTIONS = 20_000
"""Lost transactions that are listed by number: a minute's worth at 300 a second. Whatever is beyond is counted."""
LED = ("in production", "shutting down", "shut down")
"""States in pg_controldata of a server that led; a standby's end in "recovery"."""
MESSAGES = "messages"
"""The line between commits and what transactions said of themselves, as ``postgres_scripts.LOST`` prints it."""
LOG_FILE_BYTES = 16 << 20
"""PostgreSQL's default. With files of another size none is found under the names below, and none is read."""
LOG_FILES_BACK = 4
NUMBER_LONGEST = 200
"""Characters of a business's number that are kept."""
_COMMIT = re.compile(
    r"tx:\s*(\d+), lsn: ([0-9A-F]+/[0-9A-F]+),.* desc: COMMIT(?:_PREPARED (\d+):)? (\S+ \S+)"
    r"(?: [A-Z]+)?(?:.*; subxacts: ([\d ]+))?"
)
_MESSAGE = re.compile(r"tx:\s*(\d+),.* payload \(\d+ bytes\):((?: [0-9A-F]{2})*)")


def lsn_number(lsn: str) -> int:
    """Return the bytes of an LSN such as ``1/28``. Raises ValueError."""
    high, low = lsn.strip().split("/")
    return (int(high, 16) << 32) + int(low, 16)


def fork_in(history: str, timeline: int | None) -> int | None:
    """Return where a timeline ended, from a history file (columns: timeline, LSN, reason); None: it did not."""
    for line in history.splitlines():
        fields = line.split("\t")
        if fields[0].strip() == str(timeline):
            return lsn_number(fields[1])
    return None


def line_in(history: str, timeline: int) -> Line | None:
    """Return a timeline with those before it, from its history file; None: there is none, and it is not the first.

    A file that was cut short does not lead up to the timeline: each later one has a higher number.
    """
    rows = [line.split("\t") for line in history.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    try:
        ends = tuple((int(row[0]), lsn_number(row[1])) for row in rows)
    except (ValueError, IndexError):
        return None
    numbers = [*(number for number, _ in ends), timeline]
    rising = all(one < two for one, two in pairwise(numbers))
    return Line(timeline, ends) if rising and (ends or timeline == 1) else None


def parse_state(database: str, host: str, head: Sequence[str], row: Mapping[str, Any] | None) -> ServerState:
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
        system_identifier=words.get("system_identifier"),
        **answer,
    )


def log_files_before(timeline: int, lsn: int) -> tuple[str, ...]:
    """Return ``FILE=LSN`` (its begin) of the log file that holds ``lsn``, and of some before it, going back.

    ``log_files_before(1, 0x3000178)`` begins with ``000000010000000000000003=0/3000000``.
    """
    last = lsn // LOG_FILE_BYTES
    return tuple(
        f"{log_file(timeline, number * LOG_FILE_BYTES)}={lsn_text(number * LOG_FILE_BYTES)}"
        for number in range(last, max(0, last - LOG_FILES_BACK), -1)
    )


def log_file(timeline: int, lsn: int) -> str:
    """Return the name of the log file that holds an LSN."""
    number, each = lsn // LOG_FILE_BYTES, 0x1_0000_0000 // LOG_FILE_BYTES
    return f"{timeline:08X}{number // each:08X}{number % each:08X}"


def parse_lost(dump: str, lsn: int, *, bounded: bool = False) -> LostTransactions:
    """Read what pg_waldump printed. An empty dump with a complaint about the start is unknown.

    ``bounded``: it was told where to end. Then a record that is not there is damage, not the end of the log.
    """
    ended, _, said = dump.partition(f"{MESSAGES}\n")
    commits = [m for m in map(_COMMIT.search, ended.splitlines()) if m]
    complaints = [line for line in ended.splitlines() if "fatal" in line or "error:" in line]
    end_reached = any("error in WAL record" in line or "could not find a valid record" in line for line in complaints)
    if complaints and (bounded or not end_reached):
        return LostTransactions(None, lsn_text(lsn), reason=complaints[0][:200])
    listed = commits[:LISTED_TRANSACTIONS]
    lines = tuple(f"{_xid(m)} {m[2]} {m[4]}" for m in listed)
    return LostTransactions(len(commits), lsn_text(lsn), lines, numbers=_numbers(listed, said))


def _xid(commit: re.Match[str]) -> str:
    """Return whose commit it is: that of a prepared transaction is written by another one."""
    return commit[3] or commit[1]


def _numbers(commits: Sequence[re.Match[str]], said: str) -> Mapping[str, tuple[str, ...]]:
    """Return what transactions said of themselves, their subtransactions' words included; those of others left out."""
    of = {inner: _xid(m) for m in commits for inner in (_xid(m), *(m[5] or "").split())}
    found: dict[str, tuple[str, ...]] = {}
    for m in map(_MESSAGE.search, said.splitlines()):
        if m and m[1] in of:
            words = bytes.fromhex(m[2]).decode("utf-8", "replace")[:NUMBER_LONGEST]
            shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in words)
            found[of[m[1]]] = (*found.get(of[m[1]], ()), shown)
    return found
