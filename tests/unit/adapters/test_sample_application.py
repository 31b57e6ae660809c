"""The sample business application, with a psql that answers as a test wants."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = Path(__file__).parents[3] / "playbooks" / "roles" / "application" / "files" / "jbnet-app.py"
PSQL = """#!/bin/sh
read -r first
case "$*" in *'-d down'*) exit 2 ;; esac
case "$first" in SELECT*) echo t ;; *) echo 7 ;; esac
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def look(home: Path, seconds: str = "20") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(PROGRAM), str(home), "--look", seconds]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def ports(tmp_path: Path) -> dict[str, int]:
    found = {"well": free_port(), "ill": free_port()}
    database = {"address": "192.0.2.1", "port": 5432, "account": "jbnet_client"}
    applications = [
        {"name": "well", "port": found["well"], "databases": [{"name": "production", **database}]},
        {"name": "ill", "port": found["ill"], "databases": [{"name": "down", **database}]},
    ]
    declared = {"host": "app1", "applications": applications}
    (tmp_path / "applications.json").write_text(json.dumps(declared), encoding="utf-8")
    return found


@pytest.fixture
def served(tmp_path: Path, ports: dict[str, int]) -> Iterator[Path]:
    psql = tmp_path / "psql"
    psql.write_text(PSQL, encoding="utf-8")
    psql.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with subprocess.Popen([sys.executable, str(PROGRAM), str(tmp_path)], env=environment) as process:
        yield tmp_path
        process.kill()


def test_each_application_says_how_its_own_databases_are(served: Path) -> None:
    done = look(served)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"well": "up", "ill": "degraded"})


def test_a_record_is_written_or_the_answer_is_no(served: Path, ports: dict[str, int]) -> None:
    look(served)  # both listen now

    def write(name: str) -> object:
        request = urllib.request.Request(f"http://127.0.0.1:{ports[name]}/records", method="POST")
        return json.load(urllib.request.urlopen(request, timeout=20))

    assert write("well") == {"record": 7}
    with pytest.raises(urllib.error.HTTPError, match="503"):
        write("ill")


def test_what_does_not_listen_is_silent(tmp_path: Path, ports: dict[str, int]) -> None:
    done = look(tmp_path, "0")
    assert (done.returncode, json.loads(done.stdout)) == (1, dict.fromkeys(ports, "silent"))
