#!/usr/bin/python3
"""Ansible module: the backups of one PostgreSQL 15 cluster with pgBackRest, and the proof that they restore.

    state made       the repository has a place for it
    state archived   log is archived
    state backed_up  log is archived; where the cluster leads there is a full backup that is not older than ``hours``
    state proved     the newest backup is restored beside the cluster, started, read, and thrown away

``shared``: one host's repository is all hosts'. ``here``: this one's. There alone a place is made, backups are taken
(copied from the server that follows there, or from the one that leads there) and proved; a full one is taken as well
where the newest is of an older timeline than the server's.

Runs as the account that owns the cluster. Idempotent; ``proved`` leaves nothing behind and changes nothing.
A condition that does not hold (``unmet``) is an answer, and nothing was done.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

HOUR_S = 3600
ROOM = 1.2
"""A restore needs the size of the database, and some more for log."""
PROMOTED_S = 600
OWN = "pgbackrest --stanza={stanza} archive-push %p"
TIMELINE = """SELECT greatest((SELECT timeline_id FROM pg_control_checkpoint()), max(received_tli),
 (SELECT max(('x' || left(name, 8))::bit(32)::int) FROM pg_ls_waldir() WHERE name LIKE '%.history'))
 FROM pg_stat_wal_receiver"""
"""Behind a promotion the control file is a checkpoint late; the history is there at once, a follower is told by its
stream."""
ARCHIVED = """# Written by jbnet playbook backup; do not edit.
archive_mode = on
archive_command = '{command}'
archive_timeout = {timeout}
"""


class Stanza:
    """The steps; ``changed`` lists what was done, ``found`` what is so."""

    def __init__(self, module: AnsibleModule):
        self.module = module
        self.options: dict[str, Any] = module.params
        self.name = self.options["stanza"]
        self.changed: list[str] = []
        self.found: dict[str, Any] = {}

    def run(self, *argv: str, check: bool = True, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a program; a failure fails the task with what it said."""
        environment = {**os.environ, "LC_ALL": "C"}
        done = subprocess.run(argv, input=stdin, capture_output=True, text=True, check=False, env=environment)
        if check and done.returncode:
            said = (done.stderr.strip() or done.stdout.strip())[-500:]
            self.module.fail_json(msg=f"{Path(argv[0]).name}: {said or done.returncode}")
        return done

    def unmet(self, said: str) -> None:
        """Say no: a condition does not hold."""
        self.module.fail_json(msg=f"{self.name}: {said}", unmet=True)

    def pgbackrest(self, *arguments: str) -> str:
        """Run pgBackRest on this stanza and return what it printed."""
        return self.run("pgbackrest", f"--stanza={self.name}", "--log-level-console=error", *arguments).stdout

    def postgres(self, program: str, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL's."""
        return self.run(f"{self.options['programs']}/{program}", *arguments, check=check)

    def ask(self, query: str, where: str = "", database: str = "postgres", check: bool = True) -> str:
        """Return the answer to a query, over the local socket; empty: nobody answers yet (without ``check``)."""
        sockets = where or self.options["sockets"]
        to = ["-h", sockets, "-p", str(self.options["port"]), "-d", database]
        done = self.postgres("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *to, "-c", query, check=check)
        return done.stdout.strip()

    def backups(self) -> list[dict[str, Any]]:
        """Return the stanza's backups, oldest first."""
        listed = json.loads(self.pgbackrest("--output=json", "info"))
        return [backup for stanza in listed for backup in stanza.get("backup", ()) if not backup.get("error")]

    def exists(self) -> bool:
        """Say whether the repository has the stanza (status 1: it has not)."""
        return any(s["status"]["code"] != 1 for s in json.loads(self.pgbackrest("--output=json", "info")))

    # state backed_up

    def leads(self) -> bool:
        """Say whether the cluster takes writes."""
        return self.ask("SELECT pg_is_in_recovery()") == "f"

    def make(self) -> None:
        """See to a place in the repository of this host; what the cluster is stands in its own files."""
        if not self.exists():
            self.do("stanza", "--no-online", "stanza-create")

    def archived(self) -> None:
        """Let log be archived into the repository of whichever host."""
        self.archive(self.leads())
        self.found = {"leads": self.leads()}

    def back_up(self) -> None:
        """Let log be archived; where the cluster leads, or where the one repository lies, see to a full backup."""
        leads = self.leads()
        if self.options["shared"] and not self.options["here"]:
            self.found = {"leads": leads, "backups": None, "newest": None}
            return
        if not self.options["shared"]:
            self.archive(leads)
        if leads or self.options["here"]:
            self.full_backup(leads)
        backups = [] if self.module.check_mode and not self.exists() else self.backups()
        self.found = {"leads": leads, "backups": len(backups), "newest": backups[-1]["label"] if backups else None}

    def archive(self, leads: bool) -> None:
        """Make the stanza and switch archiving on. A server that never archived needs one restart for it."""
        off = self.ask("SHOW archive_mode") == "off"
        if off and not self.options["restart"]:
            self.unmet("archiving begins with one restart of its server; run again with --set backup_restart=true")
        settings = Path(self.options["archive_settings"])
        command = self.options["command"] or OWN.format(stanza=self.name)
        wanted = ARCHIVED.format(command=command, timeout=self.options["archive_timeout"])
        differs = not settings.exists() or settings.read_text(encoding="utf-8") != wanted
        if not self.options["shared"] and not self.exists():
            self.do("stanza", "--no-online" if not leads else "--online", "stanza-create")
        if differs:
            self.changed.append("settings")
        if self.module.check_mode:
            return
        if differs:
            write(settings, wanted)
        if differs or off:
            self.postgres(
                "pg_ctl",
                "-D",
                self.options["data"],
                *(("-w", "-m", "fast", "-l", self.options["log"], "restart") if off else ("reload",)),
            )
        if off:
            self.changed.append("restart")

    def full_backup(self, leads: bool) -> None:
        """Take a full backup where the newest one is too old, having seen that log arrives in the repository."""
        full = [b for b in self.backups() if b["type"] == "full"] if self.exists() else []
        if full and not self.is_past(full[-1]):
            return
        if not self.module.check_mode:
            self.pgbackrest("check")
        source = ["--no-backup-standby" if leads else "--backup-standby"] if self.options["shared"] else []
        self.do("backup", "--type=full", *source, "backup")

    def is_past(self, backup: dict[str, Any]) -> bool:
        """Say whether a backup is too old, or of another timeline than the server's (in a shared repository)."""
        if time.time() - backup["timestamp"]["stop"] >= self.options["hours"] * HOUR_S:
            return True
        return bool(self.options["shared"]) and int(backup["archive"]["start"][:8], 16) < int(self.ask(TIMELINE))

    def do(self, what: str, *arguments: str) -> None:
        """Run pgBackRest for a change, unless it is only to be said."""
        self.changed.append(what)
        if not self.module.check_mode:
            self.pgbackrest(*arguments)

    # state proved

    def prove(self) -> None:
        """Restore the newest backup into a directory of its own, start it, read it, throw it away."""
        if self.options["shared"] and not self.options["here"]:
            self.found = {"backup": None}
            return
        backups = self.backups() if self.exists() else []
        if not backups:
            if not self.options["here"] and not self.leads():
                self.found = {"backup": None}
                return
            self.unmet("it has no backup; take one with: jbnet playbook backup")
        newest = backups[-1]
        root = Path(self.options["data"]).parent
        need, free = int(newest["info"]["size"] * ROOM), shutil.disk_usage(root).free
        if need > free:
            self.unmet(f"a restore needs {need >> 20} MB in {root}; {free >> 20} MB are free")
        self.found = {"backup": newest["label"]}
        if self.module.check_mode:
            return
        beside = Path(tempfile.mkdtemp(prefix=f"{self.name}-proof-", dir=root))
        try:
            self.restore(beside)
        finally:
            self.postgres("pg_ctl", "-D", str(beside), "-m", "immediate", "stop", check=False)
            shutil.rmtree(beside)

    def restore(self, beside: Path) -> None:
        """Bring the copy to the end of the archive; it listens in its own directory alone, and archives nothing."""
        began = time.monotonic()
        self.pgbackrest(f"--pg1-path={beside}", "--archive-mode=off", "restore")
        options = f"-c listen_addresses= -c unix_socket_directories={beside} -c synchronous_standby_names="
        self.postgres("pg_ctl", "-D", str(beside), "-w", "-t", str(PROMOTED_S), "-l", f"{beside}/proof.log",
                      "-o", options, "start")  # fmt: skip
        deadline = time.monotonic() + PROMOTED_S
        while self.ask("SELECT pg_is_in_recovery()", str(beside), check=False) != "f":
            if time.monotonic() > deadline:
                self.module.fail_json(msg=f"{self.name}: the copy does not come to the end of the archive")
            time.sleep(0.2)
        answer = self.ask(self.options["query"], str(beside), self.name)
        self.found |= {"read": answer, "seconds": round(time.monotonic() - began, 1)}


def write(path: Path, content: str) -> None:
    """Replace a file whole, for its owner alone."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(content)
    temporary.replace(path)


def main() -> None:
    """Read the parameters, act, report."""
    module = AnsibleModule(
        argument_spec={
            "state": {"choices": ["made", "archived", "backed_up", "proved"], "required": True},
            "stanza": {"type": "str", "required": True},
            "programs": {"type": "path", "required": True},
            "data": {"type": "path", "required": True},
            "log": {"type": "path", "required": True},
            "port": {"type": "int", "required": True},
            "sockets": {"type": "path", "required": True},
            "archive_settings": {"type": "path", "required": True},
            "archive_timeout": {"type": "int", "default": 300},
            "hours": {"type": "float", "default": 20},
            "restart": {"type": "bool", "default": False},
            "shared": {"type": "bool", "default": False},
            "here": {"type": "bool", "default": False},
            "command": {"type": "str", "default": ""},
            "query": {"type": "str", "default": "SELECT count(*), max(written) FROM client_writes"},
        },
        supports_check_mode=True,
    )
    stanza = Stanza(module)
    states = {"made": stanza.make, "archived": stanza.archived, "backed_up": stanza.back_up, "proved": stanza.prove}
    states[module.params["state"]]()
    module.exit_json(changed=bool(stanza.changed), did=stanza.changed, found=stanza.found)


if __name__ == "__main__":
    main()
