"""The monitor's store: bytes of a year of this workspace's samples, and the time that a graph of a month takes.

Written by the store itself, from rounds in which counters, round trips and uptimes move as they do in life. What a
year takes is worked out from bytes a sample and bytes a span as measured. The graph is read by a process that has not
read the file before; the system's cache may hold it.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "fakes"))

from simnet import SimNet

from jbnet import wiring
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_rollups import pack
from jbnet.adapters.store_tables import make_tables
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.model.network import Network
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Outcome, Watchbook, absorb
from jbnet.monitor.rollup import COARSE_S, FINE_S, Figures, Series, Variable
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.summary import summarise

ROOT = Path(__file__).parents[2]
BEGIN = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
ROUNDS = 25
SAMPLES_H, FINE_DAYS, YEAR_DAYS = 48, 90, 365
SERIES, MONTH_DAYS = 60, 31
GRAPH_GOAL_MS, YEAR_GOAL_GB = 100, 40


def rows() -> list[dict[str, object]]:
    """Return the rows of build/bench.json."""
    network = wiring.load_network(ROOT, ROOT / "build" / "no-state", whole=True)
    with tempfile.TemporaryDirectory() as folder:
        per_sample, devices, cpu_s = sample_bytes(network, Path(folder) / "raw.db")
        per_span, graph_ms = spans(Path(folder) / "spans.db")
    series = 2 * sum(len(network.devices[name].interfaces) for name in devices) + 2 * len(devices)
    raw = len(devices) * SAMPLES_H * 3600 * per_sample
    fine = series * FINE_DAYS * 86400 // FINE_S * per_span
    coarse = series * YEAR_DAYS * 86400 // COARSE_S * per_span
    gigabytes = (raw + fine + coarse) / 1e9
    return [
        row("store.sample_bytes", per_sample, "bytes", 0),
        row("store.span_bytes", per_span, "bytes", 0),
        row("store.year_gb", gigabytes, "GB", YEAR_GOAL_GB),
        row("store.graph_month_ms", graph_ms, "ms", GRAPH_GOAL_MS),
        row("store.commit_us", cpu_s * 1e6, "us/device", 0),
    ]


def row(name: str, value: float, unit: str, goal: float) -> dict[str, object]:
    """Return one row."""
    ratio = round(value / goal, 3) if goal else ""
    shown: dict[str, object] = {"id": name, "value": round(value, 1), "unit": unit, "better": "lower"}
    return shown | {"goal": goal or "", "peer": None, "peer_value": None, "ratio": ratio}


def sample_bytes(network: Network, path: Path) -> tuple[float, frozenset[str], float]:
    """Return bytes a sample (one a second, all devices), the devices, and CPU seconds a device of committing."""
    net, store = SimNet(network), SqliteStore(path)
    plant, watched = net.plant, net.plant.watched
    book, _ = store.load()
    spent, sizes = 0.0, []
    for number, look in enumerate(looks(net)):
        turn = Round(number + 1, look[0].time + timedelta(milliseconds=700), (look,))
        states, events = absorb(book.states, look, Policy())
        outcome = Outcome(Watchbook(states, book.incidents), tuple(events), ())
        summary = summarise(plant, outcome.book, turn.time, turn.number, polled_s=1, stale_s=9, interval_s=1)
        began = time.process_time()
        store.commit(turn, book, outcome, summary)
        spent += time.process_time() - began if number > 1 else 0
        book = outcome.book
        sizes.append(used(path))
    store.close()
    later = (sizes[-1] - sizes[4]) / (len(sizes) - 5) / len(watched)
    return later, watched, spent / (ROUNDS - 2) / len(watched)


def looks(net: SimNet) -> Iterator[tuple[Sample, ...]]:
    """Yield looks in which traffic flows: every counter by its own rate, with noise."""
    chance = random.Random(1)
    base = net.look(BEGIN)
    counters = {s.device: [chance.randrange(10**9, 10**15) for _ in s.interfaces or ()] for s in base}
    rates = {device: [chance.lognormvariate(11, 2) for _ in found] for device, found in counters.items()}
    uptime = {s.device: chance.randrange(10**6, 4 * 10**9) for s in base}
    for number in range(ROUNDS):
        time_ = BEGIN + timedelta(seconds=number, microseconds=chance.randrange(100_000))
        yield tuple(_moved(s, time_, number, counters, rates, uptime, chance) for s in base)


def _moved(sample: Sample, time_: datetime, number: int, counters: dict[str, list[int]],
           rates: dict[str, list[float]], uptime: dict[str, int], chance: random.Random) -> Sample:  # fmt: skip
    device = sample.device
    now = counters[device]
    for index, rate in enumerate(rates[device]):
        now[index] += int(rate * chance.uniform(0.5, 1.5))
    rows_ = tuple(
        replace(row_, in_octets=now[i], out_octets=now[i] * 7 // 3) for i, row_ in enumerate(sample.interfaces or ())
    )
    ticks = uptime[device] + number * 100 + chance.randrange(3)
    assert sample.system is not None
    system = replace(sample.system, uptime=ticks, engine_time=ticks // 100)
    return replace(sample, time=time_, interfaces=rows_, system=system, rtt_s=chance.uniform(0.002, 0.02))


def used(path: Path) -> int:
    """Return the bytes of the pages in use, those in the -wal file too."""
    with sqlite3.connect(path) as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
        free = database.execute("PRAGMA freelist_count").fetchone()[0]
        return int((pages - free) * database.execute("PRAGMA page_size").fetchone()[0])


def spans(path: Path) -> tuple[float, float]:
    """Return bytes a span, written in order of time as in life, and ms that a graph of a month takes."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=OFF")  # nobody waits for what is only filled in
    database.execute("BEGIN")
    make_tables(database)
    database.execute("INSERT INTO names VALUES (1, 'r1')")
    made = [(n + 1, 1, f"eth{n}", str(Variable.IN_BPS)) for n in range(SERIES)]
    database.executemany("INSERT INTO series VALUES (?, ?, ?, ?)", made)
    database.execute("COMMIT")
    chance = random.Random(2)
    first = int(BEGIN.timestamp()) // FINE_S * FINE_S
    count = MONTH_DAYS * 86400 // FINE_S
    before = used(path)
    for number in range(count):
        database.execute("BEGIN")
        packed = pack(Figures(chance.random() * 1e6, chance.random() * 1e7 + 1e6, chance.random() * 1e8 + 2e7, 300))
        made_rows = [(n + 1, first + number * FINE_S, packed) for n in range(SERIES)]
        database.executemany("INSERT INTO fine VALUES (?, ?, ?)", made_rows)
        database.execute("COMMIT")
    per_span = (used(path) - before) / count / SERIES
    database.close()
    taken = []
    for number in range(0, SERIES, SERIES // 20):
        began = time.perf_counter()
        view = SqliteStoreView(path)
        found = view.graph(
            Series("r1", f"eth{number}", Variable.IN_BPS), BEGIN, BEGIN + timedelta(days=MONTH_DAYS), FINE_S
        )
        view.close()
        taken.append(time.perf_counter() - began)
        assert len(found) == count
    return per_span, sorted(taken)[len(taken) // 2] * 1000


if __name__ == "__main__":
    json.dump(rows(), sys.stdout, indent=1)
