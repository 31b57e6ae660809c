"""Heartbeats and uploads on a real PostgreSQL: what comes back, what is missing, and that no more right is needed."""

from __future__ import annotations

import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from network_builder import database
from networks import small
from probe_servers import HOME, closed

from jbnet.adapters.probes.sql import HeartbeatProbe, UploadProbe
from jbnet.model.network import Network
from jbnet.model.secrets import Secret
from jbnet.monitor.probing import Probe, ProbeKind, Target

pytestmark = pytest.mark.lab
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
PASSWORD = "quite-a-secret"
SET_UP = f"""
CREATE ROLE jbnet_client LOGIN PASSWORD '{PASSWORD}';
CREATE DATABASE exchange;
\\c exchange
CREATE TABLE client_writes (client text, n bigint, PRIMARY KEY (client, n));
GRANT SELECT, INSERT ON client_writes TO jbnet_client;
CREATE TABLE jbnet_waits (n int, waits boolean, lsn pg_lsn, since timestamptz);
GRANT SELECT ON jbnet_waits TO jbnet_client;
INSERT INTO jbnet_waits VALUES (1, true, '0/1', now()), (2, false, '0/3000060', '2026-11-23 01:02:03+00');
CREATE TABLE uploads (site text, received_at timestamptz);
GRANT SELECT ON uploads TO jbnet_client;
INSERT INTO uploads VALUES ('haixi', now() - interval '3 days'), ('haixi', now() - interval '2 days'),
  ('xining', now() - interval '1 hour'), ('haidong', now() - interval '2 hours');
"""


@dataclass
class Server:
    """A PostgreSQL on the loopback address."""

    network: Network
    port: int
    directory: Path

    def target(self, probe: Probe, standby: str = "", *, waits: bool = False) -> Target:
        return Target(probe, "db1", "exchange", HOME, self.port, ("db1",), standby=standby, waits=waits)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    directory = Path(tempfile.mkdtemp(prefix="jbnet-pg-", dir="/tmp"))  # a socket's path must be short
    account = pwd.getpwnam("postgres")
    shutil.chown(directory, account.pw_uid, account.pw_gid)
    with closed() as port:
        pass
    said = f"-p {port} -k {directory} -c listen_addresses={HOME} -c fsync=off"
    as_postgres(f"{PROGRAMS}/initdb", "-D", f"{directory}/data", "-N", "--auth-local=peer", "--auth-host=scram-sha-256")
    control = (f"{PROGRAMS}/pg_ctl", "-D", f"{directory}/data", "-w", "-t", "60")
    as_postgres(*control, "-l", f"{directory}/log", "-o", said, "start")
    try:
        as_postgres(
            "psql", "-qh", str(directory), "-p", str(port), "-v", "ON_ERROR_STOP=1", "-d", "postgres", said=SET_UP
        )
        known = replace(database("exchange", "xining-dc-r1", "golmud-dc-r1"), port=port)
        yield Server(replace(small(), databases={"exchange": known}), port, directory)
    finally:
        as_postgres(*control, "-m", "immediate", "stop")
        shutil.rmtree(directory)


def as_postgres(*argv: str, said: str = "") -> None:
    done = subprocess.run(["runuser", "-u", "postgres", "--", *argv], input=said, capture_output=True, text=True,
                          check=False, timeout=120, cwd="/")  # fmt: skip
    assert done.returncode == 0, done.stderr


def secret(value: str = PASSWORD) -> Secret:
    return Secret("pg-client", value)


def test_a_row_is_written_and_found_where_it_replicates(server: Server) -> None:
    probe = Probe("heartbeat", ProbeKind.SQL, timeout_s=5.0)
    found = HeartbeatProbe(server.network, secret()).probe(server.target(probe, standby=HOME))
    assert (found.values["up"], found.why) == (1.0, "")
    assert found.values["behind"] < 5.0


def test_a_standby_that_cannot_be_asked_is_unknown_and_not_behind(server: Server) -> None:
    probe = Probe("heartbeat", ProbeKind.SQL, timeout_s=2.0)
    found = HeartbeatProbe(server.network, secret()).probe(server.target(probe, standby="127.0.0.9"))
    assert found.values["up"] == 1.0
    assert "behind" not in found.values


def test_a_database_whose_commits_do_not_wait_though_declared_says_since_where_and_when(server: Server) -> None:
    probe = HeartbeatProbe(server.network, secret())
    found = probe.probe(server.target(Probe("heartbeat", ProbeKind.SQL), waits=True))
    assert (found.values["up"], found.values["alone"], found.why) == (1.0, 1.0, "0/3000060 2026-11-23 01:02:03 UTC")
    assert "alone" not in probe.probe(server.target(Probe("heartbeat", ProbeKind.SQL))).values


def test_a_database_that_refuses_says_why_without_the_password(server: Server) -> None:
    found = HeartbeatProbe(server.network, secret("wrong-one")).probe(server.target(Probe("h", ProbeKind.SQL)))
    assert found.values == {"up": 0.0}
    assert "password authentication failed" in found.why
    assert "wrong-one" not in found.why


def upload(late_s: float, table: str = "uploads") -> Probe:
    expected = {name: name for name in ("xining", "haidong", "haixi", "yushu")}
    return Probe("upload", ProbeKind.UPLOAD, table=table, part="site", time="received_at", late_s=late_s,
                 expected=expected)  # fmt: skip


def test_an_upload_names_those_who_are_late_and_those_who_never_were_there(server: Server) -> None:
    found = UploadProbe(secret()).probe(server.target(upload(86400.0)))
    assert found.missing == ("haixi", "yushu")
    assert 3500 < found.values["age"] < 86400


def test_names_of_tables_are_quoted_and_what_is_not_there_is_a_reason(server: Server) -> None:
    found = UploadProbe(secret()).probe(server.target(upload(86400.0, 'uploads"; DROP TABLE uploads; --')))
    assert found.values == {"up": 0.0}
    assert "does not exist" in found.why
    assert UploadProbe(secret()).probe(server.target(upload(86400.0))).values["up"] == 1.0
