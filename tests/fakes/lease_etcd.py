"""A real etcd of several members on loopback, each a process of its own, with TLS or without."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import ssl
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Etcd:
    """Members by name. Not started by the constructor."""

    folder: Path
    names: tuple[str, ...] = ("xining", "golmud", "haidong")
    tls: dict[str, str] = field(default_factory=dict)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        scheme = "https" if self.tls else "http"
        self.urls = {name: f"{scheme}://127.0.0.1:{free_port()}" for name in self.names}
        self._peers = {name: f"http://127.0.0.1:{free_port()}" for name in self.names}

    def start(self, name: str) -> None:
        """Start a member, on the data that it has."""
        cluster = ",".join(f"{one}={url}" for one, url in self._peers.items())
        argv = [
            "etcd", "--name", name, "--data-dir", str(self.folder / name), "--listen-client-urls", self.urls[name],
            "--advertise-client-urls", self.urls[name], "--listen-peer-urls", self._peers[name],
            "--initial-advertise-peer-urls", self._peers[name], "--initial-cluster", cluster,
            "--heartbeat-interval", "50", "--election-timeout", "500",
        ]  # fmt: skip
        if self.tls:
            argv += ["--client-cert-auth", "--trusted-ca-file", self.tls["ca"], "--cert-file", self.tls["cert"],
                     "--key-file", self.tls["key"]]  # fmt: skip
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(argv, stdout=log, stderr=log)

    def up(self) -> Etcd:
        """Start all, and wait until a quorum of them serves."""
        assert shutil.which("etcd"), "Debian's etcd-server is not installed: .ci/bootstrap"
        for name in self.names:
            self.start(name)
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until a member answers for a quorum."""
        end = time.monotonic() + 60
        while not any(self._serves(name) for name in self.running):
            assert time.monotonic() < end, "etcd does not serve"
            time.sleep(0.1)

    def _serves(self, name: str) -> bool:
        context = None
        if self.tls:
            context = ssl.create_default_context(cafile=self.tls["ca"])
            context.load_cert_chain(self.tls["cert"], self.tls["key"])
        body = json.dumps({"key": "eA=="}).encode()
        request = urllib.request.Request(f"{self.urls[name]}/v3/kv/range", body)
        try:
            with urllib.request.urlopen(request, timeout=2, context=context) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill(self, name: str) -> None:
        """End a member as a power failure does."""
        process = self.running.pop(name)
        process.kill()
        process.wait(20)

    def freeze(self, name: str, *, frozen: bool = True) -> None:
        """Stop a member in its tracks, or let it go on."""
        self.running[name].send_signal(signal.SIGSTOP if frozen else signal.SIGCONT)

    def down(self) -> None:
        """End all."""
        for name in list(self.running):
            self.kill(name)
