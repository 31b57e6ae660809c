"""The monitor's store as it survives: a full disk is waited out, a damaged file is put aside and its memory saved."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_backlog import Backlog, Unwritten
from jbnet.adapters.store_schema import broken, is_corrupt, open_beside
from jbnet.adapters.store_vital import Vital, read_vital, restore, salvage, write_vital
from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round
from jbnet.monitor.summary import Summary
from jbnet.services.watch.waiting import Waiting

RETRY = timedelta(seconds=5)
"""Between two tries to write again."""
VITAL_EVERY = timedelta(minutes=5)
"""Between two copies of what is vital while no incident changes."""


class KeptStore:
    """Implements the Store port over ``SqliteStore``; ``say`` is told what went wrong and what was done about it.

    ``waiting`` has what could not be written yet, for who tells people.
    """

    def __init__(self, store: SqliteStore, path: Path, say: Callable[[Text], None], waiting: Waiting | None = None):
        self._store = store
        self._path = path
        self._vital = path.with_suffix(".vital")
        self._say = say
        self._backlog = Backlog()
        self._waiting = waiting or Waiting()
        self._next_try = self._next_copy = datetime.min.replace(tzinfo=UTC)

    def load(self) -> tuple[Watchbook, int]:
        """Open the store; a damaged one is put aside first. Raises as ``SqliteStore.load``, and JbnetError."""
        try:
            book, number = self._store.load()
        except sqlite3.Error as error:
            if not is_corrupt(error):
                raise broken(self._path, error) from error
            return self._begin_afresh(error)
        kept = read_vital(self._vital)
        if kept is None or kept.round <= number or self._is_another(kept, number):
            return book, number
        self._say(
            text(
                "{path} ends with round {found}, but round {expected} was written: what followed is lost (its -wal"
                " file?). Open incidents and what was told are taken from {vital}",
                path=self._path, found=number, expected=kept.round, vital=self._vital,
            )
        )  # fmt: skip
        return self._filled(kept)

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        """Write a round, or keep it in memory until it can be written. Never raises for a full or damaged file."""
        self._backlog.add(Unwritten(turn, before, outcome, summary))
        if len(self._backlog) == 1 or turn.time >= self._next_try:
            self._write(turn.time)
        if len(self._backlog):
            self._waiting.add(turn.time, outcome.incidents)
        else:
            self._waiting.clear()

    def close(self) -> None:
        """Try once more to write what waits; let go."""
        if len(self._backlog):
            self._write(self._next_try)
            if len(self._backlog):
                self._say(text("rounds that could not be written are lost: {count}", count=self._backlog.rounds))
        self._store.close()

    def waiting(self) -> int:
        """Return how many rounds wait to be written."""
        return self._backlog.rounds

    def copy_vital(self) -> None:
        """Write monitor.vital now; what keeps it from being written keeps nobody else."""
        try:
            write_vital(self._path, self._vital)
        except (OSError, sqlite3.Error) as error:
            self._say(text("{path} cannot be written: {error}", path=self._vital, error=error))

    def _write(self, now: datetime) -> None:
        waited, without_samples = self._backlog.rounds, self._backlog.folded
        changed = False
        while (one := self._backlog.first()) is not None:
            try:
                self._store.commit(one.turn, one.before, one.outcome, one.summary)
            except JbnetError as error:
                if not self._repaired(error, one, now):
                    return
            changed = changed or bool(one.outcome.incidents)
            self._backlog.drop()
        if waited > 1:
            self._say(
                text("{path} is written again: {count} rounds were kept in memory, {lost} of them without samples",
                     path=self._path, count=waited, lost=without_samples)
            )  # fmt: skip
        if changed or now >= self._next_copy:
            self._next_copy = now + VITAL_EVERY
            self.copy_vital()

    def _repaired(self, error: JbnetError, one: Unwritten, now: datetime) -> bool:
        """Put a damaged store aside and write the round into a fresh one; otherwise say that writing has to wait."""
        cause = error.__cause__
        if isinstance(cause, sqlite3.Error) and is_corrupt(cause):
            self._store.forget()
            self._begin_afresh(cause)
            still_open = one.outcome.book.incidents.open
            incidents = {**still_open, **{incident.id: incident for incident in one.outcome.incidents}}
            outcome = replace(one.outcome, incidents=tuple(incidents.values()))
            self._store.commit(one.turn, Watchbook(), outcome, one.summary)
            return True
        if self._backlog.rounds == 1:
            self._say(
                text("{path} cannot be written: {error}. What is seen is kept in memory, and told from there",
                     path=self._path, error=cause or error)
            )  # fmt: skip
        self._next_try = now + RETRY
        return False

    def _begin_afresh(self, error: sqlite3.Error) -> tuple[Watchbook, int]:
        """Put a damaged file aside and fill a fresh one with what can be saved."""
        aside = put_aside(self._path)
        found, kept = salvage(aside), read_vital(self._vital)
        saved = found if found.whole or kept is None else kept
        if found.whole and kept is not None and kept.store == found.store and kept.round > found.round:
            saved = kept
        self._say(
            text(
                "{path} is damaged ({error}): it lies at {aside} now, and a fresh one goes on. Open incidents saved:"
                " {count}; samples and graphs stay behind",
                path=self._path, error=error, aside=aside, count=len(saved.tables.get("incidents", ())),
            )
        )  # fmt: skip
        for candidate in (saved, *([kept] if kept is not None and saved is not kept else [])):
            try:
                return self._filled(candidate)
            except sqlite3.Error:  # what could be read makes no sense: the copy, or at last nothing
                self._store.forget()
                for suffix in ("", "-wal", "-shm"):
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        return self._store.load()

    def _filled(self, vital: Vital) -> tuple[Watchbook, int]:
        """Return the memory after the store took what was saved."""
        self._store.load()
        database = open_beside(self._path)
        try:
            restore(database, vital)
        finally:
            database.close()
        self._store.forget()
        return self._store.load()

    def _is_another(self, kept: Vital, number: int) -> bool:
        """Say whether monitor.vital is of a store that somebody has replaced by another one with a history."""
        return number > 0 and kept.store != salvage_name(self._path)


def salvage_name(path: Path) -> str:
    """Return the name of a sound store."""
    database = open_beside(path)
    try:
        return str(database.execute("SELECT store FROM identity").fetchone()[0])
    finally:
        database.close()


def put_aside(path: Path) -> Path:
    """Rename a damaged store with its -wal and -shm, and return where it lies; of earlier ones none is kept."""
    for old in path.parent.glob(f"{path.name}.broken-*"):
        old.unlink()
    aside = path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
    for suffix in ("", "-wal", "-shm"):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(aside.with_name(aside.name + suffix))
    return aside
