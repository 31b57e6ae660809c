"""A disk that is really full (a small tmpfs, private to the process) under the monitor's store."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.lab


def test_a_full_disk_is_said_and_waited_out_loses_no_incident_and_people_are_told_meanwhile(
    tmp_path: Path,
) -> None:
    script = 'mount -t tmpfs -o size=16m,mode=700 none "$1" && exec "$2" "$3" "$1"'
    program = str(Path(__file__).with_name("full_disk.py"))
    command = ["unshare", "-m", "sh", "-c", script, "sh", str(tmp_path), sys.executable, program]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["while_full"] == ["chengdong-up1"]
    assert found["news"] == [[1, "opened"], [1, "closed"]]
    assert found["sound"] == "ok"
    assert [line for line in found["said"] if "told from there" in line] == found["said"][:1]
    assert "is written again" in found["said"][-1]
    assert found["told_while_full"] == ["[critical] circuit chengdong-up1: open"]
    assert found["told"] == [*found["told_while_full"], "[critical] circuit chengdong-up1: closed"]
