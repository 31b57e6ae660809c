"""Looking at backups over SSH, as the account of the servers: the program is sent along each time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jbnet.model.errors import CommandFailed
from jbnet.ports import RemoteHosts
from jbnet.recovery.backups import ArchiverLook, RepositoryLook, Span, TakenBackup
from jbnet.services.database_cluster import Layout

ACCOUNT = "postgres"
LOOK_S = 30.0
Seen = Mapping[str, tuple[ArchiverLook, RepositoryLook | None]]
"""By database: its log on a host, and what the repository has of it where that lies there."""


@cache
def source() -> str:
    """Return the program, as text."""
    return resources.files("jbnet.adapters").joinpath("backup_look.py").read_text(encoding="utf-8")


class SshBackupLooks:
    """Implements BackupLooks."""

    def __init__(self, hosts: RemoteHosts, layout: Layout | None = None):
        self._hosts, self._layout = hosts, layout or Layout()

    def look(self, host: str, databases: Sequence[str], *, here: bool) -> Seen:
        """Look at all databases of a host in one command. Raises Unreachable, CommandFailed."""
        layout = self._layout
        wanted = [
            {"name": name, "data": layout.data(name), "programs": layout.programs,
             "archive_settings": layout.archive_settings(name)}
            for name in databases
        ]  # fmt: skip
        given = json.dumps({"databases": wanted, "here": here})
        done = self._hosts.host(host, ACCOUNT).run(["python3", "-I", "-c", source(), given], timeout=LOOK_S)
        if done.code:
            raise CommandFailed("{host}: {command} failed: {error}", host=host, command="python3",
                                error=done.stderr.strip()[-300:])  # fmt: skip
        try:
            return {name: _read(said) for name, said in json.loads(done.stdout).items()}
        except (ValueError, TypeError, KeyError) as error:
            raise CommandFailed("{host}: {command} failed: {error}", host=host, command="python3",
                                error=repr(error)) from error  # fmt: skip


def _read(said: Mapping[str, Any]) -> tuple[ArchiverLook, RepositoryLook | None]:
    there = said["repository"]
    if there is None:
        return ArchiverLook(**said["server"]), None
    newest = TakenBackup(**there["newest"]) if there["newest"] is not None else None
    return ArchiverLook(**said["server"]), RepositoryLook(
        newest, tuple(Span(*s) for s in there["spans"]), there["said"]
    )
