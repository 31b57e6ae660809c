"""Conversations with the hosts of ``small_hosts``: the command in their namespaces, no SSH between."""

from __future__ import annotations

import contextlib
import select
import subprocess
from collections.abc import Sequence

from small_hosts import SmallHosts

from jbnet.model.errors import Unreachable
from jbnet.ports import Conversation


class EnteredTalk:
    """Implements Conversation over pipes."""

    def __init__(self, host: str, argv: Sequence[str]):
        self._host = host
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/", bufsize=0)

    def tell(self, line: str) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(f"{line}\n".encode())
        except BrokenPipeError as error:
            raise Unreachable("{host} does not answer", host=self._host) from error

    def hear(self, timeout: float) -> str:
        assert self._process.stdout is not None
        if not select.select([self._process.stdout], [], [], timeout)[0]:
            raise Unreachable("{host} does not answer", host=self._host)
        line = self._process.stdout.readline()
        if not line:
            raise Unreachable("{host} does not answer", host=self._host)
        return line.decode().strip()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5)
        if self._process.stdout is not None:
            self._process.stdout.close()


class SmallConversations:
    """Implements Conversations."""

    def __init__(self, hosts: SmallHosts):
        self._hosts = hosts

    def converse(
        self, device: str, user: str, argv: Sequence[str], *, via: str | None = None, timeout: float = 10.0
    ) -> Conversation:
        account = "postgres" if user == "netops" else user
        pid = self._hosts.first_process(device)
        if not pid:
            raise Unreachable("{host} does not answer", host=device)
        enter = ["nsenter", "-t", str(pid), "-n", "-m", "-p", "--", "runuser", "-u", account, "--"]
        return EnteredTalk(device, [*enter, *argv])
