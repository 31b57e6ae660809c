"""Roll-ups in monitor.db: written in slices, made good from raw samples after a kill, removed in slices.

A span's figures are a function of the raw samples in it. So nothing half gathered is kept: a killed monitor reads the
samples since the last span that is whole (``progress``), and goes on.
"""

from __future__ import annotations

import sqlite3
import struct
from collections import deque
from collections.abc import Mapping

from jbnet.adapters.store_samples import Names, read_rounds
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import absorb
from jbnet.monitor.rollup import COARSE_S, FINE_S, Figures, Finished, Gatherer, Series, Variable, joined
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState

SLICE = 2000
"""Rows of roll-ups that one round writes or reads: some milliseconds. More, where rounds are too few for that."""
MOST = 50_000
"""And at most."""
_PACKED = struct.Struct("<fffH")
_WEIGHT = 8
"""Weights are kept in eighths, up to 8,191."""
_MICRO = 1_000_000
_FIGURES = (
    "SELECT r.start, r.data FROM series s JOIN names n ON n.id = s.device JOIN fine r ON r.series = s.id"
    " WHERE n.name = ? AND s.part = ? AND s.variable = ? AND r.start >= ? AND r.start < ? ORDER BY r.start"
)


def pack(figures: Figures) -> bytes:
    """Return figures in 14 bytes: seven digits are more than a graph shows."""
    weight = min(65535, max(1, round(figures.weight * _WEIGHT)))
    return _PACKED.pack(figures.low, figures.mean, figures.high, weight)


def unpack(data: bytes) -> Figures:
    """Return the figures that were packed."""
    low, mean, high, weight = _PACKED.unpack(data)
    return Figures(low, mean, high, weight / _WEIGHT)


class RollupWriter:
    """Writes roll-ups beside the rounds, a slice at a time. All but ``__init__`` is called in a transaction."""

    def __init__(self, database: sqlite3.Connection, names: Names):
        self._database = database
        self._names = names
        self._gatherer = Gatherer()
        self._waiting: deque[Finished] = deque()
        self._series: dict[Series, int] = {}
        self._rounds, self._fine, self._coarse = 0, SLICE, SLICE * FINE_S // COARSE_S

    def begin(self) -> None:
        """Gather again what was not whole when the process before ended."""
        self._gatherer, self._waiting, self._series = Gatherer(), deque(), {}
        whole = progress(self._database, "fine")
        if whole is None:
            return
        states: Mapping[str, DeviceState] = {}
        for turn in read_rounds(self._database, (whole - FINE_S) * _MICRO):  # rates want the reading before the span
            before = states
            for look in turn.looks:
                states, _ = absorb(states, look, Policy())
            self._note(turn, before, states)
        while self._waiting and self._waiting[0].start < whole:
            self._waiting.popleft()

    def note(self, turn: Round, before: Mapping[str, DeviceState], after: Mapping[str, DeviceState]) -> None:
        """Take a round in and write a slice of what is finished."""
        if progress(self._database, "fine") is None:
            self._set("fine", int(turn.time.timestamp() // FINE_S) * FINE_S)
        self._note(turn, before, after)
        if self._waiting:
            self._write_fine()
        else:
            self._write_coarse()

    def forget(self) -> None:
        """Drop what a transaction that was taken back may have numbered."""
        self._series.clear()

    def _note(self, turn: Round, before: Mapping[str, DeviceState], after: Mapping[str, DeviceState]) -> None:
        finished = self._gatherer.note(turn, before, after)
        self._rounds += 1
        if finished:
            self._waiting.extend(finished)
            self._pace(len(finished))

    def _pace(self, series: int) -> None:
        """Set slices so large that in half the rounds of a span all that waits is written, and of an hour joined."""
        rounds, self._rounds = self._rounds, 0
        self._fine = min(MOST, max(SLICE, -(-2 * len(self._waiting) // rounds)))
        hour = rounds * COARSE_S // FINE_S  # half of its rounds write finer spans
        self._coarse = min(MOST, max(SLICE * FINE_S // COARSE_S, -(-4 * series // hour)))

    def _write_fine(self) -> None:
        """Write finished spans; what is taken from the queue here is gathered again if the transaction fails."""
        some = [self._waiting.popleft() for _ in range(min(self._fine, len(self._waiting)))]
        rows = [(self._number(item.series), item.start, pack(item.figures)) for item in some]
        self._database.executemany("INSERT OR REPLACE INTO fine VALUES (?, ?, ?)", rows)
        if not self._waiting or self._waiting[0].start != some[-1].start:
            self._set("fine", some[-1].start + FINE_S)

    def _write_coarse(self) -> None:
        """Join the fine spans of an hour that is over, some series at a time."""
        whole = progress(self._database, "fine") or 0
        hour = progress(self._database, "coarse")
        if hour is None:
            first = self._database.execute("SELECT min(start) FROM fine").fetchone()[0]
            if first is None:
                return
            hour = first // COARSE_S * COARSE_S
            self._set("coarse", hour)
        if hour + COARSE_S > whole:
            return
        after = progress(self._database, "coarse series") or 0
        query = "SELECT id FROM series WHERE id > ? ORDER BY id LIMIT ?"
        some = [row[0] for row in self._database.execute(query, (after, self._coarse))]
        for series in some:
            self._join(series, hour)
        self._set("coarse series", some[-1] if some else 0)
        if not some:
            self._set("coarse", hour + COARSE_S)

    def _join(self, series: int, hour: int) -> None:
        query = "SELECT data FROM fine WHERE series = ? AND start >= ? AND start < ?"
        rows = self._database.execute(query, (series, hour, hour + COARSE_S))
        found = joined(unpack(row[0]) for row in rows)
        if found is not None:
            self._database.execute("INSERT OR REPLACE INTO coarse VALUES (?, ?, ?)", (series, hour, pack(found)))

    def _number(self, series: Series) -> int:
        found = self._series.get(series)
        if found is None:
            key = (self._names.number(series.device), series.part, str(series.variable))
            query = "SELECT id FROM series WHERE device = ? AND part = ? AND variable = ?"
            row = self._database.execute(query, key).fetchone()
            if row is None:
                query = "INSERT INTO series (device, part, variable) VALUES (?, ?, ?) RETURNING id"
                row = self._database.execute(query, key).fetchone()
            found = self._series[series] = int(row[0])
        return found

    def _set(self, name: str, value: int) -> None:
        self._database.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (name, value))


def progress(database: sqlite3.Connection, name: str) -> int | None:
    """Return how far some work in slices has come; None: it has not begun."""
    row = database.execute("SELECT value FROM progress WHERE name = ?", (name,)).fetchone()
    return None if row is None else int(row[0])


def series_of(database: sqlite3.Connection, device: str) -> tuple[Series, ...]:
    """Return what there are graphs of for a device."""
    query = "SELECT s.part, s.variable FROM series s JOIN names n ON n.id = s.device WHERE n.name = ? ORDER BY 1, 2"
    return tuple(Series(device, part, Variable(variable)) for part, variable in database.execute(query, (device,)))


def read_figures(
    database: sqlite3.Connection, series: Series, since: int, until: int, seconds: int
) -> list[tuple[int, Figures]]:
    """Return the spans of a series between two times (seconds since 1970 UTC); gaps are left out."""
    query = _FIGURES if seconds == FINE_S else _FIGURES.replace(" fine ", " coarse ")
    rows = database.execute(query, (series.device, series.part, str(series.variable), since, until))
    return [(start, unpack(data)) for start, data in rows]
