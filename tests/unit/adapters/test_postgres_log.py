"""What an old primary's log tells of lost transactions: commits from the fork on, and what they said of themselves."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters import postgres_scripts as scripts
from jbnet.adapters.postgres_answers import line_in, log_file, log_files_before, lsn_number, parse_lost
from jbnet.ports import LostTransactions
from jbnet.recovery.lineage import Line
from jbnet.recovery.waiting import lsn_text

END = "pg_waldump: error: error in WAL record at 0/1517598: invalid record length at 0/15175C8: wanted 24, got 0\n"


def commit(xid: int, more: str = "", *, kind: str = "COMMIT") -> str:
    return (
        f"rmgr: Transaction len (rec/tot):     34/    34, tx: {xid:10}, lsn: 0/01517488, prev 0/01517440, "
        f"desc: {kind} 2026-11-23 06:40:12.112386 UTC{more}\n"
    )


def message(xid: int, said: str) -> str:
    payload = said.encode()
    return (
        f"rmgr: LogicalMessage len (rec/tot):     71/    71, tx: {xid:10}, lsn: 0/01517440, prev 0/01517400, desc: "
        f'MESSAGE transactional, prefix "jbnet"; payload ({len(payload)} bytes): {payload.hex(" ").upper()}\n'
    )


def test_a_lost_transaction_stands_under_the_number_that_it_said() -> None:
    lost = parse_lost(commit(725) + commit(726) + END + "messages\n" + message(725, "bank/7 支付"), 0x1517440)
    assert lost.count == 2
    assert lost.numbers == {"725": ("bank/7 支付",)}


def test_what_a_subtransaction_said_belongs_to_its_transaction() -> None:
    dump = commit(726, "; inval msgs: catcache 21; subxacts: 727 729") + END
    said = message(727, "a") + message(728, "rolled back") + message(729, "b")
    assert parse_lost(f"{dump}messages\n{said}", 1).numbers == {"726": ("a", "b")}


def test_what_a_transaction_said_that_is_not_lost_is_left_out() -> None:
    assert parse_lost(commit(725) + END + "messages\n" + message(700, "arrived in time"), 1).numbers == {}


def test_a_prepared_transaction_is_listed_by_its_own_number() -> None:
    lost = parse_lost(commit(0, kind="COMMIT_PREPARED 731:") + END + "messages\n" + message(731, "p"), 1)
    assert lost.first == ("731 0/01517488 2026-11-23 06:40:12.112386",)
    assert lost.numbers == {"731": ("p",)}


def test_a_number_that_would_move_the_cursor_is_not_shown_as_it_is() -> None:
    (said,) = parse_lost(commit(5) + END + "messages\n" + message(5, "a\x1b[2J\nb"), 1).numbers["5"]
    assert said == "a\N{REPLACEMENT CHARACTER}[2J\N{REPLACEMENT CHARACTER}b"


def test_without_a_message_a_transaction_is_listed_all_the_same() -> None:
    lost = parse_lost(commit(725) + END + "messages\n", 1)
    assert (lost.count, len(lost.first), lost.numbers) == (1, 1, {})


@pytest.mark.parametrize("said", [END, "pg_waldump: error: could not find a valid record after 0/3000178\n"])
def test_a_piece_whose_end_is_known_and_breaks_off_before_it_is_unknown(said: str) -> None:
    assert parse_lost(commit(725) + said, 1).count == 1
    lost = parse_lost(commit(725) + said, 1, bounded=True)
    assert (lost.count, lost.reason) == (None, said.strip())


@given(st.integers(min_value=1, max_value=0xFFFFFFFF), st.integers(min_value=16 << 20, max_value=2**60))
def test_the_first_log_file_holds_the_lsn_and_each_next_ends_where_that_begins(timeline: int, lsn: int) -> None:
    found = [name.split("=") for name in log_files_before(timeline, lsn)]
    begins = [lsn_number(begin) for _, begin in found]
    assert begins[0] <= lsn < begins[0] + (16 << 20)
    assert all(after - before == -(16 << 20) for before, after in zip(begins, begins[1:], strict=False))
    assert all(name.startswith(f"{timeline:08X}") and len(name) == 24 for name, _ in found)


def test_a_log_files_name_is_postgresqls() -> None:
    assert log_files_before(1, 0x1_2F00_0028)[0] == "00000001000000010000002F=1/2F000000"


FAKE = """#!/bin/sh
echo "$@" >>"$0.asked"
case "$*" in *Transaction*) cat "$0.commits"; exit 1 ;; *) cat "$0.messages" ;; esac
"""


def listed(tmp_path: Path, files: list[str], lsn: int, until: int | None = None) -> tuple[LostTransactions, list[str]]:
    """Run the script over a log of such files, with a pg_waldump that prints one commit and two messages."""
    (tmp_path / "pg_wal").mkdir()
    for name in files:
        (tmp_path / "pg_wal" / name).touch()
    waldump = tmp_path / "pg_waldump"
    waldump.write_text(FAKE)
    waldump.chmod(0o755)
    (tmp_path / "pg_waldump.asked").touch()
    (tmp_path / "pg_waldump.commits").write_text(commit(725) + (END if until is None else ""))
    other = message(725, "not ours").replace('"jbnet"', '"other"')
    (tmp_path / "pg_waldump.messages").write_text(message(725, "bank/7") + other)
    end = ("", "") if until is None else (lsn_text(until), log_file(1, until - 1))
    where = (str(tmp_path), str(tmp_path), "1", lsn_text(lsn), *end, *log_files_before(1, lsn))
    done = subprocess.run(["sh", "-c", scripts.LOST, "lost", *where], capture_output=True, text=True, check=True)
    lost = parse_lost(done.stdout, lsn, bounded=until is not None)
    return lost, (tmp_path / "pg_waldump.asked").read_text().splitlines()


def test_what_was_said_is_looked_for_before_the_fork_as_far_as_the_log_goes_back(tmp_path: Path) -> None:
    files = [f"00000001000000000000000{n}" for n in (2, 4, 5)]
    lost, asked = listed(tmp_path, files, 0x5000100)
    assert lost.numbers == {"725": ("bank/7",)}
    assert [line.split(" -s ")[1] for line in asked] == [
        f"0/5000100 -r Transaction {files[2]} {files[2]}",
        f"0/4000000 -r LogicalMessage {files[1]} {files[2]}",
    ]


@pytest.mark.parametrize(("newest", "count"), [("000000010000000000000004", 0), ("000000010000000000000005", 1)])
def test_a_log_that_never_came_as_far_as_the_fork_has_nothing_behind_it(
    tmp_path: Path, newest: str, count: int
) -> None:
    assert listed(tmp_path, [newest], 0x5000100)[0].count == count


@pytest.mark.parametrize(
    "last", ["000000010000000000000006", "000000010000000000000006.partial", "000000020000000000000006"]
)
def test_of_a_timeline_that_ended_the_last_file_is_found_under_any_of_its_names(tmp_path: Path, last: str) -> None:
    """As it is, as archiving leaves it, or as the next timeline's first, which begins with a copy of it."""
    lost, asked = listed(tmp_path, ["000000010000000000000005", last], 0x5000100, 0x6000200)
    assert lost.count == 1
    first, end = "000000010000000000000005", "000000010000000000000006"
    assert [line.split(" -s ")[1] for line in asked] == [
        f"0/5000100 -r Transaction -e 0/6000200 {first} {end}",
        f"0/5000000 -r LogicalMessage -e 0/6000200 {first} {end}",
    ]
    assert not [left for line in asked for left in line.split() if left.startswith("/tmp") and Path(left).exists()]


def test_a_history_that_is_cut_short_or_is_not_there_is_none() -> None:
    rows = "1\t0/3000178\tno recovery target specified\n\n# a remark\n2\t0/4000000\treason\n"
    assert line_in(rows, 3) == Line(3, ((1, 0x3000178), (2, 0x4000000)))
    assert line_in("", 1) == Line(1)
    assert line_in("", 2) is None
    assert line_in("1\t0/30", 1) is None
    assert line_in("1\tnonsense\n", 2) is None
