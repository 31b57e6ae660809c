"""A drill in a bubble on two real PostgreSQL hosts: nothing gets out, nothing stays, killed half way or not."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from small_hosts import A, B, SmallHosts, small_hosts
from small_talk import SmallConversations
from test_databases_live import playbook, wait

from jbnet.adapters.bubble.servers import SshBubbles
from jbnet.adapters.clock import SystemClock
from jbnet.adapters.postgres import PostgresServers
from jbnet.model.errors import Refused
from jbnet.ports import StepOutcome
from jbnet.ports.drill import DrillOrder
from jbnet.recovery.drill import STAGES, DrillLimits
from jbnet.services.recover.actions_drill import ClearDrill, DrillDatabase, DrillTools, order_for

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
ROOT = "/var/lib/postgresql/15"
MAY_WRITE = "SELECT has_table_privilege('jbnet_client', 'client_writes', 'INSERT')"
LIMITS = DrillLimits(rate_mb_s=64, checkpoint="fast", memory_mb=16, free_percent=1.0,
                     smoke={"production": {"clients-may-write": MAY_WRITE}})  # fmt: skip
PRODUCTION = {"database": "production", "host": B}


@dataclass
class Site:
    """The hosts, and drills on them."""

    hosts: SmallHosts

    def __post_init__(self) -> None:
        self.servers = PostgresServers(self.hosts.network, self.hosts)
        self.bubbles = SshBubbles(self.hosts.network, self.hosts, SmallConversations(self.hosts))

    def tools(self, limits: DrillLimits = LIMITS, gives_way: Callable[[], str | None] = lambda: None) -> DrillTools:
        return DrillTools(self.hosts.network, self.servers, SystemClock(), self.bubbles, limits, gives_way)

    def drill(self, limits: DrillLimits = LIMITS, **more: str) -> StepOutcome:
        return DrillDatabase(self.tools(limits)).do({**PRODUCTION, **more})

    def order(self, in_memory: int = 0) -> DrillOrder:
        order = order_for(self.hosts.network, "production", B, LIMITS)
        return replace(order, drill="drill half way", in_memory=in_memory)

    def shell(self, host: str, *argv: str) -> str:
        done = self.hosts.host(host, "postgres").run(argv)
        assert done.code == 0, done.stderr
        return done.stdout

    def ask(self, host: str, sql: str) -> str:
        port = str(self.hosts.network.databases["production"].port)
        return self.shell(host, "psql", "-XqAt", "-h", ROOT, "-p", port, "-d", "production", "-c", sql).strip()

    def write(self, count: int) -> None:
        """Write rows where it leads, and wait until the standby has them."""
        rows = f"SELECT 'before', n FROM generate_series(1, {count}) AS n"
        self.ask(A, f"INSERT INTO client_writes (client, n) {rows} ON CONFLICT DO NOTHING")
        wait(lambda: self.ask(B, "SELECT count(*) FROM client_writes WHERE client = 'before'") == str(count))

    def processes_of_drills(self) -> set[str]:
        """The processes of drills, as this machine sees them, in whatever namespace they are."""
        return {path.parent.name for path in Path("/proc").glob("[0-9]*/cwd") if _works_in(path, f"{ROOT}/.drill")}


def _works_in(cwd: Path, folder: str) -> bool:
    try:
        return str(cwd.readlink()).startswith(folder)
    except OSError:
        return False


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Two hosts with the databases up, and some rows in one of them, all on the standby's disk."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as hosts:
            assert playbook(hosts)[0]
            found = Site(hosts)
            found.write(20_000)
            # What is in memory, or in the log behind the last checkpoint, would be written over a rotten block.
            found.ask(A, "VACUUM client_writes")
            found.ask(A, "CHECKPOINT")
            found.ask(A, "INSERT INTO client_writes (client, n) VALUES ('last', 1)")
            wait(lambda: found.ask(B, "SELECT count(*) FROM client_writes WHERE client = 'last'") == "1")
            found.ask(B, "CHECKPOINT")
            yield found
    finally:
        shutil.rmtree(directory)


@pytest.fixture(autouse=True)
def nothing_stays(site: Site) -> Iterator[None]:
    """Whatever a test does: afterwards nothing is left, and production is as it was."""
    before = production(site)
    yield
    assert production(site) == before
    assert site.bubbles.left("production", B).nothing
    assert site.processes_of_drills() == set()
    assert ".drill" not in site.shell(B, "ls", "-A", ROOT).split()


def production(site: Site) -> Mapping[str, object]:
    """What no drill may change: who leads on which timeline and follows, the slots, the rows, the settings."""
    leader, standby = (site.servers.server("production", host).state() for host in (A, B))
    return {
        "leads": (leader.leads, leader.timeline), "follows": (standby.in_recovery, standby.timeline),
        "followers": [one["name"] for one in leader.followers], "slots": [one["name"] for one in leader.slots],
        "standby's slots": standby.slots, "rows": site.ask(A, "SELECT count(*) FROM client_writes"),
        "clients": site.ask(B, "SELECT DISTINCT client FROM client_writes"),
        "settings": [site.shell(host, "sh", "-c", f"cat {ROOT}/production/*.conf | sha256sum") for host in (A, B)],
        "processes": sorted(leader.processes)[:1],
    }  # fmt: skip


@pytest.mark.parametrize("lies", ["memory", "volume"])
def test_a_drill_shows_what_the_standby_is_worth_and_leaves_nothing(site: Site, lies: str) -> None:
    outcome = site.drill(replace(LIMITS, in_memory_mb=2048 if lies == "memory" else 0))
    found = dict(outcome.evidence)
    assert stage(found, "copied")["to"] == lies
    json.dumps(found)
    assert outcome.done, str(outcome.text)
    assert set(STAGES) <= set(found)
    walls = stage(found, "enclosed")
    assert walls["interfaces"] == ["lo"]
    assert len(walls["tries"]) >= 5
    assert {one["said"] for one in walls["tries"]} == {"ENETUNREACH"}
    assert not any(int(right, 16) for right in walls["capabilities"]), "the server could open the bubble"
    assert stage(found, "leads")["timeline"] == 2
    assert found["behind_bytes"] == 0, "nobody wrote meanwhile"
    assert found["rto_s"] is not None
    assert DrillDatabase(site.tools()).verify(PRODUCTION).done


def stage(found: Mapping[str, object], name: str) -> Mapping[str, Any]:
    said = found[name]
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize("surprise", ["killed-following", "killed-leading"])
def test_a_copy_whose_server_is_killed_comes_back_with_all_that_it_acknowledged(site: Site, surprise: str) -> None:
    outcome = site.drill(surprise=surprise)
    assert outcome.done, str(outcome.text)
    assert outcome.evidence["surprise"] == surprise
    assert stage(outcome.evidence, "wrote")["holds"] is True


def test_a_smoke_test_that_does_not_hold_fails_the_drill(site: Site) -> None:
    empty = "SELECT count(*) = 0 FROM client_writes"
    outcome = site.drill(replace(LIMITS, smoke={"production": {"is-empty": empty}}))
    assert not outcome.done
    assert "smoke is-empty: f" in str(outcome.text)


def test_a_block_that_is_rotten_in_the_standby_is_found(site: Site) -> None:
    path = f"{ROOT}/production/" + site.ask(B, "SELECT pg_relation_filepath('client_writes')")
    site.shell(B, "cp", path, f"{ROOT}/good")
    rot = "dd if=/dev/zero of=$1 bs=1 seek=12000 count=64 conv=notrunc status=none"
    try:
        site.shell(B, "sh", "-c", rot, "rot", path)
        outcome = site.drill()
        assert not outcome.done
        assert "checksum" in str(outcome.text)
    finally:
        site.shell(B, "mv", f"{ROOT}/good", path)
        restart(site)


def restart(site: Site) -> None:
    """The standby has the file open that was put aside."""
    server = site.servers.server("production", B)
    server.stop(30.0)
    server.start()
    wait(lambda: server.state().receiver == "streaming")


def test_a_drill_ends_by_itself_when_jbnet_is_gone(site: Site) -> None:
    lines = site.bubbles.run(site.order())
    next(line for line in lines if line["phase"] == "leads")
    assert site.bubbles.left("production", B).processes
    lines.close()
    wait(lambda: site.bubbles.left("production", B).nothing)


@pytest.mark.parametrize("in_memory", [0, 1 << 30], ids=["volume", "memory"])
def test_what_a_drill_left_whose_keeper_was_killed_too_is_taken_away_by_the_next(site: Site, in_memory: int) -> None:
    lines = site.bubbles.run(site.order(in_memory))
    next(line for line in lines if line["phase"] == "recovered")
    there = site.bubbles.left("production", B)
    assert there.keeper is not None
    assert len(there.processes) > 3
    assert there.namespaces, "they are in a network of their own"
    site.shell(B, "kill", "-KILL", str(there.keeper))
    lines.close()
    wait(lambda: not site.bubbles.left("production", B).processes)
    left = site.bubbles.left("production", B)
    assert (left.folder, left.drill) == (f"{ROOT}/.drill/production", "drill half way")
    copied = site.shell(B, "ls", "-A", f"{ROOT}/.drill/production/data")
    assert bool(copied) == (not in_memory), "what lay in memory went with the last who saw it"
    outcome = site.drill()
    assert outcome.done, str(outcome.text)
    removed = outcome.evidence["removed_before"]
    assert isinstance(removed, dict)
    assert removed["drill"] == "drill half way"


def test_a_drill_that_goes_on_is_let_be_by_another_and_ended_by_clean_up(site: Site) -> None:
    lines = site.bubbles.run(site.order())
    next(line for line in lines if line["phase"] == "copied")
    assert ClearDrill(site.tools()).do(PRODUCTION).done
    assert [line["why"] for line in lines if line["phase"] == "failed"] == ["told"]


def test_a_drill_gives_way_to_a_recovery_in_earnest_within_seconds(site: Site) -> None:
    with pytest.raises(Refused, match="gives way"):
        DrillDatabase(site.tools(gives_way=lambda: "20261123-1")).do(PRODUCTION)
    wait(lambda: site.bubbles.left("production", B).nothing)


def test_where_the_room_does_not_do_nothing_is_begun(site: Site) -> None:
    with pytest.raises(Refused, match="stay so"):
        site.drill(replace(LIMITS, free_percent=90.0, in_memory_mb=0))


def test_on_the_host_that_leads_there_is_no_drill(site: Site) -> None:
    with pytest.raises(Refused, match="does not follow"):
        DrillDatabase(site.tools()).do({**PRODUCTION, "host": A})
