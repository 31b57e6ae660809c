"""readiness.db: what checks found, run by run. Opened for each use.

Of runs older than a day one an hour is kept, and every one that found something else than the run before it. The oldest
rows go when there are too many.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jbnet.adapters.disk import full, is_for_room, sqlite_way_out
from jbnet.adapters.store_schema import BUSY_S, transaction
from jbnet.model.errors import TargetError
from jbnet.model.text import text
from jbnet.monitor.codec import micros, moment
from jbnet.ports import Recorded
from jbnet.ports.readiness import LastKnown, Newest
from jbnet.recovery.readiness import Check, Level, Result

MOST_ROWS = 300_000
"""Some 35 MB; with 75 results a run and a run a minute it is a quarter of a year."""
WHOLE = timedelta(days=1)
"""For so long every run is kept."""
_HOUR = 3_600_000_000
_TABLES = (
    """CREATE TABLE IF NOT EXISTS results (
  number INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, check_name TEXT NOT NULL, subject TEXT NOT NULL,
  db TEXT NOT NULL, level TEXT NOT NULL, value REAL
)""",
    "CREATE INDEX IF NOT EXISTS of_check ON results (check_name, db, number)",
    "CREATE INDEX IF NOT EXISTS known ON results (check_name, subject, db, number) WHERE level != 'unknown'",
)
_COLUMNS = "time, check_name, subject, db, level, value"


_THIN = """DELETE FROM results WHERE number IN (
  SELECT number FROM (
    SELECT number, time, level, lag(level) OVER one AS before,
      row_number() OVER (PARTITION BY check_name, subject, db, time / :hour ORDER BY number) AS place
    FROM results WHERE time >= :since AND time < :until
    WINDOW one AS (PARTITION BY check_name, subject, db ORDER BY number)
  ) WHERE place > 1 AND level = before
)"""


_TRIM = """DELETE FROM results WHERE number <= (
  SELECT number FROM results ORDER BY number DESC LIMIT 1 OFFSET ?
)"""


class ReadinessFile:
    """Implements ReadinessHistory."""

    def __init__(self, path: Path, most_rows: int = MOST_ROWS):
        self._path = path
        self._most = most_rows

    def append(self, time: datetime, results: Sequence[Result]) -> None:
        """Keep a run, whole or not at all, and let the oldest rows go."""
        rows = [(micros(time), r.check.value, r.subject, r.database or "", r.level.value, r.value) for r in results]
        with self._named_errors():
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, isolation_level=None, timeout=BUSY_S)) as database:
                database.execute("PRAGMA journal_mode=WAL")
                with transaction(database):
                    for table in _TABLES:
                        database.execute(table)
                    self._thin(database, time)
                    query = f"INSERT INTO results ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)"  # noqa: S608  constant
                    database.executemany(query, rows)
                    database.execute(_TRIM, (self._most,))

    def _thin(self, database: sqlite3.Connection, now: datetime) -> None:
        """Once an hour thin out what became a day old since it was done last: whole hours, by the clock."""
        (last,) = database.execute("SELECT max(time) FROM results").fetchone()
        if last is not None and last // _HOUR < micros(now) // _HOUR:
            until, since = (micros(at - WHOLE) // _HOUR * _HOUR for at in (now, moment(last) - timedelta(hours=1)))
            database.execute(_THIN, {"hour": _HOUR, "since": since, "until": until})

    def newest(self) -> Newest | None:
        """Return the newest run; None: there was none."""
        last = "SELECT time FROM results ORDER BY number DESC LIMIT 1"
        query = f"SELECT {_COLUMNS} FROM results WHERE time = ({last}) ORDER BY number"  # noqa: S608  constants alone
        rows = tuple(_recorded(row) for row in self._rows(query, ()))
        return Newest(rows[0].time, rows) if rows else None

    def of(self, check: Check, database: str | None = None) -> Sequence[Recorded]:
        """Return what a check found, oldest first."""
        where, given = "check_name = ?", [check.value]
        if database is not None:
            where, given = f"{where} AND db = ?", [check.value, database]
        query = f"SELECT {_COLUMNS} FROM results WHERE {where} ORDER BY number"  # noqa: S608  constants alone
        return [_recorded(row) for row in self._rows(query, given)]

    def last_known(self) -> LastKnown:
        """Return when each was last known."""
        query = (
            f"SELECT {_COLUMNS} FROM results WHERE number IN"  # noqa: S608  constant
            " (SELECT max(number) FROM results WHERE level != 'unknown' GROUP BY check_name, subject, db)"
        )
        found = [_recorded(row) for row in self._rows(query, ())]
        return {(one.check, one.subject, one.database): one for one in found}

    def _rows(self, query: str, given: Sequence[object]) -> Sequence[tuple[Any, ...]]:
        if not self._path.exists():
            return ()
        with self._named_errors():
            uri = f"{self._path.absolute().as_uri()}?mode=ro"
            with closing(sqlite3.connect(uri, uri=True, timeout=BUSY_S)) as database:
                there = database.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'results'")
                return database.execute(query, given).fetchall() if there.fetchone() else ()

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, ValueError) as error:
            if is_for_room(self._path, error):
                raise full(self._path) from error
            hint = sqlite_way_out(self._path, error) or text("move it away: it holds the history of checks and no more")
            raise TargetError("{path} cannot be used: {error}", path=self._path, error=error, hint=hint) from error


def _recorded(row: tuple[Any, ...]) -> Recorded:
    time, check, subject, database, level, value = row
    return Recorded(moment(time), Check(check), subject, database, Level(level), value)
