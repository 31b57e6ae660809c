"""Roll-ups are written as fast as they are made, however many series there are and however seldom rounds come."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from jbnet.adapters import store_rollups
from jbnet.adapters.store_rollups import RollupWriter
from jbnet.adapters.store_samples import Names
from jbnet.adapters.store_tables import make_tables
from jbnet.monitor.rollup import COARSE_S, FINE_S
from jbnet.monitor.samples import Round, Sample

BEGIN = datetime(2026, 11, 22, 8, tzinfo=UTC)


@pytest.mark.parametrize("every", [5, 60, 150])
def test_all_series_are_written_within_a_span_and_joined_within_an_hour(
    every: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_rollups, "SLICE", 6)  # so that thirty devices are many
    database = sqlite3.connect(":memory:", isolation_level=None)
    make_tables(database)
    writer = RollupWriter(database, Names(database))
    devices = [f"r{number}" for number in range(30)]
    for number in range(3 * COARSE_S // every):
        time = BEGIN + timedelta(seconds=number * every)
        look = tuple(Sample(device, time, answered=True, rtt_s=0.01) for device in devices)
        writer.note(Round(number, time, (look,)), {}, {})
        spans = int(time.timestamp()) // FINE_S - int(BEGIN.timestamp()) // FINE_S - 1
        (written,) = database.execute("SELECT count(*) FROM fine").fetchone()
        assert written >= spans * 2 * len(devices), "all but the span that has just ended"
    hours = dict(database.execute("SELECT start, count(*) FROM coarse GROUP BY start"))
    first = int(BEGIN.timestamp())
    assert hours[first] == hours[first + COARSE_S] == 2 * len(devices)
