"""One device's course through an apply: lock, back up, load, compare, commit on a timer, look, confirm.

Every act is in the journal before it is done, with its result after. Whatever ends the course between commit
and confirm, the timer on the device takes the change back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.change.model import Change
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.tree import ConfigTree, parse
from jbnet.model.errors import CommandFailed, JbnetError, Refused, TargetError, Unreachable
from jbnet.model.network import Device, Network
from jbnet.model.text import Text, text
from jbnet.ports import Clock, ConfigBackups, DeviceLocks, DeviceSession, DeviceSessions, Journal, Progress, Reporter
from jbnet.services.deploy_pool import Held

FULL = "Full"
OSPF = ("router ospf",)


class State(StrEnum):
    """How a device's course ended."""

    CONFIRMED = "confirmed"
    ALREADY = "already"
    WOULD = "would"
    REFUSED = "refused"
    FAILED = "failed"
    REVERTED = "reverted"
    REVERTING = "reverting"


GOOD = frozenset({State.CONFIRMED, State.ALREADY, State.WOULD})


@dataclass(frozen=True, slots=True)
class Timing:
    """Bounds in seconds: the timer on the device, how long to look, how often, the lease, the whole course."""

    revert_s: int = 90
    look_s: float = 30.0
    poll_s: float = 0.4
    lease_s: float = 300.0
    device_s: float = 240.0
    workers: int = 16


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one device. ``missing`` names new neighbours that are not there yet (it is no failure)."""

    device: str
    state: State
    reason: Text | None = None
    backup: str = ""
    missing: tuple[str, ...] = ()
    seconds: float = 0.0
    refused_by_rule: bool = False


@dataclass(frozen=True)
class Desk:
    """What an apply works with."""

    network: Network
    sessions: DeviceSessions
    journal: Journal
    locks: DeviceLocks
    backups: ConfigBackups
    clock: Clock
    reporter: Reporter
    owner: str
    timing: Timing = field(default_factory=Timing)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Whom the device must see after the change: ``kept`` were there before, ``new`` are expected to come.

    Both hold interface names. ``uplink`` is the one of ``new`` without which the change counts as failed.
    """

    kept: frozenset[str]
    new: frozenset[str]
    uplink: str | None


class Course:
    """Takes one device from its planned state to the intended one."""

    def __init__(self, desk: Desk, change: Change, deployed: Collection[str], stopping: Callable[[], bool]):
        self.desk, self.change, self.deployed, self.stopping = desk, change, deployed, stopping
        self.device: Device = desk.network.devices[change.device]
        self.backup = ""
        self.committed = False

    def run(self, held: Held, *, dry_run: bool = False) -> Result:
        """Go the whole way. Never raises for the device's fault: what happened is in the result."""
        begun = self.desk.clock.monotonic()
        try:
            self._lock(dry_run)
            try:
                state, missing = self._go(held, dry_run)
            finally:
                self._unlock(dry_run)
            return Result(self.device.name, state, None, self.backup, missing, self._since(begun))
        except JbnetError as error:
            return self._failed(held, error, self._since(begun))

    def _go(self, held: Held, dry_run: bool) -> tuple[State, tuple[str, ...]]:
        with held.session(self.desk.sessions.session(self.device)) as session:
            session.open()
            running = self._to_do(session, dry_run)
            if running is None:
                return State.ALREADY, ()
            if dry_run:
                return State.WOULD, ()
            if self.stopping():
                raise CommandFailed("{device}: interrupted before anything was changed", device=self.device.name)
            expected = self._expected(session, running)
            self._act("commit", lambda: self._commit(session))
        missing = self._look(held, expected)
        return State.CONFIRMED, missing

    def _commit(self, session: DeviceSession) -> None:
        """Commit on the device's timer. A refusal changed nothing; where the session broke, nobody knows yet."""
        self.committed = True
        try:
            session.commit_config("jbnet apply", revert_in=self.desk.timing.revert_s)
        except CommandFailed:
            self.committed = False
            raise

    def _to_do(self, session: DeviceSession, dry_run: bool) -> ConfigTree | None:
        """Take back what an earlier run left unconfirmed, load, and check that the device is as planned.

        Return what runs, or None where it is what should run.
        """
        if session.has_pending_commit():
            if dry_run:
                raise Refused("{device}: an unconfirmed change runs there", device=self.device.name)
            self._act("rollback", session.rollback)
        config = session.get_config("running")["running"]
        running = parse(config)
        if running == parse(self.change.intended):
            return None
        self._check_as_planned(running)
        if not dry_run:
            self.backup = self.desk.backups.keep(self.device.name, config)
            session.load_replace_candidate(config=self.change.intended)
        return running

    def _check_as_planned(self, running: ConfigTree) -> None:
        """Raise Refused where the device is not in the state from which the plan starts.

        The same start and the same end are the same difference: what was shown is what will be done.
        """
        if running.fingerprint() != self.change.before:
            raise Refused(
                "{device} is no longer as planned: its configuration was changed since",
                device=self.device.name,
                hint=text("look with: jbnet plan device:{device}", device=self.device.name),
            )

    def _expected(self, session: DeviceSession, running: ConfigTree) -> Neighbours:
        seen = _full(session) if OSPF in running else set[str]()
        wanted = parse(self.change.intended)
        speaking = {
            i.name for i in circuit_interfaces(self.device)
            if ("interface " + i.name, f"ip ospf area {i.area}") in wanted and not i.passive
        }  # fmt: skip
        ready = {name for name in speaking if self._far_is_deployed(name)}
        return Neighbours(frozenset(seen & speaking), frozenset(ready - seen), self.device.uplink)

    def _far_is_deployed(self, name: str) -> bool:
        far = far_end(self.desk.network, self.device, self.device.interface(name))
        return far is not None and far.device.name in self.deployed

    def _look(self, held: Held, expected: Neighbours) -> tuple[str, ...]:
        """Log in anew, wait until the neighbours are as expected, and confirm. Raises what stood in the way."""
        clock, timing = self.desk.clock, self.desk.timing
        end = clock.monotonic() + timing.look_s
        self._report("apply.looking")
        while True:
            try:
                with held.session(self.desk.sessions.session(self.device)) as session:
                    session.open()
                    return self._watch(session, expected, end)
            except Unreachable:
                if held.abandoned.is_set() or clock.monotonic() >= end:
                    raise
                clock.sleep(timing.poll_s)

    def _watch(self, session: DeviceSession, expected: Neighbours, end: float) -> tuple[str, ...]:
        clock = self.desk.clock
        asking = expected.kept | expected.new
        seen = _full(session) if asking else set[str]()
        while not seen >= asking and clock.monotonic() < end:
            clock.sleep(self.desk.timing.poll_s)
            seen = _full(session)
        self._judge(expected, seen)
        self._act("confirm", session.confirm_commit)
        self.committed = False
        return tuple(sorted(expected.new - seen))

    def _judge(self, expected: Neighbours, seen: Collection[str]) -> None:
        lost = [*sorted(expected.kept.difference(seen))]
        if expected.uplink in expected.new and expected.uplink not in seen:
            lost.append(expected.uplink)
        if lost:
            raise CommandFailed(
                "{device}: after the change no neighbour answers on {ports}; expected: the same as before",
                device=self.device.name,
                ports=", ".join(lost),
            )

    def _failed(self, held: Held, error: JbnetError, seconds: float) -> Result:
        """Take a commit back as soon as possible; where the device cannot be reached its timer does it."""
        state = State.REFUSED if isinstance(error, Refused) else State.FAILED
        if self.committed:
            state = self._take_back(held)
        reason = error.text
        self.desk.journal.append(f"device.{state}", self.device.name, {"reason": str(reason)})
        return Result(self.device.name, state, reason, self.backup, (), seconds, isinstance(error, Refused))

    def _take_back(self, held: Held) -> State:
        try:
            with held.session(self.desk.sessions.session(self.device)) as session:
                session.open()
                if session.has_pending_commit():
                    self._act("rollback", session.rollback)
        except TargetError:
            return State.REVERTING
        return State.REVERTED

    def _act(self, name: str, act: Callable[[], None]) -> None:
        """Do one act with its intent in the journal before and its result after."""
        self.desk.journal.append("device.intent", self.device.name, {"act": name})
        self._report(f"apply.{name}")
        act()
        self.desk.journal.append("device.result", self.device.name, {"act": name, "ok": True})

    def _lock(self, dry_run: bool) -> None:
        if not dry_run:
            self.desk.locks.acquire(self.device.name, self.desk.owner, self.desk.timing.lease_s)

    def _unlock(self, dry_run: bool) -> None:
        if not dry_run:
            self.desk.locks.release(self.device.name, self.desk.owner)

    def _report(self, event: str, data: Mapping[str, object] | None = None) -> None:
        self.desk.reporter.report(Progress(event, self.device.name, data or {}))

    def _since(self, begun: float) -> float:
        return round(self.desk.clock.monotonic() - begun, 2)


def _full(session: DeviceSession) -> set[str]:
    """Return the interfaces behind which a neighbour is fully adjacent (RFC 2328, 10.1)."""
    return {str(n["interface"]) for n in session.get_ospf_neighbors() if n["state"] == FULL}
