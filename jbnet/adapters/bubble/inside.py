"""What runs in the bubble: a copy of a standby is recovered, promoted, written to and looked through.

``enclose PARAMETERS`` is the first process there, root of nothing but these namespaces: it brings up the loopback,
hides the sockets and files of what runs on the host, and becomes ``work PARAMETERS``, without any capability, so
that the server it starts could not open the bubble either. Answers are JSON, one line each.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HIDDEN = ("/run", "/tmp", "/dev/shm")  # noqa: S108  hidden, not used
TRY_S = 3.0
START_S = 600.0
CHECK_S = 24 * 3600.0
STATE_LINE = 7
NO_WAY = (errno.ENETUNREACH, errno.EHOSTUNREACH)
"""What the kernel answers where it has no route. A time-out would prove nothing."""
PARITY = ("max_connections", "max_worker_processes", "max_wal_senders", "max_prepared_xacts", "max_locks_per_xact")
"""What a standby needs at least as much of as its primary had (PostgreSQL 15, 27.4.3), by pg_controldata's names."""
NAMES = {"max_prepared_xacts": "max_prepared_transactions", "max_locks_per_xact": "max_locks_per_transaction"}

Parameters = Mapping[str, Any]


def say(**words: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def fail(stage: str, said: str) -> None:
    """End with a reason, which the other program passes on."""
    sys.stderr.write(f"{stage}: {said}\n")
    sys.exit(1)


def enclose(p: Parameters, source: str) -> None:
    """Shut the doors, then become the one that works, as the account it was, without a right over these namespaces."""

    def checked(*argv: str) -> None:
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)

    folder, root = p["folder"], p["root"]
    checked("ip", "link", "set", "lo", "up")
    checked("mount", "-t", "tmpfs", "tmpfs", "/run")
    Path("/run/kept").mkdir()
    checked("mount", "--rbind", folder, "/run/kept")
    checked("mount", "-t", "tmpfs", "tmpfs", root)
    Path(folder).mkdir(parents=True)
    checked("mount", "--move", "/run/kept", folder)
    for path in (*HIDDEN[1:], *p["repositories"]):
        if Path(path).is_dir():
            checked("mount", "-t", "tmpfs", "tmpfs", path)
    account = [f"--map-user={p['uid']}", f"--map-group={p['gid']}"]
    argv = ["unshare", "--user", *account, "python3", "-I", "-c", source, "work", json.dumps(p)]
    os.execvp(argv[0], argv)  # noqa: S606  no shell is meant


# --- no way out ------------------------------------------------------------------------------------------------------


def tried(address: str, port: int) -> str:
    """Return what became of a TCP connection: ``connected``, or the name of the kernel's answer."""
    try:
        with socket.create_connection((address, port), timeout=TRY_S):
            return "connected"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, str(error))


def walls(p: Parameters) -> dict[str, object]:
    """Return the proof that there is no way out; ``holds`` says whether it is one."""
    names = [name for _, name in socket.if_nameindex()]
    routes = len(Path("/proc/net/route").read_text(encoding="ascii").splitlines()) - 1
    status = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    rights = [line.split()[1] for line in status if line.startswith(("CapEff", "CapPrm", "CapAmb"))]
    tries = [{"to": f"{a}:{n}", "said": tried(a, n)} for a, n in p["ways_out"]]
    meant = {errno.errorcode[number] for number in NO_WAY}
    socket_seen = Path(p["root"], f".s.PGSQL.{p['port']}").exists()
    archives = [path for path in p["repositories"] if Path(path).is_dir() and any(Path(path).iterdir())]
    holds = (
        names == ["lo"] and routes == 0 and not any(int(right, 16) for right in rights)
        and not socket_seen and not archives and not Path(p["data"]).exists()
        and bool(tries) and all(one["said"] in meant for one in tries)
    )  # fmt: skip
    return {"interfaces": names, "routes": routes, "capabilities": rights, "tries": tries,
            "production_socket": socket_seen, "repositories": archives, "holds": holds}  # fmt: skip


# --- the copy --------------------------------------------------------------------------------------------------------


def parity(control: str) -> dict[str, str]:
    """Return the settings that recovery asks for, from what pg_controldata printed."""
    found = {}
    for line in control.splitlines():
        name, _, value = line.partition(":")
        bare = name.replace(" setting", "").strip()
        if bare in PARITY:
            found[NAMES.get(bare, bare)] = value.strip()
    return found


def settings(p: Parameters, control: str) -> str:
    """Return the copy's ``postgresql.conf``: it follows nobody, archives nowhere, listens to itself, and is small.

    Nothing is flushed to disk (fsync): the copy is thrown away, and its flushes would stand before production's.
    """
    wanted = {
        "listen_addresses": "127.0.0.1",
        "port": p["port"],
        "unix_socket_directories": f"{p['folder']}/socket",
        "cluster_name": f"drill {p['database']}",
        "primary_conninfo": "",
        "primary_slot_name": "",
        "restore_command": "",
        "archive_cleanup_command": "",
        "recovery_end_command": "",
        "archive_mode": "off",
        "archive_library": "",
        "archive_command": "",
        "synchronous_standby_names": "",
        "shared_preload_libraries": "",
        "session_preload_libraries": "",
        "hot_standby": "on",
        "wal_level": "replica",
        "fsync": "off",
        "autovacuum": "off",
        "jit": "off",
        "huge_pages": "off",
        "shared_buffers": f"{p['memory_mb']}MB",
        "maintenance_work_mem": "16MB",
        "max_wal_size": "256MB",
        "max_parallel_workers_per_gather": 0,
        "dynamic_shared_memory_type": "mmap",
        "lc_messages": "C",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "password_encryption": "scram-sha-256",
        **target(p),
        **parity(control),
    }
    return "".join(f"{name} = '{value}'\n" for name, value in wanted.items())


def target(p: Parameters) -> dict[str, str]:
    """Return where the copy stops reading the log: at the time that was asked for, and waits there to be promoted."""
    at = (p["backup"] or {}).get("at")
    return {"recovery_target_time": at, "recovery_target_action": "pause"} if at else {}


def server_command(p: Parameters) -> list[str]:
    """Return what starts the copy."""
    return [f"{p['programs']}/postgres", "-D", f"{p['folder']}/data"]


def psql_command(p: Parameters, database: str, *options: str) -> list[str]:
    """Return what asks the copy; SQL comes by standard input, values as variables."""
    where = ["-h", f"{p['folder']}/socket", "-p", str(p["port"]), "-d", database, "-f", "-"]
    return [f"{p['programs']}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *options, *where]


def amcheck_command(p: Parameters) -> list[str]:
    """Return what reads every table and index of the copy."""
    where = ["-h", f"{p['folder']}/socket", "-p", str(p["port"]), "-d", p["database"]]
    return [f"{p['programs']}/pg_amcheck", "--install-missing", "--no-password", *where]


def checksums_command(p: Parameters) -> list[str]:
    """Return what reads every block of the copy, once it is stopped."""
    return [f"{p['programs']}/pg_checksums", "--check", "-D", f"{p['folder']}/data"]


class Copy:
    """The copy, and its server while it runs."""

    def __init__(self, p: Parameters):
        self.p = p
        self.data = f"{p['folder']}/data"
        self.log = Path(p["folder"], "server.log")
        self.server: subprocess.Popen[bytes] | None = None

    @staticmethod
    def program(argv: Sequence[str], limit: float = CHECK_S) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs."""
        environment = {**os.environ, "LC_ALL": "C"}
        return subprocess.run(argv, capture_output=True, text=True, timeout=limit, check=False, env=environment,
                              stdin=subprocess.DEVNULL)  # fmt: skip

    def prepare(self) -> None:
        """Write whom it follows (nobody) and who may log in, over what came along; it begins as a standby."""
        control = self.program([f"{self.p['programs']}/pg_controldata", self.data], limit=30).stdout
        texts = {
            "postgresql.conf": settings(self.p, control),
            "postgresql.auto.conf": "",
            "pg_hba.conf": "local all postgres peer\n",
            "standby.signal": "",
        }
        for name, content in texts.items():
            Path(self.data, name).write_text(content, encoding="utf-8")
        Path(self.data, "recovery.signal").unlink(missing_ok=True)
        Path(self.p["folder"], "socket").mkdir(mode=0o700)

    def start(self) -> None:
        """Start it, and wait until it takes questions."""
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                server_command(self.p), stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.data
            )
        until = time.monotonic() + START_S
        while not self._ready() or self.ask("SELECT 1;", limit=5) != "1":
            if self.server.poll() is not None or time.monotonic() > until:
                fail("start", self.log_end())
            time.sleep(0.05)

    def _ready(self) -> bool:
        """Say whether its own file says that it takes connections (pidfile.h: first the process, eighth its state).

        A file costs nothing to read; each question is a program and a server process more.
        """
        try:
            lines = Path(self.data, "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        server = self.server.pid if self.server else 0
        return len(lines) > STATE_LINE and lines[0] == str(server) and lines[STATE_LINE].strip() == "ready"

    def log_end(self) -> str:
        """Return the end of what the server said."""
        said = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        return " / ".join(said[-4:])[-400:]

    def stop(self) -> bool:
        """Stop it cleanly; say whether it did."""
        if self.server is None:
            return True
        self.server.send_signal(signal.SIGINT)
        try:
            return self.server.wait(120) == 0
        except subprocess.TimeoutExpired:
            return False

    def crash(self) -> None:
        """End it as a power failure of its processes would, and start it again."""
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        until = time.monotonic() + 30.0
        while self._orphans() and time.monotonic() < until:
            time.sleep(0.05)
        self.start()

    def _orphans(self) -> list[int]:
        """Return the server's processes that have not noticed yet that it is gone: they work in its data directory."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cwd"):
            with contextlib.suppress(OSError):
                if str(path.readlink()) == self.data:
                    found.append(int(path.parent.name))
        return found

    def ask(self, sql: str, database: str = "postgres", limit: float = 60.0, **words: str) -> str | None:
        """Ask; None: no answer, or an error."""
        variables = [word for name, value in words.items() for word in ("-v", f"{name}={value}")]
        argv = psql_command(self.p, database, *variables)
        try:
            done = subprocess.run(argv, input=sql, capture_output=True, text=True, timeout=limit, check=False)
        except subprocess.TimeoutExpired:
            return None
        return done.stdout.strip() if done.returncode == 0 else None


STANDS = "SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'startup';"
ENDS = ("RecoveryRetrieveRetryInterval", "RecoveryPause")
"""What the process that reads the log waits for when there is no more of it, or at its target (PostgreSQL 15, 28.2)."""
REPLAYED = "SELECT pg_last_wal_replay_lsn() - '0/0'::pg_lsn;"
NEWEST = "SELECT extract(epoch FROM max(written)) FROM client_writes;"
WRITE = """SET SESSION AUTHORIZATION :"role";
INSERT INTO client_writes (client, n) VALUES (:'client', 1) RETURNING n;"""
WRITTEN = "SELECT count(*) FROM client_writes WHERE client = :'client';"
TIMELINE = "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int;"


def work(p: Parameters) -> None:
    """Do all of it, a line each."""
    os.chdir(p["folder"])
    proof = walls(p)
    say(phase="enclosed", **proof)
    if not proof["holds"]:
        fail("enclose", "there is a way out")
    copy = Copy(p)
    copy.prepare()
    recover(copy)
    promote(copy)
    smoke(copy)
    check(copy)


def recover(copy: Copy) -> None:
    """Bring it to the end of the log it has."""
    began = time.monotonic()
    copy.start()
    if copy.p["surprise"] == "killed-following":
        copy.crash()
    while (stands := copy.ask(STANDS)) not in ENDS:
        if copy.server is not None and copy.server.poll() is not None:
            fail("recover", copy.log_end())
        time.sleep(0.1)
    if target(copy.p) and stands != "RecoveryPause":
        fail("recover", f"the archived log ends before {copy.p['backup']['at']}")
    at = copy.ask(REPLAYED)
    newest = copy.ask(NEWEST, copy.p["database"])
    say(phase="recovered", seconds=round(time.monotonic() - began, 3), replayed=int(at) if at else None,
        newest_row=float(newest) if newest else None)  # fmt: skip


def promote(copy: Copy) -> None:
    """Promote it, and write as a client does; what was acknowledged is there after a crash, too."""
    p, began = copy.p, time.monotonic()
    if copy.ask("SELECT pg_promote(true, 300);", limit=310) != "t":
        fail("promote", copy.log_end())
    leads = time.monotonic()
    timeline = copy.ask(TIMELINE)
    say(phase="leads", seconds=round(leads - began, 3), timeline=int(timeline) if timeline else None)
    before = time.monotonic()
    written = copy.ask(WRITE, p["database"], client=p["client"], role=p["role"])
    seconds = round(time.monotonic() - before, 3)
    if p["surprise"] == "killed-leading":
        copy.crash()
    there = copy.ask(WRITTEN, p["database"], client=p["client"])
    say(phase="wrote", seconds=seconds, holds=written == "1" and there == "1")


def smoke(copy: Copy) -> None:
    """Ask what the plan wants to be true; an answer other than ``t`` is a no."""
    for name, sql in copy.p["smoke"].items():
        before = time.monotonic()
        answer = copy.ask(sql, copy.p["database"], limit=600)
        said = "no answer" if answer is None else answer[:100]
        say(phase="smoke", name=name, holds=answer == "t", said=said, seconds=round(time.monotonic() - before, 3))


def check(copy: Copy) -> None:
    """Read every table and index (amcheck), stop it, and read every block (checksums)."""
    p = copy.p
    read = copy.program(amcheck_command(p))
    say(phase="amcheck", holds=read.returncode == 0, said=last_words(read))
    stopped = copy.stop()
    blocks = copy.program(checksums_command(p))
    say(phase="checksums", holds=stopped and blocks.returncode == 0, said=last_words(blocks))


def last_words(done: subprocess.CompletedProcess[str]) -> str:
    """Return the last line that a program printed."""
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1][-200:] if lines else ""


def main(verb: str, parameters: str, source: str) -> None:
    """Do what the verb says."""
    p = json.loads(parameters)
    if verb == "enclose":
        enclose(p, source)
    else:
        work(p)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.orig_argv[sys.orig_argv.index("-c") + 1])
