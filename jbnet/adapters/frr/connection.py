"""The connection to an FRR device: netmiko logs in and keeps the shell, exact answers come over channels beside it."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import paramiko

from jbnet.adapters.dial import dial
from jbnet.adapters.ssh_channel import broken, deadline, execute, open_channel
from jbnet.adapters.ssh_login import explain, require_known
from jbnet.model.errors import Unreachable
from jbnet.ports import Completed


@dataclass(frozen=True, slots=True)
class Login:
    """How to get in. ``addresses`` are raced; ``device`` is the name under which the host key is known.

    Without ``key_file`` the password is used. ``open_timeout`` bounds connecting and logging in together, in seconds.
    """

    device: str
    user: str
    addresses: tuple[str, ...]
    known_hosts: Path
    key_file: Path | None = None
    password: str = field(default="", repr=False)
    port: int = 22
    open_timeout: float = 15.0
    sock: socket.socket | None = None


class Connection:
    """One logged-in session. Every wait ends: at its deadline the socket is closed."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._netmiko: Any = None

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        from netmiko import ConnectHandler
        from netmiko.exceptions import NetmikoAuthenticationException, NetmikoTimeoutException, ReadException

        login = self.login
        require_known(login.device, login.known_hosts)
        end = time.monotonic() + login.open_timeout
        sock = login.sock or dial(login.device, login.addresses, port=login.port, timeout=login.open_timeout)
        try:
            with deadline(end - time.monotonic(), sock.close):
                self._netmiko = ConnectHandler(**self._parameters(sock, max(0.5, end - time.monotonic())))
        except (NetmikoTimeoutException, NetmikoAuthenticationException, ReadException, paramiko.SSHException,
                OSError, EOFError, AttributeError) as error:  # fmt: skip
            sock.close()
            cause = error.__context__ if isinstance(error.__context__, (paramiko.SSHException, OSError)) else error
            raise explain(login.device, login.user, login.known_hosts, cause, login.open_timeout) from error
        except BaseException:
            sock.close()
            raise

    def _parameters(self, sock: socket.socket, left: float) -> dict[str, Any]:
        """Return netmiko's parameters. The port stays 22 for it: the host key is looked up by name alone."""
        login = self.login
        keyed = login.key_file is not None
        return {
            "device_type": "linux", "host": login.device, "username": login.user, "password": login.password,
            "sock": sock, "use_keys": keyed, "key_file": str(login.key_file) if keyed else None,
            "allow_agent": False, "ssh_strict": True, "system_host_keys": False, "alt_host_keys": True,
            "alt_key_file": str(login.known_hosts), "conn_timeout": left, "auth_timeout": left,
            "banner_timeout": left, "session_timeout": left, "keepalive": 15,
        }  # fmt: skip

    def close(self) -> None:
        """Log out; never raises and never waits for the far side."""
        connection, self._netmiko = self._netmiko, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.paramiko_cleanup()

    def alive(self) -> bool:
        """Say whether the session is up, by asking the far side."""
        if self._netmiko is None:
            return False
        try:
            return self.run(["true"], timeout=5.0).code == 0
        except Unreachable:
            return False

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command with its own exit code and streams. Raises Unreachable; the session is then closed."""
        end = time.monotonic() + timeout
        try:
            channel = open_channel(self._transport(), timeout)
            return execute(self.login.device, channel, argv, stdin=stdin, timeout=max(0.1, end - time.monotonic()))
        except (paramiko.SSHException, OSError, EOFError) as error:
            self.close()
            raise broken(self.login.device, argv, error) from error
        except Unreachable:
            self.close()
            raise

    def type(self, command: str, timeout: float = 30.0) -> str:
        """Type a command into the shell as a person would and return what it printed (netmiko)."""
        transport = self._transport()
        try:
            with deadline(timeout, transport.close):
                return str(self._netmiko.send_command(command, read_timeout=timeout, strip_command=True))
        except Exception as error:  # netmiko's own exceptions have many roots
            self.close()
            raise broken(self.login.device, [command], error) from error

    def _transport(self) -> paramiko.Transport:
        client = self._netmiko.remote_conn_pre if self._netmiko is not None else None
        transport = client.get_transport() if client is not None else None
        if transport is None:
            raise Unreachable("{host}: the session is not open", host=self.login.device)
        assert isinstance(transport, paramiko.Transport)  # noqa: S101  netmiko has no types
        return transport
