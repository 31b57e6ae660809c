"""One repository of backups at the standby's host, set up by the playbook: it holds nobody up, and brings back.

Two real PostgreSQL hosts and a router. The tests stand in the order of a life: set up, dark, a move, the site lost.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from small_hosts import PASSWORD, ROUTER, A, B, SmallHosts, run, small_hosts
from test_databases_live import Drill, hand_over, inside, playbook, wait
from test_drill_live import LIMITS, ROOT, Site

from jbnet.adapters.backup_looks import SshBackupLooks
from jbnet.ports import StepOutcome
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.readiness import Level, Result
from jbnet.services.recover.actions_drill import DrillDatabase
from jbnet.services.recover.backup_sight import look_at_backups

pytestmark = [pytest.mark.lab, pytest.mark.timeout(400)]
PLAN = {"repository": B, "hours": 20, "keep": 3, "queue_mb": 1024, "encrypted": True}
OF_OUR_OWN = {"lock-path": f"{ROOT}/locks", "log-level-file": "off"}
"""Options of pgBackRest's: the hosts share a /tmp."""
DARK = (
    "add table inet dark; add chain inet dark way { type filter hook forward priority 0; }; "
    "add rule inet dark way tcp dport 8432 drop; add rule inet dark way tcp sport 8432 drop"
)
TLS = "/etc/jbnet-backup"


class Backed(Site):
    """The hosts, whose repository can be shut off."""

    def play(self, name: str = "backup") -> tuple[bool, list[str], list[str], dict[str, str]]:
        given = json.dumps({"backup_restart": True, "backup_options": OF_OUR_OWN})
        ok, changed, failed, found = json.loads(
            inside(self.hosts, "play", str(self.hosts.directory), name, json.dumps(PLAN), given)
        )
        return ok, changed, failed, found

    def dark(self) -> None:
        self.hosts.execute(ROUTER, "nft", DARK)

    def light(self) -> None:
        self.hosts.execute(ROUTER, "nft", "delete", "table", "inet", "dark")

    def waiting(self, host: str) -> int:
        """How many files wait to be archived."""
        return int(self.ask(host, "SELECT count(*) FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'"))

    def info(self, host: str = B) -> dict[str, Any]:
        said = self.shell(host, "pgbackrest", "--stanza=production", "--output=json", "info")
        found: dict[str, Any] = json.loads(said)[0]
        return found

    def segment(self, host: str, who: str) -> None:
        """Write a row, and end the segment behind it."""
        self.ask(host, f"INSERT INTO client_writes (client, n) VALUES ('{who}', 1)")
        self.ask(host, "SELECT pg_switch_wal()")

    def gone_back(self, at: str, sql: str) -> str:
        """Restore to a time beside the server, as a person would, and return what the copy says."""
        copy, port = f"{ROOT}/gone-back", "7432"
        given = (f"--pg1-path={copy}", "--type=time", f"--target={at}", "--target-action=promote", "--archive-mode=off")
        self.shell(B, "mkdir", "-m", "700", copy)
        self.shell(B, "pgbackrest", "--stanza=production", *given, "restore")
        options = f"-c listen_addresses= -c port={port} -c unix_socket_directories={copy} -c synchronous_standby_names="
        start = ("-D", copy, "-w", "-t", "60", "-l", f"{copy}/log", "-o", options, "start")
        self.shell(B, "/usr/lib/postgresql/15/bin/pg_ctl", *start)
        ask = ("psql", "-XqAt", "-h", copy, "-p", port, "-d", "production", "-c")
        wait(lambda: self.shell(B, *ask, "SELECT pg_is_in_recovery()").strip() == "f")
        return self.shell(B, *ask, sql).strip()

    def judged(self, **more: int) -> Result:
        """What `jbnet dr check` says."""
        plan = replace(BackupsPlan(**PLAN), **more)  # type: ignore[arg-type]  # fields of several types
        now = datetime.now(UTC).timestamp()
        return look_at_backups(SshBackupLooks(self.hosts), self.hosts.network, ["production"], plan, now, 60.0)[0]

    def smoke(self, sql: str, **more: str) -> StepOutcome:
        """Drill from a backup, and ask the copy."""
        tools = self.tools(replace(LIMITS, smoke={"production": {"asked": sql}}))
        return DrillDatabase(tools).do({"database": "production", "host": B, "from": "backup", **more})

    def room(self, host: str) -> None:
        """Give a host an /etc and an /opt of its own."""
        home, pid = self.hosts.directory / host, str(self.hosts.first_process(host))
        script = (
            f"[ -d {home}/etc ] || cp -a /etc {home}/etc; mkdir -p {home}/opt; "
            f"mount --bind {home}/etc /etc && mount --bind {home}/opt /opt"
        )
        subprocess.run(["nsenter", "-t", pid, "-m", "--", "sh", "-c", script], check=True)


class Watcher(threading.Thread):
    """Looks through all command lines of the machine for a text, until told to stop."""

    def __init__(self, wanted: str):
        super().__init__(daemon=True)
        self.wanted, self.found, self.over = wanted.encode(), set[bytes](), threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    line = path.read_bytes()
                except OSError:
                    continue
                if self.wanted in line:
                    self.found.add(line)


@pytest.fixture(scope="module")
def site() -> Iterator[Backed]:
    """Two hosts with the databases up; nothing is archived yet."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as hosts:
            yield prepared(hosts)
    finally:
        shutil.rmtree(directory)


def prepared(hosts: SmallHosts) -> Backed:
    keys = hosts.directory / "keys"
    keys.mkdir()
    for account in ("netops", "postgres"):
        shutil.copy(hosts.directory / "key", keys / account)
    found = Backed(hosts)
    for host in (A, B):
        found.room(host)
    assert playbook(hosts)[0]
    for host in (A, B):
        found.shell(host, "mkdir", "-p", f"{ROOT}/locks")
    return found


def test_the_playbook_sets_it_up_a_second_run_changes_nothing_and_the_passphrase_lies_at_the_repository_only(
    site: Backed,
) -> None:
    watcher = Watcher(f"{PASSWORD}-backup-passphrase")
    watcher.start()
    ok, changed, failed, found = site.play()
    watcher.over.set()
    assert failed == []
    assert ok
    assert changed
    assert found
    assert watcher.found == set()
    assert site.play()[:3] == (True, [], [])
    assert site.judged().level is Level.GREEN, str(site.judged().found)
    passphrase = f"{PASSWORD}-backup-passphrase"
    assert passphrase in site.shell(B, "cat", "/etc/pgbackrest.conf")
    assert passphrase not in site.shell(A, "cat", "/etc/pgbackrest.conf")
    info = site.info()
    assert (info["cipher"], len(info["backup"])) == ("aes-256-cbc", 1)
    assert site.info(A)["backup"] == info["backup"], "the leader sees it from afar"
    assert site.shell(A, "sh", "-c", "ls /var/lib/pgbackrest 2>/dev/null | wc -l").strip() == "0"


def test_whoever_has_a_certificate_of_another_authority_or_of_another_name_is_refused(site: Backed) -> None:
    ask = ["pgbackrest", "--stanza=production", "--output=json", "info"]
    given = [f"--repo1-host-{what}-file={ROOT}/foreign/{what}.pem" for what in ("cert", "key")]
    for authority in (None, site.hosts.directory / "backups"):
        forged(site, authority)
        done = site.hosts.host(A, "postgres").run([*ask, *given])
        said = done.stdout + done.stderr
        assert "FULL" not in said.upper()
        assert 'status":{"code":0' not in said.replace(" ", ""), said
    site.shell(A, "sh", "-c", f"cp {TLS}/cert.pem {TLS}/key.pem {ROOT}/foreign/")
    done = site.hosts.host(A, "postgres").run([*ask, *given])
    assert json.loads(done.stdout)[0]["status"]["code"] == 0, "given in the same way, its own is let in"


def forged(site: Backed, authority: Path | None) -> None:
    """Make a certificate for one of the hosts: by nobody; or by our authority, for a name that is no host's."""
    folder = site.hosts.directory / A / "lib" / "postgresql" / "15" / "foreign"
    folder.mkdir(exist_ok=True)
    signed = ["-CA", f"{authority}/ca.pem", "-CAkey", f"{authority}/ca.key"] if authority else []
    name = "somebody" if authority else A
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
        f"/CN={name}", *signed, "-keyout", f"{folder}/key.pem", "-out", f"{folder}/cert.pem")  # fmt: skip
    run("chown", "-R", "postgres:", str(folder))


def test_a_repository_that_is_dark_holds_no_writes_up_and_gets_the_log_when_it_is_back(site: Backed) -> None:
    site.dark()
    try:
        for number in range(4):
            site.segment(A, f"dark {number}")
        wait(lambda: site.ask(A, "SELECT failed_count > 0 FROM pg_stat_archiver") == "t")
        assert site.waiting(A) >= 4
        assert site.judged(queue_mb=64).level is Level.RED
        assert site.ask(A, "SELECT count(*) FROM client_writes WHERE client LIKE 'dark %'") == "4"
    finally:
        site.light()
    wait(lambda: site.waiting(A) == 0, 150.0)
    assert site.ask(A, "SELECT last_archived_time > last_failed_time FROM pg_stat_archiver") == "t"


def test_a_move_with_a_dark_repository_is_not_held_up_and_the_new_leader_brings_what_the_old_one_owed(
    site: Backed,
) -> None:
    before = site.info()["backup"][-1]["label"]
    site.dark()
    try:
        site.segment(A, "owed 1")
        site.segment(A, "owed 2")
        assert site.waiting(A) >= 2
        drill = Drill(site.hosts)
        assert hand_over(drill, A, B, "production")["production"].done
        owed = site.shell(A, "sh", "-c", f"ls {ROOT}/production/pg_wal/archive_status").split()
        assert [name for name in owed if name.endswith(".ready")], "it took nothing with it"
        wait(lambda: site.waiting(B) == 0, 60.0)
    finally:
        site.light()
    rebuilt = drill.actions["rebuild-standby"].do({"database": "production", "host": A, "source": B})
    assert rebuilt.done, str(rebuilt.text)
    assert site.judged().level is Level.AMBER
    assert "from before a promotion" in str(site.judged().found), "and no log is missing"
    outcome = site.smoke("SELECT count(*) = 2 FROM client_writes WHERE client LIKE 'owed _'")
    assert outcome.done, str(outcome.text)
    backup = outcome.evidence["backup"]
    assert isinstance(backup, dict)
    assert backup["label"] == before, "an old backup, restored across the move"


def test_behind_a_move_the_next_run_takes_a_full_backup_of_the_new_timeline(site: Backed) -> None:
    known = len(site.info()["backup"])
    ok, _, failed, _ = site.play()
    assert failed == []
    assert ok
    taken = site.info()["backup"]
    assert (len(taken), taken[-1]["archive"]["start"][:8]) == (known + 1, "00000002")
    assert "one fire takes both" in str(site.judged().found)


def test_with_the_primarys_site_dark_for_good_its_standbys_host_goes_back_to_a_time(site: Backed) -> None:
    site.hosts.kill(A)
    site.ask(B, "SET synchronous_commit = local; INSERT INTO client_writes (client, n) VALUES ('right', 1)")
    site.ask(B, "SELECT pg_sleep(0.2)")
    at = datetime.now(UTC).isoformat(sep=" ")
    site.ask(B, "SELECT pg_sleep(0.2)")
    site.ask(B, "SET synchronous_commit = local; INSERT INTO client_writes (client, n) VALUES ('wrong', 1)")
    site.ask(B, "SELECT pg_switch_wal()")
    wait(lambda: site.waiting(B) == 0)
    rows = "SELECT string_agg(client, ',') FROM client_writes WHERE client IN ('right', 'wrong')"
    assert site.gone_back(at, rows) == "right"
    _, _, _, found = site.play("restore-proof")
    assert site.info()["backup"][-1]["label"] in found[f"{B}.production"]
