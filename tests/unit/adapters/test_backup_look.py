"""What a database host says of its log and of the repository, with programs that answer as the real ones do."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest

from jbnet.adapters.backup_looks import SshBackupLooks
from jbnet.model.business import Replication
from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.model.network import Database, Network
from jbnet.ports import Completed
from jbnet.recovery.backups import RepositoryLook, Span, TakenBackup
from jbnet.recovery.backups_plan import BackupsPlan
from jbnet.recovery.readiness import Level
from jbnet.services.database_cluster import Layout
from jbnet.services.recover.backup_sight import look_at_backups

INFO = """[{"name": "production", "repo": [{"status": {"code": 0, "message": "ok"}}], "backup": [
 {"label": "20261123-080000F", "type": "full", "error": false, "timestamp": {"stop": 1795420800},
  "archive": {"start": "0000000100000001000000FE", "stop": "0000000100000001000000FF"}}]}]"""
SUM = "0123456789abcdef0123456789abcdef01234567"
LISTED = "\n".join(
    [f"15-1/0000000100000001/0000000100000001000000{n}-{SUM}.gz" for n in ("FD", "FE", "FF")]
    + [f"15-1/0000000200000002/000000020000000200000001-{SUM}.gz", "15-1/00000002.history", "archive.info"]
)
PGBACKREST = f"""#!/bin/sh
case "$*" in
*repo-ls*) cat <<'END'
{LISTED}
END
;;
*info*) cat <<'END'
{INFO}
END
;;
*) echo pgBackRest 2.45 ;;
esac
"""
CONTROL = """#!/bin/sh
echo "Database cluster state:               in production"
echo "Latest checkpoint's TimeLineID:       1"
echo "Bytes per WAL segment:                16777216"
"""


@dataclass
class Here:
    """Implements RemoteHosts and RemoteHost: this machine, with programs of the test's; some hosts are silent."""

    programs: Path
    name: str = "here"
    silent: tuple[str, ...] = ()

    def host(self, device: str, user: str, via: str | None = None) -> Here:
        return Here(self.programs, device, self.silent)

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        if self.name in self.silent:
            raise Unreachable("{host} does not answer", host=self.name)
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=timeout,
                              env={"PATH": f"{self.programs}:/usr/bin:/bin"})  # fmt: skip
        return Completed(tuple(argv), done.returncode, done.stdout, done.stderr)


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A cluster of which two files wait to be archived, promoted a moment ago."""
    for name, text in (("pgbackrest", PGBACKREST), ("pg_controldata", CONTROL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    found = Layout(programs=str(tmp_path), root=str(tmp_path))
    status = Path(found.data("production"), "pg_wal", "archive_status")
    status.mkdir(parents=True)
    for name in ("000000020000000200000002.ready", "00000002.history.ready", "000000020000000200000001.done"):
        (status / name).touch()
    (status.parent / "00000002.history").touch()
    Path(found.archive_settings("production")).write_text("archive_command = 'true'\n")
    return found


def test_what_waits_what_is_kept_and_the_newest_backup_are_read(layout: Layout) -> None:
    looks = SshBackupLooks(Here(Path(layout.programs)), layout)
    server, there = looks.look("west-db1", ["production"], here=True)["production"]
    assert (server.leads, server.timeline, server.waiting, server.archives) == (True, 2, 2, True)
    assert (server.version, server.segment_bytes) == ("2.45", 16 << 20)
    assert there == RepositoryLook(
        TakenBackup("20261123-080000F", 1795420800, 1, 0x1FE), (Span(1, 0x1FD, 0x1FF), Span(2, 0x201, 0x201))
    )
    assert looks.look("east-db1", ["production"], here=False)["production"][1] is None


def test_a_host_that_says_nothing_readable_is_no_answer(layout: Layout) -> None:
    Path(layout.programs, "pg_controldata").write_text("#!/bin/sh\necho 'Bytes per WAL segment: many'\n")
    with pytest.raises(CommandFailed, match="west-db1"):
        SshBackupLooks(Here(Path(layout.programs)), layout).look("west-db1", ["production"], here=False)


def test_a_silent_repository_is_unknown_and_a_silent_leader_hides_nothing_of_it(layout: Layout) -> None:
    one = Database(
        "production", "生产", IPv4Address("10.3.0.1"), 5432, "east-db1", "west-db1", Replication.BLOCK, 60, 0
    )
    network = Network("test", "测试", 64512, IPv4Network("10.0.0.0/8"), databases={"production": one})
    plan = BackupsPlan("west-db1")
    for silent, level, said in (
        ("west-db1", Level.UNKNOWN, "west-db1 does not say"),
        ("east-db1", Level.RED, "segment 200 of timeline 1"),
    ):
        looks = SshBackupLooks(Here(Path(layout.programs), silent=(silent,)), layout)
        (found,) = look_at_backups(looks, network, ["production"], plan, 1795424400.0)
        assert (found.level, found.looked) == (level, level is not Level.UNKNOWN)
        assert said in str(found.found)
