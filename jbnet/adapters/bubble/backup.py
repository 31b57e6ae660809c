"""What a drill does with a backup: it looks what pgBackRest has, and restores one with all its archived log.

Sent over SSH as the account of the servers, or started by the host's program: ``python3 -c SOURCE VERB PARAMETERS``.
The standard library is all it needs. ``look`` changes nothing and answers one JSON text. ``enclose`` is the first
process in namespaces of its own; it hides the servers of this host, makes the repository read-only, and becomes
``restore``, without any capability. That brings the log along, too: in the bubble there is nothing to fetch it from.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

CONFIGURATION = ("/etc/pgbackrest/pgbackrest.conf", "/etc/pgbackrest.conf")
MORE_OF_IT = "/etc/pgbackrest/conf.d"
REPOSITORY = "/var/lib/pgbackrest"
"""Where pgBackRest looks (its reference, "config" and "repo-path")."""
PATH = re.compile(r"^\s*repo\d*-path\s*=\s*(.+?)\s*$", re.MULTILINE)
ALONE = ("unshare", "--user", "--net", "--map-current-user")
"""Without a network."""
STAGE = "/dev/shm"  # noqa: S108  covered by memory of its own; what is not to be hidden is kept there meanwhile
ANSWERS_IN_S = 25.0
SEGMENT = "Bytes per WAL segment"
WAL_ID = 1 << 32
"""Bytes of log that one number in the middle of a segment's name stands for."""
TICK_S = 0.02
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, EQUAL, ANSWER = 0x20, 0x15, 0x06
ALLOWED, SUCCEEDED = 0x7FFF0000, 0x00050000
"""linux/prctl.h, linux/bpf_common.h, linux/seccomp.h: read a word, jump, return; "answer with error 0" is success."""
FLUSHES = {"x86_64": (0xC000003E, (74, 75, 162, 306)), "aarch64": (0xC00000B7, (82, 83, 81, 267))}
"""By machine: its number (linux/audit.h), and those of fsync, fdatasync, sync and syncfs."""
ABSENT = 1
"""pgBackRest's exit code for log that the archive does not have (its reference, archive-get)."""

Parameters = Mapping[str, Any]


def say(**words: object) -> None:
    """Print one line of JSON."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def fail(said: str) -> None:
    """End with a reason, which the other program passes on."""
    sys.stderr.write(f"{readable(said)}\n")
    sys.exit(1)


def readable(said: str) -> str:
    """Return text without what is not: pgBackRest quotes what it could not decipher."""
    return " ".join("".join(c if " " <= c <= "~" else " " for c in said).split())[:600]


# --- looking ---------------------------------------------------------------------------------------------------------


def look(p: Parameters) -> dict[str, object]:
    """Return what pgBackRest on this host knows of the database's backups. ``networked``: only over the network."""
    found, networked = info(p, ALONE), False
    if not found.get("backups"):
        over = info(p, ())
        networked = bool(over.get("backups"))
        found = over
    return {"backups": [], "archived": "", "cipher": "none", "said": "", **found, "networked": networked,
            "segment_bytes": segment_bytes(p, p["data"]), "repositories": repositories(p["folder"])}  # fmt: skip


def info(p: Parameters, before: Sequence[str]) -> dict[str, object]:
    """Ask it; ``said`` is why there is no answer."""
    argv = [*before, "pgbackrest", f"--stanza={p['database']}", "--log-level-file=off", "--output=json", "info"]
    try:
        done = subprocess.run(argv, capture_output=True, timeout=ANSWERS_IN_S, check=False, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        return {"said": "not installed"}
    except subprocess.TimeoutExpired:
        return {"said": f"no answer in {ANSWERS_IN_S:g} s"}
    try:
        stanzas = json.loads(done.stdout.decode("utf-8", "replace"))
    except ValueError:
        said = done.stderr or done.stdout
        missing = done.returncode == 127 or b"failed to execute pgbackrest" in said
        return {"said": "not installed" if missing else readable(said.decode("utf-8", "replace"))}
    return stanza_of(stanzas, p["database"])


def stanza_of(stanzas: Sequence[Mapping[str, Any]], name: str) -> dict[str, object]:
    """Return what is said of one stanza: its whole backups, oldest first, and the newest segment of their archive."""
    stanza = next((one for one in stanzas if one.get("name") == name), {})
    whole = [one for one in stanza.get("backup", ()) if not one.get("error")]
    said = [str(one["status"]["message"]) for one in stanza.get("repo", ()) if one["status"]["code"] == 99]
    ids = {(one["database"]["id"], one["database"]["repo-key"]) for one in whole[-1:]}
    archives = [one for one in stanza.get("archive", ()) if (one["database"]["id"], one["database"]["repo-key"]) in ids]
    return {
        "backups": [
            {"label": one["label"], "kind": one["type"], "ended": one["timestamp"]["stop"],
             "size": one["info"]["size"], "first": one["archive"]["start"], "last": one["archive"]["stop"]}
            for one in whole
        ],
        "archived": max((one.get("max") or "" for one in archives), default=""),
        "cipher": str(stanza.get("cipher", "none")),
        "said": readable("; ".join(said)),
    }  # fmt: skip


def segment_bytes(p: Parameters, data: str) -> int:
    """Return the size of a segment of the log, as a cluster's control file has it; 16 MiB where it says nothing."""
    done = subprocess.run([f"{p['programs']}/pg_controldata", data], capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"}, stdin=subprocess.DEVNULL)  # fmt: skip
    for line in done.stdout.splitlines():
        name, _, value = line.partition(":")
        if name == SEGMENT:
            return int(value)
    return 16 << 20


def repositories(folder: str) -> list[str]:
    """Return the repositories in this host's file system, as pgBackRest's configuration names them.

    None in which the drill's folder lies: to shut that would be to shut the drill out.
    """
    main = next((Path(one) for one in CONFIGURATION if Path(one).is_file()), None)
    files = ([main] if main else []) + sorted(Path(MORE_OF_IT).glob("*.conf"))
    named = [found for one in files for found in PATH.findall(_text(one))]
    there = {Path(one).resolve() for one in (*named, REPOSITORY) if Path(one).is_dir()}
    return sorted(str(one) for one in there if one not in Path(folder).parents)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


# --- walls -----------------------------------------------------------------------------------------------------------


def enclose(p: Parameters, source: str) -> None:
    """Leave of the servers' directory only the drill's folder, let no repository be written to, and go on as before.

    pgBackRest's configuration may point anywhere (link-map); production's data is not there to be written over.
    """

    def mount(*argv: str) -> None:
        # its table lies in /run, which is not this account's
        subprocess.run(["mount", "--no-mtab", *argv], check=True, stdout=subprocess.DEVNULL)

    kept = [p["folder"], *p["repositories"]]
    mount("-t", "tmpfs", "tmpfs", STAGE)
    for number, path in enumerate(kept):
        Path(STAGE, str(number)).mkdir()
        mount("--rbind", path, f"{STAGE}/{number}")  # where the copy lies in memory, that comes along
    mount("-t", "tmpfs", "tmpfs", p["root"])
    for number, path in enumerate(kept):
        Path(path).mkdir(parents=True, exist_ok=True)
        mount("--move", f"{STAGE}/{number}", path)
        if number:
            mount("-o", "remount,bind,ro", path)
    account = [f"--map-user={p['uid']}", f"--map-group={p['gid']}"]
    argv = ["unshare", "--user", *account, "python3", "-I", "-c", source, "restore", json.dumps(p)]
    os.execvp(argv[0], argv)  # noqa: S606  no shell is meant


# --- restoring -------------------------------------------------------------------------------------------------------


def base(p: Parameters) -> list[str]:
    """Return what every command of pgBackRest begins with: locks in the drill's folder, no file elsewhere."""
    quiet = ["--log-level-file=off", "--log-level-console=off", "--log-level-stderr=warn"]
    return ["pgbackrest", f"--stanza={p['database']}", *quiet, f"--lock-path={p['folder']}/locks",
            f"--pg1-path={p['folder']}/data"]  # fmt: skip


def restore_command(p: Parameters) -> list[str]:
    """Return what restores the backup into the folder, whatever the host's configuration says of links."""
    inside = ["--no-delta", "--no-link-all", "--reset-link-map", f"--tablespace-map-all={p['folder']}/spaces"]
    return [*base(p), f"--set={p['backup']['label']}", "--type=none", "--archive-mode=off", "--process-max=1",
            *inside, "restore"]  # fmt: skip


def fetch_command(p: Parameters, name: str) -> list[str]:
    """Return what brings one file of the archived log to where the copy reads it."""
    return [*base(p), "--no-archive-async", "archive-get", name, f"{p['folder']}/data/pg_wal/{name}"]


def flushes_nothing() -> None:
    """Let this process and its children ask for flushes in vain: each would stand before production's commits.

    pgBackRest flushes each file and has no setting against it; the copy is thrown away. A filter of system calls
    (seccomp(2)) answers success; on a machine whose numbers are not known all is flushed.
    """
    known = FLUSHES.get(os.uname().machine)
    if known is None:
        return
    architecture, calls = known
    rules = answers(architecture, calls)
    code = b"".join(struct.pack("HBBI", *rule) for rule in rules)
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(rules), ctypes.addressof(kept))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program, 0, 0):
        say(phase="alive", said=os.strerror(ctypes.get_errno()))


def answers(architecture: int, calls: Sequence[int]) -> list[tuple[int, int, int, int]]:
    """Return the filter's rules: a call of these succeeds and is not made; all others are, of other machines too."""
    rules = [(LOAD, 0, 0, 4), (EQUAL, 0, len(calls) + 1, architecture), (LOAD, 0, 0, 0)]
    rules += [(EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)]
    return [*rules, (ANSWER, 0, 0, ALLOWED), (ANSWER, 0, 0, SUCCEEDED)]


class Pace:
    """Not more bytes a second than declared: what was written too early is waited for."""

    def __init__(self, p: Parameters, clock: Callable[[], float] = time.monotonic):
        self._rate: float = p["rate_mb_s"] << 20
        self._clock = clock
        self._began = clock()

    def early_s(self, written: int) -> float:
        """Return the seconds by which so many bytes came too early; 0: they did not."""
        return max(0.0, written / self._rate - (self._clock() - self._began))


def others() -> list[int]:
    """Return the processes of this namespace but this one: pgBackRest's."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*") if int(path.name) != os.getpid()]


def written_by(pid: int) -> int:
    """Return the bytes that a process has written (proc(5), wchar of io); 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("wchar:")), 0)


def signal_all(number: int) -> None:
    """Tell all of pgBackRest's processes to stop for a while, or to go on."""
    for pid in others():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def paced(argv: Sequence[str], pace: Pace) -> int:
    """Run it, stopped and let go on so that it keeps the pace: pgBackRest has no such setting. Return its code."""
    child = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    written: dict[int, int] = {}
    stopped = False
    while child.poll() is None:
        written |= {pid: max(written.get(pid, 0), written_by(pid)) for pid in others()}
        early = pace.early_s(sum(written.values())) > 0
        if early or stopped:
            signal_all(signal.SIGSTOP if early else signal.SIGCONT)
        stopped = early
        time.sleep(TICK_S)
    return child.returncode


def restore(p: Parameters) -> None:
    """Restore the backup, bring the archived log behind it, and say of both what came."""
    os.chdir(p["folder"])  # by which it is known as the drill's
    flushes_nothing()
    began = time.monotonic()
    code = paced(restore_command(p), Pace(p))
    if code:
        sys.exit(code)  # it has said why
    say(phase="restored", label=p["backup"]["label"], seconds=round(time.monotonic() - began, 2))
    before = time.monotonic()
    say(phase="fetched", **fetch(p), seconds=round(time.monotonic() - before, 2))


def fetch(p: Parameters) -> dict[str, object]:
    """Bring the log from where the backup began to the end of the archive, along the newest timeline there is.

    As the server does it: at each segment the newest timeline is asked first, and none older than the last found.
    """
    wanted = p["backup"]
    size = segment_bytes(p, f"{p['folder']}/data")
    lowest = int(wanted["first"][:8], 16)
    newest = lowest
    while brought(p, f"{newest + 1:08X}.history"):
        newest += 1
    pace, count, last = Pace(p), 0, ""
    number = place(wanted["first"], size)
    while name := next((n for n in candidates(number, newest, lowest, size) if brought(p, n)), ""):
        last, lowest, count, number = name, int(name[:8], 16), count + 1, number + 1
        time.sleep(pace.early_s(count * size))
    missing = segment(lowest, number, size)
    told = gap(last, missing, wanted, size)
    return {"segments": count, "bytes": count * size, "last": last, "holds": not told, "said": told}


def candidates(number: int, newest: int, lowest: int, size: int) -> list[str]:
    """Return the names under which a segment may be archived, the newest timeline's first."""
    return [segment(timeline, number, size) for timeline in range(newest, lowest - 1, -1)]


def gap(last: str, missing: str, wanted: Mapping[str, str], size: int) -> str:
    """Return what the archive lacks; empty: it is whole. ``archived`` is the newest it had when it was looked at."""
    reached = place(last, size) if last else -1
    if reached < place(wanted["last"], size):
        return f"the archive has no {missing}, without which the backup is of no use"
    archived = wanted["archived"]
    if archived and archived[:8] > last[:8]:
        return f"the archive has {archived}, on a timeline that nothing in it leads to from this backup"
    if archived and reached < place(archived, size):
        return f"the archive has no {missing}, though it has {archived}"
    return ""


def segment(timeline: int, number: int, size: int) -> str:
    """Return a segment's name: timeline, and its place in the log in two parts."""
    high, low = divmod(number, WAL_ID // size)
    return f"{timeline:08X}{high:08X}{low:08X}"


def place(name: str, size: int) -> int:
    """Return a segment's place in the log, counted in segments."""
    return int(name[8:16], 16) * (WAL_ID // size) + int(name[16:24], 16)


def brought(p: Parameters, name: str) -> bool:
    """Bring one file; False: the archive does not have it."""
    done = subprocess.run(fetch_command(p, name), capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode not in (0, ABSENT):
        fail(f"{name}: {done.stderr.decode('utf-8', 'replace') or done.returncode}")
    return done.returncode == 0


def main(verb: str, parameters: str, source: str) -> None:
    """Do what the verb says."""
    p = json.loads(parameters)
    if verb == "look":
        say(**look(p))
    elif verb == "enclose":
        enclose(p, source)
    else:
        restore(p)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.orig_argv[sys.orig_argv.index("-c") + 1])
