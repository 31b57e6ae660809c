"""The sample business application on a real PostgreSQL: a payment is registered once, whole, never told too early."""

from __future__ import annotations

import contextlib
import json
import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from probe_servers import HOME, closed

from jbnet.adapters.postgres_scripts import PRESENT_SQL
from jbnet.recovery.measure import measure, parse_record

pytestmark = pytest.mark.lab
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
FILES = Path(__file__).parents[2] / "playbooks" / "roles" / "application" / "files"
PASSWORD = "quite-a-secret"
NAMES = ("production", "exchange", "decision")
SET_UP = f"CREATE ROLE jbnet_client LOGIN PASSWORD '{PASSWORD}';\n" + "".join(
    f"""CREATE DATABASE {name};
\\c {name}
CREATE TABLE client_writes (client text, n bigint, written timestamptz DEFAULT now(), PRIMARY KEY (client, n));
GRANT SELECT, INSERT ON client_writes TO jbnet_client;
CREATE SCHEMA jbnet_app AUTHORIZATION jbnet_client;
"""
    for name in NAMES
)


def as_postgres(*argv: str, said: str = "") -> str:
    done = subprocess.run(["runuser", "-u", "postgres", "--", *argv], input=said, capture_output=True, text=True,
                          check=False, timeout=120, cwd="/")  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@dataclass
class Site:
    """A server with the three databases, and the application at two ports: two sites of it."""

    directory: Path
    port: int
    doors: dict[str, dict[str, int]] = field(default_factory=dict)

    def control(self, *words: str) -> None:
        said = f"-p {self.port} -k {self.directory} -c listen_addresses={HOME} -c fsync=off -c max_connections=40"
        as_postgres(
            f"{PROGRAMS}/pg_ctl", "-D", f"{self.directory}/data", "-w", "-t", "60", "-l", f"{self.directory}/log",
            "-o", said, *words,
        )  # fmt: skip

    def sql(self, database: str, query: str) -> str:
        return as_postgres(
            "psql", "-XqAth", str(self.directory), "-p", str(self.port), "-v", "ON_ERROR_STOP=1", "-d", database,
            said=query,
        )  # fmt: skip

    def settings(self, host: str, answer_s: float) -> Path:
        home = self.directory / host
        home.mkdir()
        (home / "pgpass").write_text(f"*:*:*:*:{PASSWORD}\n")
        (home / "pgpass").chmod(0o600)
        runs = {"insurance": ["production", "exchange"], "supervision": ["decision"]}
        self.doors[host] = {}
        found = []
        for name, databases in runs.items():
            with closed() as port:
                self.doors[host][name] = port
            each = [{"name": d, "address": HOME, "port": self.port, "account": "jbnet_client"} for d in databases]
            found.append({"name": name, "port": port, "databases": each})
        what = {"payments": "insurance", "summary": "supervision", "sums_every_s": 0.5, "answer_s": answer_s}
        declared = {"host": host, "applications": found, **what}
        (home / "applications.json").write_text(json.dumps(declared))
        return home

    def ask(self, path: str, body: Any = None, *, host: str = "app1", name: str = "insurance") -> tuple[int, Any]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://{HOME}:{self.doors[host][name]}{path}", data)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as answer:
            return answer.code, json.load(answer)

    def names_since(self, position: str) -> list[str]:
        """Return what transactions said of themselves in the log from a position on."""
        argv = [f"{PROGRAMS}/pg_waldump", "-p", f"{self.directory}/data/pg_wal", "-r", "LogicalMessage", "-s", position]
        seen = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
        payloads = re.findall(r"payload \(\d+ bytes\): ([0-9A-F ]+)", seen)
        return [bytes.fromhex(one).decode() for one in payloads]

    def reconcile(self) -> tuple[int, dict[str, list[str]]]:
        argv = [sys.executable, str(FILES / "jbnet-app.py"), str(self.directory / "app1"), "--reconcile", "24"]
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout)


def payment(number: str, amount: int = 12_345) -> dict[str, Any]:
    return {"number": number, "service": "pension", "person": "p-1", "counterparty": "bank-1", "amount": amount}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    directory = Path(tempfile.mkdtemp(prefix="jbnet-app-", dir="/tmp"))  # a socket's path must be short
    account = pwd.getpwnam("postgres")
    shutil.chown(directory, account.pw_uid, account.pw_gid)
    with closed() as port:
        found = Site(directory, port)
    as_postgres(f"{PROGRAMS}/initdb", "-D", f"{directory}/data", "-N", "--auth-local=peer", "--auth-host=scram-sha-256")
    found.control("start")
    try:
        found.sql("postgres", SET_UP)
        with contextlib.ExitStack() as stack:
            for host, answer_s in (("app1", 10.0), ("app2", 1.0)):
                argv = [sys.executable, str(FILES / "jbnet-app.py"), str(found.settings(host, answer_s))]
                running = stack.enter_context(
                    subprocess.Popen(argv, env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
                )
                stack.callback(running.kill)
            for host in ("app1", "app2"):
                look = [sys.executable, str(FILES / "jbnet-app.py"), str(directory / host), "--look", "20"]
                done = subprocess.run(look, capture_output=True, text=True, check=False)
                assert json.loads(done.stdout) == {"insurance": "up", "supervision": "up"}
            yield found
    finally:
        found.control("-m", "immediate", "stop")
        shutil.rmtree(directory)


def test_a_payment_is_registered_once_however_often_and_wherever_it_is_sent(site: Site) -> None:
    code, first = site.ask("/payments", payment("2026/1"))
    assert (code, first["number"], first["amount"]) == (201, "2026/1", 12_345)
    assert [site.ask("/payments", payment("2026/1"), host=host)[0] for host in ("app1", "app2")] == [200, 200]
    assert site.ask("/payments/2026/1", host="app2") == (200, first | {"registered": first["registered"]})
    assert site.ask("/payments", payment("2026/1", 2))[0] == 409
    assert site.ask("/payments/2026/2")[0] == 404
    assert site.ask("/ledger")[1] == {"payments": 1, "sum": 0, "unsound": 0}


def test_what_is_no_payment_is_refused_and_leaves_nothing(site: Site) -> None:
    before = site.ask("/ledger")
    wrong: list[dict[str, Any]] = [
        {"amount": 0},
        {"amount": True},
        {"amount": 1.5},
        {"number": "a b"},
        {"person": ""},
        {"more": 1},
    ]
    assert [site.ask("/payments", payment("n") | one)[0] for one in wrong] == [400] * len(wrong)
    assert site.ask("/payments", [1])[0] == 400
    assert site.ask("/payments", payment("n"), name="supervision")[0] == 404
    assert site.ask("/ledger") == before


def test_many_at_once_of_one_number_are_one_payment_and_the_law_holds(site: Site) -> None:
    before = site.ask("/ledger")[1]["payments"]

    def send(at: int) -> int:
        return site.ask("/payments", payment(f"many-{at % 10}"))[0]

    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(send, range(60)))
    assert sorted(codes) == [200] * 50 + [201] * 10
    assert site.ask("/ledger")[1] == {"payments": before + 10, "sum": 0, "unsound": 0}
    assert site.sql("production", "SELECT count(*) FROM jbnet_app.ledger") == str(2 * (before + 10))


def test_the_other_database_is_told_of_each_and_days_are_added_up(site: Site) -> None:
    count = site.ask("/ledger")[1]["payments"]
    assert eventually(lambda: site.sql("exchange", "SELECT to_regclass('jbnet_app.messages')") != "")
    assert eventually(lambda: site.sql("exchange", "SELECT count(*) FROM jbnet_app.messages") == str(count))
    assert site.sql("production", "SELECT count(*) FROM jbnet_app.outbox WHERE taken IS NULL") == "0"
    assert eventually(lambda: [one["payments"] for one in site.ask("/sums", name="supervision")[1]] == [count])


def test_a_payment_names_its_transaction_in_the_log_and_no_other(site: Site) -> None:
    """Were the commit that confirms a repeated number named by it, a payment that is there could be listed as lost."""
    began = site.sql("production", "SELECT pg_current_wal_insert_lsn()")
    assert site.ask("/payments", payment("named-1"))[0] == 201
    assert eventually(lambda: site.sql("exchange", "SELECT to_regclass('jbnet_app.messages')") != "")
    assert eventually(lambda: "named-1" in site.sql("exchange", "SELECT number FROM jbnet_app.messages"))
    again = site.sql("production", "SELECT pg_current_wal_insert_lsn()")
    assert site.ask("/payments", payment("named-1"))[0] == 200
    assert "named-1" in site.names_since(began)
    assert "confirmed" in site.names_since(again)
    assert "named-1" not in site.names_since(again)


def test_both_sites_run_the_same_release_and_say_so(site: Site) -> None:
    said = [site.ask("/release", host=host)[1]["release"] for host in ("app1", "app2")]
    assert said[0] == said[1] == site.ask("/health")[1]["release"]


def test_a_restart_of_the_server_costs_a_client_time_and_no_answer(site: Site) -> None:
    site.ask("/payments", payment("before"))
    site.control("-m", "fast", "stop")
    held: list[tuple[int, Any]] = []
    client = threading.Thread(target=lambda: held.append(site.ask("/payments", payment("in-the-gap"))))
    client.start()
    site.control("start")
    client.join()
    assert held[0][0] == 201
    assert site.ask("/health")[1]["state"] == "up"


def test_nobody_is_told_before_a_commit_that_waits_and_later_it_is_one_payment(site: Site) -> None:
    """A standby that commits wait for is away: repeating the number must not turn silence into a receipt."""
    site.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = 'nobody'; SELECT pg_reload_conf()")
    try:
        assert eventually(lambda: site.sql("production", "SHOW synchronous_standby_names") == "nobody")
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(site.ask, "/payments", payment("held"), host="app2")
            assert eventually(lambda: site.sql("production", waiting()) != "0")
            again = pool.submit(site.ask, "/payments", payment("held"), host="app2")
            assert (first.result()[0], again.result()[0]) == (503, 503)
        # somebody ends the waiting: it is committed here, is seen here, and the standby lacks it
        site.sql("production", f"SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE {SYNCHRONOUS}")
        assert eventually(lambda: site.ask("/payments/held")[0] == 200)
        assert site.ask("/payments", payment("held"), host="app2")[0] == 503
    finally:
        site.sql("postgres", "ALTER SYSTEM RESET synchronous_standby_names; SELECT pg_reload_conf()")
    assert eventually(lambda: site.ask("/payments", payment("held"))[0] == 200)
    assert site.ask("/ledger")[1]["sum"] == 0


def told(record: Path, kind: str) -> int:
    """Return how many events of a kind a client has written down."""
    return sum(event.event == kind for event in parse_record(record.read_text())[0]) if record.exists() else 0


SYNCHRONOUS = "wait_event = 'SyncRep'"


def waiting() -> str:
    return f"SELECT count(*) FROM pg_stat_activity WHERE {SYNCHRONOUS}"


def test_what_a_failover_lost_of_the_messages_is_found_and_sent_again(site: Site) -> None:
    count = site.ask("/ledger")[1]["payments"]
    told = "SELECT count(*) FROM jbnet_app.outbox WHERE sent IS NOT NULL"
    assert eventually(lambda: site.sql("production", told) == str(count))
    assert site.reconcile() == (0, {"sent_again": [], "without_payment": []})
    site.sql("exchange", "DELETE FROM jbnet_app.messages WHERE number = 'named-1'")
    gone = "DELETE FROM jbnet_app.{} WHERE number = 'before';"
    site.sql("production", "".join(gone.format(table) for table in ("outbox", "ledger", "payments")))
    assert site.reconcile() == (1, {"sent_again": ["named-1"], "without_payment": ["before"]})
    assert eventually(
        lambda: site.sql("exchange", "SELECT count(*) FROM jbnet_app.messages WHERE number = 'named-1'") == "1"
    )


def test_a_townships_record_measures_an_outage_and_what_was_lost_through_the_application(site: Site) -> None:
    """The server dies for a moment; one of the two hosts that the client knows does not listen at all."""
    record, name = site.directory / "record", "township-1"
    with closed() as dead:
        door = f"production={HOME}:{dead},{HOME}:{site.doors['app2']['insurance']}"
        given = ("--record", str(record), "--client", name, "--every", "0.01", door)
        client = subprocess.Popen([sys.executable, "-m", "jbnet.lab.client.payer", *given])
        try:
            assert eventually(lambda: told(record, "acked") > 10)
            site.control("-m", "immediate", "stop")
            assert eventually(lambda: told(record, "failed") > 0)
            site.control("start")
            before = told(record, "acked")
            assert eventually(lambda: told(record, "acked") > before + 10)
        finally:
            client.terminate()
            assert client.wait(20) == 0
    asked = PRESENT_SQL.replace(":'client'", f"'{name}'")
    present = frozenset(map(int, site.sql("production", asked).split()))
    events, unreadable = parse_record(record.read_text())
    found = measure(events, {"production": present}).databases["production"]
    assert (unreadable, found.lost_ids, found.acknowledged > 20) == (0, (), True)
    assert found.rto_s is not None
    assert 0 < found.rto_s < 60
    last = max(event.id for event in events if event.event == "acked")
    for table in ("outbox", "ledger", "payments"):
        site.sql("production", f"DELETE FROM jbnet_app.{table} WHERE number = '{name}/{last}'")
    present = frozenset(map(int, site.sql("production", asked).split()))
    assert measure(events, {"production": present}).databases["production"].lost_ids == (last,)


def test_fifty_payments_a_second_are_taken(site: Site) -> None:
    began = time.monotonic()
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda n: site.ask("/payments", payment(f"fast-{n}"))[0], range(200)))
    rate = 200 / (time.monotonic() - began)
    print(f"{rate:.0f} payments a second")
    assert codes == [201] * 200
