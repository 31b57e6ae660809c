"""The connection to an FRR device: one login, and a channel for each command, with its own exit code and streams."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence

import paramiko

from jbnet.adapters.ssh_channel import broken, execute, open_channel
from jbnet.adapters.ssh_login import Login, connected
from jbnet.model.errors import Unreachable
from jbnet.ports import Completed


class Connection:
    """One logged-in session. Every wait ends: at its deadline the socket is closed."""

    def __init__(self, login: Login) -> None:
        self.login = login
        self._client: paramiko.SSHClient | None = None

    def open(self) -> None:
        """Log in. Raises Unreachable, Refused (host key) or Missing (no key of ours)."""
        self._client = connected(self.login)

    def close(self) -> None:
        """Log out; never raises and never waits for the far side."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()

    def alive(self) -> bool:
        """Say whether the session is up, by asking the far side."""
        if self._client is None:
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

    def _transport(self) -> paramiko.Transport:
        transport = self._client.get_transport() if self._client is not None else None
        if transport is None:
            raise Unreachable("{host}: the session is not open", host=self.login.device)
        return transport
