"""The watchdog's gate and its server on a real kernel: a network of its own, clients, processes that are frozen."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from eventually import eventually
from lease_program import PROGRAM as FILE
from lease_program import load

pytestmark = [pytest.mark.lab, pytest.mark.timeout(60)]
PROGRAM = load()
PORT = 5432
ECHO = """
import socket, threading
door = socket.create_server(("127.0.0.1", %d))
def serve(client):
    while data := client.recv(100):
        client.sendall(data)
while True:
    threading.Thread(target=serve, args=(door.accept()[0],), daemon=True).start()
"""
ASK = """
import socket, sys
with socket.create_connection(("127.0.0.1", %d), 1) as client:
    for line in sys.stdin:
        client.settimeout(1)
        client.sendall(line.encode())
        print(client.recv(100).decode(), end="", flush=True)
"""


class Net:
    """A network namespace with a server in it that says back what it hears."""

    def __init__(self) -> None:
        self.holder = self._start(["unshare", "-n", "sleep", "300"])
        eventually(lambda: self._is_apart())
        self.run("ip", "link", "set", "lo", "up")
        self.server = self._start([*self.inside, sys.executable, "-c", ECHO % PORT])
        eventually(lambda: self.is_let_in())

    @staticmethod
    def _start(argv: list[str]) -> subprocess.Popen[str]:
        return subprocess.Popen(
            argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )

    def _is_apart(self) -> bool:
        return Path(f"/proc/{self.holder.pid}/ns/net").readlink() != Path("/proc/self/ns/net").readlink()

    @property
    def inside(self) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def run(self, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*self.inside, *argv], input=stdin, capture_output=True, text=True, check=True)

    def client(self) -> subprocess.Popen[str]:
        """A client that stays."""
        return self._start([*self.inside, sys.executable, "-c", ASK % PORT])

    def is_let_in(self) -> bool:
        """A new client is answered."""
        argv = [*self.inside, sys.executable, "-c", ASK % PORT]
        done = subprocess.run(argv, input="x\n", capture_output=True, text=True, check=False)
        return done.stdout == "x\n"

    def close(self) -> None:
        for process in (self.server, self.holder):
            process.kill()
            process.wait(10)


def answered(client: subprocess.Popen[str]) -> bool:
    """Whether a client that stays is answered once more."""
    assert client.stdin is not None
    assert client.stdout is not None
    try:
        client.stdin.write("y\n")
        client.stdin.flush()
    except BrokenPipeError:
        return False
    return client.stdout.readline() == "y\n"


@pytest.fixture
def net() -> Iterator[Net]:
    found = Net()
    try:
        yield found
    finally:
        found.close()


class Gate(PROGRAM.Gate):  # type: ignore[misc, name-defined]  # a module without types
    """The program's gate in that network."""

    def __init__(self, net: Net):
        super().__init__(PORT)
        self.net = net

    def tool(self, *words: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
        argv = [*self.net.inside, "nft", *words]
        return subprocess.run(argv, input=text, capture_output=True, text=True, check=False)


def test_the_kernel_shuts_clients_off_by_itself_those_that_are_in_too(net: Net) -> None:
    gate, client = Gate(net), net.client()
    assert answered(client)
    gate.arm(0, 3.0)
    assert answered(client)
    assert net.is_let_in()
    eventually(lambda: not net.is_let_in())
    assert not answered(client)


def test_a_renewal_goes_over_to_the_other_set_without_a_gap(net: Net) -> None:
    gate, client = Gate(net), net.client()
    gate.arm(0, 30.0)
    for number in range(6):
        gate.stage((number + 1) % 2, 30.0)
        assert answered(client)
        gate.grant((number + 1) % 2)
        assert answered(client)


def test_another_watchdog_sees_which_set_is_in_use(net: Net) -> None:
    gate = Gate(net)
    assert gate.in_use() is None
    gate.arm(0, 30.0)
    assert Gate(net).in_use() == 0
    gate.stage(1, 30.0)
    gate.grant(1)
    assert Gate(net).in_use() == 1
    gate.disarm()
    assert gate.in_use() is None


def test_what_was_staged_and_ran_out_opens_nothing_when_it_is_granted(net: Net) -> None:
    gate = Gate(net)
    gate.arm(0, 30.0)
    gate.stage(1, 0.2)
    time.sleep(0.4)  # frozen for longer than it had
    assert net.is_let_in()
    gate.grant(1)
    assert not net.is_let_in()


def test_shut_is_shut_and_taken_away_it_is_gone(net: Net) -> None:
    gate = Gate(net)
    gate.arm(0, 30.0)
    gate.shut()
    assert not net.is_let_in()
    gate.stage(0, 30.0)
    gate.stage(1, 30.0)
    gate.grant(1)
    assert net.is_let_in()
    gate.shut()
    gate.disarm()
    gate.disarm()
    assert net.is_let_in()


def test_a_frozen_server_is_ended_and_starts_read_only(tmp_path: Path) -> None:
    (tmp_path / "PG_VERSION").write_text("15\n")
    deaf = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); print(flush=True); time.sleep(100)"
    processes = [subprocess.Popen([sys.executable, "-c", deaf], cwd=tmp_path, stdout=subprocess.PIPE) for _ in range(2)]
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    (tmp_path / "postmaster.pid").write_text(f"{processes[0].pid}\n")
    processes[1].send_signal(signal.SIGSTOP)
    server = PROGRAM.Server({"name": "production", "data": str(tmp_path)})
    assert server.leads()
    reaped = subprocess.Popen([sys.executable, "-c", STOP % (str(FILE), str(tmp_path))])
    for process in processes:
        process.wait(20)
    assert reaped.wait(20) == 0
    assert (server.runs(), server.marked(), server.leads()) == (False, True, False)


STOP = """
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
sys.dont_write_bytecode = True
loader = SourceFileLoader("jbnet_lease", %r)
module = module_from_spec(spec_from_loader("jbnet_lease", loader))
loader.exec_module(module)
module.Server({"name": "production", "data": %r}).stop(0.2)
"""


def test_a_refusal_and_an_acknowledgement_never_cross_and_survive_the_watchdog(tmp_path: Path) -> None:
    kept, run = tmp_path / "kept", tmp_path / "run"
    kept.mkdir()
    run.mkdir()
    now = [5000.0]

    def notes() -> Any:
        return PROGRAM.Notes(str(kept), str(run), "production", clock=lambda: now[0])

    assert notes().status(False)["acknowledged_s"] == 5000.0  # nobody knows what was before the boot
    assert notes().acknowledge(leads=False)
    now[0] += 7
    assert notes().status(False)["acknowledged_s"] == 7.0
    notes().refuse()
    assert not notes().acknowledge(leads=False)
    assert notes().status(False)["refuses"]
    for path in run.iterdir():
        path.unlink()  # a boot
    assert not notes().acknowledge(leads=False)
    notes().accept()
    assert not notes().acknowledge(leads=True)
    assert notes().acknowledge(leads=False)
