"""What runs on a database host for a drill: it looks, copies, encloses, and takes everything away again.

Sent over SSH as the account of the servers: ``python3 -c SOURCE VERB PARAMETERS``. The standard library is all it
needs. Parameters are one JSON text; answers are JSON, one line each.

``run`` lives as long as its standard input: when jbnet ends, however it ends, input ends, and so does the drill. The
processes it starts lie in process-id namespaces of their own whose first process ends with this one
(PR_SET_PDEATHSIG), so that nothing outlives it, and what can be left is one folder with a record in it.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

RECORD = "record.json"
APPLICATION = "jbnet-drill"
"""``application_name`` of the one connection that a drill has to the standby."""
TOLD_EVERY_S = 2.0
ENDS_IN_S = 20.0
RECORD_WITHIN_S = 5.0
CLONE_NEWNS, CLONE_NEWUSER = 0x20000, 0x10000000
MS_NOSUID, MS_NODEV, MNT_DETACH = 2, 4, 2
"""linux/sched.h, linux/mount.h; Debian 12's Python has no unshare, and no Python has mount."""
SESSIONS = (
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE application_name = 'jbnet-drill'),"
    " (SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'pg_basebackup_%');"
)
SIZES = (
    "SELECT (SELECT sum(pg_database_size(oid)) FROM pg_database),"
    " (SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global'));"
)
"""What is asked at one time is one question: each is a program started here, and a process of production's server."""
CLOSED = (
    "ionice",
    "-c",
    "3",
    "setpriv",
    "--pdeathsig",
    "KILL",
    "unshare",
    "--user",
    "--net",
    "--ipc",
    "--pid",
    "--fork",
    "--kill-child",
)
"""The disk when nobody else wants it, no network, no shared memory, process ids of its own; ends with its starter."""

Parameters = Mapping[str, Any]


class Stopped(Exception):
    """The drill ends here; the word says why."""


def copy_command(p: Parameters) -> list[str]:
    """Return what copies the standby: throttled, from its own socket, in a namespace without a network."""
    source = f"host={p['root']} port={p['port']} application_name={APPLICATION}"
    rate = ["--max-rate", f"{p['rate_mb_s']}M", "--checkpoint", p["checkpoint"]]
    copied = ["-D", f"{p['folder']}/data", "-X", "stream", "--no-password", "--no-sync"]
    return [*CLOSED, "--map-current-user", f"{p['programs']}/pg_basebackup", "-d", source, *copied, *rate]


def restore_command(p: Parameters) -> list[str]:
    """Return what restores a backup: the third program, in namespaces, with a network only where the repository is
    on another host.
    """
    wall = [word for word in CLOSED if word != "--net" or not p["networked"]]
    inner = {**p, "inside": "", "restores": "", "uid": os.getuid(), "gid": os.getgid()}
    program = ["python3", "-I", "-c", p["restores"], "enclose", json.dumps(inner)]
    return [*wall, "--map-root-user", "--mount", "--mount-proc", *program]


def enclose_command(source: str, parameters: str) -> list[str]:
    """Return what starts the second program in the bubble."""
    wall = [*CLOSED, "--map-root-user", "--mount", "--uts", "--mount-proc"]
    return [*wall, "python3", "-I", "-c", source, "enclose", parameters]


def say(**words: object) -> None:
    """Print one line of JSON. Raises Stopped where nobody listens any more."""
    try:
        sys.stdout.write(json.dumps(words) + "\n")
        sys.stdout.flush()
    except OSError as error:
        raise Stopped("gone") from error


def gentle() -> None:
    """Let everybody else go first, in a child: processor, and the choice of whom to end when memory is short.

    The kernel weighs sessions against each other before it weighs their processes (sched(7), autogroup).
    """
    with contextlib.suppress(OSError):
        os.setsid()
    for path, word in (("/proc/self/autogroup", "19"), ("/proc/self/oom_score_adj", "1000")):
        with contextlib.suppress(OSError):
            Path(path).write_text(word, encoding="ascii")
    with contextlib.suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


# --- looking ---------------------------------------------------------------------------------------------------------


def psql(p: Parameters, sql: str, database: str = "postgres", **words: str) -> str | None:
    """Ask the server that runs on this host; None: no answer."""
    named = " ".join(f"{name}={value}" for name, value in {"dbname": database, **words}.items())
    target = f"host={p['root']} port={p['port']} {named} application_name={APPLICATION}-look"
    argv = [f"{p['programs']}/psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-d", target, "-f", "-"]
    try:
        done = subprocess.run(argv, input=sql, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def numbers(answer: str | None) -> tuple[int | None, int | None]:
    """Return the two numbers of an answer; None for each that is not known."""
    first, _, second = (answer or "").partition("|")
    return int(first) if first else None, int(second) if second else None


def look(p: Parameters) -> dict[str, object]:
    """Return what a drill needs to know before it begins. Changes nothing."""
    own = Path(p["folder"]).parent  # a volume of its own, where somebody gave drills one
    memory = meminfo()
    volume = os.statvfs(own if own.is_dir() else p["root"])
    size, spaces = numbers(psql(p, SIZES))
    closed = subprocess.run([*CLOSED, "--map-root-user", "--mount", "--uts", "--mount-proc", "true"],
                            capture_output=True, text=True, timeout=20, check=False)  # fmt: skip
    return {
        "free": volume.f_bavail * volume.f_frsize,
        "volume": volume.f_blocks * volume.f_frsize,
        "memory": memory["MemAvailable"],
        "memory_total": memory["MemTotal"],
        "size": size,
        "tablespaces": spaces or 0,
        "copies": psql(p, "IDENTIFY_SYSTEM;", replication="true") is not None,
        "encloses": "" if closed.returncode == 0 else (closed.stderr.strip()[-200:] or "unshare failed"),
        "left": left(p),
    }


def meminfo() -> dict[str, int]:
    """Return the kernel's account of memory, in bytes (proc(5)).

    Where it promises no more than it has (``vm.overcommit_memory`` 2) what is not promised yet is all there is: a
    server that is refused memory fails, however much of it lies idle.
    """
    lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
    found = {name: int(rest.split()[0]) << 10 for name, _, rest in (line.partition(":") for line in lines)}
    if Path("/proc/sys/vm/overcommit_memory").read_text(encoding="ascii").strip() == "2":
        left = found["CommitLimit"] - found["Committed_AS"]
        found["MemAvailable"] = max(0, min(found["MemAvailable"], left))
    return found


def started(pid: int) -> str | None:
    """Return when a process started, by the kernel's count (proc(5), field 22 of stat); None: there is none.

    Together with its number it tells a process from a later one of the same number.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[19] if fields[0] not in "ZX" else None


def boot() -> str:
    """Return the kernel's id of this boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


def record(p: Parameters) -> dict[str, Any] | None:
    """Return the record of the drill whose folder is there; None: there is none, or it was never written whole."""
    try:
        found = json.loads(Path(p["folder"], RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def keeper(p: Parameters) -> int | None:
    """Return the process that keeps the drill of the record; None: it has ended."""
    noted = record(p) or {}
    pid = int(noted.get("pid", 0))
    alive = pid and noted.get("boot") == boot() and started(pid) == noted.get("started")
    return pid if alive else None


def begins(p: Parameters) -> bool:
    """Say whether a drill may be about to write its record: its folder is there, without one, and new."""
    try:
        age = time.time() - Path(p["folder"]).stat().st_mtime
    except OSError:
        return False
    return record(p) is None and abs(age) < RECORD_WITHIN_S


def links(pid: int, name: str) -> str:
    """Return what a link of a process points to; empty where it cannot be read."""
    try:
        return str(Path(f"/proc/{pid}/{name}").readlink())
    except OSError:
        return ""


def own_processes() -> list[int]:
    """Return the processes of this account."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if path.stat().st_uid == os.getuid() and started(int(path.name)):
                found.append(int(path.name))
    return found


def processes(p: Parameters) -> list[int]:
    """Return the processes that work in the drill's folder: every process of its server does, and of its checks."""
    folder = p["folder"]
    found = []
    for pid in own_processes():
        where = links(pid, "cwd")
        if pid != os.getpid() and (where.removesuffix(" (deleted)") == folder or where.startswith(folder + "/")):
            found.append(pid)
    return found


def left(p: Parameters) -> dict[str, object]:
    """Return what there is of a drill of this database on this host; everything empty: nothing."""
    here = links(os.getpid(), "ns/net")
    inside = processes(p)
    apart = sorted({links(pid, "ns/net") for pid in inside} - {here, ""})
    points = [line.split()[4] for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()]
    mounts = [point for point in points if point == p["folder"] or point.startswith(p["folder"] + "/")]
    sessions, slots = numbers(psql(p, SESSIONS))
    return {
        "folder": p["folder"] if os.path.lexists(p["folder"]) else "",
        "drill": (record(p) or {}).get("drill", ""),
        "keeper": keeper(p),
        "processes": inside,
        "namespaces": apart,
        "mounts": mounts,
        "sessions": sessions,
        "slots": slots,
    }


# --- taking away -----------------------------------------------------------------------------------------------------


def clear(p: Parameters) -> dict[str, object]:
    """Take away what a drill left, by its record; ``ends``: its keeper too, if it lives. Return what is left then.

    A keeper that lives is given a moment: it has heard that jbnet is gone, and is at it.
    """
    until = time.monotonic() + ENDS_IN_S
    while not p["ends"] and (keeper(p) or begins(p)) and time.monotonic() < until:
        time.sleep(0.1)
    pid = keeper(p)
    if pid and not p["ends"]:
        return left(p)
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        while keeper(p) and time.monotonic() < until + ENDS_IN_S:
            time.sleep(0.1)
        pid = keeper(p)
        if pid:
            os.kill(pid, signal.SIGKILL)
    remove(p)
    return left(p)


def remove(p: Parameters) -> None:
    """End by number what still works in the folder, and remove the folder; nothing else is touched."""
    until = time.monotonic() + ENDS_IN_S
    while (found := processes(p)) and time.monotonic() < until:
        for pid in found:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    if not found:
        shutil.rmtree(p["folder"], ignore_errors=True)
        with contextlib.suppress(OSError):
            Path(p["folder"]).parent.rmdir()


# --- a copy in memory ------------------------------------------------------------------------------------------------


def kernel(call: str, *arguments: object) -> None:
    """Make a system call. Raises OSError."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, call)(*arguments):
        number = ctypes.get_errno()
        raise OSError(number, f"{call}: {os.strerror(number)}")


def into_memory(p: Parameters) -> None:
    """Mount memory where the copy will lie, seen by this process and its children only: it is gone with the last.

    Nothing of it is written to the disk that production's commits wait for. Raises Stopped.
    """
    try:
        _mount_memory(p)
    except OSError as error:
        raise Stopped("memory", str(error)) from error


def _mount_memory(p: Parameters) -> None:
    # The memory is this process's and goes with it: ending its children first would give nothing back.
    Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    uid, gid = os.getuid(), os.getgid()
    kernel("unshare", CLONE_NEWUSER | CLONE_NEWNS)
    for name, word in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        Path("/proc/self", name).write_text(word, encoding="ascii")
    data = Path(p["folder"], "data")
    data.mkdir(mode=0o700)
    options = f"size={p['in_memory']},mode=0700".encode()
    kernel("mount", b"jbnet-drill", bytes(data), b"tmpfs", ctypes.c_ulong(MS_NOSUID | MS_NODEV), options)


def out_of_memory(p: Parameters) -> None:
    """Give the memory back, where the copy lay in it."""
    if p["in_memory"]:
        with contextlib.suppress(OSError):
            kernel("umount2", bytes(Path(p["folder"], "data")), MNT_DETACH)


def free(p: Parameters) -> int:
    """Return the bytes that are free where the copy lies."""
    if p["in_memory"]:
        return meminfo()["MemAvailable"]
    volume = os.statvfs(p["folder"])
    return volume.f_bavail * volume.f_frsize


# --- a drill ---------------------------------------------------------------------------------------------------------


class Watch:
    """Whether a drill may go on: somebody listens, there is room, there is time."""

    def __init__(self, p: Parameters):
        self._p = p
        self._end = time.monotonic() + p["longest_s"]
        self._told = 0.0

    def check(self) -> None:
        """Raises Stopped."""
        if select.select([0], [], [], 0)[0] and not os.read(0, 4096):
            raise Stopped("gone")
        if time.monotonic() > self._end:
            raise Stopped("late")
        room = free(self._p)
        if room < self._p["reserve"]:
            raise Stopped("full")
        if time.monotonic() - self._told > TOLD_EVERY_S:
            self._told = time.monotonic()
            say(phase="alive", free=room)

    def follow(self, child: subprocess.Popen[bytes]) -> int:
        """Pass on what a child prints, until it ends; return its code. Raises Stopped."""
        pipe = child.stdout.fileno() if child.stdout else -1
        kept, open_ = b"", child.stdout is not None
        while open_ or child.poll() is None:
            self.check()
            ready = select.select([0, *([pipe] if open_ else [])], [], [], 0.5)[0]
            if pipe in ready:
                part = os.read(pipe, 65536)
                open_ = bool(part)
                *lines, kept = (kept + part).split(b"\n")
                for line in lines:
                    say(**json.loads(line))
        return child.wait()


def run(p: Parameters) -> int:
    """Carry out one drill, and take it away. Return 0 where all of it was done, whatever it found."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        claim(p)
    except FileExistsError:
        say(phase="failed", why="left", said=str((record(p) or {}).get("drill", "-")))
        return 1
    except OSError:
        remove(p)
        raise
    code = 1
    try:
        stages(p, Watch(p), children)
        code = 0
    except Stopped as why:
        with contextlib.suppress(Stopped):
            say(phase="failed", why=str(why.args[0]), said=str(why.args[1]) if len(why.args) > 1 else "")
    finally:
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        end(p, children)
    with contextlib.suppress(Stopped):
        say(phase="ended", left=left(p))
    return code


def _stop(_number: int, _frame: object) -> None:
    raise Stopped("told")


def claim(p: Parameters) -> None:
    """Make the folder, which only one drill of a database can, and write into it whose it is."""
    folder = Path(p["folder"])
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700)
    noted = {"drill": p["drill"], "by": p["by"], "pid": os.getpid(), "started": started(os.getpid()), "boot": boot()}
    new = folder / f"{RECORD}.new"
    with new.open("w", encoding="utf-8") as stream:
        json.dump(noted, stream)
        stream.flush()
        os.fsync(stream.fileno())
    new.rename(folder / RECORD)


def stages(p: Parameters, watch: Watch, children: list[subprocess.Popen[bytes]]) -> None:
    """Copy, then let the second program do the rest in the bubble. Raises Stopped."""
    began = time.monotonic()
    say(phase="copying")
    if p["in_memory"]:
        into_memory(p)
    os.chdir(p["folder"])
    if p["backup"]:
        _stage(p, watch, children, restore_command(p), "restore")
    else:
        _stage(p, watch, children, copy_command(p), "copy")
    lies = "memory" if p["in_memory"] else "volume"
    size = bytes_of(f"{p['folder']}/data")
    say(phase="copied", seconds=round(time.monotonic() - began, 2), bytes=size, to=lies)
    inner = json.dumps({**p, "inside": "", "uid": os.getuid(), "gid": os.getgid()})
    _stage(p, watch, children, enclose_command(p["inside"], inner), "inside")


def _stage(
    p: Parameters, watch: Watch, children: list[subprocess.Popen[bytes]], argv: Sequence[str], name: str
) -> None:
    log = Path(p["folder"], f"{name}.log")
    with log.open("wb") as errors:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            preexec_fn=gentle,  # noqa: PLW1509  there is one thread
        )
    children.append(child)
    if watch.follow(child):
        said = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        raise Stopped(name, " / ".join(said[-4:])[-600:])


def bytes_of(folder: str) -> int:
    """Return the sum of the sizes of all files below a folder."""
    return sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file())


def end(p: Parameters, children: Sequence[subprocess.Popen[bytes]]) -> None:
    """End what was started (the first process of each namespace takes all others along), and remove the folder."""
    os.chdir("/")
    for child in children:
        with contextlib.suppress(ProcessLookupError):
            child.kill()
        child.wait()
    out_of_memory(p)
    remove(p)


def main(verb: str, parameters: str) -> int:
    """Do what the verb says."""
    p = json.loads(parameters)
    if verb == "run":
        return run(p)
    say(**{"look": look, "left": left, "clear": clear}[verb](p))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
