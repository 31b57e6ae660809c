"""A load on the lab's databases from two client hosts, watched from three places: what they wrote down is believed."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter, deque
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from recovery_drill import Drill, wait

from jbnet import wiring
from jbnet.lab.client.payments import SET_UP, UNSOUND
from jbnet.lab.client.probe import two_writers_s
from jbnet.recovery.measure import ClientEvent, measure

RATE = 300
"""Acknowledged transactions a second, over the databases, below which a fault is not a test."""
OFFERED = 440
WINDOW_S = 2.0
PROBE_EVERY_S = "0.1"
PSQL = ("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-h", "/var/lib/postgresql/15")
SUM = "SELECT count(*), coalesce(sum(hashtext(t::text)::bigint), 0) FROM {table} AS t"


class Record:
    """A record that grows; what was read is kept and not read again."""

    def __init__(self, path: Path):
        self._path = path
        self._offset = 0
        self.events: list[dict[str, Any]] = []

    def grown(self) -> list[dict[str, Any]]:
        """Return all whole lines so far."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._offset)
                whole = file.read().rpartition(b"\n")[0]
            self._offset += len(whole) + 1 if whole else 0
            self.events += [json.loads(line) for line in whole.splitlines()]
        return self.events


@dataclass(frozen=True)
class Fates:
    """What the clients wrote down of one database's payments, by ``CLIENT/NUMBER``.

    ``unknown``: no answer came; it may have been registered or not, and nobody was told. ``xids``: PostgreSQL's
    numbers, as it answered them.
    """

    acknowledged: frozenset[str]
    declined: frozenset[str]
    unknown: frozenset[str]
    xids: Mapping[str, str]


@dataclass(frozen=True)
class Seen:
    """What both clients together saw of one database; ``lost``: acknowledged and missing, by ``CLIENT/NUMBER``."""

    rto_s: float
    acknowledged: int
    lost: frozenset[str]


class Load:
    """The clients and the probes of one drill; ``close`` ends them."""

    def __init__(self, drill: Drill, name: str):
        self.drill = drill
        self.folder = drill.workspace / "load" / name
        self.folder.mkdir(parents=True)
        databases = drill.network.databases.values()
        through = [f"{d.name}={d.service_address}:{d.port}" for d in databases]
        direct = [f"{d.name}={drill.network.devices[h].loopback}:{d.port}" for d in databases for h in _holders(d)]
        ends = (drill.community, drill.farthest)
        self.clients = {f"{name}-{number}": end for number, end in enumerate(ends)}
        watching = {f"{name}-probe-{place}": place for place in (*ends, str(drill.network.noc))}
        rate = str(OFFERED / len(self.clients))
        self._running = [self._start(c, at, "load", "--rate", rate, *through) for c, at in self.clients.items()]
        self._running += [self._start(p, at, "probe", "--every", PROBE_EVERY_S, *direct) for p, at in watching.items()]
        self._records = {client: Record(self.folder / client) for client in self.clients}
        self._probes = [self.folder / probe for probe in watching]

    def _start(self, client: str, device: str, module: str, *arguments: str) -> subprocess.Popen[bytes]:
        passfile = wiring.client_passfile(self.drill.state)
        options = ["--record", str(self.folder / client), "--client", client, "--passfile", str(passfile)]
        program = [sys.executable, "-m", f"jbnet.lab.client.{module}", *options, *arguments]
        return subprocess.Popen(["nsenter", f"--net={self.drill.lab.netns(device)}", "--", *program])

    def events(self) -> list[dict[str, Any]]:
        """Return all that both clients wrote down so far."""
        return [event for record in self._records.values() for event in record.grown()]

    def rate(self) -> tuple[float, int]:
        """Return acknowledged transactions a second of late, over all databases, and those of the slowest database."""
        since = time.monotonic() - WINDOW_S
        late: deque[str] = deque()
        for record in self._records.values():
            for event in reversed(record.grown()):
                if event["t"] < since:
                    break
                if event["event"] == "acked":
                    late.append(event["db"])
        by_database = Counter(late)
        return len(late) / WINDOW_S, min(by_database[name] for name in self.drill.network.databases)

    def await_rate(self, rate: float = RATE) -> float:
        """Wait until so many are acknowledged a second, and each database takes part; return how many."""
        reached = [0.0]

        def holds() -> bool:
            reached[0], slowest = self.rate()
            return reached[0] >= rate and slowest > 0

        wait(holds, f"{rate} transactions a second", 300)
        return reached[0]

    def await_event(self, kind: str, names: Collection[str] | None = None) -> None:
        """Wait until something was acked, or failed, at these databases (None: every one) from now on."""
        since = time.monotonic()
        wanted = set(self.drill.network.databases if names is None else names)
        wait(lambda: {e["db"] for e in self._late(since) if e["event"] == kind} >= wanted, f"{kind} everywhere")

    def _late(self, since: float) -> list[dict[str, Any]]:
        return [e for r in self._records.values() for e in r.grown()[-4000:] if e["t"] >= since]

    def close(self) -> None:
        """End all, politely."""
        for process in self._running:
            process.terminate()
        for process in self._running:
            assert process.wait(30) == 0
        self._running = []

    def fates(self, database: str) -> Fates:
        """Return what became of the payments to a database, by the clients' own records."""
        last: dict[str, str] = {}
        xids = {}
        for client, record in self._records.items():
            for event in record.grown():
                if event["db"] == database:
                    last[f"{client}/{event['id']}"] = _fate(event)
                    xids[f"{client}/{event['id']}"] = str(event.get("xid"))
        kinds = {kind: frozenset(n for n, found in last.items() if found == kind) for kind in set(last.values())}
        none: frozenset[str] = frozenset()
        return Fates(kinds.get("acked", none), kinds.get("declined", none), kinds.get("unknown", none), xids)

    def measured(self) -> dict[str, Seen]:
        """Return what the clients saw of each database, against what its leader holds now (asked at its console)."""
        leaders = self.drill.leaders()
        found = {}
        for name, host in leaders.items():
            here = {client: self._present(name, host, client) for client in self.clients}
            each = {c: measure(_events(r, name), {name: here[c]}).databases[name] for c, r in self._records.items()}
            times = [one.rto_s for one in each.values() if one.rto_s is not None]
            assert len(times) == len(each), f"{name}: writing never came back for a client"
            lost = frozenset(f"{client}/{n}" for client, one in each.items() for n in one.lost_ids)
            found[name] = Seen(max(times), sum(one.acknowledged for one in each.values()), lost)
        return found

    def _present(self, name: str, host: str, client: str) -> frozenset[int]:
        rows = ask(self.drill, host, name, f"SELECT n FROM payments WHERE client = '{client}'")
        return frozenset(map(int, rows.split()))

    def two_writers_ms(self) -> float:
        """Return for how long two hosts took writes for one database, as seen from all three places together."""
        lines = [line for probe in self._probes for line in probe.read_text().split("\n")[:-1]]
        assert lines
        return round(two_writers_s(lines) * 1000, 1)


def _holders(database: Any) -> tuple[str, str]:
    return database.primary, database.standby


def _events(record: Record, database: str) -> list[ClientEvent]:
    lines = (line for line in record.grown() if line["db"] == database)
    return [ClientEvent(line["t"], line["db"], line["id"], line["event"]) for line in lines]


def _fate(event: Mapping[str, Any]) -> str:
    """Return what a payment's last line says; one that was sent and has no other line is unknown too."""
    if event["event"] == "failed" and event["answered"]:
        return "declined"
    return "acked" if event["event"] == "acked" else "unknown"


def lay_ledger(drill: Drill) -> None:
    """Make the tables of payments where each database leads."""
    for name, host in drill.leaders().items():
        ask(drill, host, name, SET_UP)


def ask(drill: Drill, host: str, database: str, sql: str) -> str:
    """Ask a database on one host, as its owner at its console."""
    return drill.run_in(host, *asking(drill, database, sql)).strip()


def asking(drill: Drill, database: str, sql: str) -> tuple[str, ...]:
    """Return the command that asks a database, as its owner at its console."""
    port = str(drill.network.databases[database].port)
    return ("runuser", "-u", "postgres", "--", *PSQL, "-p", port, "-d", database, "-c", sql)


def await_same(drill: Drill) -> None:
    """With nobody writing: the standby replays up to the leader's position, and all rows are the same at both."""
    for name, leader in drill.leaders().items():
        database = drill.network.databases[name]
        standby = database.standby if leader == database.primary else database.primary
        at = ask(drill, leader, name, "SELECT pg_current_wal_lsn()")
        reached = f"SELECT pg_last_wal_replay_lsn() >= '{at}'"
        wait(lambda n=name, s=standby, q=reached: ask(drill, s, n, q) == "t", f"{name} to be replayed at {standby}")  # type: ignore[misc]  # a lambda's defaults have no types
        for table in ("client_writes", "payments", "accounts"):
            sums = [ask(drill, host, name, SUM.format(table=table)) for host in (leader, standby)]
            assert sums[0] == sums[1], f"{name}.{table} differs: {leader} {sums[0]}, {standby} {sums[1]}"
        for host in (leader, standby):
            assert ask(drill, host, name, UNSOUND) == "0", f"{name} on {host}: balances are not the sum of payments"


def reported(drill: Drill, execution: str, path: Path) -> Mapping[str, Sequence[Mapping[str, Any]] | None]:
    """Return the lost transactions that jbnet's report of a failover lists by the old log; None: not known."""
    drill.jbnet("dr", "report", execution, "-o", str(path))  # 1 where a chain or an approval does not hold
    losses = [one for one in json.loads(path.read_bytes())["lost"] if one["basis"] == "log of the old primary"]
    for one in losses:
        assert one["count"] is None or one["count"] == len(one["listed"]), "some are counted and not listed"
    return {one["database"]: one["listed"] if one["count"] is not None else None for one in losses}
