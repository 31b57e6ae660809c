"""The watchdog as it runs on a database host: a real etcd, a real PostgreSQL, the kernel's filter, in a network apart.

Terms are shortened: what is tried is that they are kept, not how long they are.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from eventually import eventually
from lease_etcd import Etcd, free_port
from lease_program import PROGRAM

from jbnet.adapters.etcd_lease import EtcdLeases, Gateway
from jbnet.recovery.lease import LeaseRecord

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
OLD, NEW = "xining-dc-db1", "golmud-dc-db1"
HOLD_S = 6.0
NEW_NETWORK = 0x40000000
"""CLONE_NEWNET, sched.h."""


@pytest.fixture(scope="module")
def apart() -> Iterator[None]:
    """A network of this test's own: the filters of a gate never stand in the machine's."""
    libc = ctypes.CDLL(None, use_errno=True)
    with Path("/proc/thread-self/ns/net").open("rb") as before:
        assert libc.unshare(NEW_NETWORK) == 0
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            libc.setns(before.fileno(), NEW_NETWORK)


@dataclass
class Host:
    """A database host: its watchdog, and a cluster where it holds one."""

    name: str
    folder: Path
    settings: dict[str, object]
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        file = self.folder / "lease.json"
        file.write_text(json.dumps(self.settings))
        log = (self.folder / "watchdog.log").open("ab")
        self.running = subprocess.Popen([sys.executable, "-I", str(PROGRAM), "run", str(file)], stderr=log)

    def said(self) -> dict[str, object]:
        environment = {**os.environ, "JBNET_LEASE": str(self.folder / "lease.json")}
        done = subprocess.run([sys.executable, "-I", str(PROGRAM), "status"], env=environment, capture_output=True,
                              text=True, check=False)  # fmt: skip
        return dict(json.loads(done.stdout)["production"]) if done.returncode == 0 else {}

    def refuse(self, verb: str = "refuse") -> None:
        environment = {**os.environ, "JBNET_LEASE": str(self.folder / "lease.json")}
        subprocess.run([sys.executable, "-I", str(PROGRAM), verb, "production"], env=environment, check=True)

    def end(self, which: int = signal.SIGTERM) -> None:
        assert self.running is not None
        self.running.send_signal(signal.SIGCONT)
        self.running.send_signal(which)
        self.running.wait(30)
        self.running = None


@dataclass
class World:
    folder: Path
    etcd: Etcd
    port: int = field(default_factory=free_port)
    hosts: dict[str, Host] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.folder / "production"

    def make(self) -> World:
        self.folder.chmod(0o755)
        for parent in self.folder.parents:
            if str(parent).startswith("/tmp/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        self.data.mkdir()
        shutil.chown(self.data, "postgres", "postgres")
        self.as_postgres(f"{PROGRAMS}/initdb", "-D", str(self.data), "-A", "trust", "-N")
        ports = {OLD: free_port(), NEW: free_port()}
        for name, other in ((OLD, NEW), (NEW, OLD)):
            folder = self.folder / name
            for part in ("kept", "run"):
                (folder / part).mkdir(parents=True)
            data = self.data if name == OLD else folder / "none"
            database = {"name": "production", "port": self.port, "data": str(data),
                        "others": {other: f"http://127.0.0.1:{ports[other]}"}}  # fmt: skip
            self.hosts[name] = Host(name, folder, {
                "host": name, "members": self.etcd.urls, "databases": [database], "listen": ["127.0.0.1", ports[name]],
                "renew_s": 0.5, "hold_s": HOLD_S, "silence_s": 20.0, "kept": str(folder / "kept"),
                "run": str(folder / "run"), "tls": None,
            })  # fmt: skip
        return self

    def as_postgres(self, *argv: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["runuser", "-u", "postgres", "--", *argv], cwd="/", check=True, stdout=subprocess.DEVNULL
        )

    def serve(self) -> None:
        """Start the cluster as a leader, and its watchdog; wait until it is held."""
        (self.data / "standby.signal").unlink(missing_ok=True)
        options = f"-p {self.port} -k /tmp -c listen_addresses=127.0.0.1"
        self.as_postgres(
            f"{PROGRAMS}/pg_ctl", "-D", str(self.data), "-w", "-l", str(self.data / "log"), "-o", options, "start"
        )
        if self.old.running is None:
            self.old.start()
        assert eventually(lambda: self.old.said().get("state") == "held"), self.log()
        assert self.writes()

    @property
    def old(self) -> Host:
        return self.hosts[OLD]

    @property
    def new(self) -> Host:
        return self.hosts[NEW]

    def log(self) -> str:
        return (self.old.folder / "watchdog.log").read_text()

    def writes(self) -> bool:
        """A client's write is taken."""
        query = "CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)"
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", "postgres"]
        environment = {**os.environ, "PGCONNECT_TIMEOUT": "2"}
        argv = ["timeout", "5", "psql", "-Xq", *where, "-c", query]
        return subprocess.run(argv, env=environment, capture_output=True, check=False).returncode == 0

    def is_stopped(self) -> bool:
        ours = [p for p in Path("/proc").glob("[0-9]*/cwd") if _points_at(p, self.data)]
        return not ours and (self.data / "standby.signal").exists()

    def record(self) -> LeaseRecord:
        return EtcdLeases(Gateway(self.etcd.urls)).look("production").record


def _points_at(link: Path, folder: Path) -> bool:
    try:
        return link.readlink() == folder
    except OSError:
        return False


@pytest.fixture
def world(apart: None, tmp_path: Path) -> Iterator[World]:
    etcd = Etcd(tmp_path)
    found = World(tmp_path, etcd)
    try:
        etcd.up()
        found.make().serve()
        yield found
    finally:
        for host in found.hosts.values():
            if host.running is not None:
                host.end(signal.SIGKILL)
        etcd.down()
        argv = [f"{PROGRAMS}/pg_ctl", "-D", str(found.data), "-m", "immediate", "stop"]
        subprocess.run(["runuser", "-u", "postgres", "--", *argv], cwd="/", capture_output=True, check=False)


def test_without_store_and_without_the_other_host_clients_are_out_in_time_and_the_server_is_stopped(
    world: World,
) -> None:
    assert world.record().guarded
    at = time.monotonic()
    world.etcd.kill("xining")
    world.etcd.kill("golmud")
    last = at
    while time.monotonic() < at + 3 * HOLD_S and not world.is_stopped():
        began = time.monotonic()
        if world.writes():
            last = began
    assert world.is_stopped(), world.log()
    assert last - at < HOLD_S + 1.0
    assert not world.writes()


def test_a_frozen_watchdog_lets_nobody_in_and_stops_the_server_before_anything_else_when_it_wakes(world: World) -> None:
    assert world.old.running is not None
    world.old.running.send_signal(signal.SIGSTOP)
    assert eventually(lambda: not world.writes(), 4 * HOLD_S)
    assert not world.is_stopped()
    seen = EtcdLeases(Gateway(world.etcd.urls)).look("production")
    assert EtcdLeases(Gateway(world.etcd.urls)).put("production", LeaseRecord(NEW, taken_from=OLD), seen.revision)
    world.old.running.send_signal(signal.SIGCONT)
    assert eventually(world.is_stopped, 20), world.log()
    assert world.record().holder == NEW
    assert not world.writes()


def test_a_killed_watchdog_takes_the_clients_off_and_one_started_anew_goes_on(world: World) -> None:
    world.old.end(signal.SIGKILL)
    assert eventually(lambda: not world.writes(), 4 * HOLD_S)
    world.old.start()
    assert eventually(world.is_stopped, 20), world.log()


def test_with_the_other_hosts_word_it_goes_on_and_stops_once_that_refuses(world: World) -> None:
    world.new.start()
    assert eventually(lambda: world.new.said().get("looked_s") is not None)
    world.etcd.kill("xining")
    world.etcd.kill("golmud")
    assert eventually(lambda: str(world.old.said().get("why")).startswith("failsafe"), 20), world.log()
    end = time.monotonic() + 2 * HOLD_S
    while time.monotonic() < end:
        assert world.writes(), world.log()
    acknowledged = world.new.said()["acknowledged_s"]
    assert isinstance(acknowledged, float)
    assert acknowledged < HOLD_S
    world.new.refuse()
    assert eventually(world.is_stopped, 4 * HOLD_S), world.log()


def test_ended_on_purpose_it_says_that_nobody_guards_and_holds_nobody_off(world: World) -> None:
    world.old.end()
    assert world.record() == LeaseRecord(OLD, guarded=False, number=world.record().number)
    time.sleep(HOLD_S + 1)  # what the gate would have had left
    assert world.writes()
    assert socket.create_connection(("127.0.0.1", world.port), 2)
