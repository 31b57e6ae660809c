"""Rows of two real PostgreSQL copies compared while the leader is written to: alike, and changed by one alone."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_hosts import A, B, SmallHosts, small_hosts
from test_databases_live import playbook, wait

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.postgres import PostgresServers
from jbnet.adapters.postgres_rows import PostgresRows
from jbnet.model.errors import CommandFailed
from jbnet.ports import Completed
from jbnet.recovery.rows_found import Compared, Difference
from jbnet.services.recover.actions_rows import CompareRows, RowTools, compare

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]
ROOT = "/var/lib/postgresql/15"
DATABASE = "exchange"
# No table is vacuumed meanwhile: the leader would write whole blocks into the log, and the copy be mended by that.
TABLES = """
CREATE TABLE payments (id bigint PRIMARY KEY, insured text NOT NULL, amount numeric(12, 2) NOT NULL, note text)
 WITH (autovacuum_enabled = off);
INSERT INTO payments SELECT n, 'person ' || n, n / 7.0, CASE WHEN n % 100 = 0 THEN repeat(md5(n::text), 300) END
 FROM generate_series(1, 40000) AS n;
CREATE TABLE balances (office int, month date, total numeric NOT NULL, PRIMARY KEY (office, month));
INSERT INTO balances SELECT n, '2026-11-01', 0 FROM generate_series(1, 8) AS n;
CREATE TABLE log_lines (line text) WITH (autovacuum_enabled = off);
INSERT INTO log_lines SELECT '行 | ' || n FROM generate_series(1, 20000) AS n;
CREATE SCHEMA "odd ""one""; :x \\";
CREATE TABLE "odd ""one""; :x \\"."t'able :y" ("jbnet_row" int, "a ""key""|" text PRIMARY KEY, j json, p point);
INSERT INTO "odd ""one""; :x \\"."t'able :y" VALUES (1, E'one|\\n:z ''', '{"a": 1}', '(1,2)'), (2, 'two', NULL, NULL);
CREATE TABLE parts (n int, PRIMARY KEY (n)) PARTITION BY RANGE (n);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (1000);
INSERT INTO parts SELECT generate_series(0, 999);
CREATE TABLE quiet (n int PRIMARY KEY);
CREATE UNLOGGED TABLE scratch (n int);
CREATE SEQUENCE numbers;
SELECT nextval('numbers') FROM generate_series(1, 50);
SELECT lo_from_bytea(0, decode(repeat('ab', 10000), 'hex'));
"""
LOAD = """
INSERT INTO payments (id, insured, amount) VALUES (100000 + nextval('numbers'), 'new', 1);
UPDATE balances SET total = total + 1 WHERE office = 1 + (random() * 7)::int;
UPDATE payments SET amount = amount + 1 WHERE id = 20000 + (random() * 20000)::int;
INSERT INTO log_lines VALUES (clock_timestamp()::text);
DELETE FROM payments WHERE id = (SELECT max(id) FROM payments) AND random() < 0.3;
SELECT nextval('numbers');
"""


@dataclass
class Site:
    """The hosts, and what is asked there."""

    hosts: SmallHosts

    def __post_init__(self) -> None:
        self.servers = PostgresServers(self.hosts.network, self.hosts)
        rows = PostgresRows(self.hosts.network, self.hosts)
        self.tools = RowTools(self.hosts.network, self.servers, rows, SystemClock())
        self.port = str(self.hosts.network.databases[DATABASE].port)

    def compare(self) -> Compared:
        return compare(self.tools, DATABASE, 256, 120.0)

    def shell(self, host: str, *argv: str, stdin: str | None = None) -> Completed:
        done = self.hosts.host(host, "postgres").run(argv, stdin=stdin, timeout=60)
        assert done.code == 0, done.stderr
        return done

    def ask(self, host: str, sql: str) -> str:
        where = ["-h", ROOT, "-p", self.port, "-d", DATABASE, "-v", "ON_ERROR_STOP=1", "-f", "-"]
        return self.shell(host, "psql", "-XqAt", *where, stdin=sql).stdout.strip()

    def follows(self) -> bool:
        return self.servers.server(DATABASE, B).state().receiver == "streaming"

    def behind_replications_back(self, sql: str) -> None:
        """Change the standby's rows as one that led for a while and was put back by hand: by files, not by log."""
        server = self.servers.server(DATABASE, B)
        data = f"{ROOT}/{DATABASE}"
        self.ask(A, "CHECKPOINT")  # pages written to the log before would be put back from it
        at = self.ask(A, "SELECT pg_current_wal_lsn()")
        wait(lambda: self.ask(B, f"SELECT pg_last_wal_replay_lsn() >= '{at}'") == "t")
        self.ask(B, "CHECKPOINT")
        self.shell(B, "/usr/lib/postgresql/15/bin/pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        kept = "rm -rf $1.kept; mkdir $1.kept; cp -a $1/pg_wal $1/global/pg_control $1/standby.signal $1.kept/"
        self.shell(B, "sh", "-c", kept, "keep", data)
        self.shell(B, "rm", f"{data}/standby.signal")
        server.start()
        self.ask(B, sql)
        self.ask(B, "CHECKPOINT")
        self.shell(B, "/usr/lib/postgresql/15/bin/pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        back = "rm -rf $1/pg_wal; cp -a $1.kept/pg_wal $1.kept/standby.signal $1/; cp -a $1.kept/pg_control $1/global/"
        self.shell(B, "sh", "-c", f"{back}; rm -rf $1.kept", "back", data)
        server.start()
        wait(self.follows)

    def anew(self) -> None:
        """The standby is a copy again."""
        server = self.servers.server(DATABASE, B)
        server.kill(10.0)
        server.copy()
        server.settings(None, follow=True)
        server.start()
        wait(self.follows)

    @contextlib.contextmanager
    def written_to(self) -> Iterator[None]:
        """Four clients write all the time."""
        over = threading.Event()
        done: list[int] = []

        def write() -> None:
            while not over.is_set():
                self.ask(A, LOAD * 40)
                done.append(1)

        clients = [threading.Thread(target=write) for _ in range(4)]
        for client in clients:
            client.start()
        try:
            wait(lambda: len(done) > 4)
            yield
            assert all(client.is_alive() for client in clients), "a client failed"
        finally:
            over.set()
            for client in clients:
                client.join()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Two hosts with the databases up, one of them with tables of every kind."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as hosts:
            assert playbook(hosts)[0]
            found = Site(hosts)
            found.ask(A, TABLES)
            yield found
    finally:
        shutil.rmtree(directory)


def test_copies_that_are_alike_are_shown_alike_and_what_is_left_out_is_said(site: Site) -> None:
    found = site.compare()
    assert (found.count, found.moving, found.unread) == (0, (), ())
    assert found.whole
    assert found.tables == found.all_tables
    assert found.blocks == found.all_blocks
    assert found.rows > 61_000
    assert found.left_out == {"public.scratch": "unlogged"}


def test_copies_are_shown_alike_while_every_row_of_a_small_table_changes_all_the_time(site: Site) -> None:
    with site.written_to():
        found = site.compare()
    assert (found.count, found.found, found.unread) == (0, (), ())
    assert found.moving == ()
    assert found.whole


def test_rows_that_a_copy_changed_by_itself_are_named_by_table_and_key_while_others_write(site: Site) -> None:
    site.behind_replications_back(
        """UPDATE payments SET amount = 0 WHERE id IN (17, 18);
        DELETE FROM payments WHERE id = 300;
        UPDATE log_lines SET line = 'other' WHERE line = '行 | 77';
        UPDATE pg_largeobject SET data = '\\x00' WHERE pageno = 1;
        UPDATE "odd ""one""; :x \\"."t'able :y" SET p = '(3,4)' WHERE jbnet_row = 1;
        INSERT INTO quiet VALUES (7);"""
    )
    try:
        with site.written_to():
            found = site.compare()
        keys = {(one.table, one.unit, one.difference) for one in found.found}
        named = {(table, unit): difference for table, unit, difference in keys}
        assert named["public.payments", '{"id": 17}'] in (Difference.CONTENT, Difference.ONLY_LEADER)
        assert named["public.payments", '{"id": 300}'] is Difference.ONLY_LEADER
        assert named["public.quiet", '{"n": 7}'] is Difference.ONLY_FOLLOWER
        assert any(table == "public.log_lines" for table, _ in named)
        assert any(table == "pg_catalog.pg_largeobject" for table, _ in named)
        assert [kind for (table, _), kind in named.items() if "t'able" in table] == [Difference.CONTENT]
        assert found.differs
    finally:
        site.anew()


def test_the_step_says_what_it_saw_and_a_copy_that_was_made_anew_is_alike(site: Site) -> None:
    step = CompareRows(site.tools)
    params = {"database": DATABASE, "host": B, "seconds": 60}
    outcome = step.do(params)
    assert outcome.done, str(outcome.text)
    assert step.verify(params).done
    with pytest.raises(CommandFailed, match="rows are compared where"):
        step.do({**params, "host": A})


def test_a_block_that_is_rotten_at_one_site_is_a_difference(site: Site) -> None:
    path = f"{ROOT}/{DATABASE}/" + site.ask(B, "SELECT pg_relation_filepath('log_lines')")
    server = site.servers.server(DATABASE, B)
    stop = ["/usr/lib/postgresql/15/bin/pg_ctl", "-D", f"{ROOT}/{DATABASE}", "-m", "fast", "-w", "stop"]
    site.ask(A, "CHECKPOINT")
    site.shell(B, *stop)
    site.shell(B, "dd", "if=/dev/zero", f"of={path}", "bs=1", "seek=12000", "count=64", "conv=notrunc", "status=none")
    server.start()
    wait(site.follows)
    try:
        found = site.compare()
        assert [(one.table, one.difference) for one in found.found] == [("public.log_lines", Difference.UNREADABLE)]
    finally:
        site.anew()
