"""A drill from a backup on two real PostgreSQL hosts: what it shows is so, and nothing of production is changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from small_hosts import A, B, SmallHosts, small_hosts
from test_databases_live import playbook, wait
from test_drill_live import LIMITS, ROOT, Site, production, stage

from jbnet.model.errors import Refused
from jbnet.ports import StepOutcome
from jbnet.recovery.drill import OF_BACKUP, STAGES, DrillLimits
from jbnet.recovery.restored import Restored
from jbnet.services.recover.actions_drill import DrillDatabase

pytestmark = [pytest.mark.lab, pytest.mark.timeout(300)]
REPOSITORY = "/var/lib/pgbackrest"
SETTINGS = """[global]
repo1-path={repository}
repo1-retention-full=2
start-fast=y
process-max=2
log-level-file=off
lock-path={root}/locks
{more}
[production]
pg1-path={root}/production
pg1-port=5432
pg1-socket-path={root}
"""
ARCHIVES = """archive_mode = on
archive_command = 'pgbackrest --stanza=production archive-push %p'
"""


class BackedUp(Site):
    """The hosts with one repository, which lies at the standby, and drills from it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.restored: list[Restored] = []

    def settings(self, host: str, more: str = "", repository: str = REPOSITORY) -> None:
        """Let pgBackRest have these settings on a host."""
        path = self.hosts.directory / host / "pgbackrest.conf"
        path.write_text(SETTINGS.format(root=ROOT, more=more, repository=repository))
        path.chmod(0o644)

    def mounted(self, host: str, source: Path, target: str) -> None:
        """Mount something on a host, as an administrator of it would."""
        enter = ("nsenter", "-t", str(self.hosts.first_process(host)), "-m", "--")
        subprocess.run([*enter, "mount", "--bind", str(source), target], check=True)

    def from_backup(self, limits: DrillLimits = LIMITS, host: str = B, **more: str) -> StepOutcome:
        tools = replace(self.tools(limits), counts=self.restored.extend)
        return DrillDatabase(tools).do({"database": "production", "host": host, "from": "backup", **more})

    def back_up(self) -> str:
        """Take a full backup where it leads, and return its label."""
        self.shell(A, "pgbackrest", "--stanza=production", "--type=full", "--log-level-console=error", "backup")
        return self.listed()[-1]

    def listed(self) -> list[str]:
        said = json.loads(self.shell(B, "pgbackrest", "--stanza=production", "--output=json", "info"))
        return [one["label"] for stanza in said for one in stanza["backup"]]

    def archive(self) -> None:
        """Have all of the log until now in the archive."""
        name = self.ask(A, "SELECT pg_walfile_name(pg_current_wal_lsn())")
        self.ask(A, "SELECT pg_switch_wal()")
        wait(lambda: self.ask(A, "SELECT last_archived_wal FROM pg_stat_archiver") >= name)

    def repository(self) -> str:
        """Return what lies in the repository, and when it was written."""
        return self.shell(B, "sh", "-c", f"find {REPOSITORY} -printf '%p %s %T@\\n' | sort")


@pytest.fixture(scope="module")
def site() -> Iterator[BackedUp]:
    """Two hosts with the databases up, archived log, a backup, and rows behind it."""
    directory = Path(tempfile.mkdtemp(prefix="jbnet-test-"))
    directory.chmod(0o755)
    try:
        with small_hosts(directory) as hosts:
            yield prepared(hosts)
    finally:
        shutil.rmtree(directory)


def prepared(hosts: SmallHosts) -> BackedUp:
    site = BackedUp(hosts)
    for host in (A, B):
        repository = hosts.directory / host / "lib" / "pgbackrest"
        repository.mkdir()
        shutil.chown(repository, "postgres", "postgres")
        site.settings(host)
        site.mounted(host, hosts.directory / host / "pgbackrest.conf", "/etc/pgbackrest.conf")
    site.mounted(A, hosts.directory / B / "lib" / "pgbackrest", REPOSITORY)
    assert playbook(hosts)[0]
    for host in (A, B):
        site.shell(host, "sh", "-c", f'cat > {ROOT}/production-archive.conf <<"END"\n{ARCHIVES}END')
        restart = ("-D", f"{ROOT}/production", "-w", "-m", "fast", "-l", f"{ROOT}/production.log", "restart")
        site.shell(host, "/usr/lib/postgresql/15/bin/pg_ctl", *restart)
    wait(lambda: site.servers.server("production", B).state().receiver == "streaming")
    site.write(5_000)
    site.shell(B, "mkdir", "-p", f"{ROOT}/locks")
    site.shell(A, "pgbackrest", "--stanza=production", "--log-level-console=error", "stanza-create")
    site.back_up()
    return site


@pytest.fixture(autouse=True)
def nothing_stays(site: BackedUp) -> Iterator[None]:
    """Whatever a test does: afterwards nothing is left, production is as it was, and so is the repository."""
    site.restored.clear()
    site.settings(B)
    before, kept = production(site), site.repository()
    listed = site.shell(B, "ls", "-A", ROOT, f"{ROOT}/locks")
    yield
    after = production(site)
    assert {**after, "rows": "", "clients": ""} == {**before, "rows": "", "clients": ""}
    assert site.bubbles.left("production", B).nothing
    assert site.processes_of_drills() == set()
    assert site.shell(B, "ls", "-A", ROOT, f"{ROOT}/locks") == listed, "a folder, a lock or a file stayed"
    assert lines(kept) <= lines(site.repository()), "something of the repository was changed"


def lines(said: str) -> set[str]:
    """Directories aside, whose times change with what is added beside."""
    return {line for line in said.splitlines() if "." in line.split()[0].rsplit("/", 1)[-1]}


def rows_of(outcome: StepOutcome) -> Mapping[str, object]:
    return {"behind_s": outcome.evidence["behind_s"], "behind_bytes": outcome.evidence["behind_bytes"]}


@pytest.mark.parametrize("lies", ["memory", "volume"])
def test_the_newest_backup_and_its_log_lead_in_the_bubble_and_count_as_a_restore_test(
    site: BackedUp, lies: str
) -> None:
    site.ask(A, f"INSERT INTO client_writes (client, n) VALUES ('archived {lies}', 1)")
    site.archive()
    row = f"SELECT count(*) = 1 FROM client_writes WHERE client = 'archived {lies}'"
    smoke = {"production": {"what-came-after-the-backup": row}}
    limits = replace(LIMITS, smoke=smoke, in_memory_mb=2048 if lies == "memory" else 0)
    outcome = site.from_backup(limits)
    assert outcome.done, str(outcome.text)
    found = dict(outcome.evidence)
    json.dumps(found)
    assert {*STAGES, *OF_BACKUP} <= set(found)
    assert stage(found, "copied")["to"] == lies
    assert stage(found, "enclosed")["repositories"] == [], "the repository is out of reach"
    assert stage(found, "fetched")["segments"] >= 2
    taken = stage(found, "backup")
    assert (taken["label"], taken["over_the_network"]) == (site.listed()[-1], False)
    assert 0 < taken["age_s"] < 3600
    assert [(one.database, one.host, one.backup) for one in site.restored] == [("production", B, taken["label"])]
    assert DrillDatabase(site.tools()).verify({"database": "production", "host": B, "from": "backup"}).done


def test_what_the_archive_does_not_have_yet_is_how_far_the_backup_is_behind(site: BackedUp) -> None:
    site.archive()
    site.ask(A, "SELECT pg_sleep(1.1)")
    site.ask(A, "INSERT INTO client_writes (client, n) VALUES ('not archived', 1)")
    outcome = site.from_backup()
    assert outcome.done, str(outcome.text)
    behind = rows_of(outcome)
    assert isinstance(behind["behind_s"], float)
    assert behind["behind_s"] > 1.0
    assert isinstance(behind["behind_bytes"], int)
    assert 0 < behind["behind_bytes"] < 1 << 20


def test_a_time_between_two_rows_is_gone_back_to(site: BackedUp) -> None:
    site.ask(A, "INSERT INTO client_writes (client, n) VALUES ('right', 1)")
    site.ask(A, "SELECT pg_sleep(0.2)")
    at = datetime.now(UTC).isoformat()
    site.ask(A, "SELECT pg_sleep(0.2)")
    site.ask(A, "INSERT INTO client_writes (client, n) VALUES ('wrong', 1)")
    site.archive()
    rows = "SELECT string_agg(client, ',') = 'right' FROM client_writes WHERE client IN ('right', 'wrong')"
    outcome = site.from_backup(replace(LIMITS, smoke={"production": {"before-the-mistake": rows}}), at=at)
    assert outcome.done, str(outcome.text)
    assert rows_of(outcome) == {"behind_s": None, "behind_bytes": None}
    assert stage(outcome.evidence, "backup")["at"] == at


def test_a_time_that_the_archive_does_not_reach_is_said_so(site: BackedUp) -> None:
    site.archive()
    outcome = site.from_backup(at=datetime.now(UTC).isoformat())
    assert not outcome.done
    assert "the archived log ends before" in str(outcome.text)
    assert site.restored == []


def test_a_copy_from_backup_whose_server_is_killed_comes_back_and_no_setting_leads_out_of_the_folder(
    site: BackedUp,
) -> None:
    site.settings(B, f"delta=y\nlink-all=y\nlink-map=pg_wal={ROOT}/elsewhere\narchive-async=y")
    outcome = site.from_backup(surprise="killed-following")
    assert outcome.done, str(outcome.text)


def test_it_may_be_drilled_on_the_host_that_leads(site: BackedUp) -> None:
    outcome = site.from_backup(host=A)
    assert outcome.done, str(outcome.text)
    assert DrillDatabase(site.tools()).verify({"database": "production", "host": A, "from": "backup"}).done
    assert site.bubbles.left("production", A).nothing


def test_log_that_is_missing_in_the_archive_is_found(site: BackedUp) -> None:
    for number in range(2):
        site.ask(A, f"INSERT INTO client_writes (client, n) VALUES ('gap', {number})")
        site.archive()
    newest = site.shell(B, "sh", "-c", f"ls {REPOSITORY}/archive/production/*/*/*.gz | tail -2 | head -1").strip()
    site.shell(B, "mv", newest, f"{ROOT}/aside")
    try:
        outcome = site.from_backup()
        assert not outcome.done
        assert "fetched: the archive has no" in str(outcome.text)
        assert site.restored == []
    finally:
        site.shell(B, "mv", f"{ROOT}/aside", newest)


@pytest.mark.parametrize(
    ("more", "repository", "said"),
    [
        ("repo1-cipher-type=aes-256-cbc", REPOSITORY, "its key is absent"),
        ("repo1-cipher-type=aes-256-cbc\nrepo1-cipher-pass=wrong", REPOSITORY, "its key is absent or wrong"),
        ("", "/root", "cannot be read"),
        ("", "/var/lib/jbnet", "no backup in the repository"),
    ],
    ids=["key absent", "key wrong", "unreadable", "no backup"],
)
def test_where_no_backup_can_be_had_nothing_is_begun(site: BackedUp, more: str, repository: str, said: str) -> None:
    site.settings(B, more, repository)
    with pytest.raises(Refused, match=said):
        site.from_backup()


def test_where_a_backup_has_no_room_nothing_is_begun(site: BackedUp) -> None:
    with pytest.raises(Refused, match="stay so"):
        site.from_backup(replace(LIMITS, free_percent=90.0, in_memory_mb=0))


def test_a_time_before_the_oldest_backup_is_refused(site: BackedUp) -> None:
    with pytest.raises(Refused, match="no backup ended before"):
        site.from_backup(at="2020-01-01T00:00:00+08:00")
