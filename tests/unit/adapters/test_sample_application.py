"""The sample business application where no database answers; with one: tests/lab/test_application_live.py."""

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
from typing import Any

import pytest

PROGRAM = Path(__file__).parents[3] / "playbooks" / "roles" / "application" / "files" / "jbnet-app.py"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def look(home: Path, seconds: str = "20") -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-B", str(PROGRAM), str(home), "--look", seconds]
    return subprocess.run(argv, capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def ports(tmp_path: Path) -> dict[str, int]:
    found = {"bare": free_port(), "ill": free_port()}
    database = {"name": "down", "address": "127.0.0.1", "port": free_port(), "account": "jbnet_client"}
    applications = [
        {"name": "bare", "port": found["bare"], "databases": []},
        {"name": "ill", "port": found["ill"], "databases": [database]},
    ]
    declared = {"host": "app1", "applications": applications, "payments": "ill"}
    (tmp_path / "applications.json").write_text(json.dumps(declared), encoding="utf-8")
    return found


@pytest.fixture
def served(tmp_path: Path, ports: dict[str, int]) -> Iterator[Path]:
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen([sys.executable, str(PROGRAM), str(tmp_path)], env=environment) as process:
        yield tmp_path
        process.kill()


def ask(port: int, path: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", body, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def test_each_application_says_how_its_own_databases_are(served: Path, ports: dict[str, int]) -> None:
    done = look(served)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"bare": "up", "ill": "degraded"})
    code, said = ask(ports["ill"], "/health")
    assert (code, said["databases"]) == (503, {"down": False})
    assert said["why"]["down"]


def test_without_a_database_the_answer_is_no_and_nothing_that_is_no_payment_gets_so_far(
    served: Path, ports: dict[str, int]
) -> None:
    look(served)  # both listen now
    assert [ask(ports[name], "/records", b"")[0] for name in ports] == [503, 503]
    assert ask(ports["ill"], "/payments", b"{}")[0] == 400
    assert ask(ports["ill"], "/payments/..%2f")[0] == 404
    assert ask(ports["bare"], "/payments", b"{}")[0] == 404
    assert ask(ports["ill"], "/payments", b"x" * 20_000)[0] == 413


def test_every_port_says_the_same_release(served: Path, ports: dict[str, int]) -> None:
    look(served)
    said = [ask(port, "/release") for port in ports.values()]
    assert {code for code, _ in said} == {200}
    assert len({answer["release"] for _, answer in said}) == 1
    assert len(said[0][1]["release"]) == 12


def test_what_does_not_listen_is_silent(tmp_path: Path, ports: dict[str, int]) -> None:
    done = look(tmp_path, "0")
    assert (done.returncode, json.loads(done.stdout)) == (1, dict.fromkeys(ports, "silent"))
