"""Opening monitor.db: made, migrated, checked; never a foreign or broken file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jbnet.adapters.disk import full, is_for_room, sqlite_code, sqlite_way_out
from jbnet.adapters.store_messages import INDEX
from jbnet.adapters.store_tables import APPLICATION_ID, MIGRATIONS, VERSION, make_tables, migrate
from jbnet.model.errors import JbnetError, Missing
from jbnet.model.text import text

BUSY_S = 5.0
"""Seconds to wait for somebody else's transaction."""
CHECKED_WHOLE = 32 * 2**20
"""Bytes up to which a file is looked at whole at the start; of a larger one, only what monitoring goes on from."""
VITAL = (
    "book", "carried", "spells", "incidents", "outbox", "states", "counters",
    "notes", "silences", "taken", "messages", "told",
)  # fmt: skip
"""Tables without which the monitor would not know where it was."""
_CORRUPT = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the store, making or migrating it. Raises JbnetError (foreign, too new), sqlite3.Error (broken, full)."""
    database = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S)
    try:
        _prepare(database, path)
    except BaseException:
        database.close()
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path) -> None:
    fresh = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0
    if fresh and _pragma(database, "application_id") == 0:
        database.execute("PRAGMA journal_mode=WAL")
        with transaction(database):
            make_tables(database)
    _require_ours(database, path)
    with transaction(database):
        found = _pragma(database, "user_version")
        if found in MIGRATIONS:
            migrate(database, found)
        _require_version(database, path)
    database.execute(INDEX)
    database.execute("PRAGMA synchronous=NORMAL")  # with WAL: nothing committed is lost when the process dies
    database.execute("PRAGMA journal_size_limit=67108864")
    _require_sound(database, path)


def open_beside(path: Path) -> sqlite3.Connection:
    """Open one more connection of the process that has the lock; the file is there and checked."""
    database = sqlite3.connect(path, isolation_level=None, timeout=BUSY_S, check_same_thread=False)
    database.execute("PRAGMA synchronous=NORMAL")
    return database


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open the store for reading beside a running monitor. Raises Missing where there is none."""
    if not path.exists():
        raise Missing(
            "nothing was ever monitored here: {path} does not exist",
            path=path,
            hint=text("start it with: jbnet monitor"),
        )
    try:
        database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_S)
        _require_ours(database, path)
        _require_version(database, path)
    except sqlite3.DatabaseError as error:
        raise broken(path, error) from error
    return database


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Do what follows whole or not at all."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:  # SQLite itself rolls back when the disk is full
            database.execute("ROLLBACK")
        raise


def is_corrupt(error: sqlite3.Error) -> bool:
    """Say whether an error means that the file is damaged: nothing that waiting would mend."""
    return sqlite_code(error) in _CORRUPT


def broken(path: Path, error: Exception) -> JbnetError:
    """Return the error for a store that SQLite cannot read or write: for want of room, of a right, or damaged."""
    if is_for_room(path, error):
        return full(path)
    return JbnetError(
        "the monitor's store {path} cannot be used: {error}",
        path=path,
        error=error,
        hint=sqlite_way_out(path, error)
        or text("start jbnet monitor: it moves a damaged store aside and goes on from what it finds in it"),
    )


def _pragma(database: sqlite3.Connection, name: str) -> int:
    return int(database.execute(f"PRAGMA {name}").fetchone()[0])


def _require_ours(database: sqlite3.Connection, path: Path) -> None:
    if _pragma(database, "application_id") != APPLICATION_ID:
        raise JbnetError(
            "{path} is a database, but not the monitor's store",
            path=path,
            hint=text("move it away, or give another state directory with --state"),
        )


def _require_version(database: sqlite3.Connection, path: Path) -> None:
    version = _pragma(database, "user_version")
    if version == VERSION:
        return
    newer = version > VERSION
    raise JbnetError(
        "the monitor's store {path} has version {found}; expected {expected}",
        path=path,
        found=version,
        expected=VERSION,
        hint=text("use the jbnet that wrote it, or move it away to start afresh")
        if newer
        else text("jbnet monitor brings it up to date when it starts"),
    )


def _require_sound(database: sqlite3.Connection, path: Path) -> None:
    """Look at the structure of the file once, at the start: a monitor must not find out in the night.

    A year of samples is not read for that: of a large file only the tables that the monitor goes on from.
    """
    whole = path.stat().st_size <= CHECKED_WHOLE
    checks = ["PRAGMA quick_check(1)"] if whole else [f"PRAGMA quick_check({table})" for table in VITAL]
    for check in checks:
        found = database.execute(check).fetchone()[0]
        if found != "ok":
            raise Damaged(str(found))


class Damaged(sqlite3.DatabaseError):
    """A file that SQLite opens and whose structure does not hold together."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT
