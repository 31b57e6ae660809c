"""The programs of a drill: what they write, and that what is taken away is exactly what a record names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from jbnet.adapters.bubble import host, inside
from jbnet.adapters.bubble.servers import left_of, source
from jbnet.model.errors import CommandFailed
from jbnet.recovery.drill import Left

CONTROL = """
max_connections setting:              200
max_worker_processes setting:         8
max_wal_senders setting:              8
max_prepared_xacts setting:           3
max_locks_per_xact setting:           64
track_commit_timestamp setting:       off
"""


@pytest.fixture
def place(tmp_path: Path) -> dict[str, Any]:
    """A place without a server: what would be asked of one is not known."""
    return {
        "programs": str(tmp_path / "bin"), "root": str(tmp_path), "data": str(tmp_path / "production"),
        "folder": str(tmp_path / ".drill" / "production"), "database": "production", "port": 5432,
        "drill": "drill 1", "by": "somebody", "rate_mb_s": 7, "checkpoint": "fast", "memory_mb": 16, "ends": False,
        "reserve": 0, "longest_s": 60, "in_memory": 0, "backup": None, "repositories": [],
    }  # fmt: skip


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "psql", lambda *_, **__: None)


@pytest.fixture
def sleeper(place: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """A process that works in the drill's folder."""
    host.claim(place)
    process = subprocess.Popen(["sleep", "600"], cwd=place["folder"])
    yield process
    process.kill()
    process.wait()


def test_the_copy_follows_nobody_archives_nowhere_and_waits_for_nobody(place: dict[str, Any]) -> None:
    written = dict(line.split(" = ") for line in inside.settings(place, CONTROL).splitlines())
    silent = ("primary_conninfo", "primary_slot_name", "restore_command", "archive_command", "archive_library",
              "synchronous_standby_names", "shared_preload_libraries")  # fmt: skip
    assert {name: written[name] for name in silent} == dict.fromkeys(silent, "''")
    assert (written["listen_addresses"], written["archive_mode"]) == ("'127.0.0.1'", "'off'")
    assert "include" not in " ".join(written), "the host's own files stay out of it"


def test_the_copy_has_as_much_of_what_recovery_asks_for_as_its_primary() -> None:
    assert inside.parity(CONTROL) == {
        "max_connections": "200", "max_worker_processes": "8", "max_wal_senders": "8",
        "max_prepared_transactions": "3", "max_locks_per_transaction": "64",
    }  # fmt: skip


def test_the_copy_is_throttled_and_made_without_a_network(place: dict[str, Any]) -> None:
    argv = host.copy_command(place)
    assert argv[argv.index("--max-rate") + 1] == "7M"
    assert {"--net", "--user", "--pid", "--kill-child"} <= set(argv[: argv.index(f"{place['programs']}/pg_basebackup")])
    assert f"host={place['root']}" in argv[argv.index("-d") + 1], "from the standby of this host, by its socket"


def test_one_drill_of_a_database_at_a_time(place: dict[str, Any]) -> None:
    host.claim(place)
    with pytest.raises(FileExistsError):
        host.claim(place)
    other = {**place, "folder": place["folder"].replace("production", "exchange")}
    host.claim(other)


def test_a_drill_is_known_to_live_by_number_start_and_boot(place: dict[str, Any]) -> None:
    assert host.keeper(place) is None
    host.claim(place)
    assert host.keeper(place) == os.getpid()
    for key, value in (("started", "1"), ("boot", "another"), ("pid", 2**22 - 1)):
        path = Path(place["folder"], host.RECORD)
        whole = path.read_text()
        path.write_text(json.dumps({**json.loads(whole), key: value}))
        assert host.keeper(place) is None, f"{key} of another process"
        path.write_text(whole)


def abandoned(place: Mapping[str, Any]) -> None:
    """Make the record that of a keeper which is dead."""
    path = Path(place["folder"], host.RECORD)
    path.write_text(json.dumps({**json.loads(path.read_text()), "started": "1"}))


def test_what_a_dead_drill_left_is_found_and_taken_away_and_nothing_else(
    place: dict[str, Any], sleeper: subprocess.Popen[bytes]
) -> None:
    root = Path(place["root"])
    (root / "production").mkdir()
    (root / ".drill" / "exchange").mkdir()
    beside = subprocess.Popen(["sleep", "600"], cwd=root / "production")
    try:
        abandoned(place)
        assert host.left(place)["processes"] == [sleeper.pid]
        found = host.clear(place)
        assert (found["folder"], found["processes"]) == ("", [])
        assert sleeper.wait(5) == -9
        assert beside.poll() is None, "a process of production was ended"
        assert (root / "production").is_dir()
        assert (root / ".drill" / "exchange").is_dir()
    finally:
        beside.kill()
        beside.wait()


def test_a_folder_whose_record_was_never_written_is_taken_away_too(place: dict[str, Any]) -> None:
    Path(place["folder"]).mkdir(parents=True)
    os.utime(place["folder"], (1, 1))
    assert host.left(place)["folder"] == place["folder"]
    assert host.clear(place)["folder"] == ""
    assert not Path(place["root"], ".drill").exists()


def test_a_drill_that_lives_is_let_be_unless_it_is_to_end(
    place: dict[str, Any], sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "ENDS_IN_S", 0.3)
    path = Path(place["folder"], host.RECORD)
    noted = {**json.loads(path.read_text()), "pid": sleeper.pid, "started": host.started(sleeper.pid)}
    path.write_text(json.dumps(noted))
    assert host.clear(place)["keeper"] == sleeper.pid
    assert sleeper.poll() is None
    assert host.clear({**place, "ends": True})["folder"] == ""
    assert sleeper.wait(5) == -15, "it is asked to end, and takes everything away by itself"


def test_a_folder_that_is_new_and_has_no_record_yet_is_that_of_a_drill_which_begins(place: dict[str, Any]) -> None:
    Path(place["folder"]).mkdir(parents=True)
    assert host.begins(place)
    host.claim({**place, "folder": place["folder"] + "-2"})
    assert not host.begins({**place, "folder": place["folder"] + "-2"}), "it has its record"


def run_program(place: Mapping[str, Any], stdin: int) -> subprocess.Popen[str]:
    argv = [sys.executable, "-I", "-c", source("host"), "run", json.dumps({**place, "inside": "", "client": ""})]
    return subprocess.Popen(argv, stdin=stdin, stdout=subprocess.PIPE, text=True)


def said_by(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    assert process.stdout is not None
    return [json.loads(line) for line in process.stdout]


def test_a_drill_whose_copy_fails_says_why_and_leaves_nothing(place: dict[str, Any]) -> None:
    process = run_program(place, subprocess.PIPE)
    said = said_by(process)
    assert process.wait(30) == 1
    phases = [line["phase"] for line in said]
    assert phases[0] == "copying"
    assert phases[-2:] == ["failed", "ended"]
    assert next(line for line in said if line["phase"] == "failed")["why"] == "copy"
    assert not Path(place["root"], ".drill").exists()


@pytest.mark.parametrize(("change", "why"), [({}, "gone"), ({"longest_s": -1}, "late"), ({"reserve": 1 << 62}, "full")])
def test_a_drill_ends_by_itself_when_nobody_listens_in_time_or_for_room(
    place: dict[str, Any], change: Mapping[str, Any], why: str
) -> None:
    programs = Path(place["programs"])
    programs.mkdir()
    copies = programs / "pg_basebackup"
    copies.write_text("#!/bin/sh\nexec sleep 600\n")
    copies.chmod(0o755)
    process = run_program({**place, **change}, subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    if why == "gone":
        assert json.loads(process.stdout.readline())["phase"] == "copying"
        process.stdin.close()
    said = said_by(process)
    process.wait(30)
    assert next(line["why"] for line in said if line["phase"] == "failed") == why
    assert not Path(place["root"], ".drill").exists()


def test_killed_it_takes_what_it_started_along_and_leaves_only_what_its_record_names(place: dict[str, Any]) -> None:
    programs = Path(place["programs"])
    programs.mkdir()
    copies = programs / "pg_basebackup"
    copies.write_text("#!/bin/sh\necho $$ >&2\nsleep 600 & sleep 600\n")
    copies.chmod(0o755)
    process = run_program(place, subprocess.PIPE)
    try:
        until(lambda: len(host.processes(place)) >= 3)
    finally:
        process.kill()
        process.wait()
    until(lambda: not host.processes(place))
    assert host.left(place)["folder"] == place["folder"]
    assert host.clear(place)["folder"] == ""


def until(holds: Any) -> None:
    end = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < end, "did not come about in time"
        time.sleep(0.02)


def test_what_a_host_says_is_read_whole_or_refused(place: dict[str, Any]) -> None:
    said: Mapping[str, object] = json.loads(json.dumps(host.left(place)))
    found = left_of(said)
    assert not found.nothing, "without a server, sessions and slots are not known"
    assert left_of({**said, "sessions": 0, "slots": 0}) == Left()
    broken: Sequence[object] = (None, [], {"folder": ""}, {**said, "more": 1})
    for one in broken:
        with pytest.raises(CommandFailed):
            left_of(one)


@pytest.mark.parametrize(
    ("answer", "known"), [("7|0\n", (7, 0)), ("|2", (None, 2)), ("", (None, None)), (None, (None, None))]
)
def test_of_two_numbers_each_may_be_unknown(answer: str | None, known: tuple[int | None, int | None]) -> None:
    assert host.numbers(answer) == known


def test_a_copy_is_not_asked_before_its_own_server_says_that_it_takes_connections(place: dict[str, Any]) -> None:
    copy = inside.Copy(place)
    says = Path(place["folder"], "data", "postmaster.pid")
    says.parent.mkdir(parents=True)
    assert not copy._ready()
    copy.server = subprocess.Popen(["true"])
    copy.server.wait()
    rest = ["/data", "1", "5432", "/socket", "127.0.0.1", "1 2"]
    for first, last, ready in (
        (copy.server.pid, "ready   ", True), (copy.server.pid, "starting", False), (copy.server.pid, "standby ", False),
        (copy.server.pid + 1, "ready   ", False),
    ):  # fmt: skip
        says.write_text("\n".join([str(first), *rest, last]) + "\n")
        assert copy._ready() is ready, "a state that an earlier server left is not believed"
    says.write_text(f"{copy.server.pid}\n")
    assert not copy._ready()
