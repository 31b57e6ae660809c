"""TCP to a host with several addresses: attempts are started one after the other and race (RFC 8305, section 5)."""

from __future__ import annotations

import contextlib
import errno
import os
import selectors
import socket
import time
from collections.abc import Sequence

from jbnet.model.errors import Unreachable
from jbnet.model.text import Text, joined, text

STAGGER_S = 0.25
"""Connection Attempt Delay (RFC 8305): a dead address costs this long, not its whole time-out."""

NO_ANSWER = text("no answer")
_PENDING = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


def dial(host: str, addresses: Sequence[str], *, port: int = 22, timeout: float) -> socket.socket:
    """Return a connected, blocking socket to the first address that answers within ``timeout`` seconds.

    Raises Unreachable, which names every address tried and what came of it.
    """
    race = _Race(port, time.monotonic() + timeout)
    try:
        winner = race.run(list(addresses))
    finally:
        race.close()
    if winner is None:
        raise _unreachable(host, race.said, timeout)
    winner.setblocking(True)
    winner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return winner


def _unreachable(host: str, said: dict[str, Text], timeout: float) -> Unreachable:
    if not said:
        return Unreachable(
            "{host} cannot be reached: no management address is declared for it",
            host=host,
            hint=text("give {host} a loopback or an uplink address in inventory/", host=host),
        )
    return Unreachable(
        "{host} does not answer on TCP: {tried}",
        host=host,
        tried=joined(text("{address}: {said}", address=address, said=what) for address, what in said.items()),
        hint=text("is a circuit on the way cut? see `jbnet status`; `jbnet lab status` where a lab runs"),
    )


class _Race:
    """Attempts under way, and what became of each address."""

    def __init__(self, port: int, deadline: float) -> None:
        self.port = port
        self.deadline = deadline
        self.said: dict[str, Text] = {}
        self.selector = selectors.DefaultSelector()
        self.winner: socket.socket | None = None

    def run(self, waiting: list[str]) -> socket.socket | None:
        """Start attempts until one connects, all have failed, or the deadline is reached."""
        next_start = time.monotonic()
        while self.winner is None and (waiting or self.selector.get_map()):
            now = time.monotonic()
            if now >= self.deadline:
                break
            if waiting and (now >= next_start or not self.selector.get_map()):
                self._start(waiting.pop(0))
                next_start = now + STAGGER_S
            elif self._wait((min(next_start, self.deadline) if waiting else self.deadline) - now):
                next_start = now  # one has failed: the next need not wait its turn
        return self.winner

    def _start(self, address: str) -> None:
        self.said[address] = NO_ANSWER
        attempt = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
        attempt.setblocking(False)
        try:
            code = attempt.connect_ex((address, self.port))
        except socket.gaierror as error:  # a name, as NAPALM allows
            attempt.close()
            self.said[address] = text(str(error.strerror).lower())
            return
        if code in _PENDING:
            self.selector.register(attempt, selectors.EVENT_WRITE, address)
        else:
            self.said[address] = _words(code)
            attempt.close()

    def _wait(self, seconds: float) -> bool:
        """Wait for an attempt to end; say whether one failed."""
        failed = False
        for key, _ in self.selector.select(max(0.0, seconds)):
            attempt, address = key.fileobj, str(key.data)
            assert isinstance(attempt, socket.socket)  # noqa: S101  narrows the type for mypy
            self.selector.unregister(attempt)
            code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if code == 0 and self.winner is None:
                self.winner = attempt
                continue
            attempt.close()
            failed = failed or code != 0
            self.said[address] = _words(code)
        return failed

    def close(self) -> None:
        """Close every attempt that did not win."""
        for key in list(self.selector.get_map().values()):
            with contextlib.suppress(OSError):
                key.fileobj.close()  # type: ignore[union-attr]  # we registered sockets
        self.selector.close()


def _words(code: int | None) -> Text:
    return text(os.strerror(code).lower()) if code else NO_ANSWER
