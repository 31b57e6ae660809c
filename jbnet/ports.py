"""What the services need from the world, as small typed protocols. Adapters implement them; tests fake them.

All ports are synchronous. Every call that can wait takes a timeout in seconds or has one of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from jbnet.model.network import Device
from jbnet.model.secrets import Secret
from jbnet.model.text import Text
from jbnet.snmp.types import SnmpAnswer as SnmpAnswer
from jbnet.snmp.types import SnmpTarget as SnmpTarget
from jbnet.snmp.types import Trap as Trap
from jbnet.snmp.types import VarBind as VarBind


class Clock(Protocol):
    """Time, so that the core never reads a clock."""

    def now(self) -> datetime:
        """Return the wall clock in UTC."""

    def monotonic(self) -> float:
        """Return seconds on a clock that never steps."""

    def sleep(self, seconds: float) -> None:
        """Wait."""


class Secrets(Protocol):
    """Where secrets come from (``--state``/secrets.yaml, mode 0600)."""

    def get(self, name: str) -> Secret:
        """Return the secret. Raises Missing."""


class DeviceSession(Protocol):
    """The part of NAPALM's ``NetworkDriver`` that jbnet uses. ``revert_in`` is in seconds.

    ``commit_config`` with ``revert_in`` starts a timer on the device; without ``confirm_commit`` in that
    time the device puts back what ran before. ``compare_config`` is empty when there is nothing to do.
    """

    def open(self) -> None:
        """Log in. Raises Unreachable."""

    def close(self) -> None:
        """Log out; never raises."""

    def load_replace_candidate(self, filename: str | None = None, config: str | None = None) -> None:
        """Load a whole configuration as candidate."""

    def compare_config(self) -> str:
        """Return what committing the candidate would change, one command a line; empty: nothing."""

    def commit_config(self, message: str = "", revert_in: int | None = None) -> None:
        """Make the candidate run. Raises CommandFailed."""

    def confirm_commit(self) -> None:
        """Stop the timer and save what runs."""

    def has_pending_commit(self) -> bool:
        """Say whether a timer runs."""

    def discard_config(self) -> None:
        """Forget the candidate."""

    def rollback(self) -> None:
        """Put back what ran before the last commit."""

    def get_config(self, retrieve: str = "all") -> Mapping[str, str]:
        """Return the texts ``running`` and ``startup``."""

    def get_facts(self) -> Mapping[str, object]:
        """Return NAPALM's facts."""

    def get_ospf_neighbors(self) -> Sequence[Mapping[str, object]]:
        """Return one mapping per neighbour: ``router_id``, ``interface``, ``state`` (RFC 2328 names)."""


class DeviceSessions(Protocol):
    """Opens sessions; knows addresses, keys and drivers."""

    def session(self, device: Device) -> DeviceSession:
        """Return an inert session for the device."""


@dataclass(frozen=True, slots=True)
class Completed:
    """What a remote command answered."""

    argv: tuple[str, ...]
    code: int
    stdout: str
    stderr: str


class RemoteHost(Protocol):
    """Commands on a host over SSH, host keys checked. ``argv`` is quoted by the adapter, never by the caller."""

    name: str

    def run(self, argv: Sequence[str], *, stdin: str | None = None, timeout: float = 30.0) -> Completed:
        """Run a command and return what it answered, whatever its code. Raises Unreachable."""


class RemoteHosts(Protocol):
    """Opens remote hosts by device name and account."""

    def host(self, device: str, user: str) -> RemoteHost:
        """Return the host; connects on first use."""


class SnmpTransport(Protocol):
    """Asks many agents at once."""

    def walk(
        self, targets: Iterable[SnmpTarget], columns: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Walk the columns on every agent; one answer per target, in order. Never raises for an agent's fault.

        A column that ends in ``.0`` is a scalar (``sysUpTime.0``): asked once, together with the first rows.
        ``timeout`` is in seconds for each try; a request is sent at most ``1 + retries`` times.
        """

    def get(
        self, targets: Iterable[SnmpTarget], oids: Sequence[tuple[int, ...]], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        """Get the variables on every agent; one answer per target, in order."""


class TrapSource(Protocol):
    """Receives traps and informs, from ``start`` to ``close``."""

    def start(self) -> None:
        """Begin to listen. Raises Missing where the port cannot be had."""

    def take(self, timeout: float) -> Trap | None:
        """Return the next trap, or None when none came in ``timeout`` seconds."""

    def close(self) -> None:
        """Stop listening; never raises."""


class Journal(Protocol):
    """An append-only record that survives ``kill -9``: an entry is on disk when ``append`` returns."""

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        """Write an entry (fsync) and return its sequence number."""

    def entries(self) -> Sequence[Mapping[str, object]]:
        """Return all entries in order: ``seq``, ``time``, ``kind``, ``subject``, ``data``."""


@dataclass(frozen=True, slots=True)
class Progress:
    """One line of progress for people, and one event for ``--json``."""

    event: str
    subject: str
    data: Mapping[str, object] = field(default_factory=dict)


class Reporter(Protocol):
    """Receives progress; the command line shows it, tests collect it."""

    def report(self, progress: Progress) -> None:
        """Take one step of progress."""


@dataclass(frozen=True, slots=True)
class StepOutcome:
    """What looking at, or doing, a recovery step gave.

    ``evidence`` goes into the journal: values that JSON can hold, and never a secret.
    """

    done: bool
    text: Text
    evidence: Mapping[str, object] = field(default_factory=dict)


class StepAction(Protocol):
    """One action of a recovery runbook. ``params`` are the step's, with ``{database}`` filled in.

    ``do`` may run twice if the first run was cut short: it is called only when ``probe`` said not done.
    """

    def probe(self, params: Mapping[str, object]) -> StepOutcome:
        """Say whether the effect already holds (``done``: nothing to do). Changes nothing. Raises JbnetError."""

    def do(self, params: Mapping[str, object]) -> StepOutcome:
        """Bring the effect about. Raises JbnetError on failure."""

    def verify(self, params: Mapping[str, object]) -> StepOutcome:
        """Look again, independently of ``do``; ``done`` False: the step failed. Raises JbnetError."""
