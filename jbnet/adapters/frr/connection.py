"""The connection to an FRR device: netmiko logs in and keeps the shell, exact answers come over channels beside it."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from typing import Any

import paramiko

from jbnet.adapters.netmiko_login import Login, netmiko_session
from jbnet.adapters.ssh_channel import broken, deadline, execute, open_channel
from jbnet.model.errors import Unreachable
from jbnet.ports import Completed


class Connection:
    """One logged-in session. Every wait ends: at its deadline the socket is closed."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._netmiko: Any = None

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        self._netmiko = netmiko_session(self.login, "linux")

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
