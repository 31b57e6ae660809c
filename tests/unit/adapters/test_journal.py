"""The journal on disk: what was appended is there, and what was tampered with is named."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
from jbnet.model.errors import Refused, TargetError
from jbnet.model.secrets import Secret


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    with SqliteJournal(tmp_path / "deep" / "journal.db", SystemClock()) as opened:
        yield opened


def filled(journal: SqliteJournal, count: int = 5) -> SqliteJournal:
    for number in range(count):
        journal.append("intent", f"step-{number}", {"number": number, "名": "西宁"})
    journal.close()
    return journal


def tamper(journal: SqliteJournal, *statements: str) -> None:
    with sqlite3.connect(journal.path) as connection:
        connection.executescript("DROP TRIGGER entry_is_kept; DROP TRIGGER entry_stands;" + ";".join(statements))


def messages(journal: SqliteJournal, head: str | None = None) -> list[str]:
    return [finding.message for finding in journal.verify(head=head)]


def test_entries_come_back_in_order_with_their_data(journal: SqliteJournal) -> None:
    assert journal.append("execution", "x", {"when": datetime(2026, 1, 1, tzinfo=UTC), "list": (1, 2)}) == 1
    assert journal.append("intent", "y", {}) == 2
    first, second = journal.entries()
    assert (first["seq"], first["kind"], first["subject"]) == (1, "execution", "x")
    assert first["data"] == {"when": "2026-01-01T00:00:00+00:00", "list": [1, 2]}
    assert second["seq"] == 2


def test_an_absent_or_just_created_file_is_an_empty_journal(journal: SqliteJournal) -> None:
    assert journal.entries() == []
    assert journal.verify() == ()
    journal.path.parent.mkdir(parents=True)
    journal.path.touch()
    assert journal.entries() == []


def test_a_file_left_by_a_kill_before_its_tables_is_an_empty_journal(journal: SqliteJournal) -> None:
    journal.path.parent.mkdir(parents=True)
    with sqlite3.connect(journal.path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.close()
    assert journal.entries() == []
    assert journal.append("intent", "a", {}) == 1


def test_an_untouched_journal_verifies(journal: SqliteJournal) -> None:
    assert filled(journal).verify() == ()
    assert journal.verify(head=journal.head()) == ()


def test_a_changed_entry_is_named(journal: SqliteJournal) -> None:
    tamper(filled(journal), "UPDATE entry SET data = '{\"number\":99}' WHERE seq = 3")
    assert messages(journal) == ["entry 3 (intent step-2) was changed, or the one before it is gone"]


def test_a_changed_entry_with_its_hash_recomputed_breaks_the_next(journal: SqliteJournal) -> None:
    from jbnet.recovery.chain import sealed

    filled(journal)
    rows = journal.entries()
    forged = sealed(3, str(rows[2]["time"]), "intent", "step-2", "{}", str(rows[1]["hash"]))
    tamper(journal, f"UPDATE entry SET data = '{{}}', hash = '{forged[5]}' WHERE seq = 3")
    assert messages(journal) == ["entry 4 (intent step-3) was changed, or the one before it is gone"]


def test_a_removed_entry_is_named(journal: SqliteJournal) -> None:
    tamper(filled(journal), "DELETE FROM entry WHERE seq = 2")
    assert messages(journal)[0] == "entries 2 to 2 are missing"


def test_entries_cut_off_at_the_end_are_named(journal: SqliteJournal) -> None:
    tamper(filled(journal), "DELETE FROM entry WHERE seq > 3")
    assert messages(journal) == ["entries 4 to 5 are missing"]


def test_entries_cut_off_are_still_seen_after_more_was_written(journal: SqliteJournal) -> None:
    tamper(filled(journal), "DELETE FROM entry WHERE seq > 3")
    assert journal.append("intent", "later", {}) == 6
    assert "entries 4 to 5 are missing" in messages(journal)


def test_a_cut_that_fakes_the_counter_too_is_seen_by_a_noted_hash(journal: SqliteJournal) -> None:
    head = filled(journal).head()
    tamper(journal, "DELETE FROM entry WHERE seq > 3", "UPDATE sqlite_sequence SET seq = 3")
    assert messages(journal) == []
    assert messages(journal, head=head) == [f"the hash noted earlier, {head}, is not in it"]


def test_ordinary_sql_can_neither_change_nor_delete(journal: SqliteJournal) -> None:
    filled(journal)
    with sqlite3.connect(journal.path) as connection:
        for statement in ("UPDATE entry SET kind = 'x'", "DELETE FROM entry"):
            with pytest.raises(sqlite3.IntegrityError, match="append only"):
                connection.execute(statement)


def test_a_damaged_file_is_an_error_with_its_name_and_a_finding_with_the_entry(journal: SqliteJournal) -> None:
    filled(journal, 400)
    content = bytearray(journal.path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = os.urandom(4096)
    journal.path.write_bytes(content)
    assert any("entr" in message for message in messages(journal))


def test_a_file_that_is_no_database_is_an_error_with_its_name(journal: SqliteJournal) -> None:
    journal.path.parent.mkdir(parents=True)
    journal.path.write_bytes(b"something else" * 100)
    with pytest.raises(TargetError, match=r"journal .*journal\.db cannot be used"):
        journal.entries()
    with pytest.raises(TargetError):
        journal.append("intent", "x", {})
    assert messages(journal)[0].startswith("unreadable after entry 0")


def test_a_secret_never_reaches_the_file(journal: SqliteJournal) -> None:
    journal.append("result", "x", {"password": Secret("pg", "hunter2"), "nested": [Secret("pg", "hunter2")]})
    journal.close()
    assert b"hunter2" not in journal.path.read_bytes()
    assert journal.entries()[0]["data"] == {"password": "<secret pg>", "nested": ["<secret pg>"]}


def test_a_second_writer_is_refused_while_a_reader_is_not(journal: SqliteJournal) -> None:
    journal.append("intent", "x", {})
    other = SqliteJournal(journal.path, SystemClock())
    assert len(other.entries()) == 1
    with pytest.raises(Refused, match="being written by another process"):
        other.append("intent", "y", {})
    journal.close()
    assert other.append("intent", "y", {}) == 2
    other.close()


def test_a_shared_journal_is_written_in_turn_and_its_chain_stays_whole(journal: SqliteJournal) -> None:
    one, other = (SqliteJournal(journal.path, SystemClock(), shared=True) for _ in range(2))
    for number in range(4):
        assert (one, other)[number % 2].append("intent", f"x{number}", {}) == number + 1
    with pytest.raises(Refused, match="being written by another process"):
        journal.append("intent", "alone", {})
    assert one.verify() == ()
    one.close()
    other.close()


def test_threads_append_without_losing_or_breaking_the_chain(journal: SqliteJournal) -> None:
    def work(name: str) -> None:
        for number in range(20):
            journal.append("intent", f"{name}-{number}", {})

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(journal.entries()) == 80
    assert journal.verify() == ()


WRITER = """
import sys
from pathlib import Path
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.journal import SqliteJournal
journal = SqliteJournal(Path(sys.argv[1]), SystemClock())
while True:
    print(journal.append("intent", "x", {}), flush=True)
"""


def test_what_append_returned_is_there_after_kill_9_and_writing_goes_on(journal: SqliteJournal) -> None:
    journal.path.parent.mkdir(parents=True)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(journal.path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    while int(writer.stdout.readline()) < 25:
        pass
    writer.send_signal(signal.SIGKILL)
    acknowledged = [int(line) for line in writer.stdout if line.endswith("\n")]
    writer.wait()
    last = max([25, *acknowledged])
    assert len(journal.entries()) in (last, last + 1)
    assert journal.append("resumed", "x", {}) == len(journal.entries())
    assert journal.verify() == ()
