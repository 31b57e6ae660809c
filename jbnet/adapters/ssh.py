"""Remote hosts over SSH (paramiko): connections a host and account, reused, each wait bounded.

Commands at the same time have a connection each, up to ``MOST_AT_ONCE``; one that fails takes no other with it.

A host is found under its device name: its management addresses are raced (``jbnet.adapters.dial``), its host key
is looked up by that name. ``via`` reads a fact from another place: the connection is carried by that device's own
SSH server (direct-tcpip, RFC 4254 section 7.2), so that two vantages over disjoint paths can be compared.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import paramiko

from jbnet.adapters.dial import dial
from jbnet.adapters.ssh_channel import broken, execute, open_channel
from jbnet.adapters.ssh_login import KeyRing, Login, connected, known_keys
from jbnet.adapters.ssh_talk import Talk
from jbnet.model.errors import Unreachable
from jbnet.model.text import joined, text
from jbnet.ports import Completed

CONNECT_S = 8.0
VANTAGE_USER = "netops"
MOST_AT_ONCE = 4
"""Connections to one account on one host: sshd begins to refuse at ten that are not logged in yet (MaxStartups)."""

Addresses = Callable[[str], Sequence[str]]
"""From a device's name to the addresses at which it is managed, the preferred one first."""


class SshHosts:
    """RemoteHosts over paramiko, for any number of threads; ``close_all`` ends every connection."""

    def __init__(self, state_dir: Path, addresses: Addresses, *, connect_timeout: float = CONNECT_S) -> None:
        self.ring = KeyRing(state_dir)
        self.addresses = addresses
        self.connect_timeout = connect_timeout
        self._hosts: dict[tuple[str, str, str | None], SshHost] = {}
        self._lock = threading.Lock()

    def host(self, device: str, user: str, via: str | None = None) -> SshHost:
        """Return the host, inert until it is first used; the same object for the same three names."""
        with self._lock:
            key = (device, user, via)
            if key not in self._hosts:
                self._hosts[key] = SshHost(self, device, user, via)
            return self._hosts[key]

    def converse(
        self, device: str, user: str, argv: Sequence[str], *, via: str | None = None, timeout: float = 10.0
    ) -> Talk:
        """Implement Conversations: a channel on the connection that is kept for others to go through."""
        end = time.monotonic() + timeout
        transport = self.host(device, user, via=via).transport(timeout)
        return Talk(device, transport, argv, max(0.1, end - time.monotonic()))

    def close_all(self) -> None:
        """Close every connection; never raises."""
        with self._lock:
            hosts = list(self._hosts.values())
        for host in sorted(hosts, key=lambda one: one.via is None):
            host.close()

    def connect(self, device: str, user: str, via: str | None, timeout: float) -> paramiko.SSHClient:
        """Return a new connection, made within ``timeout`` seconds. Raises Unreachable, Refused or Missing."""
        end = time.monotonic() + timeout
        key, known = self.ring.key(user), self.ring.known_hosts
        sock = self._socket(device, via, timeout)
        left = max(0.1, end - time.monotonic())
        return connected(Login(device, user, (), known, key, sock=sock, open_timeout=left))

    def _socket(self, device: str, via: str | None, timeout: float) -> socket.socket | paramiko.Channel:
        known_keys(device, self.ring.known_hosts)
        if via is None or via == device:
            return dial(device, self.addresses(device), timeout=timeout)
        return self._tunnel(device, self.host(via, VANTAGE_USER), timeout)

    def _tunnel(self, device: str, vantage: SshHost, timeout: float) -> paramiko.Channel:
        """Let the vantage open the connection: its routes and its paths decide, not ours."""
        addresses = list(self.addresses(device))
        end = time.monotonic() + timeout
        said = []
        for tried, address in enumerate(addresses):
            share = max(0.1, (end - time.monotonic()) / (len(addresses) - tried))
            try:
                return vantage.transport(share).open_channel("direct-tcpip", (address, 22), ("127.0.0.1", 0),
                                                             timeout=share)  # fmt: skip
            except (paramiko.SSHException, OSError, EOFError) as error:
                reason = text((getattr(error, "strerror", None) or str(error) or type(error).__name__).lower())
                said.append(text("{address}: {said}", address=address, said=reason))
        raise Unreachable(
            "{device} does not answer {vantage}: {tried}",
            device=device, vantage=vantage.name, tried=joined(said) if said else text("no address"),
        )  # fmt: skip


class SshHost:
    """One account on one host."""

    def __init__(self, hosts: SshHosts, name: str, user: str, via: str | None) -> None:
        self.name, self.user, self.via = name, user, via
        self._hosts = hosts
        self._carrier = self._made()
        self._idle: list[_Connection] = []
        self._all = [self._carrier]
        self._lock = threading.Lock()
        self._places = threading.BoundedSemaphore(MOST_AT_ONCE)

    def _made(self) -> _Connection:
        return _Connection(self._hosts, self.name, self.user, self.via)

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command and return what it answered, whatever its code.

        Raises Unreachable. A command that was sent is never sent again; one that could not be sent is, once, over
        a new connection, since a cached one may have died while idle.
        """
        end = time.monotonic() + timeout
        if not self._places.acquire(timeout=timeout):
            raise Unreachable("{host}: {count} commands are still being waited for", host=self.name, count=MOST_AT_ONCE)
        try:
            connection = self._free()
            try:
                return connection.run(argv, stdin=stdin, timeout=max(0.1, end - time.monotonic()))
            finally:
                with self._lock:
                    self._idle.append(connection)
        finally:
            self._places.release()

    def _free(self) -> _Connection:
        """Return the connection that was used last and is idle, or a new one."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
            connection = self._made()
            self._all.append(connection)
            return connection

    def transport(self, timeout: float) -> paramiko.Transport:
        """Return a live transport for others' connections to go through, connecting if need be. Raises Unreachable."""
        return self._carrier.transport(timeout)

    def close(self) -> None:
        """Close every connection; the next use makes a new one. Never raises."""
        with self._lock:
            connections = list(self._all)
        for connection in connections:
            connection.close()


class _Connection:
    """One connection. Not for two threads at once: they would share nothing but wait for each other."""

    def __init__(self, hosts: SshHosts, name: str, user: str, via: str | None) -> None:
        self.name, self.user, self.via = name, user, via
        self._hosts = hosts
        self._client: paramiko.SSHClient | None = None
        self._lock = threading.RLock()

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command. Raises Unreachable."""
        end = time.monotonic() + timeout
        with self._lock, self._closing_on_failure():
            channel = self._channel(argv, end)
            return execute(self.name, channel, argv, stdin=stdin, timeout=max(0.1, end - time.monotonic()))

    def transport(self, timeout: float) -> paramiko.Transport:
        """Return the live transport, connecting if need be. Raises Unreachable."""
        with self._lock:
            transport = self._client.get_transport() if self._client is not None else None
            if transport is None or not transport.is_active():
                self.close()
                limit = min(timeout, self._hosts.connect_timeout)
                self._client = self._hosts.connect(self.name, self.user, self.via, limit)
                transport = self._client.get_transport()
            if transport is None:
                raise Unreachable("{host}: the connection broke", host=self.name)
            return transport

    def _channel(self, argv: Sequence[str], end: float) -> paramiko.Channel:
        fresh = self._client is None
        while True:
            left = max(0.1, end - time.monotonic())
            try:
                return open_channel(self.transport(left), left if fresh else min(left, self._hosts.connect_timeout / 2))
            except (paramiko.SSHException, OSError, EOFError) as error:
                self.close()
                if fresh:
                    raise broken(self.name, argv, error) from error
                fresh = True

    @contextlib.contextmanager
    def _closing_on_failure(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close the connection; the next use makes a new one. Never raises."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()
