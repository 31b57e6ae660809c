"""What one host alone has, where no runbook promoted it: by the guide's own commands, on real PostgreSQL.

Three databases, three ways in which both came to take writes. Each is listed to the transaction, by its number, before
anything is taken away; then the host follows.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_hosts import SERVICES, A, B, EnteredHost, SmallHosts, small_hosts
from test_databases_live import Drill, StaticRoutes, playbook, wait

from jbnet.model.business import Replication
from jbnet.model.errors import CommandFailed
from jbnet.ports import ServerState

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
ROOT, PROGRAMS = "/var/lib/postgresql/15", "/usr/lib/postgresql/15/bin"
MODES = dict.fromkeys(SERVICES, Replication.ASYNC)
HAND, BEHIND, BOTH = SERVICES
"""Promoted by hand; the same, and started again behind its marker; and both went their own ways."""


class Site:
    """Two hosts, with hands on them that know nothing of jbnet."""

    def __init__(self, hosts: SmallHosts):
        self.hosts, self.drill = hosts, Drill(hosts)

    def shell(self, host: str, command: str) -> str:
        """Run as the account ``postgres`` there."""
        done = EnteredHost(host, "postgres", self.hosts.first_process(host)).run(["sh", "-c", command])
        assert done.code == 0, done.stderr
        return done.stdout

    def pg_ctl(self, host: str, name: str, *words: str) -> None:
        """Do by hand what people do at three in the morning."""
        words = (PROGRAMS + "/pg_ctl", "-D", f"{ROOT}/{name}", *words)
        self.shell(host, f"{' '.join(words)} >/dev/null </dev/null 2>&1")

    def write(self, host: str, name: str, *numbers: str) -> None:
        """Commit transactions that say their numbers; each one alone."""
        port = self.hosts.network.databases[name].port
        for number in numbers:
            sql = (
                f"BEGIN; SELECT pg_logical_emit_message(true, 'jbnet', '{number}');"
                " INSERT INTO client_writes (client, n) VALUES ('by-hand', @n) ON CONFLICT DO NOTHING; COMMIT;"
            )
            sql = sql.replace("@n", str(abs(hash(number)) % 10**9))
            self.shell(host, f'psql -XqAt -v ON_ERROR_STOP=1 -h {ROOT} -p {port} -d {name} -c "{sql}" >/dev/null')

    def rows(self, host: str, name: str) -> str:
        """Return what was written by hand and is there."""
        port = self.hosts.network.databases[name].port
        sql = "SELECT n FROM client_writes WHERE client = 'by-hand' ORDER BY n"
        return self.shell(host, f'psql -XqAt -h {ROOT} -p {port} -d {name} -c "{sql}"')

    def state(self, host: str, name: str) -> ServerState:
        return self.drill.servers.server(name, host).state()

    def promote(self, host: str, name: str) -> None:
        """Nobody asked for a fence."""
        self.pg_ctl(host, name, "-w", "promote")
        wait(lambda: self.state(host, name).leads)

    def stop_behind_a_marker(self, host: str, name: str) -> None:
        """As the guide says it."""
        self.shell(host, f"touch {ROOT}/{name}/standby.signal")
        self.pg_ctl(host, name, "-m", "fast", "-w", "stop")

    def numbers(self, name: str, host: str, source: str) -> set[str]:
        """Have the step list what the host has alone; return the numbers that those transactions said."""
        outcome = self.drill.actions["list-lost"].do({"database": name, "host": host, "source": source})
        lost = outcome.evidence["lost"]
        assert isinstance(lost, dict)
        said = lost["numbers"]
        assert isinstance(said, dict)
        assert lost["count"] >= len(said)
        return {number for of in said.values() for number in of}

    def follows_again(self, name: str, host: str, source: str) -> str:
        """Rebuild the host, and wait until it follows; return by what it was rebuilt."""
        given = {"database": name, "host": host, "source": source}
        outcome = self.drill.actions["rebuild-standby"].do(given)
        assert outcome.done
        assert self.drill.actions["rebuild-standby"].verify(given).done
        self.write(source, name, f"{name}/after")
        wait(lambda: self.rows(host, name) == self.rows(source, name))
        return str(outcome.evidence["by"])


@pytest.fixture
def site() -> Iterator[Site]:
    """Two hosts whose databases are set up."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory, MODES) as made:
            assert playbook(made)[0]
            for address in SERVICES.values():
                StaticRoutes(made).announce(address, A, prefer=False)
            yield Site(made)
    finally:
        shutil.rmtree(directory)


def test_what_one_alone_has_is_listed_whoever_promoted_it_and_then_it_follows(site: Site) -> None:
    for name in SERVICES:
        site.write(A, name, f"{name}/both")
        wait(lambda name=name: site.state(B, name).replayed == site.state(A, name).written)  # type: ignore[misc]  # bound here
        site.promote(B, name)
        site.write(B, name, f"{name}/two/1", f"{name}/two/2")
        site.write(A, name, f"{name}/one/1")

    for name in (HAND, BEHIND):
        site.stop_behind_a_marker(B, name)
    site.pg_ctl(B, BEHIND, "-w", "-l", f"{ROOT}/{BEHIND}.log", "start")
    assert site.state(B, BEHIND).in_recovery, "it calls itself a standby"
    for name in (HAND, BEHIND):
        assert site.numbers(name, B, A) == {f"{name}/two/1", f"{name}/two/2"}
        assert site.follows_again(name, B, A) == "rewind"

    site.stop_behind_a_marker(A, BOTH)
    site.shell(A, f"sed -i /primary_conninfo/d {ROOT}/{BOTH}/jbnet-role.conf")
    site.pg_ctl(A, BOTH, "-w", "-l", f"{ROOT}/{BOTH}.log", "start")
    site.promote(A, BOTH)
    site.write(A, BOTH, f"{BOTH}/one/2")
    site.stop_behind_a_marker(A, BOTH)
    assert site.numbers(BOTH, A, B) == {f"{BOTH}/one/1", f"{BOTH}/one/2"}, "of both timelines that it alone has"
    assert site.follows_again(BOTH, A, B).startswith("copy, because: both call their own timeline 2")


def test_two_that_wrote_on_one_timeline_are_left_to_people(site: Site) -> None:
    site.shell(B, f"{PROGRAMS}/pg_ctl -D {ROOT}/{HAND} -m fast -w stop >/dev/null; rm {ROOT}/{HAND}/standby.signal")
    site.pg_ctl(B, HAND, "-w", "-l", f"{ROOT}/{HAND}.log", "start")
    assert site.state(B, HAND).leads, "started without its marker: it takes writes, and was never promoted"
    site.write(B, HAND, "two/1")
    with pytest.raises(CommandFailed, match="no history says where they parted"):
        site.numbers(HAND, B, A)
