#!/usr/bin/python3
"""Ansible module: one PostgreSQL 15 cluster as leader or standby. Idempotent; runs as the account that owns it.

One module instead of a dozen tasks, because every task is a login and an interpreter: six clusters are
up in seconds. It never decides who leads: a leader that carries ``standby.signal``, or a standby
that does not, is refused; ``follower`` asks only that. In check mode it says what it would do.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import time
from pathlib import Path
from typing import Any

from ansible.module_utils.basic import AnsibleModule

START_TIMEOUT_S = 60
STREAM_TIMEOUT_S = 60
RAN_SOMETHING = ("CREATE", "ALTER", "GRANT", "SLOT")


class Cluster:
    """The steps; ``changed`` lists what was done."""

    def __init__(self, module: AnsibleModule):
        self.module = module
        self.options: dict[str, Any] = module.params
        self.data = Path(self.options["data"])
        self.changed: list[str] = []

    @property
    def exists(self) -> bool:
        """Say whether there is a cluster."""
        return (self.data / "PG_VERSION").exists()

    def run(
        self, program: str, *arguments: str, stdin: str = "", check: bool = True
    ) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL's; a failure fails the task with what it said."""
        argv = [f"{self.options['programs']}/{program}", *arguments]
        done = subprocess.run(
            argv, input=stdin, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
        )
        if check and done.returncode:
            self.module.fail_json(msg=f"{program}: {done.stderr.strip()[-500:] or done.returncode}")
        return done

    def lead(self) -> None:
        """Make the cluster, start it, make roles, database and slot."""
        if not self.exists:
            options = ["--data-checksums", "--encoding=UTF8", "--locale=C.UTF-8", "--auth=peer", "--no-instructions"]
            # Clusters of a host are made side by side; initdb fails where another makes the folder above meanwhile.
            self.data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.run("initdb", "-D", str(self.data), *options)
            self.changed.append("initdb")
        if (self.data / "standby.signal").exists():
            self.module.fail_json(msg="it does not lead here now (standby.signal is there): use jbnet dr failback")
        self.serve(self.write_files())
        said = self.psql("-f", "-", "-e", stdin=self.options["set_up"]).stdout
        self.changed += [line.split()[0] for line in said.splitlines() if line.startswith(RAN_SOMETHING)]

    def follow(self) -> None:
        """Copy the leader where there is nothing, start, wait until it streams."""
        if not self.exists:
            self.write_files(outside=True)
            self.copy()
        self.follows()
        self.serve(self.write_files())
        deadline = time.monotonic() + STREAM_TIMEOUT_S
        while self.psql("-c", "SELECT status FROM pg_stat_wal_receiver").stdout.strip() != "streaming":
            if time.monotonic() > deadline:
                self.module.fail_json(msg=f"does not stream after {STREAM_TIMEOUT_S} s; see {self.options['log']}")
            time.sleep(0.1)

    def follows(self) -> None:
        """Refuse where the standby leads now; a host without a cluster leads nothing."""
        if self.exists and not (self.data / "standby.signal").exists():
            self.module.fail_json(msg="it leads here now (no standby.signal): use jbnet dr failback")

    def would(self, role: str) -> None:
        """Say what would be done: for check mode."""
        if not self.exists:
            self.changed.append({"leader": "initdb", "standby": "basebackup"}.get(role, role))
            return
        if role == "standby":
            self.follows()
        if role == "leader" and (self.data / "standby.signal").exists():
            self.module.fail_json(msg="it does not lead here now (standby.signal is there): use jbnet dr failback")
        self.changed += [Path(name).name for name, content in self.options["files"].items() if differs(name, content)]
        if self.options["start"] and self.run("pg_ctl", "-D", str(self.data), "status", check=False).returncode:
            self.changed.append("start")

    def copy(self) -> None:
        """Take the base backup beside the final place, so that a half copy is never started."""
        beside = f"{self.data}.new"
        subprocess.run(["rm", "-rf", beside], check=True)
        self.run("pg_basebackup", "-d", self.options["source"], "-D", beside, "-c", "fast", "-X", "stream", "-w")
        Path(beside, "standby.signal").touch()
        Path(beside).rename(self.data)
        self.changed.append("basebackup")

    def write_files(self, outside: bool = False) -> bool:
        """Write the files that differ (mode 0600); ``outside``: only those that lie outside the data directory."""
        wrote = False
        for name, content in self.options["files"].items():
            path = Path(name)
            if (outside and self.data in path.parents) or not differs(name, content):
                continue
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            temporary = path.with_name(f"{path.name}.{os.getpid()}")
            with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
                stream.write(content)
            temporary.replace(path)
            self.changed.append(path.name)
            wrote = True
        return wrote

    def serve(self, reload: bool) -> None:
        """Start it, or let it read its settings again. Started by somebody else: only the reload."""
        self.clear_stale()
        if self.run("pg_ctl", "-D", str(self.data), "status", check=False).returncode == 0:
            if reload:
                self.run("pg_ctl", "-D", str(self.data), "reload")
        elif self.options["start"]:
            log = self.options["log"]
            self.run("pg_ctl", "-D", str(self.data), "-w", "-t", str(START_TIMEOUT_S), "-l", log, "start")
            self.changed.append("start")

    def keep(self) -> None:
        """Start the keeper, unless it runs. It lives beside the server, and outlives it."""
        keeper = self.options["keeper"]
        if not keeper:
            return
        with Path(f"{self.data}-keeper.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return
        argv = ["/usr/bin/python3", keeper, self.options["programs"], str(self.data), str(self.options["port"])]
        nowhere = subprocess.DEVNULL
        subprocess.Popen(argv, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True, cwd="/")
        self.changed.append("keeper")

    def clear_stale(self) -> None:
        """Remove lock files that a power failure left: the process ids in them may be others' by now."""
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if link.readlink() == self.data:
                    return
            except OSError:  # another account's process, or one that ended
                continue
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.data.parent / f".s.PGSQL.{self.options['port']}.lock").unlink(missing_ok=True)

    def psql(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run SQL as the owner over the local socket."""
        where = ["-h", str(self.data.parent), "-p", str(self.options["port"]), "-d", "postgres"]
        return self.run("psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *where, *arguments, stdin=stdin)


def differs(name: str, content: str) -> bool:
    """Say whether a file is not there, or holds something else."""
    path = Path(name)
    return not path.exists() or path.read_text(encoding="utf-8") != content


def main() -> None:
    """Read the parameters, do the role's steps, report."""
    module = AnsibleModule(
        argument_spec={
            "role": {"choices": ["leader", "standby", "settings", "follower"], "required": True},
            "programs": {"type": "path", "required": True},
            "data": {"type": "path", "required": True},
            "port": {"type": "int", "required": True},
            "log": {"type": "path", "required": True},
            "files": {"type": "dict", "required": True, "no_log": True},
            "source": {"type": "str", "default": ""},
            "set_up": {"type": "str", "default": "", "no_log": True},
            "start": {"type": "bool", "default": True},
            "keeper": {"type": "str", "default": ""},
        },
        supports_check_mode=True,
    )
    cluster = Cluster(module)
    if module.params["role"] == "follower":
        cluster.follows()
    elif module.check_mode:
        cluster.would(module.params["role"])
    elif module.params["role"] == "leader":
        cluster.lead()
    elif module.params["role"] == "standby":
        cluster.follow()
        cluster.keep()
    else:
        cluster.serve(cluster.write_files())
        cluster.keep()
    module.exit_json(changed=bool(cluster.changed), did=cluster.changed)


if __name__ == "__main__":
    main()
