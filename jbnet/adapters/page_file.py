"""page.db: who may use the page, their sessions and tokens, and what was done. Opened for each use: nobody holds it.

A new connection costs a tenth of a millisecond, and the command line and the page may write in turn.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from jbnet.adapters.disk import full, is_for_room, sqlite_way_out
from jbnet.adapters.store_schema import BUSY_S, transaction
from jbnet.model.errors import JbnetError
from jbnet.model.refusals import way_out
from jbnet.model.text import text

APPLICATION_ID = 0x4A425047
"""Marks a file as the page's (``JBPG``)."""
VERSION = 1
_TABLES = (
    """CREATE TABLE user (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, role TEXT NOT NULL, subtree TEXT, lang TEXT NOT NULL,
  password TEXT NOT NULL, made INTEGER NOT NULL, seen INTEGER, removed INTEGER
)""",
    """CREATE TABLE session (
  hash TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES user, begun INTEGER NOT NULL, used INTEGER NOT NULL
) WITHOUT ROWID""",
    "CREATE INDEX session_by_user ON session (user)",
    """CREATE TABLE token (
  name TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, user INTEGER NOT NULL REFERENCES user, scopes TEXT NOT NULL,
  made INTEGER NOT NULL, expires INTEGER NOT NULL, used INTEGER
) WITHOUT ROWID""",
    "CREATE TABLE tries (key TEXT PRIMARY KEY, failures INTEGER NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE place (user INTEGER, key TEXT, last INTEGER NOT NULL, PRIMARY KEY (user, key)) WITHOUT ROWID",
    """CREATE TABLE audit (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  time TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, data TEXT NOT NULL, hash TEXT NOT NULL
)""",
    "CREATE TRIGGER audit_is_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END",
    "CREATE TRIGGER audit_stands BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'append only'); END",
)


class PageFile:
    """The file itself. Inert until used."""

    def __init__(self, path: Path):
        self.path = path

    @contextmanager
    def written(self) -> Iterator[sqlite3.Connection]:
        """Give the file for one transaction, which is on disk at the end of the ``with``. Raises JbnetError."""
        with self._named_errors():
            self._make()
            with closing(sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_S)) as database:
                database.execute("PRAGMA journal_mode=WAL")
                database.execute("PRAGMA synchronous=FULL")
                with transaction(database):
                    self._prepare(database)
                    yield database

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection | None]:
        """Give the file for reading, at one moment; None where nobody ever wrote it. Raises JbnetError."""
        if not self.path.exists() or not self.path.stat().st_size:
            yield None
            return
        uri = f"{self.path.absolute().as_uri()}?mode=ro"
        with (
            self._named_errors(),
            closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_S)) as database,
        ):
            database.execute("BEGIN")
            made = self._version(database)
            yield database if made else None

    def _make(self) -> None:
        """Make an empty file that is ours alone, before SQLite makes one by the umask (its -wal has the same mode)."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))

    def _prepare(self, database: sqlite3.Connection) -> None:
        if self._version(database):
            return
        for table in _TABLES:
            database.execute(table)
        database.execute(f"PRAGMA application_id={APPLICATION_ID}")
        database.execute(f"PRAGMA user_version={VERSION}")

    def _version(self, database: sqlite3.Connection) -> int:
        """Return the file's version, 0 for an empty one. Raises JbnetError where it is somebody else's, or newer."""
        version = int(database.execute("PRAGMA user_version").fetchone()[0])
        marked = int(database.execute("PRAGMA application_id").fetchone()[0])
        if not version and not marked and not database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return 0
        if marked != APPLICATION_ID:
            raise JbnetError(
                "{path} is a database, but not the page's",
                path=self.path,
                hint=text("move it away, or give another state directory with --state"),
            )
        if version != VERSION:
            raise JbnetError(
                "the page's file {path} has version {found}; expected {expected}",
                path=self.path,
                found=version,
                expected=VERSION,
                hint=text("use the jbnet that wrote it"),
            )
        return version

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """Turn errors of SQLite and of the file system into ones that name the file."""
        try:
            yield
        except sqlite3.Error as error:
            if is_for_room(self.path, error):
                raise full(self.path) from error
            raise JbnetError(
                "{path} cannot be used: {error}",
                path=self.path,
                error=error,
                hint=sqlite_way_out(self.path, error)
                or text("it holds the page's users; where it is damaged, move it away and add them again"),
            ) from error
        except OSError as error:
            raise JbnetError(
                "{path} cannot be used: {error}", path=self.path, error=error.strerror or error, hint=way_out(error)
            ) from error
