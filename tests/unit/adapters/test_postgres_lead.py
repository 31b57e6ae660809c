"""A promotion is one command: which question of it may time out, and what is then done and left. No server, no waiting:
``psql`` and ``timeout`` are programs of a folder, the latter of which ends the question it is told to.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from jbnet.adapters.postgres import PostgresServer
from jbnet.model.business import Replication
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Database, Device, Network
from jbnet.ports import Completed, RemoteHost
from jbnet.services.database_cluster import Layout, cluster

TIMEOUT = """#!/bin/sh
shift 2; seconds=$1; shift
n=$(($(wc -l <"$HOME/asked") + 1))
echo "$seconds" >>"$HOME/asked"
[ "$n" != "$HANGS" ] || { cat >/dev/null; exit 124; }
exec "$@"
"""
"""Called as ``timeout -k 1 SECONDS PROGRAM...``: writes down for how long, and ends the question number HANGS as the
real one does."""
PSQL = """#!/bin/sh
sql=$(cat)
printf '%s\\n--\\n' "$sql" >>"$HOME/sql"
case $sql in
*json_build_object*) printf '{"in_recovery": %s}\\n' "$([ -e "$HOME/leads" ] && echo false || echo true)" ;;
'SELECT pg_is_in_recovery();') [ -e "$HOME/leads" ] && echo f || echo t ;;
*) case $sql in *pg_promote*) touch "$HOME/leads" ;; esac; printf '1\\t0/3000028\\tno recovery target\\n' ;;
esac
"""
STATE, IN_RECOVERY, PROMOTION, AFTER = 1, 2, 3, 4
"""The questions of a promotion in their order."""
SECONDS = 30


@dataclass
class Host:
    """Implements RemoteHosts and RemoteHost: this machine, with a server that is a few files. ``hangs``: the question
    that gets no answer."""

    home: Path
    hangs: int = 0
    name: str = "b-db1"

    def host(self, device: str, user: str, via: str | None = None) -> RemoteHost:
        return self

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        bin_ = self.home / "bin"
        path = {"PATH": f"{bin_}:{os.environ['PATH']}", "HOME": str(self.home), "HANGS": str(self.hangs)}
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, env=path, timeout=60, check=False)
        return Completed(tuple(argv), done.returncode, done.stdout, done.stderr)

    @property
    def asked(self) -> list[int]:
        return [int(line) for line in (self.home / "asked").read_text().split()]

    @property
    def sql(self) -> str:
        return (self.home / "sql").read_text()

    @property
    def files(self) -> list[str]:
        """What lies in the data directory."""
        return sorted(file.name for file in (self.home / "data" / "production").iterdir())


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / "bin").mkdir()
    (tmp_path / "data" / "production").mkdir(parents=True)
    (tmp_path / "data" / "production" / "PG_VERSION").write_text("15\n")
    (tmp_path / "asked").touch()
    (tmp_path / "sql").touch()
    nothing = "#!/bin/sh\n"
    programs = {"timeout": TIMEOUT, "psql": PSQL, "pg_ctl": nothing, "pg_controldata": nothing}
    for name, program in programs.items():
        file = tmp_path / "bin" / name
        file.write_text(program)
        file.chmod(0o755)
    return Host(tmp_path)


def server(host: Host) -> PostgresServer:
    devices = {n: Device(n, n, "", "database-server", "frr", IPv4Address(a), ()) for n, a in
               (("a-db1", "10.1.0.1"), ("b-db1", "10.2.0.1"))}  # fmt: skip
    database = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, "a-db1", "b-db1", Replication.BLOCK, 60, 0)
    network = Network("n", "n", 1, IPv4Network("10.0.0.0/8"), devices=devices, databases={"production": database})
    layout = Layout(programs=str(host.home / "bin"), root=str(host.home / "data"))
    return PostgresServer(cluster(network, "production", "b-db1"), host, layout)


def test_a_promotion_asks_four_times_and_each_question_has_an_end(host: Host) -> None:
    made = server(host).lead("a_db1", SECONDS)
    assert (made.before.leads, made.after.leads) == (False, True)
    assert host.asked == [4, 4, SECONDS + 5, 4]
    assert f"interval '{SECONDS} s'" in host.sql
    assert "jbnet-role.conf" in host.files


def test_a_server_that_does_not_answer_is_left_alone(host: Host) -> None:
    host.hangs = STATE
    assert not server(host).lead("a_db1", SECONDS).before.answers
    assert (host.asked, host.sql) == ([4], "")
    assert host.files == ["PG_VERSION"]


def test_one_that_does_not_say_whether_it_leads_gets_no_slot_and_no_settings(host: Host) -> None:
    """A slot on a standby would hold back its log, and its disk, for nobody."""
    host.hangs = IN_RECOVERY
    with pytest.raises(CommandFailed, match="was not promoted: it does not say whether it leads: nothing was done"):
        server(host).lead("a_db1", SECONDS)
    assert "slot(" not in host.sql
    assert host.files == ["PG_VERSION"]
    host.hangs = 0
    assert server(host).lead("a_db1", SECONDS).after.leads


def test_a_promotion_that_hangs_has_failed_and_its_log_is_named(host: Host) -> None:
    host.hangs = PROMOTION
    with pytest.raises(CommandFailed, match="was not promoted: exit code 1") as raised:
        server(host).lead("a_db1", SECONDS)
    assert str(host.home / "data" / "production.log") in str(raised.value)


def test_a_promotion_whose_last_look_hangs_is_one_and_what_it_came_to_is_not_known(host: Host) -> None:
    host.hangs = AFTER
    made = server(host).lead("a_db1", SECONDS)
    assert (made.fork, made.after.answers) == (None, False)
    assert "pg_promote" in host.sql


def test_a_second_promotion_promotes_nothing_and_makes_the_slot(host: Host) -> None:
    server(host).lead("a_db1", SECONDS)
    before = host.sql
    server(host).lead("a_db1", SECONDS)
    again = host.sql.removeprefix(before)
    assert "pg_promote" not in again
    assert "pg_create_physical_replication_slot" in again
