"""A disk that is really full or read-only (a small tmpfs, private to the process): what is said, and what is left."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    script = 'mount -t tmpfs -o size=4m,mode=700 none "$1" && exec "$2" "$3" "$1"'
    program = str(Path(__file__).with_name("disk_refuses.py"))
    place = str(tmp_path_factory.mktemp("disk"))
    command = ["unshare", "-m", "sh", "-c", script, "sh", place, sys.executable, program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("what", "file"),
    [
        ("history while git packs", "history"),
        ("history while git unpacks", "history"),
        ("new history", "another"),
        ("monitor", "monitor.db"),
        ("actions", "actions.db"),
    ],
)
def test_a_full_disk_is_called_full_and_named(found: dict[str, Any], what: str, file: str) -> None:
    said, hint = found["said"][what]
    assert said.startswith("the disk is full: /")
    assert said.endswith(f"/{file} cannot be written")
    assert hint.startswith("free some room there")


def test_a_history_for_which_there_was_no_room_has_nothing_of_it(found: dict[str, Any]) -> None:
    assert found["left"] == []


@pytest.mark.parametrize("what", ["backup", "journal", "actions read-only"])
def test_on_a_read_only_disk_nobody_is_told_to_make_room(found: dict[str, Any], what: str) -> None:
    said, hint = found["said"][what]
    assert re.search("read-?only", said, re.IGNORECASE)
    assert hint == "choose a state directory that can be written with --state"
