"""Raw samples in monitor.db: one row a device and look, compressed against an earlier sample of the same device.

Two samples of a device differ in a few digits: against the earlier one (RFC 1951 with a preset dictionary) a sample
takes half of what it takes by itself, in half the time.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from itertools import groupby

from jbnet.adapters.store_probed import read_probed
from jbnet.monitor.codec import micros, moment, pack_sample, unpack_sample
from jbnet.monitor.samples import Round, Sample

_WINDOW, _MEMORY, _LEVEL = -13, 5, 6
"""Raw deflate over 8 KiB: the quickest to set up of those that see a whole sample (measured)."""
_WORN = 1.5
"""A base is renewed when samples take this much more against it than the first one did."""
_AT_LEAST = 64
"""Bytes below which renewing is not worth it."""


class Names:
    """Devices by number."""

    def __init__(self, database: sqlite3.Connection):
        self._database = database
        self._numbers: dict[str, int] = dict(database.execute("SELECT name, id FROM names"))

    def number(self, device: str) -> int:
        """Return the number of a device, giving it one the first time."""
        found = self._numbers.get(device)
        if found is None:
            found = self._database.execute("INSERT INTO names (name) VALUES (?) RETURNING id", (device,)).fetchone()[0]
            self._numbers[device] = found
        return found

    def forget(self) -> None:
        """Read them again: a transaction that was taken back may have given some."""
        self._numbers = dict(self._database.execute("SELECT name, id FROM names"))


class SampleWriter:
    """Writes the samples of rounds. Each process begins with bases of its own."""

    def __init__(self, database: sqlite3.Connection, names: Names):
        self._database = database
        self._names = names
        self._bases: dict[int, tuple[int, bytes, int]] = {}  # by device: number, sample, bytes of the first against it

    def begin(self, last_round: int) -> None:
        """Retire the bases of the process before. Called in a transaction."""
        self._bases.clear()
        self._database.execute("UPDATE bases SET until = ? WHERE until IS NULL", (last_round,))

    def write(self, turn: Round) -> None:
        """Write a round, and the last reading of every device. Called in a transaction."""
        rows, latest = [], {}
        end = micros(turn.time)
        for number, look in enumerate(turn.looks):
            for sample in look:
                packed = pack_sample(sample)
                device = self._names.number(sample.device)
                base, data = self._compress(turn.number, device, packed)
                time = micros(sample.time)
                rows.append((turn.number, number, device, end - time, base, data))
                if sample.answered and sample.interfaces is not None:
                    latest[sample.device] = (sample.device, time, packed)
        self._database.execute("INSERT INTO rounds VALUES (?, ?)", (turn.number, end))
        self._database.executemany("INSERT INTO samples VALUES (?, ?, ?, ?, ?, ?)", rows)
        counters = ((device, time, _alone(packed)) for device, time, packed in latest.values())
        self._database.executemany("INSERT OR REPLACE INTO counters VALUES (?, ?, ?)", counters)

    def _compress(self, turn: int, device: int, packed: bytes) -> tuple[int, bytes]:
        known = self._bases.get(device)
        if known is not None:
            number, base, first = known
            data = deflate(packed, base)
            if not first:
                self._bases[device] = number, base, len(data)
                return number, data
            if len(data) <= max(_AT_LEAST, _WORN * first):
                return number, data
            self._database.execute("UPDATE bases SET until = ? WHERE id = ?", (turn, number))
        query = "INSERT INTO bases (device, data) VALUES (?, ?) RETURNING id"
        number = self._database.execute(query, (device, zlib.compress(packed))).fetchone()[0]
        self._bases[device] = number, packed, 0
        return number, deflate(packed, packed)


def _alone(packed: bytes) -> bytes:
    """Return data for ``zlib.decompress``. ``zlib.compress`` would set up 256 KiB for every few hundred bytes."""
    coder = zlib.compressobj(1, zlib.DEFLATED, -_WINDOW, _MEMORY)
    return coder.compress(packed) + coder.flush()


def deflate(packed: bytes, base: bytes) -> bytes:
    """Return data compressed against a base."""
    coder = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, base)
    return coder.compress(packed) + coder.flush()


def inflate(data: bytes, base: bytes | None) -> bytes:
    """Return what ``deflate`` was given; without a base, of version 1 of the store."""
    if base is None:
        return zlib.decompress(data)
    decoder = zlib.decompressobj(_WINDOW, base)
    return decoder.decompress(data) + decoder.flush()


def read_rounds(database: sqlite3.Connection, since: int = 0) -> Iterator[Round]:
    """Yield the recorded rounds from a time on (microseconds since 1970 UTC), oldest first."""
    times: dict[int, int] = dict(
        database.execute("SELECT number, time FROM rounds WHERE time >= ? ORDER BY number", (since,))
    )
    if not times:
        return
    rows = database.execute(
        "SELECT s.round, s.look, n.name, s.ago, s.base, s.data FROM samples s JOIN names n ON n.id = s.device"
        " WHERE s.round >= ? ORDER BY s.round, s.look, n.name",
        (min(times),),
    )
    bases: dict[int, bytes] = {}
    for number, of_round in groupby(rows, key=lambda row: row[0]):
        if number in times:
            looks = groupby(of_round, key=lambda row: row[1])
            read = tuple(tuple(_sample(database, row, times[number], bases) for row in look) for _, look in looks)
            yield Round(number, moment(times[number]), read, read_probed(database, number))


def _sample(database: sqlite3.Connection, row: tuple[int, int, str, int, int | None, bytes], end: int,
            bases: dict[int, bytes]) -> Sample:  # fmt: skip
    _, _, device, ago, number, data = row
    base = None
    if number is not None:
        base = bases.get(number)
        if base is None:
            found = database.execute("SELECT data FROM bases WHERE id = ?", (number,)).fetchone()
            base = bases[number] = zlib.decompress(found[0])
    return unpack_sample(device, moment(end - ago), inflate(data, base))
