"""PostgreSQL 15 clusters on hosts, driven over SSH as the account ``postgres``: pg_ctl, psql, pg_rewind and friends."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from jbnet.adapters import postgres_health as health
from jbnet.adapters import postgres_scripts as scripts
from jbnet.adapters.postgres_answers import fork_in, line_in, log_file, log_files_before, parse_lost, parse_state
from jbnet.model.errors import CommandFailed
from jbnet.model.network import Network
from jbnet.model.text import text
from jbnet.ports import Completed, LostTransactions, Promotion, RemoteHosts, ServerState
from jbnet.recovery.lineage import Line
from jbnet.recovery.observed import Recorded, ServerLook
from jbnet.recovery.waiting import lsn_text
from jbnet.services.database_cluster import Cluster, Layout, cluster, member_name
from jbnet.services.database_settings import access_rules, conninfo, follower_settings, leader_settings, server_settings

ACCOUNT = "postgres"
LOOK_TIMEOUT = 10.0
START_TIMEOUT = 60.0
COPY_TIMEOUT = 3600.0


class PostgresServers:
    """Implements DatabaseServers over SSH."""

    def __init__(self, network: Network, hosts: RemoteHosts, layout: Layout | None = None):
        self._network = network
        self._hosts = hosts
        self._layout = layout or Layout()

    def server(self, database: str, host: str) -> PostgresServer:
        """Return the server of a database on a host. Raises UsageError for names not declared."""
        return PostgresServer(cluster(self._network, database, host), self._hosts, self._layout)

    def look(self, host: str, databases: Sequence[str]) -> Mapping[str, ServerLook]:
        """Look at clusters of one host side by side, over one connection, in one command."""
        clusters = [cluster(self._network, name, host) for name in databases]
        return health.parse_looks(host, self._said(host, health.look_arguments(self._layout, clusters)))

    def received(self, host: str, databases: Sequence[str]) -> Mapping[str, int | None]:
        """Ask clusters of one host how far they have received the log."""
        clusters = [cluster(self._network, name, host) for name in databases]
        return health.parse_received(self._said(host, health.received_arguments(self._layout, clusters)))

    def _said(self, host: str, argv: Sequence[str]) -> str:
        return self._hosts.host(host, ACCOUNT).run(argv, timeout=LOOK_TIMEOUT).stdout


class PostgresServer:
    """Implements DatabaseServer."""

    def __init__(self, here: Cluster, hosts: RemoteHosts, layout: Layout):
        self.host = here.host
        self._here = here
        self._hosts = hosts
        self._layout = layout
        self._data = layout.data(here.database.name)
        self._where = (layout.programs, self._data, layout.root, str(here.database.port))

    def state(self, via: str | None = None, *, heartbeat: bool = False) -> ServerState:
        """Look, over the direct path or through another device; a frozen server is one that does not answer."""
        said = self._run(["sh", "-c", scripts.LOOK, "look", *self._where], scripts.STATE_SQL, LOOK_TIMEOUT, via=via)
        state = self._seen(said.stdout if said.code == 0 else said.stdout.partition("answer\n")[0])
        if not (heartbeat and state.answers):
            return state
        newest, recorded = self._rows(via)
        return replace(state, newest_row_age_s=newest, recorded=recorded)

    def _seen(self, said: str) -> ServerState:
        head, _, answer = said.partition("answer\n")
        row = json.loads(answer) if answer.strip() else None
        return parse_state(self._here.database.name, self.host, head.splitlines(), row)

    def _rows(self, via: str | None) -> tuple[float | None, Recorded | None]:
        """Return the newest row's age and the keeper's newest record; None for what is not there."""
        queries = f"{scripts.NEWEST_ROW_SQL}\n{health.RECORDED_SQL};"
        said = self._query(queries, database=self._here.database.name, check=False, via=via).splitlines()
        words = dict(line.partition(" ")[::2] for line in said[1:])
        recorded = health.parse_recorded(words["recorded"]) if "recorded" in words else None
        return (float(said[0]) if said and said[0] else None), recorded

    def start(self) -> None:
        """Start it and wait until it answers; nothing happens when it runs."""
        more = (self._layout.log(self._here.database.name), str(int(START_TIMEOUT)))
        self._checked(["sh", "-c", scripts.START, "start", *self._where, *more], timeout=START_TIMEOUT + 10)

    def stop(self, timeout: float) -> None:
        """Mark it demoted and stop it cleanly; its standbys receive everything first."""
        self._demote()
        if self._program("pg_ctl", "status", check=False).code == 0:
            self._program("pg_ctl", "-m", "fast", "-w", "-t", str(int(timeout)), "stop", timeout=timeout + 10)

    def kill(self, grace: float) -> None:
        """Mark it demoted and end every process of it."""
        self._demote()
        self._checked(["sh", "-c", scripts.KILL, "kill", *self._where, str(int(grace))], timeout=grace + 15)

    def _demote(self) -> None:
        self._checked(["sh", "-c", scripts.DEMOTE, "demote", self._data])

    def clear_demotion(self) -> None:
        """Take the marker away."""
        self._checked(["rm", "-f", f"{self._data}/standby.signal"])

    def checkpoint(self) -> None:
        """Write a checkpoint."""
        self._query("CHECKPOINT;", timeout=120)

    def settings(self, synchronous_to: str | None, follow: bool) -> None:
        """Write all three files of the role, and reload where it runs."""
        argv = ["sh", "-c", scripts.SETTINGS, "settings", self._layout.programs, self._data, "yes" if follow else "no"]
        role = follower_settings(self._here, self._layout) if follow else leader_settings(synchronous_to)
        self._checked(argv, self._files(role))

    def _files(self, role: str) -> str:
        files = {
            "postgresql.conf": server_settings(self._here, self._layout),
            "pg_hba.conf": access_rules(self._here),
            "jbnet-role.conf": role,
        }
        return "".join(f"{name} {base64.b64encode(words.encode()).decode()}\n" for name, words in files.items())

    def lead(self, slot: str, timeout: float) -> Promotion:
        """Promote, in one command; its log is named where it does not leave recovery in ``timeout`` seconds."""
        more = (slot, str(int(timeout)), scripts.STATE_SQL)
        argv = ["sh", "-c", scripts.LEAD, "lead", *self._where, *more]
        done = self._run(argv, self._files(leader_settings(None)), timeout + 20)
        if done.code != 0:
            raise CommandFailed(
                "database {name} on {host} was not promoted: {error}",
                name=self._here.database.name,
                host=self.host,
                error=done.stderr.strip()[-400:] or f"exit code {done.code}",
                hint=text("see its log: {log}", log=self._layout.log(self._here.database.name)),
            )
        first, _, rest = done.stdout.partition("--history\n")
        history, _, last = rest.partition("--after\n")
        before = self._seen(first)
        return Promotion(before, self._seen(last), fork_in(history, before.timeline))

    def ensure_slot(self, name: str) -> None:
        """Make the slot, reserving WAL from now on."""
        self._query(
            "SELECT pg_create_physical_replication_slot(:'name', true)"
            " WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = :'name');",
            name=name,
        )

    def drop_slots(self) -> None:
        """Drop every slot that is not in use: on a standby nobody reads them, and they would fill the disk.

        That of a local standby stays: it follows this host, whoever leads.
        """
        local = self._here.database.local_standby
        kept = member_name(local) if local is not None and self.host == self._here.database.primary else ""
        self._query(
            "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
            " WHERE NOT active AND slot_name <> :'kept';",
            kept=kept,
        )

    def line(self, timeline: int) -> Line | None:
        """Read the timeline's history file from the data directory, whether the server runs or not."""
        said = self._run(["cat", f"{self._data}/pg_wal/{timeline:08X}.history"], None, LOOK_TIMEOUT)
        return line_in(said.stdout if said.code == 0 else "", timeline)

    def lost_since(self, timeline: int, lsn: int, until: int | None = None) -> LostTransactions:
        """Read this server's own log with pg_waldump. A log that begins later than ``lsn`` is unknown, not zero."""
        end = ("", "") if until is None else (lsn_text(until), log_file(timeline, until - 1))
        files = log_files_before(timeline, lsn)
        where = (self._layout.programs, self._data, str(timeline), lsn_text(lsn), *end, *files)
        said = self._run(["sh", "-c", scripts.LOST, "lost", *where], None, 300.0)
        if said.code:
            return LostTransactions(None, lsn_text(lsn), reason=said.stderr.strip()[:200] or "its log cannot be read")
        return parse_lost(said.stdout, lsn, bounded=until is not None)

    def rewind(self) -> str:
        """Run pg_rewind against the other host, which must have written a checkpoint since its promotion."""
        source = f"--source-server={conninfo(self._here, self._layout, 'postgres')}"
        argv = [f"{self._layout.programs}/pg_rewind", f"--target-pgdata={self._data}", source]
        done = self._checked(argv, timeout=COPY_TIMEOUT)
        return (done.stderr or done.stdout).strip()[-600:]

    def copy(self) -> None:
        """Take a whole new copy from the other host."""
        where = (self._layout.programs, self._data, conninfo(self._here, self._layout))
        self._checked(["sh", "-c", scripts.COPY, "copy", *where], timeout=COPY_TIMEOUT)

    def present(self, client: str) -> frozenset[int]:
        """Return the rows of a client, and its payments at the sample application (``CLIENT/NUMBER``)."""
        rows = self._query(scripts.PRESENT_SQL, database=self._here.database.name, timeout=60, client=client)
        return frozenset(int(line) for line in rows.split())

    def _query(
        self,
        sql: str,
        *,
        database: str = "postgres",
        timeout: float = 20.0,
        check: bool = True,
        via: str | None = None,
        **variables: str,
    ) -> str:
        where = ["-h", self._layout.root, "-p", str(self._here.database.port), "-d", database]
        quiet = ["-XqAt", "-v", "ON_ERROR_STOP=1"]
        quiet += [word for name, value in variables.items() for word in ("-v", f"{name}={value}")]
        argv = ["timeout", "-k", "1", str(int(timeout)), f"{self._layout.programs}/psql", *quiet, *where, "-f", "-"]
        done = self._run(argv, sql, timeout + 5, via=via)
        return self._require(done).stdout if check else done.stdout

    def _program(self, program: str, *options: str, check: bool = True, timeout: float = 30.0) -> Completed:
        done = self._run([f"{self._layout.programs}/{program}", "-D", self._data, *options], None, timeout)
        return self._require(done) if check else done

    def _checked(self, argv: Sequence[str], stdin: str | None = None, timeout: float = 30.0) -> Completed:
        return self._require(self._run(argv, stdin, timeout))

    def _run(self, argv: Sequence[str], stdin: str | None, timeout: float, via: str | None = None) -> Completed:
        return self._hosts.host(self.host, ACCOUNT, via=via).run(argv, stdin=stdin, timeout=timeout)

    def _require(self, done: Completed) -> Completed:
        if done.code != 0:
            raise CommandFailed(
                "database {name} on {host}: {command} failed: {error}",
                name=self._here.database.name,
                host=self.host,
                command=done.argv[0].rsplit("/", 1)[-1],
                error=(done.stderr or done.stdout).strip()[-400:] or f"exit code {done.code}",
            )
        return done
