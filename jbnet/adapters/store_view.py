"""monitor.db read by others while the monitor writes it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from jbnet.adapters import store_recent
from jbnet.adapters.store_rollups import progress, read_figures, series_of
from jbnet.adapters.store_samples import read_rounds
from jbnet.adapters.store_schema import broken, open_for_reading
from jbnet.adapters.store_spells import read_spells
from jbnet.adapters.store_telling import read_desk
from jbnet.monitor.actions import Desk
from jbnet.monitor.codec import unpack_incident, unpack_state
from jbnet.monitor.incidents import Incident
from jbnet.monitor.rollup import Figures, Series
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.spells import Spell
from jbnet.monitor.state import DeviceState, Event
from jbnet.monitor.watch import Condition

T = TypeVar("T")
Row = tuple[Any, ...]
_ANSWERS = {Condition.UP: True, Condition.DOWN: False, Condition.UNKNOWN: None}


class SqliteStoreView:
    """Implements the StoreView port. Opens on construction: making one is asking. Raises Missing, JbnetError."""

    def __init__(self, path: Path):
        self._path = path
        self._database = open_for_reading(path)
        self._known: dict[int, tuple[bytes, Incident]] = {}

    def summary(self) -> Mapping[str, object] | None:
        """Return the last round's summary."""
        row = next(iter(self._all("SELECT summary FROM book")), None)
        return None if row is None else json.loads(row[0])

    def incidents(self, *, only_open: bool) -> Sequence[Incident]:
        """Return the incidents, latest first."""
        condition = "WHERE open = 1" if only_open else ""
        rows = self._all(f"SELECT id, data FROM incidents {condition} ORDER BY id DESC")  # noqa: S608  two constants
        return [self._incident(number, data) for number, data in rows]

    def _incident(self, number: int, data: bytes) -> Incident:
        """Return an incident; one that has not changed since it was asked for last is not read again."""
        known = self._known.get(number)
        if known is None or known[0] != data:
            known = self._known[number] = data, unpack_incident(str(number), data)
        return known[1]

    def name(self) -> str:
        """Return the name of the store."""
        return self._try(lambda: store_recent.store_name(self._database))

    def changes(self) -> int:
        """Return a number that changes whenever somebody has written."""
        return self._try(lambda: store_recent.changes(self._database))

    def last_event(self) -> int:
        """Return the number of the last event; 0: there is none."""
        return self._try(lambda: store_recent.last_event(self._database))

    def events(self, after: int, most: int) -> Sequence[tuple[int, Event]]:
        """Return at most so many events behind a number, with theirs."""
        return self._try(lambda: store_recent.read_events(self._database, after, most))

    def history(self, incident: Incident) -> Sequence[Event]:
        """Return what happened to an incident and what people did to it, oldest first."""
        return self._try(lambda: store_recent.read_history(self._database, incident))

    def events_of(self, device: str, most: int) -> Sequence[Event]:
        """Return the last events of a device, latest first."""
        return self._try(lambda: store_recent.read_events_of(self._database, device, most))

    def samples_of(self, device: str, since: datetime) -> Sequence[Sample]:
        """Return the looks at one device that were kept since a time, oldest first."""
        return self._try(lambda: store_recent.read_samples_of(self._database, device, since))

    def state_of(self, device: str) -> DeviceState | None:
        """Return the state of a device as of the last round; None: it was never polled."""
        return self._try(lambda: store_recent.read_state_of(self._database, device))

    def answers(self) -> Mapping[str, bool | None]:
        """Say of every polled device whether its agent answers; None: not known yet."""
        rows = self._all("SELECT device, data FROM states")
        return {device: _ANSWERS[unpack_state(device, data, None).answer.condition] for device, data in rows}

    def desk(self) -> tuple[int, Desk]:
        """Return what people have noted, up to the action of that number."""
        return self._try(lambda: (progress(self._database, "actions") or 0, read_desk(self._database)))

    def spells(self, begins: datetime, ends: datetime) -> Sequence[Spell]:
        """Return the spells that touch the span, by when they began."""
        return self._try(lambda: read_spells(self._database, begins, ends))

    def rounds(self, since: datetime | None = None) -> Iterable[Round]:
        """Return the recorded rounds (from a time on), oldest first."""
        yield from read_rounds(self._database, 0 if since is None else int(since.timestamp() * 1_000_000))

    def series(self, device: str) -> Sequence[Series]:
        """Return what there are graphs of for a device."""
        return self._try(lambda: series_of(self._database, device))

    def graph(self, series: Series, since: datetime, until: datetime, seconds: int) -> Sequence[tuple[int, Figures]]:
        """Return the spans of a series, with gaps left out. ``seconds``: ``FINE_S`` or ``COARSE_S``."""
        start, end = int(since.timestamp()), int(until.timestamp())
        return self._try(lambda: read_figures(self._database, series, start, end, seconds))

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def _all(self, query: str) -> list[Row]:
        return self._try(lambda: self._database.execute(query).fetchall())

    def _try(self, read: Callable[[], T]) -> T:
        try:
            return read()
        except sqlite3.DatabaseError as error:
            raise broken(self._path, error) from error
