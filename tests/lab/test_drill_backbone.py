"""Drills beside production on the lab of scale backbone, under load: clients do not notice, and nothing stays behind.

Clients at two counties register payments, ``RATE`` acknowledged a second and more. Windows without and with a drill of
all databases take turns (``ROUNDS`` of each); of each window the 99th percentile of the time to an acknowledgement is
taken, and the middle ones are compared. All of the lab shares this machine's processors, Golmud's host with the
primary; a drill that stands back for others stands back here too.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Collected, copy_workspace
from load_drill import Load, ask, lay_ledger
from recovery_drill import Drill, wait

from jbnet import wiring

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1800)]

SCALE = os.environ.get("DRILL_SCALE", "backbone")
ROUNDS = int(os.environ.get("ROUNDS", "5"))
MOST = 1.10
"""The 99th percentile with a drill, of that without one."""
LAST = ("sh", "-c", 'echo 19 >/proc/self/autogroup; exec chrt --idle 0 "$@"', "last")
"""jbnet runs on Golmud's host, which shares no processor with production except in the lab. It is the largest part of
what a drill takes: a tenth of a processor, all the rest together half of that."""
FOLDER = "/var/lib/postgresql/15/.drill"
SUM_HOLDS = """SELECT NOT EXISTS (SELECT FROM accounts LEFT JOIN (SELECT account, sum(amount) AS paid FROM payments
 GROUP BY account) AS p USING (account) WHERE balance <> coalesce(paid, 0))"""
SMOKE = json.dumps({name: {"ledger": SUM_HOLDS} for name in ("production", "exchange", "decision")})


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drill]:
    """The backbone with the databases up, and a ledger in each whose sums the plan's smoke tests ask for."""
    folder = copy_workspace(tmp_path_factory.mktemp("drill-backbone"))
    plan = folder / "dr" / "plan.yaml"
    declared, found, _ = plan.read_text().partition("  smoke:\n")
    assert found, "the plan declares smoke tests last"
    plan.write_text(f"{declared}  smoke: {SMOKE}\n")
    lab = wiring.lab(folder, folder / ".jbnet")
    try:
        assert lab.up(wiring.load_scale(folder, SCALE), SCALE, Collected(), deployed=True)
        made = Drill(folder, lab)
        made.await_reachable(next(iter(made.network.databases.values())).standby)
        made.jbnet("databases", "set-up")
        lay_ledger(made)
        yield made
    finally:
        lab.down()


@dataclass(frozen=True)
class Window:
    """What clients met in a stretch of time: acknowledgements, a second of them, their 99th percentile in ms."""

    kind: str
    seconds: float
    acknowledged: int
    failed: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        return self.acknowledged / self.seconds


def window(kind: str, load: Load, began: float, ended: float) -> Window:
    """Judge a stretch by the clients' own records."""
    sent: dict[tuple[str, str, int], float] = {}
    times, failed = [], 0
    for client, record in load._records.items():
        for event in record.grown():
            key = (client, event["db"], event["id"])
            if event["event"] == "sent":
                sent[key] = event["t"]
            elif began <= sent.get(key, 0.0) < ended:
                failed += event["event"] == "failed"
                times += [event["t"] - sent[key]] if event["event"] == "acked" else []
    cuts = statistics.quantiles(times, n=100)
    return Window(kind, ended - began, len(times), failed, round(cuts[49] * 1000, 1), round(cuts[98] * 1000, 1))


def start(drill: Drill, *arguments: str) -> subprocess.Popen[str]:
    """Start ``jbnet dr drill``, behind everybody else."""
    jbnet = [sys.executable, "-m", "jbnet", "-C", str(drill.workspace), "--json", "dr", "drill", *arguments]
    return subprocess.Popen(
        [*LAST, *jbnet], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def last_execution(drill: Drill) -> list[dict[str, Any]]:
    """Return what the steps of the newest execution found."""
    lines = map(json.loads, drill.journal(str(drill.executions()[-1]["execution"])).splitlines())
    return [entry for entry in lines if entry["kind"] == "result"]


def standby(drill: Drill) -> str:
    return next(iter(drill.network.databases.values())).standby


def slots(drill: Drill) -> list[str]:
    """Return the slots and streams of every server of both hosts."""
    sql = "SELECT 'slot ' || slot_name FROM pg_replication_slots UNION SELECT application_name FROM pg_stat_replication"
    ways = itertools.product((drill.host, standby(drill)), drill.network.databases)
    return sorted(f"{host} {name} {line}" for host, name in ways for line in ask(drill, host, name, sql).splitlines())


def lost_processes(drill: Drill) -> list[str]:
    """Return the processes of this machine that work in a drill's folder, in whatever namespace they are."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cwd"):
        try:
            found += [str(path)] if str(path.readlink()).startswith(FOLDER) else []
        except OSError:
            continue
    return found


def nothing_stays(drill: Drill) -> None:
    """Ask the program, and look for oneself."""
    assert drill.jbnet("dr", "drill", "--clean-up").returncode == 0
    assert lost_processes(drill) == []
    assert ".drill" not in drill.run_in(standby(drill), "ls", "-A", "/var/lib/postgresql/15").split()


def test_clients_do_not_notice_drills_and_nothing_stays_behind(drill: Drill) -> None:
    before = slots(drill)
    load = Load(drill, "drills")
    try:
        rate = load.await_rate()
        windows = list(taken(drill, load))
    finally:
        load.close()
    print(f"\n{rate:.0f} transactions a second offered and taken")
    print("\n".join(printed(windows)))
    without, with_ = (statistics.median(w.p99_ms for w in windows if w.kind == kind) for kind in ("without", "drill"))
    print(f"p99, middle of {ROUNDS}: without {without} ms, with a drill {with_} ms: {with_ / without - 1:+.1%}")
    nothing_stays(drill)
    assert slots(drill) == before
    assert sum(w.failed for w in windows) == 0
    assert with_ < MOST * without


def taken(drill: Drill, load: Load) -> Iterator[Window]:
    """Yield windows in turns: a drill, then as long a time without one; which of them is first takes turns, too."""
    seconds = 60.0
    for number in range(ROUNDS):
        kinds = ("drill", "without") if number % 2 else ("without", "drill")
        for kind in kinds:
            began = time.monotonic()
            if kind == "drill":
                process = start(drill)
                said, log = process.communicate(timeout=600)
                assert process.returncode == 0, said[-2000:] + log[-2000:]
                seconds = time.monotonic() - began
                told(drill)
            else:
                time.sleep(seconds)
            yield window(kind, load, began, began + seconds)


def told(drill: Drill) -> None:
    """Print what each database's drill showed; the ledger's sums held in each copy, under load."""
    for entry in last_execution(drill):
        found = entry["data"]["evidence"]
        assert [one["name"] for one in found["smoke"]] == ["ledger"]
        copied = found["copied"]
        size = f"{copied['bytes'] >> 20} MiB in {copied['seconds']} s"
        behind = f"{found['behind_bytes']} B, {found['behind_s']} s"
        print(f"{entry['subject']}: copied {size}, RTO {found['rto_s']} s, behind {behind}")


def printed(windows: Sequence[Window]) -> Iterator[str]:
    """Yield the table."""
    yield "window   seconds  tx/s  failed  p50 ms  p99 ms"
    for w in windows:
        yield f"{w.kind:8} {w.seconds:7.1f} {w.rate:5.0f} {w.failed:7} {w.p50_ms:7.1f} {w.p99_ms:7.1f}"


@pytest.mark.parametrize("keeper", ["lives", "killed"])
def test_a_drill_killed_half_way_leaves_nothing_and_the_next_one_is_whole(drill: Drill, keeper: str) -> None:
    process = start(drill, "--database", "exchange")
    host = standby(drill)
    inside = ("sh", "-c", f"ls {FOLDER}/exchange/server.log")
    wait(lambda: drill.lab.run(host, inside).returncode == 0, "the copy to be started")
    if keeper == "killed":
        record = json.loads(drill.run_in(host, "cat", f"{FOLDER}/exchange/record.json"))
        drill.run_in(host, "kill", "-KILL", str(record["pid"]))
    process.kill()
    process.wait()
    wait(lambda: lost_processes(drill) == [], "every process of it to end")
    assert drill.executions()[-1]["state"] in ("interrupted", "undone")
    if keeper == "killed":
        drill.jbnet("dr", "drill", "--clean-up")
    done = start(drill, "--database", "exchange")
    said, log = done.communicate(timeout=300)
    assert done.returncode == 0, said[-2000:] + log[-2000:]
    nothing_stays(drill)
    status = json.loads(drill.jbnet("dr", "status").stdout)["data"]
    assert [one["state"] for one in status["executions"] if one["state"] not in ("done", "undone", "abandoned")] == []
    assert status["drill"]["overdue"] is False
    report = drill.workspace / f"drill-{keeper}.html"
    drill.jbnet("dr", "report", "-o", str(report))
    drill.jbnet("dr", "verify", str(report))
    drill.jbnet("dr", "verify")
