"""The program that restores backups: what it asks pgBackRest for, how fast, and which log it brings along."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jbnet.adapters.bubble import backup, host, inside
from jbnet.adapters.bubble.servers import source

MIB = 1 << 20
SEGMENT = 16 * MIB
INFO = [{
    "name": "production", "cipher": "none",
    "archive": [
        {"database": {"id": 1, "repo-key": 1}, "id": "14-1", "max": "0000000900000000000000FF", "min": "0"},
        {"database": {"id": 2, "repo-key": 1}, "id": "15-2", "max": "000000010000000000000007", "min": "0"},
    ],
    "backup": [
        {"archive": {"start": "000000010000000000000002", "stop": "000000010000000000000003"}, "error": False,
         "database": {"id": 2, "repo-key": 1}, "info": {"size": 22992339}, "label": "20261123-170636F",
         "timestamp": {"start": 1, "stop": 5}, "type": "full"},
        {"archive": {"start": "x", "stop": "y"}, "error": True, "database": {"id": 2, "repo-key": 1},
         "info": {"size": 1}, "label": "20261124-170636F", "timestamp": {"start": 6, "stop": 7}, "type": "full"},
    ],
    "repo": [{"cipher": "none", "key": 1, "status": {"code": 0, "message": "ok"}}],
}]  # fmt: skip
"""As pgBackRest 2.45 says it, shortened."""

FAKE = """#!/bin/sh
while [ "$1" != archive-get ]; do shift; done
name=$2 to=$3
[ -e "$ARCHIVE/broken" ] && { echo "ERROR: [041] cannot open" >&2; exit 41; }
[ -e "$ARCHIVE/$name" ] || exit 1
cp "$ARCHIVE/$name" "$to"
"""


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A drill's folder with a restored copy, and a pgBackRest that has what lies in ``archive``."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "pgbackrest"
    program.write_text(FAKE)
    program.chmod(0o755)
    control = tmp_path / "bin" / "pg_controldata"
    control.write_text(f"#!/bin/sh\necho 'Bytes per WAL segment:                {SEGMENT}'\n")
    control.chmod(0o755)
    (tmp_path / "archive").mkdir()
    (tmp_path / "data" / "pg_wal").mkdir(parents=True)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("ARCHIVE", str(tmp_path / "archive"))
    return {
        "folder": str(tmp_path), "root": "/srv", "programs": str(tmp_path / "bin"), "database": "production",
        "rate_mb_s": 1 << 20, "networked": False, "restores": "PROGRAM", "repositories": ["/var/lib/pgbackrest"],
        "backup": {"label": "L", "first": name(1, 2), "last": name(1, 3), "archived": "", "at": ""},
    }  # fmt: skip


def name(timeline: int, number: int) -> str:
    return backup.segment(timeline, number, SEGMENT)


def archived(place: dict[str, Any], *names: str) -> None:
    for one in names:
        Path(place["folder"], "archive", one).write_text(one)


def copied(place: dict[str, Any]) -> list[str]:
    return sorted(path.name for path in Path(place["folder"], "data", "pg_wal").iterdir())


def test_the_log_is_brought_from_the_backups_beginning_to_the_archives_end(place: dict[str, Any]) -> None:
    archived(place, *(name(1, number) for number in (1, 2, 3, 4)))
    found = backup.fetch(place)
    assert copied(place) == [name(1, number) for number in (2, 3, 4)]
    assert found == {"segments": 3, "bytes": 3 * SEGMENT, "last": name(1, 4), "holds": True, "said": ""}


def test_behind_a_promotion_the_log_goes_on_along_the_new_timeline_and_not_the_dead_end(place: dict[str, Any]) -> None:
    archived(place, "00000002.history", *(name(1, n) for n in (2, 3, 4, 5, 6)), name(2, 4), name(2, 5))
    assert backup.fetch(place)["last"] == name(2, 5)
    assert copied(place) == sorted(["00000002.history", name(1, 2), name(1, 3), name(2, 4), name(2, 5)])


def test_log_that_the_backup_itself_needs_or_that_others_stand_behind_is_missed(place: dict[str, Any]) -> None:
    archived(place, name(1, 2))
    assert "of no use" in str(backup.fetch(place)["said"])
    archived(place, name(1, 3), name(1, 6))
    place["backup"]["archived"] = name(1, 6)
    found = backup.fetch(place)
    assert not found["holds"]
    assert found["said"] == f"the archive has no {name(1, 4)}, though it has {name(1, 6)}"


def test_an_archive_that_cannot_be_read_is_no_end_of_it(
    place: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    archived(place, name(1, 2), "broken")
    with pytest.raises(SystemExit):
        backup.fetch(place)
    assert "[041] cannot open" in capsys.readouterr().err


@given(st.sampled_from([1 << 20, SEGMENT, 1 << 30]), st.integers(0, 1 << 24), st.integers(1, 0xFFFFFFFF))
def test_a_segments_name_says_its_place(size: int, number: int, timeline: int) -> None:
    found = backup.segment(timeline, number, size)
    assert len(found) == 24
    assert (int(found[:8], 16), backup.place(found, size)) == (timeline, number)


def test_only_what_is_whole_and_of_the_newest_cluster_is_told_of() -> None:
    found = backup.stanza_of(INFO, "production")
    assert found["backups"] == [
        {"label": "20261123-170636F", "kind": "full", "ended": 5, "size": 22992339,
         "first": "000000010000000000000002", "last": "000000010000000000000003"},
    ]  # fmt: skip
    assert found["archived"] == "000000010000000000000007"
    assert backup.stanza_of(INFO, "other")["backups"] == []


def test_what_could_not_be_deciphered_is_quoted_without_its_garbage() -> None:
    status = {"code": 99, "message": "[FormatError] outside of section: \x01\ufffdSalted__\x7f\n!"}
    broken = [{"name": "production", "backup": [], "cipher": "none", "repo": [{"status": status}]}]
    assert backup.stanza_of(broken, "production")["said"] == "[FormatError] outside of section: Salted__ !"


def test_whatever_is_configured_nothing_is_written_outside_the_folder(place: dict[str, Any]) -> None:
    for argv in (backup.restore_command(place), backup.fetch_command(place, "X")):
        assert f"--pg1-path={place['folder']}/data" in argv
        assert f"--lock-path={place['folder']}/locks" in argv
        assert "--log-level-file=off" in argv
    assert {"--no-delta", "--no-link-all", "--reset-link-map", "--archive-mode=off", "--set=L"} <= set(
        backup.restore_command(place)
    )
    assert "--no-archive-async" in backup.fetch_command(place, "X"), "nothing lies in a spool"


def test_a_repository_of_this_host_is_restored_without_a_network_and_another_hosts_with_one(
    place: dict[str, Any],
) -> None:
    def words(networked: bool) -> Sequence[str]:
        return host.restore_command({**place, "networked": networked})

    assert "--net" in words(networked=False)
    assert set(words(networked=False)) - set(words(networked=True)) >= {"--net"}
    assert {"--mount", "--pid", "--kill-child", "--user"} <= set(words(networked=True))


class HandClock:
    """A clock that stands where it is put."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_is_written_too_early_is_waited_for() -> None:
    clock = HandClock()
    pace = backup.Pace({"rate_mb_s": 2}, clock)
    assert pace.early_s(4 * MIB) == pytest.approx(2.0)
    clock.now += 1.5
    assert pace.early_s(4 * MIB) == pytest.approx(0.5)
    clock.now += 1.0
    assert pace.early_s(4 * MIB) == 0.0


def test_a_flush_is_answered_and_not_done() -> None:
    asks = "import os, sys; r, w = os.pipe(); os.fsync(r); print('answered')"
    program = f"{source('backup').split(chr(10) + 'if __name__')[0]}\nflushes_nothing()\n"
    here = [sys.executable, "-c", program + f"os.execv(sys.executable, [sys.executable, '-c', {asks!r}])"]
    plain = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=False)
    filtered = subprocess.run(here, capture_output=True, text=True, check=False)
    assert "Invalid argument" in plain.stderr, "a pipe cannot be flushed"
    assert filtered.stdout == "answered\n", filtered.stderr


def ruled(rules: list[tuple[int, int, int, int]], number: int, machine: int) -> int:
    """Run a filter as the kernel does (Documentation/networking/filter.rst); return its answer."""
    at = loaded = 0
    while True:
        code, yes, no, word = rules[at]
        if code == backup.ANSWER:
            return word
        if code == backup.LOAD:
            loaded = {0: number, 4: machine}[word]
        at += 1 + ((yes if loaded == word else no) if code == backup.EQUAL else 0)


@pytest.mark.parametrize("machine", backup.FLUSHES)
def test_only_flushes_of_the_own_machine_are_answered(machine: str) -> None:
    own, flushes = backup.FLUSHES[machine]
    rules = backup.answers(own, flushes)
    assert {ruled(rules, one, own) for one in flushes} == {backup.SUCCEEDED}
    others = {ruled(rules, one, own) for one in range(400) if one not in flushes}
    assert others | {ruled(rules, one, 0x40000003) for one in range(400)} == {backup.ALLOWED}, "i386, too"


def test_an_archive_that_goes_on_along_a_timeline_without_a_way_there_is_not_whole() -> None:
    wanted = {"last": "000000010000000000000004", "archived": "000000030000000000000040"}
    assert "on a timeline" in backup.gap("000000010000000000000009", "00000001000000000000000A", wanted, 16 * MIB)
    assert backup.gap("000000030000000000000040", "000000030000000000000041", wanted, 16 * MIB) == ""


def test_a_copy_stops_at_the_time_that_was_asked_for_and_only_then() -> None:
    at = "2026-11-23T08:00:00+08:00"
    assert inside.target({"backup": {"at": at}}) == {
        "recovery_target_time": at, "recovery_target_action": "pause"
    }  # fmt: skip
    assert inside.target({"backup": {"at": ""}}) == inside.target({"backup": None}) == {}


def test_repositories_are_those_that_are_configured_and_there_but_not_around_the_drill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, around = tmp_path / "there", tmp_path / "around"
    there.mkdir()
    (around / "drill").mkdir(parents=True)
    settings = tmp_path / "pgbackrest.conf"
    settings.write_text(f"[global]\nrepo1-path={there}\n repo2-path = {tmp_path}/away\nrepo3-path={around}\n")
    monkeypatch.setattr(backup, "CONFIGURATION", (str(settings),))
    monkeypatch.setattr(backup, "REPOSITORY", str(tmp_path / "none"))
    assert backup.repositories(str(around / "drill")) == [str(there)]


def test_the_program_is_small_enough_to_be_sent() -> None:
    order = json.dumps({"inside": source("inside"), "restores": source("backup")})
    assert len(order) < 100_000, "the kernel takes 128 KiB a word (execve(2))"
