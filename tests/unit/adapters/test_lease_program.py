"""The parts of a host's watchdog that touch the host: whom it takes for the server's processes, whom it answers."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from eventually import eventually
from lease_program import load

from jbnet.adapters.lease_guards import TlsGuards
from jbnet.model.errors import Unreachable
from jbnet.recovery.lease import GuardWord, LeaseTerms

PROGRAM = load()


def test_a_cluster_behind_a_link_is_seen_to_run(tmp_path: Path) -> None:
    volume, data = tmp_path / "volume", tmp_path / "data"
    volume.mkdir()
    data.symlink_to(volume)
    server = PROGRAM.Server({"name": "production", "data": str(data)})
    assert not server.runs()
    sleeping = subprocess.Popen([sys.executable, "-c", "input()"], cwd=data, stdin=subprocess.PIPE)
    try:
        assert sleeping.pid in server.processes()
    finally:
        sleeping.communicate()


def test_the_service_manager_is_told_when_it_is_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        PROGRAM.ready()
        manager.settimeout(5)
        assert manager.recv(100) == b"READY=1"


def test_without_a_service_manager_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    PROGRAM.ready()


class Notes:
    def acknowledge(self, leads: bool) -> bool:
        return not leads


class Server:
    def leads(self) -> bool:
        return False


def asks(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/go-on", json.dumps({"database": "production", "holder": "other"}))
        return bool(json.loads(connection.getresponse().read()) == {"acknowledged": True})
    except OSError:
        return False
    finally:
        connection.close()


def test_an_address_in_use_is_listened_at_once_it_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PROGRAM, "ANSWER_AGAIN_S", 0.05)
    told: list[str] = []
    monkeypatch.setattr(PROGRAM, "tell", told.append)
    over = threading.Event()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        answers = PROGRAM.handler({"production": Notes()}, {"production": Server()})
        settings = {"listen": ["127.0.0.1", port]}
        threading.Thread(target=PROGRAM.answer, args=(settings, answers, None, over), daemon=True).start()
        assert eventually(lambda: bool(told))
    assert eventually(lambda: asks(port))
    over.set()


class Standing(Notes):
    """Notes of a leader that holds its lease."""

    def status(self, leads: bool) -> dict[str, object]:
        return {"refuses": False, "leads": leads, "acknowledged_s": 9.0, "state": "held", "why": "failsafe: x",
                "renewed_s": 2.5, "looked_s": 0.1}  # fmt: skip


@pytest.fixture
def watchdog() -> Iterator[str]:
    """A watchdog's answers on loopback, without TLS."""
    answers = PROGRAM.handler({"production": Standing()}, {"production": Server()})
    listener = PROGRAM.Listener(("127.0.0.1", 0), answers)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{listener.server_address[1]}"
    listener.shutdown()
    listener.server_close()


def test_whoever_looks_is_told_how_each_database_stands(watchdog: str) -> None:
    found = TlsGuards({"host": watchdog}, None).guard("host")
    assert found == {"production": GuardWord(False, False, "held", "failsafe: x", 2.5, 0.1)}
    assert found["production"].is_failsafe
    assert found["production"].left_s(LeaseTerms()) == 27.5


def test_a_watchdog_that_does_not_answer_is_unreachable_and_nothing_else() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with pytest.raises(Unreachable, match="does not say how it is"):
            TlsGuards({"host": f"http://127.0.0.1:{nobody.getsockname()[1]}"}, None).guard("host")
    with pytest.raises(Unreachable):
        TlsGuards({}, None).guard("host")


def test_an_answer_that_is_no_status_is_not_taken_for_one(watchdog: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Standing, "status", lambda self, leads: {"state": "held"})
    with pytest.raises(Unreachable):
        TlsGuards({"host": watchdog}, None).guard("host")
