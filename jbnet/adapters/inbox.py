"""One queue for all that devices send unasked: traps, informs and syslog. Implements the port TrapSource."""

from __future__ import annotations

import queue
from collections.abc import Callable, Mapping
from typing import Protocol

from jbnet.model.errors import Missing
from jbnet.model.text import Text, text
from jbnet.monitor.syslog import SyslogMessage
from jbnet.ports import Heard, Trap
from jbnet.snmp.faults import Counters

MOST = 10_000
"""What waits at most; what comes then is dropped, and counted by who received it."""
MOST_MESSAGES = 8_000
"""Of these syslog messages: a flood of them leaves room for traps."""


class Receiver(Protocol):
    """What receives, from ``start`` (raises Missing) to ``close``. ``beat``: when its loop went round last."""

    counters: Counters
    beat: float

    def start(self) -> None:
        """Begin to listen."""

    def close(self) -> None:
        """Stop listening; never raises."""


class Inbox:
    """Starts and closes its receivers, which deliver to it. ``say`` is told of one that cannot listen."""

    def __init__(self, say: Callable[[Text], None]):
        self._say = say
        self._queue: queue.Queue[Heard] = queue.Queue(MOST)
        self.receivers: dict[str, Receiver] = {}

    def start(self) -> None:
        """Begin to listen with every receiver that can.."""
        problems: list[Missing] = []
        for receiver in self.receivers.values():
            try:
                receiver.start()
            except Missing as error:
                problems.append(error)
        for problem in problems:
            self._say(
                text(
                    "{problem}; what is sent there is not heard ({hint})",
                    problem=problem.text,
                    hint=problem.hint or "-",
                )
            )

    def take(self, timeout: float) -> Heard | None:
        """Return what came first, or None when nothing came in ``timeout`` seconds."""
        try:
            return self._queue.get(timeout=timeout) if timeout > 0 else self._queue.get_nowait()
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stop listening."""
        for receiver in self.receivers.values():
            receiver.close()

    def trap(self, heard: Trap) -> bool:
        """Take a trap in; False: there is no room."""
        return self._put(heard)

    def message(self, heard: SyslogMessage) -> bool:
        """Take a syslog message in; False: there is no room for one."""
        return self._queue.qsize() < MOST_MESSAGES and self._put(heard)

    def waiting(self) -> int:
        """Return how many wait to be taken."""
        return self._queue.qsize()

    def beats(self) -> Mapping[str, float]:
        """Return when each receiver's loop went round last, of those that listen."""
        return {name: receiver.beat for name, receiver in self.receivers.items() if receiver.beat}

    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """Return what each receiver counted."""
        return {name: dict(receiver.counters) for name, receiver in self.receivers.items()}

    def _put(self, heard: Heard) -> bool:
        try:
            self._queue.put_nowait(heard)
        except queue.Full:
            return False
        return True
