"""What a database host says of its log and of the repository: sent over SSH, it needs the standard library alone.

``python3 -I -c SOURCE PARAMETERS``; it changes nothing, and answers one JSON text by database. ``here``: the repository
lies on this host.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

ANSWERS_IN_S = 6.0
ARCHIVED = re.compile(r"([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})-[0-9a-f]{40}")
"""A whole segment's file in the repository: its name, and a checksum."""
WAL_ID = 1 << 32
"""Bytes of log that one number in the middle of a segment's name stands for."""


def run(*argv: str) -> subprocess.CompletedProcess[str]:
    """Run a program that only reads; one that is absent or too slow has failed."""
    try:
        return subprocess.run(argv, capture_output=True, text=True, errors="replace", timeout=ANSWERS_IN_S, check=False,
                              stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return subprocess.CompletedProcess(argv, 1, "", str(error))


def controlled(programs: str, data: str) -> Mapping[str, str]:
    """Return what the control file says (pg_controldata)."""
    lines = run(f"{programs}/pg_controldata", data).stdout.splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def server(one: Mapping[str, Any], version: str) -> dict[str, object]:
    """Return how a database's log stands on this host."""
    data, control = Path(one["data"]), controlled(one["programs"], one["data"])
    now, waiting = time.time(), list((data / "pg_wal" / "archive_status").glob("*.ready"))
    timelines = [int(path.name[:8], 16) for path in (data / "pg_wal").glob("*.history")]
    try:
        archives = "archive_command" in Path(one["archive_settings"]).read_text(encoding="utf-8")
    except OSError:
        archives = False
    return {
        "leads": control.get("Database cluster state") == "in production",
        "timeline": max([int(control.get("Latest checkpoint's TimeLineID", "0")), *timelines]),
        "waiting": len(waiting),
        "oldest_s": max((now - written(path, now) for path in waiting), default=0.0),
        "segment_bytes": int(control.get("Bytes per WAL segment", "16777216")),
        "archives": archives,
        "version": version,
    }


def written(path: Path, now: float) -> float:
    """Return when a file was made; one that is gone meanwhile was made now."""
    try:
        return path.stat().st_mtime
    except OSError:
        return now


def repository(name: str, segment_bytes: int) -> dict[str, object]:
    """Return what the repository has of a database: its newest full backup, and which log."""
    ask = ("pgbackrest", f"--stanza={name}", "--log-level-file=off", "--log-level-console=off")
    told = run(*ask, "--output=json", "info")
    try:
        stanza = json.loads(told.stdout)[0]
    except (ValueError, IndexError):
        return {"said": (told.stderr or told.stdout or "no answer").strip()[:300], "newest": None, "spans": []}
    said = [str(one["status"]["message"])[:300] for one in stanza.get("repo", ()) if one["status"]["code"] == 99]
    full = [b for b in stanza.get("backup", ()) if b["type"] == "full" and not b.get("error")]
    per = WAL_ID // segment_bytes
    newest = full[-1] if full else None
    spans: list[list[int]] = []
    if newest is not None:
        listed = run(*ask, "repo-ls", "--recurse", f"archive/{name}")
        if listed.returncode:
            said.append(listed.stderr.strip()[:300] or "its archive cannot be listed")
        spans = joined(
            (int(t, 16), int(high, 16) * per + int(low, 16)) for t, high, low in ARCHIVED.findall(listed.stdout)
        )
    return {
        "said": "; ".join(said),
        "newest": None if newest is None else {
            "label": newest["label"], "ended": newest["timestamp"]["stop"],
            "timeline": int(newest["archive"]["start"][:8], 16),
            "first": int(newest["archive"]["start"][8:16], 16) * per + int(newest["archive"]["start"][16:24], 16),
        },
        "spans": spans,
    }  # fmt: skip


def joined(segments: Iterable[tuple[int, int]]) -> list[list[int]]:
    """Return segments without a gap between them as one: timeline, first, last."""
    found: list[list[int]] = []
    for timeline, number in sorted(set(segments)):
        if found and found[-1][0] == timeline and found[-1][2] == number - 1:
            found[-1][2] = number
        else:
            found.append([timeline, number, number])
    return found


def main(parameters: str) -> None:
    """Look at each database, and print what was seen."""
    p = json.loads(parameters)
    version = run("pgbackrest", "version").stdout.strip().removeprefix("pgBackRest ")
    found: dict[str, object] = {}
    for one in p["databases"]:
        seen = server(one, version)
        size = int(str(seen["segment_bytes"]))
        found[one["name"]] = {"server": seen, "repository": repository(one["name"], size) if p["here"] else None}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
