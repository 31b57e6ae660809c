"""Hand-overs that a test lets fail where it likes. The servers are given as calls, for each test has its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from jbnet.model.errors import CommandFailed, Unreachable
from jbnet.ports import FenceProof, Led, Stopped


@dataclass
class FakeHandOvers:
    """Implements HandOvers and HandOver. ``fails``: the words that fail, and when (``before`` or ``after`` the effect).

    ``stops`` and ``leads`` bring the effects about; ``routes`` is told who announces. ``did`` is what was said.
    """

    stops: Callable[[], None]
    leads: Callable[[], None]
    announces: Callable[[], None]
    fails: dict[str, str] = field(default_factory=dict)
    proved: bool = True
    silent: set[str] = field(default_factory=set)
    did: list[str] = field(default_factory=list)
    begun: set[str] = field(default_factory=set)
    orders: set[str] = field(default_factory=set)
    leaving: str = ""
    taking: str = ""

    def arm(self, database: str, leaving: str, taking: str) -> FakeHandOvers:
        assert taking not in self.begun, "a host with a promotion before it is not made ready"
        self.leaving, self.taking = leaving, taking
        self.orders |= {leaving, taking}
        self._said("arm", lambda: None)
        return self

    def stop(self, timeout: float) -> Stopped:
        self._said("stop", self.stops)
        proof = FenceProof("production", self.leaving, self.proved, "server stopped", ({"holds": self.proved},))
        return Stopped(proof, 950, 0.1)

    def lead(self, checkpoint: int, timeout: float) -> Led:
        assert checkpoint == 950
        self._said("lead", self._led)
        return Led(951 + 119, 951 + 119, 0.01, 0.2)

    def _led(self) -> None:
        self.begun.add(self.taking)
        self.leads()

    def announce(self, timeout: float) -> float:
        self._said("announce", self.announces)
        return 0.1

    def withdraw(self, timeout: float) -> float:
        self._said("withdraw", lambda: None)
        return 0.1

    def close(self) -> None:
        self.did.append("close")

    def disarm(self, database: str, host: str) -> bool:
        self._asked(host)
        self.did.append(f"disarm {host}")
        self.orders.discard(host)
        return host in self.begun

    def begin(self, database: str, host: str) -> None:
        self._asked(host)
        self.begun.add(host)

    def forget(self, database: str, host: str) -> None:
        self._asked(host)
        self.orders.discard(host)
        self.begun.discard(host)

    def armed(self, database: str, host: str) -> bool:
        self._asked(host)
        return host in self.orders | self.begun

    def _asked(self, host: str) -> None:
        if host in self.silent:
            raise Unreachable("{host} does not answer", host=host)

    def _said(self, word: str, effect: Callable[[], None]) -> None:
        self.did.append(word)
        when = self.fails.get(word)
        if when == "before":
            raise CommandFailed("{word} failed", word=word)
        effect()
        if when == "after":
            raise Unreachable("{word}: no answer", word=word)
