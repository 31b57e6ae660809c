"""Databases, fence and recovery actions on two hosts and a router: PostgreSQL, nftables and Ansible for real.

Only routing is simpler than in the lab: the router's way to a service address is set where OSPF would learn it.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from small_hosts import (
    ADDRESSES,
    BESIDE,
    PASSWORD,
    ROUTER,
    SERVICES,
    A,
    B,
    EnteredHost,
    Passwords,
    SmallHosts,
    run,
    small_hosts,
)
from small_talk import SmallConversations

from jbnet.adapters.clock import SystemClock
from jbnet.adapters.fence import RingFence
from jbnet.adapters.hand_over import PostgresHandOvers
from jbnet.adapters.postgres import PostgresServers
from jbnet.lab.client.probe import two_writers
from jbnet.model.errors import CommandFailed, Refused
from jbnet.ports import HandOver, Led, ServerState, StepOutcome, Stopped
from jbnet.recovery.measure import ClientEvent, Measured, measure, parse_record
from jbnet.recovery.plan import HostFence
from jbnet.services import databases
from jbnet.services.database_accounts import CLIENT, password_file
from jbnet.services.recover.actions import Tools
from jbnet.services.recover.actions_all import all_actions
from jbnet.services.recover.whole_fence import WholeFence

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]
ROOT = Path(__file__).parents[2]
PLANS = {
    A: HostFence(((ROUTER,),), (ROUTER, B)),
    B: HostFence(((ROUTER,),), (ROUTER, A)),
    BESIDE: HostFence(((ROUTER,),), (ROUTER, B)),
}


class StaticRoutes:
    """Implements RouteControl: the address on a host's loopback, and the router's way to it."""

    def __init__(self, hosts: SmallHosts):
        self.hosts = hosts

    def announce(self, address: str, host: str, *, prefer: bool) -> None:
        self.hosts.execute(host, "ip", "addr", "replace", f"{address}/32", "dev", "lo")
        self.hosts.execute(ROUTER, "ip", "route", "replace", address, "via", ADDRESSES[host])

    def withdraw(self, address: str, host: str) -> None:
        if self.announces(address, host):
            self.hosts.execute(host, "ip", "addr", "del", f"{address}/32", "dev", "lo")

    def announces(self, address: str, host: str) -> bool:
        return f" {address}/32 " in self.hosts.execute(host, "ip", "-o", "addr", "show", "dev", "lo")

    def seen_at(self, address: str, device: str) -> tuple[str, ...]:
        if address == "None":
            return ()
        route = json.loads(self.hosts.execute(device, "ip", "-json", "route", "get", address))[0]
        return (str(route.get("gateway", address)),)


class StaticHandOvers:
    """Implements HandOvers: stops and promotes for real; the address moves by ``routes``, for no FRR runs here."""

    def __init__(self, hosts: SmallHosts, routes: StaticRoutes):
        self.routes = routes
        self.real = PostgresHandOvers(hosts.network, hosts, SmallConversations(hosts), PLANS, B)
        self.disarm, self.begin = self.real.disarm, self.real.begin
        self.forget, self.armed = self.real.forget, self.real.armed
        self.before_stop: Callable[[], object] = lambda: None

    def arm(self, database: str, leaving: str, taking: str) -> HandOver:
        ready = self.real.arm(database, leaving, taking)
        return StaticHandOver(ready, self.routes, SERVICES[database], leaving, taking, self.before_stop)


@dataclass
class StaticHandOver:
    """Implements HandOver."""

    ready: HandOver
    routes: StaticRoutes
    address: str
    leaving: str
    taking: str
    before_stop: Callable[[], object]

    def stop(self, timeout: float) -> Stopped:
        self.before_stop()
        return self.ready.stop(timeout)

    def lead(self, checkpoint: int, timeout: float) -> Led:
        return self.ready.lead(checkpoint, timeout)

    def announce(self, timeout: float) -> float:
        self.routes.announce(self.address, self.taking, prefer=True)
        return 0.0

    def withdraw(self, timeout: float) -> float:
        self.routes.withdraw(self.address, self.leaving)
        return 0.0

    def close(self) -> None:
        self.ready.close()


class WritesFromRouter:
    """Implements WriteCheck in the router's network."""

    def __init__(self, hosts: SmallHosts):
        self.hosts = hosts

    def write(self, database: str, address: str, timeout: float) -> Mapping[str, object]:
        return dict(json.loads(inside(self.hosts, "write", database, address, str(timeout))))


def inside(hosts: SmallHosts, *arguments: str) -> str:
    """Run one of small_tasks.py's tasks in the router's network and return what it printed."""
    task = [sys.executable, str(Path(__file__).with_name("small_tasks.py")), *arguments]
    return hosts.execute(ROUTER, *task)


def playbook(hosts: SmallHosts) -> tuple[bool, list[str]]:
    """Set the databases up from the router's network; return (ok, what changed)."""
    modes = [database.replication for database in hosts.network.databases.values()]
    ok, changed = json.loads(inside(hosts, "set-up", str(hosts.directory), *modes))
    return ok, changed


@pytest.fixture
def hosts() -> Iterator[SmallHosts]:
    """Two hosts with the three databases up, the service addresses where they lead."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as made:
            assert playbook(made)[0]
            for address in SERVICES.values():
                StaticRoutes(made).announce(address, A, prefer=False)
            yield made
    finally:
        shutil.rmtree(directory)


class Outside:
    """The client and the two-site probe, running in the router's network."""

    def __init__(self, hosts: SmallHosts):
        self.hosts = hosts
        self.records = {name: hosts.directory / f"{name}.jsonl" for name in ("client", "probe")}
        passfile = hosts.directory / "pass"
        passfile.touch(0o600)
        passfile.write_text(password_file(Passwords().get("pg-client"), CLIENT))
        ports = {name: database.port for name, database in hosts.network.databases.items()}
        through = [f"{name}={address}:{ports[name]}" for name, address in SERVICES.items()]
        direct = [
            f"{name}={address}:{port}"
            for name, port in ports.items()
            for address in (ADDRESSES[h] for h in hosts.hosts)
        ]
        common = ["--client", f"test-{os.getpid()}", "--passfile", str(passfile)]
        self.processes = [
            self._start("jbnet.lab.client", "client", [*common, *through]),
            self._start("jbnet.lab.client.probe", "probe", [*common, *direct]),
        ]
        self.client = f"test-{os.getpid()}"

    def _start(self, module: str, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        enter = ["ip", "netns", "exec", self.hosts.netns(ROUTER), sys.executable, "-m", module]
        return subprocess.Popen([*enter, "--record", str(self.records[name]), *arguments], cwd=ROOT)

    def wait_acknowledged(self, since: float | None = None) -> None:
        """Wait until every database acknowledged a write after a moment (monotonic)."""
        moment = time.monotonic() if since is None else since
        wait(lambda: {e.db for e in self.events() if e.event == "acked" and e.t > moment} == set(SERVICES))

    def events(self) -> tuple[ClientEvent, ...]:
        path = self.records["client"]
        return parse_record(path.read_text() if path.exists() else "\n")[0]

    def stop(self) -> None:
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            assert process.wait(10) == 0

    def measured(self) -> Measured:
        servers = PostgresServers(self.hosts.network, self.hosts)
        present = {n: databases.present_ids(servers, self.hosts.network, n, self.client) for n in SERVICES}
        return measure(self.events(), present)

    def two_writers(self) -> int:
        return two_writers(self.records["probe"].read_text().splitlines())


def wait(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "did not come about in time"
        time.sleep(0.05)


class Drill:
    """Carries steps out as the engine does: probe, do, verify."""

    def __init__(self, hosts: SmallHosts):
        self.network = hosts.network
        self.servers = PostgresServers(hosts.network, hosts)
        rings = RingFence(hosts.network, hosts, self.servers, PLANS, B)
        self.fence = WholeFence(hosts.network, rings, rings)
        routes = StaticRoutes(hosts)
        self.handovers = StaticHandOvers(hosts, routes)
        tools = Tools(
            hosts.network, self.servers, self.fence, routes, self.handovers, WritesFromRouter(hosts), SystemClock(), ()
        )
        self.actions = all_actions(tools)

    def step(self, action: str, **params: str) -> list[StepOutcome]:
        outcomes = []
        for database in SERVICES:
            given = {"database": database, **params}
            probed = self.actions[action].probe(given)
            outcome = probed if probed.done else self.actions[action].do(given)
            assert outcome.done, (database, str(outcome.text), outcome.evidence)
            if action != "move-address":  # no watcher outside the lab
                verified = self.actions[action].verify(given)
                assert verified.done, (database, str(verified.text), verified.evidence)
            json.dumps(dict(outcome.evidence))
            assert PASSWORD not in repr(outcome)
            outcomes.append(outcome)
        return outcomes

    def failover(self) -> None:
        self.step("assess", primary=A, standby=B)
        self.step("fence", host=A)
        self.step("promote", host=B)
        self.step("move-address", **{"from": A, "to": B})
        self.step("verify-writes", host=B)

    def failback(self) -> None:
        self.step("rebuild-standby", host=A, source=B)
        self.step("check-standby", host=A, source=B)
        self.step("stop-primary", host=B)
        self.step("wait-caught-up", host=A, source=B)
        self.step("release-address", host=B)
        self.step("promote", host=A)
        self.step("unfence", host=A)
        self.step("move-address", **{"from": B, "to": A})
        self.step("verify-writes", host=A)
        self.step("rebuild-standby", host=B, source=A)
        self.step("rebuild-local")
        self.step("check-standby", host=B, source=A)

    def states(self, host: str) -> list[ServerState]:
        return [self.servers.server(name, host).state() for name in SERVICES]


def test_a_second_run_of_the_playbook_changes_nothing_and_leaves_no_secret_behind(hosts: SmallHosts) -> None:
    assert playbook(hosts) == (True, [])
    left = list((hosts.directory / "state").rglob("*"))
    assert [path for path in left if path.is_file() and PASSWORD in path.read_text(errors="replace")] == []


def test_a_dead_primary_is_replaced_and_comes_back_without_loss(hosts: SmallHosts) -> None:
    drill, outside = Drill(hosts), Outside(hosts)
    outside.wait_acknowledged()
    hosts.kill(A)
    drill.failover()
    outside.wait_acknowledged()
    hosts.boot(A)
    assert all(not state.processes for state in drill.states(A)), "a primary started by itself after a boot"
    drill.failback()
    outside.wait_acknowledged()
    outside.stop()
    found = outside.measured()
    assert found.lost["production"] == 0, "production is synchronous"
    assert all(seconds is not None and seconds > 0 for seconds in found.rto_s.values())
    assert outside.two_writers() == 0
    assert [s.synchronous_to for s in drill.states(A)] == ["FIRST 1 (two_db1)", "", ""]


def test_a_frozen_primary_is_ended_and_never_accepts_a_write_again(hosts: SmallHosts) -> None:
    drill, outside = Drill(hosts), Outside(hosts)
    outside.wait_acknowledged()
    frozen = [str(pid) for state in drill.states(A) for pid in state.processes]
    EnteredHost(A, "postgres", hosts.first_process(A)).run(["sh", "-c", 'kill -STOP "$@"', "stop", *frozen])
    drill.failover()
    outside.wait_acknowledged()
    wait(lambda: all(state.demoted and not state.processes for state in drill.states(A)))
    outside.stop()
    assert outside.two_writers() == 0
    assert outside.measured().lost["production"] == 0


def test_a_primary_that_nobody_can_fence_is_not_replaced(hosts: SmallHosts) -> None:
    drill = Drill(hosts)
    hosts.kill(ROUTER)  # its network goes on forwarding; nobody can log in to close a filter or to look
    hosts.execute(ROUTER, "ip", "link", "set", "db1-1", "down")
    hosts.kill(A)
    with pytest.raises(Refused, match="not proved"):
        drill.step("fence", host=A)
    with pytest.raises(Refused, match="not proved"):
        drill.step("promote", host=B)
    assert all(state.in_recovery for state in drill.states(B))


def test_a_fence_that_failed_and_was_undone_leaves_the_primary_leading(hosts: SmallHosts) -> None:
    drill = Drill(hosts)
    drill.step("fence", host=A)
    drill.step("unfence", host=A)
    assert all(state.leads for state in drill.states(A))
    drill.step("verify-writes", host=A)


def test_a_filter_survives_a_boot_of_its_router(hosts: SmallHosts) -> None:
    drill = Drill(hosts)
    hosts.kill(A)
    drill.step("fence", host=A)
    hosts.execute(ROUTER, "nft", "flush", "ruleset")
    assert not drill.fence.check("production", A, 0.1).proved
    run("ip", "netns", "exec", hosts.netns(ROUTER), "nsenter", "-t", str(hosts.first_process(ROUTER)), "-m", "--",
        str(ROOT / "jbnet" / "lab" / "image" / "jbnet-fence"), "boot")  # fmt: skip
    assert drill.fence.check("production", A, 0.1).proved


def hand_over(drill: Drill, leaving: str, taking: str, *only: str) -> dict[str, StepOutcome]:
    """Hand databases over side by side; return what each said."""
    action, there = drill.actions["hand-over"], {"from": leaving, "to": taking}
    with ThreadPoolExecutor(3) as pool:
        begun = {name: pool.submit(action.do, {"database": name, **there}) for name in only or SERVICES}
        return {name: future.result() for name, future in begun.items()}


def test_databases_handed_over_under_load_and_home_again_lose_nothing(hosts: SmallHosts) -> None:
    drill, outside = Drill(hosts), Outside(hosts)
    try:
        outside.wait_acknowledged()
        there = hand_over(drill, A, B)
        outside.wait_acknowledged()
        assert all(state.leads for state in drill.states(B))
        assert all(state.demoted and not state.processes for state in drill.states(A))
        drill.step("rebuild-standby", host=A, source=B)
        abandoned = drill.handovers.arm("decision", B, A)
        abandoned.stop(30.0)
        abandoned.close()  # as a process does that is killed there: what it ordered is found, and gone on with
        home = hand_over(drill, B, A)
        outside.wait_acknowledged()
        drill.step("rebuild-standby", host=B, source=A)
        drill.step("check-standby", host=B, source=A)
    finally:
        outside.stop()
    proofs = [outcome.evidence["fence"] for outcome in (*there.values(), *home.values())]
    assert [isinstance(proof, dict) and proof["proved"] for proof in proofs] == [True] * 6
    assert outside.measured().lost == dict.fromkeys(SERVICES, 0)
    assert outside.two_writers() == 0
    print({name: (outcome.evidence["gap_s"], outcome.evidence["gap"]) for name, outcome in there.items()})


def test_a_line_cut_in_the_middle_of_a_hand_over_leaves_the_old_leader_leading_and_nothing_behind(
    hosts: SmallHosts,
) -> None:
    drill, outside = Drill(hosts), Outside(hosts)
    try:
        outside.wait_acknowledged()
        drill.handovers.before_stop = lambda: hosts.execute(ROUTER, "ip", "link", "set", "two-1", "down")
        with pytest.raises(CommandFailed, match=f"{A} leads as before"):
            hand_over(drill, A, B, "exchange")
        hosts.execute(ROUTER, "ip", "link", "set", "two-1", "up")
        outside.wait_acknowledged()
        assert all(state.in_recovery and not state.slots for state in drill.states(B))
        back = {"database": "exchange", "from": A, "to": B}
        assert drill.actions["take-back"].probe(back).done
        drill.step("check-standby", host=B, source=A)
    finally:
        outside.stop()
    assert outside.measured().lost == dict.fromkeys(SERVICES, 0)
    assert outside.two_writers() == 0
