"""One command on many devices at once: what each answered, read as a table where that can be done.

A command that is not known to only read is sent to nobody unless that is said. Then every device's lease is taken
and the journal has the intent before and the result after. No secret leaves here: answers are masked.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from jbnet.model.errors import CommandFailed, JbnetError, Refused, UsageError
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.platforms.commands import check_typed, why_not_reading
from jbnet.platforms.masking import masked
from jbnet.platforms.registry import platform
from jbnet.ports import AnswerParser, DeviceLocks, DeviceSession, DeviceSessions, Journal, Progress, Reporter
from jbnet.services.asking import WORKERS
from jbnet.services.pool import Held, each
from jbnet.services.run_answer import Answer, ask

LEASE_MORE_S = 30.0
"""How much longer than the command itself a lease lasts."""


class State(StrEnum):
    """What is known of a device that did not answer."""

    FAILED = "failed"
    """It could not be asked."""
    DECLINED = "declined"
    """It was asked, and refused the command or failed at it."""
    REFUSED = "refused"
    """A rule of ours forbade it."""
    UNKNOWN = "unknown"
    """A writing command was sent, and no answer came: nobody knows whether it took effect."""
    NOT_STARTED = "not started"
    """The run was interrupted before its turn came."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a device did not answer."""

    state: State
    reason: Text


@dataclass(frozen=True, slots=True)
class Ran:
    """What came back, by device in the order of the selection. ``interrupted``: Ctrl-C came in between."""

    answers: Mapping[str, Answer]
    failures: Mapping[str, Failure]
    interrupted: bool = False

    @property
    def refused(self) -> bool:
        """Say whether rules of ours are all that stood in the way."""
        return bool(self.failures) and all(f.state is State.REFUSED for f in self.failures.values())


@dataclass(frozen=True)
class Ways:
    """What a run works with. ``owner`` names this very run: two runs of one person exclude each other too."""

    sessions: DeviceSessions
    parser: AnswerParser
    reporter: Reporter
    locks: DeviceLocks
    journal: Journal
    owner: str
    workers: int = WORKERS


@dataclass(frozen=True, slots=True)
class Order:
    """A command for devices. ``seconds`` is each device's deadline; ``as_text``: do not read answers as tables."""

    devices: tuple[Device, ...]
    command: str
    write: bool = False
    as_text: bool = False
    seconds: float = 30.0


def doubts(devices: Sequence[Device], command: str) -> Mapping[str, Text]:
    """Return by platform why the command is not known to only read; empty: it is, on every one of them.

    Raises UsageError where it cannot be typed at all.
    """
    names = list(dict.fromkeys(device.platform for device in devices))
    for name in names:
        check_typed(name, command)
    found = {name: why_not_reading(name, command) for name in names}
    return {name: why for name, why in found.items() if why is not None}


def check(order: Order) -> bool:
    """Say whether the command may write.

    Raises Refused where it may and that was not said; UsageError where there is no device, or it cannot be typed.
    """
    if not order.devices:
        raise UsageError("no device of ours is selected", hint=text("servers and devices of partners are not asked"))
    found = doubts(order.devices, order.command)
    if found and not order.write:
        name, why = next(iter(found.items()))
        raise Refused(
            "not sent: it may change something on {platform}: {why}", platform=platform(name).title, why=why,
            hint=_instead(order, found),
        )  # fmt: skip
    return bool(found)


def _instead(order: Order, found: Mapping[str, Text]) -> Text:
    """Return what to do where the command is not known to only read, on all platforms or on some."""
    fitting = [name for name in dict.fromkeys(d.platform for d in order.devices) if name not in found]
    if fitting:
        return text("it reads on {platforms}: select those, as in SELECTOR,platform={name}",
                    platforms=", ".join(platform(name).title for name in fitting), name=fitting[0])  # fmt: skip
    return text(
        "configurations are changed by jbnet plan and apply; --write sends it all the same, under leases "
        "and with a record in the journal"
    )


def run(order: Order, ways: Ways) -> Ran:
    """Send the command to all devices at once; one that hangs or fails stops nobody.

    Raises what ``check`` raises, having sent nothing.
    """
    return _Run(order, ways, writing=check(order)).go()


class _Run:
    def __init__(self, order: Order, ways: Ways, *, writing: bool):
        self.order, self.ways, self.writing = order, ways, writing
        self.devices = {device.name: device for device in order.devices}
        self.stop = threading.Event() if writing else None
        self.sent: set[str] = set()
        self.closed: set[str] = set()

    def go(self) -> Ran:
        order, ways = self.order, self.ways
        work = self._write if self.writing else self._read
        found = each(list(self.devices), work, workers=ways.workers, deadline_s=order.seconds, stop=self.stop)
        failures = {
            name: self._failure(name, found.get(name))
            for name in self.devices
            if not isinstance(found.get(name), Answer)
        }
        for name in self.sent - self.closed:
            self._close(name, failures[name].state, failures[name].reason)
        answers = {name: self._understood(answer) for name, answer in found.items() if isinstance(answer, Answer)}
        return Ran(answers, failures, interrupted=bool(self.stop and self.stop.is_set()))

    def _understood(self, answer: Answer) -> Answer:
        return answer if self.order.as_text or self.writing else answer.read(self.ways.parser, self.order.command)

    def _read(self, name: str, held: Held) -> Answer:
        device = self.devices[name]
        with held.session(self.ways.sessions.session(device)) as session:
            session.open()
            answer = ask(session, device, self.order.command, tables=not self.order.as_text)
        self.ways.reporter.report(Progress("run.answered", name))
        return answer

    def _write(self, name: str, held: Held) -> Answer:
        ways = self.ways
        ways.locks.acquire(name, ways.owner, self.order.seconds + LEASE_MORE_S)
        try:
            with held.session(ways.sessions.session(self.devices[name])) as session:
                session.open()
                self._check_alone(session, name)
                answer = self._sent(session, name, held)
        finally:
            ways.locks.release(name, ways.owner)
        ways.reporter.report(Progress("run.answered", name))
        return answer

    def _check_alone(self, session: DeviceSession, name: str) -> None:
        if session.has_pending_commit():
            raise Refused(
                "{device}: a change that nobody confirmed runs there", device=name, hint=text("wait for its timer")
            )

    def _sent(self, session: DeviceSession, name: str, held: Held) -> Answer:
        """Send, with the intent in the journal before and the result after."""
        device, command = self.devices[name], self.order.command
        shown = masked(device.platform, command)
        self.ways.journal.append("run.intent", name, {"owner": self.ways.owner, "command": shown})
        self.sent.add(name)
        try:
            answer = ask(session, device, command, tables=False)
        except CommandFailed as error:
            self._close(name, State.DECLINED, error.text)
            raise
        if not held.abandoned.is_set():
            self._close(name, None, text("{said}", said=answer.said))
        return answer

    def _close(self, name: str, state: State | None, said: Text) -> None:
        """Write the result; of a device that hung it is written at the end, by who gave it up."""
        self.closed.add(name)
        shown = masked(self.devices[name].platform, str(said))
        self.ways.journal.append("run.result", name, {"state": state.value if state else "answered", "said": shown})

    def _failure(self, name: str, error: object) -> Failure:
        if error is None:
            return Failure(State.NOT_STARTED, text("{device}: its turn had not come", device=name))
        reason = error.text if isinstance(error, JbnetError) else text("{reason}", reason=error)
        return Failure(self._state(name, error), reason)

    def _state(self, name: str, error: object) -> State:
        if isinstance(error, Refused):
            return State.REFUSED if name not in self.sent else State.UNKNOWN
        if isinstance(error, CommandFailed):
            return State.DECLINED
        return State.UNKNOWN if name in self.sent else State.FAILED
