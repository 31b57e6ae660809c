"""The journal: append-only, hash-chained, on disk when ``append`` returns.

SQLite with ``synchronous=FULL`` and a write-ahead log, so that a reader (``dr status``) never holds the writer up.
Each entry's hash covers the hash before it and the entry's canonical JSON; an entry that was changed, removed or
put in between is therefore named by ``verify``. Entries cut off at the end are noticed by SQLite's own count of
numbers handed out; whoever can rewrite that as well is found only with a copy of the last hash (``head``).
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from jbnet.adapters.disk import sqlite_way_out
from jbnet.model.errors import Missing, Refused, TargetError
from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.refusals import reason_of, way_out
from jbnet.model.text import Text, text
from jbnet.ports import Clock
from jbnet.recovery.canonical import GENESIS, canonical_json
from jbnet.recovery.chain import ChainCheck, Row, sealed

SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS entry_is_kept BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER IF NOT EXISTS entry_stands BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
"""
COLUMNS = "seq, time, kind, subject, data, hash"
WAIT_FOR_READER_S = 30.0
LOOK = text("jbnet dr verify says from which entry on it is damaged; the disk may be full")
"""What to do about a journal of recoveries that cannot be used."""


class SqliteJournal:
    """Implements the Journal port. Inert until used; the first ``append`` takes the writer's lock.

    One process writes; others may read at any time. A ``shared`` one is written by several in turn, entry by entry:
    SQLite's lock keeps the chain whole. Safe to append to from several threads. ``way_out`` is what to do where it is
    damaged. Close it, or use it in a ``with``: a killed process leaves a journal that is read and written again as it
    is.
    """

    def __init__(self, path: Path, clock: Clock, *, shared: bool = False, way_out: Text = LOOK):
        self.path = path
        self._way_out = way_out
        self._shared = shared
        self._clock = clock
        self._lock = threading.RLock()
        self._writer: sqlite3.Connection | None = None
        self._lock_file: IO[str] | None = None

    def __enter__(self) -> SqliteJournal:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry, wait until it is on disk, return its number.

        Raises Refused while another process writes this journal, TargetError when the file is damaged or full.
        """
        with self._lock, self._named_errors():
            writer = self._writer or self._open_writer()
            writer.execute("BEGIN IMMEDIATE")
            try:
                seq, now = _handed_out(writer) + 1, self._clock.now().isoformat()
                row = sealed(seq, now, kind, subject, canonical_json(data), _last_hash(writer))
                writer.execute(f"INSERT INTO entry ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)", row)  # noqa: S608  constant
                writer.execute("COMMIT")
            except BaseException:
                if writer.in_transaction:
                    writer.execute("ROLLBACK")
                raise
            return seq

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries in order: ``seq``, ``time``, ``kind``, ``subject``, ``data``, ``hash``.

        An absent file is an empty journal. Raises TargetError when the file is damaged.
        """
        with self._named_errors():
            return [_entry(row) for row in self._rows()]

    def head(self) -> str:
        """Return the hash of the last entry: kept elsewhere, it proves that nothing was cut off."""
        last = self.entries()[-1:]
        return str(last[0]["hash"]) if last else GENESIS

    def verify(self, head: str | None = None) -> tuple[Finding, ...]:
        """Return what is wrong with the chain, each finding naming the entry; empty: nothing.

        ``head`` is a hash noted earlier: it must be one of the chain's.
        """
        check = ChainCheck()
        try:
            for row in self._rows():
                check.feed(row)
            check.expect_up_to(self._handed_out())
        except sqlite3.Error as error:
            check.faults.append(text("unreadable after entry {seq}: {error}", seq=check.next_seq - 1, error=error))
        if head is not None:
            check.expect_head(head)
        place = Place(str(self.path))
        return tuple(Finding("JB790", Severity.ERROR, fault, place) for fault in check.faults)

    def close(self) -> None:
        """Let the file go; it may be used again afterwards."""
        with self._lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None
            if self._lock_file is not None:
                self._lock_file.close()
                self._lock_file = None

    def _handed_out(self) -> int:
        """Return the highest number that SQLite remembers to have handed out."""
        with self._reader() as reader:
            return _handed_out(reader) if reader is not None else 0

    def _rows(self) -> Iterator[Row]:
        with self._reader() as reader:
            if reader is not None:
                yield from reader.execute(f"SELECT {COLUMNS} FROM entry ORDER BY seq")  # noqa: S608  constant

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection | None]:
        """Yield a connection that cannot write, or None where there is no journal yet."""
        if not self.path.exists() or not self.path.stat().st_size:
            yield None
            return
        reader = sqlite3.connect(self.path, timeout=WAIT_FOR_READER_S)
        try:
            reader.execute("PRAGMA query_only = ON")
            begun = reader.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone()
            yield reader if begun else None
        finally:
            reader.close()

    def _open_writer(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._take_lock()
        try:
            fresh = not self.path.exists()
            self._writer = sqlite3.connect(
                self.path, timeout=WAIT_FOR_READER_S, isolation_level=None, check_same_thread=False
            )
            self._writer.execute("PRAGMA journal_mode = WAL")
            self._writer.execute("PRAGMA synchronous = FULL")
            self._writer.executescript(SCHEMA)
            if fresh:
                _sync_folder(self.path.parent)
        except BaseException:
            self.close()
            raise
        return self._writer

    def _take_lock(self) -> None:
        """Become the one writer. The kernel gives the lock back when the process ends, however it ends.

        Writers that share the journal keep one another out no more than those who want it alone.
        """
        lock_path = self.path.with_name(self.path.name + ".lock")
        lock_file = os.fdopen(os.open(lock_path, os.O_RDWR | os.O_CREAT, 0o600), "r+")
        try:
            fcntl.flock(lock_file, (fcntl.LOCK_SH if self._shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock_file.close()
            raise Refused(
                "journal {path} is being written by another process",
                path=self.path,
                hint=text("wait for it to end, or end it"),
            ) from error
        self._lock_file = lock_file

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turn SQLite's errors into ones that name the file."""
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            raise TargetError(
                "journal {path} cannot be used: {error}",
                path=self.path,
                error=error,
                hint=sqlite_way_out(self.path, error) or self._way_out,
            ) from error
        except OSError as error:
            reason = reason_of(error)
            raise Missing(
                "journal {path} cannot be opened: {error}", path=self.path, error=reason, hint=way_out(error)
            ) from error


def _handed_out(connection: sqlite3.Connection) -> int:
    row = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entry'").fetchone()
    return int(row[0]) if row else 0


def _last_hash(connection: sqlite3.Connection) -> str:
    row = connection.execute("SELECT hash FROM entry ORDER BY seq DESC LIMIT 1").fetchone()
    return str(row[0]) if row else GENESIS


def _entry(row: Row) -> dict[str, object]:
    seq, time, kind, subject, data, hash_ = row
    return {"seq": seq, "time": time, "kind": kind, "subject": subject, "data": json.loads(data), "hash": hash_}


def _sync_folder(folder: Path) -> None:
    """Write the folder itself to disk, so that the new file's name survives a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
