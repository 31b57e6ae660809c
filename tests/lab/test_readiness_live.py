"""Readiness of two real PostgreSQL hosts: every fault is named by its check, and nothing else is blamed for it."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from readiness_world import looks_as_expected
from small_hosts import ROUTER, SERVICES, A, B, SmallHosts, small_hosts
from test_databases_live import PLANS, StaticRoutes, inside, playbook

from jbnet.adapters.fence import RingFence
from jbnet.adapters.ports_tcp import TcpPorts
from jbnet.adapters.postgres import PostgresServers
from jbnet.model.errors import Unreachable
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, ServerLook, ServiceLook
from jbnet.recovery.parity import about_parity
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_around import about_way
from jbnet.recovery.readiness_servers import about_servers
from jbnet.services.recover.readiness import Sight, look_at

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]
ROOT = "/var/lib/postgresql/15"
PROGRAMS = "/usr/lib/postgresql/15/bin"


class FromRouter:
    """Implements ServiceLooks in the router's network."""

    def __init__(self, hosts: SmallHosts):
        self.hosts = hosts

    def identity(self, database: str, address: str, timeout: float) -> ServiceLook:
        answer = json.loads(inside(self.hosts, "identity", database, address, str(timeout)))
        if "error" in answer:
            raise Unreachable("{reason}", reason=answer["error"])
        return ServiceLook(answer["system_identifier"], in_recovery=answer["in_recovery"])


@dataclass
class One:
    """A real server, as the contract of the fake takes it."""

    servers: PostgresServers
    name: str
    host: str

    def look(self) -> ServerLook:
        return self.servers.look(self.host, [self.name])[self.name]

    def received(self) -> int | None:
        return self.servers.received(self.host, [self.name])[self.name]

    def stop(self, timeout: float) -> None:
        self.servers.server(self.name, self.host).stop(timeout)


class Site:
    """The two hosts, and hands to break them."""

    def __init__(self, hosts: SmallHosts):
        self.hosts = hosts
        self.servers = PostgresServers(hosts.network, hosts)
        fence = RingFence(hosts.network, hosts, self.servers, PLANS, B)
        routes, clients = StaticRoutes(hosts), FromRouter(hosts)
        self.sight = Sight(hosts.network, self.servers, fence, routes, clients, TcpPorts(lambda _: ()))

    def shell(self, host: str, script: str) -> str:
        done = self.hosts.host(host, "postgres").run(["sh", "-c", script])
        assert done.code == 0, done
        return done.stdout

    def sql(self, host: str, name: str, statement: str, database: str = "postgres") -> str:
        port = self.hosts.network.databases[name].port
        return self.shell(host, f'psql -XqAt -h {ROOT} -p {port} -d {database} -c "{statement}"')

    def pg_ctl(self, host: str, name: str, *words: str) -> None:
        self.shell(host, f"{PROGRAMS}/pg_ctl -D {ROOT}/{name} -l {ROOT}/{name}.log -w {' '.join(words)} >&2")

    def write(self, name: str) -> None:
        written = json.loads(inside(self.hosts, "write", name, SERVICES[name], "2"))
        assert written["ok"], written

    def look(self, name: str) -> DatabaseLook:
        return look_at(self.sight, [name])[0]

    def look_at_all(self) -> dict[str, DatabaseLook]:
        return {look.database.name: look for look in look_at(self.sight, list(SERVICES))}

    def results(self, name: str, look: DatabaseLook | None = None) -> tuple[Result, ...]:
        seen = look or self.look(name)
        return (*about_servers(seen), *about_parity(seen, Limits(disk_free_percent=1)), *about_way(seen))

    def levels(self, name: str, *wanted: Level) -> dict[Check, Level]:
        return {result.check: result.level for result in self.results(name) if not wanted or result.level in wanted}

    def await_well(self, name: str) -> None:
        """Wait until a standby that was broken streams and replays again."""
        wait(lambda: not self.levels(name, Level.RED, Level.UNKNOWN))


def wait(holds: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come about in time"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Two hosts with the three databases up, and a row in each."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as made:
            assert playbook(made)[0]
            found = Site(made)
            for name, address in SERVICES.items():
                StaticRoutes(made).announce(address, A, prefer=False)
                found.write(name)
            yield found
    finally:
        shutil.rmtree(directory)


def test_with_all_well_nothing_is_red_or_unknown(site: Site) -> None:
    for name, look in site.look_at_all().items():
        assert [r for r in site.results(name, look) if r.level in (Level.RED, Level.UNKNOWN)] == []


def test_a_standby_that_is_behind_is_named_with_its_bytes(site: Site) -> None:
    receiver = site.sql(B, "exchange", "SELECT pid FROM pg_stat_wal_receiver").strip()
    site.shell(B, f"kill -STOP {receiver}")
    site.sql(A, "exchange", "CREATE TABLE burst AS SELECT g FROM generate_series(1, 20000) g", "exchange")
    lag = next(result for result in site.results("exchange") if result.check is Check.LAG)
    assert lag.level is Level.RED
    assert lag.value is not None
    assert lag.value > 500_000
    site.shell(B, f"kill -CONT {receiver}")
    site.await_well("exchange")


def test_a_standby_that_is_stopped_and_then_a_slot_that_is_gone_are_named(site: Site) -> None:
    site.pg_ctl(B, "decision", "stop", "-m", "fast")
    red = site.levels("decision", Level.RED)
    assert red.keys() == {Check.STANDBY, Check.STREAM, Check.SLOT}  # nobody reads the slot meanwhile
    site.sql(A, "decision", "SELECT pg_drop_replication_slot('two_db1')")
    site.pg_ctl(B, "decision", "start")
    found = {r.check: str(r.found) for r in site.results("decision") if r.level is Level.RED}
    assert found.keys() - {Check.LAG} == {Check.STREAM, Check.SLOT}
    assert found[Check.SLOT] == "there is no slot two_db1"
    site.servers.server("decision", A).ensure_slot("two_db1")
    site.await_well("decision")


def test_another_cluster_behind_the_right_address_is_named(site: Site) -> None:
    data = f"{ROOT}/decision"
    site.pg_ctl(B, "decision", "stop", "-m", "fast")
    site.shell(B, f"mv {data} {data}.right && {PROGRAMS}/initdb -k -D {data} >&2 && cp {data}.right/*.conf {data}")
    site.pg_ctl(B, "decision", "start")
    site.pg_ctl(B, "decision", "stop", "-m", "fast")  # its control file has the settings of these files by now
    site.shell(B, f"touch {data}/standby.signal")
    site.pg_ctl(B, "decision", "start")
    red = site.levels("decision", Level.RED)
    assert Check.CLUSTER in red
    assert Check.STREAM in red
    assert Check.STANDBY not in red  # by itself it looks well
    site.pg_ctl(B, "decision", "stop", "-m", "fast")
    site.shell(B, f"rm -rf {data} && mv {data}.right {data}")
    site.pg_ctl(B, "decision", "start")
    site.await_well("decision")


def test_another_cluster_at_the_service_address_is_named(site: Site) -> None:
    look = site.look("exchange")
    stranger = site.sight.clients.identity("decision", SERVICES["decision"], 2)
    result = next(r for r in about_way(replace(look, service=stranger)) if r.check is Check.SERVICE)
    assert result.level is Level.RED


def test_a_filter_that_was_left_on_a_router_is_named(site: Site) -> None:
    site.hosts.host(ROUTER, "root").run(
        ["close", f"production-{B}", "port=5432", "host=10.2.0.1", "service=10.3.0.1", "dev=two-1"]
    )
    assert site.levels("production", Level.RED).keys() == {Check.FILTER}
    left = site.sight.fence.remains(B, list(SERVICES))
    assert left == {"production": {ROUTER: True}, "exchange": {ROUTER: False}, "decision": {ROUTER: False}}
    site.hosts.host(ROUTER, "root").run(["open", f"production-{B}"])
    site.await_well("production")


def test_a_leader_with_more_connections_than_its_standby_can_carry_is_named(site: Site) -> None:
    site.sql(A, "exchange", "ALTER SYSTEM SET max_connections = 80")
    site.pg_ctl(A, "exchange", "restart", "-m", "fast")
    wait(lambda: Check.STANDBY in site.levels("exchange", Level.RED))
    found = {r.check: str(r.found) for r in site.results("exchange") if r.level is Level.RED}
    assert found[Check.SETTINGS] == "standby / leader: max_connections 60 / 80"
    assert found[Check.STANDBY] == "it replays nothing: paused"


def test_the_fake_servers_answer_as_real_ones_do(site: Site) -> None:
    looks_as_expected(One(site.servers, "production", A), One(site.servers, "production", B))


def test_a_dead_primary_leaves_what_depends_on_it_unknown_and_holds_nobody_up(site: Site) -> None:
    site.hosts.kill(A)
    levels = site.levels("decision")
    unknown = {Check.LEADER, Check.CLUSTER, Check.LAG, Check.SYNCHRONOUS, Check.SLOT, Check.VERSION, Check.SETTINGS}
    assert {check for check, level in levels.items() if level is Level.UNKNOWN} >= unknown
    assert levels[Check.STANDBY] is Level.GREEN
    assert levels[Check.FENCE] is Level.GREEN
