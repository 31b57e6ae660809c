"""One device's course through an apply: lock, back up, load, compare, commit on a timer, look, confirm.

Every act is in the journal before it is done, with its result after. Whatever ends the course between commit
and confirm, the timer on the device takes the change back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager

from jbnet.change.model import Change
from jbnet.config.links import circuit_interfaces, far_end
from jbnet.config.tree import ConfigTree, parse
from jbnet.model.errors import CommandFailed, JbnetError, Refused, TargetError, Unreachable
from jbnet.model.network import Device
from jbnet.model.text import text
from jbnet.ports import DeviceSession, Progress
from jbnet.services.deploy_desk import Desk, Neighbours, Result, State
from jbnet.services.deploy_pool import Held, each

FULL = "Full"
OSPF = ("router ospf",)


class Course:
    """Takes one device from its planned state to the intended one."""

    def __init__(self, desk: Desk, change: Change, deployed: Collection[str], stopping: Callable[[], bool]):
        self.desk, self.change, self.deployed, self.stopping = desk, change, deployed, stopping
        self.device: Device = desk.network.devices[change.device]
        self.backup = ""
        self.committed = False
        self.confirming = False
        """A confirmation was sent: should its answer be lost, a device where nothing waits any more has taken it."""

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
        with self._login(held) as session:
            config = session.get_config("running")["running"]
            right = parse(config) == parse(self.change.intended)
            if session.has_pending_commit():
                expected = self._left_behind(right, dry_run)
            elif right:
                return State.ALREADY, ()
            else:
                self._check_as_planned(parse(config))
                if dry_run:
                    return State.WOULD, ()
                expected = self._prepare(session, config)
                self._commit(session)
        return State.CONFIRMED, self._look(held, expected)

    @contextmanager
    def _login(self, held: Held) -> Iterator[DeviceSession]:
        """Log in. The way to a device behind one that was deployed a moment ago appears when routing has settled."""
        clock, timing = self.desk.clock, self.desk.timing
        end = clock.monotonic() + (0.0 if self.change.reached else timing.look_s)
        while True:
            with held.session(self.desk.sessions.session(self.device)) as session:
                try:
                    session.open()
                except Unreachable:
                    if held.abandoned.is_set() or clock.monotonic() >= end:
                        raise
                else:
                    yield session
                    return
            clock.sleep(timing.poll_s)

    def _left_behind(self, right: bool, dry_run: bool) -> Neighbours:
        """An unconfirmed change of an earlier run that is what we want is looked at and confirmed; others are not."""
        if dry_run or not right:
            raise CommandFailed(
                "{device}: a change that nobody confirmed runs there; plan again later", device=self.device.name
            )
        self.committed = True
        return Neighbours(frozenset(), self._ready(), self.device.uplink)

    def _prepare(self, session: DeviceSession, config: str) -> Neighbours:
        """Back up and load; return whom the device must see afterwards."""
        self.backup = self.desk.backups.keep(self.device.name, config)
        self.desk.journal.append("device.backup", self.device.name, {"file": self.backup})
        session.load_replace_candidate(config=self.change.intended)
        seen = frozenset(_full(session) if OSPF in parse(config) else ())
        if self.stopping():
            raise CommandFailed("{device}: interrupted before anything was changed", device=self.device.name)
        return Neighbours(seen & self._speaking(), self._ready() - seen, self.device.uplink)

    def _commit(self, session: DeviceSession) -> None:
        """Commit on the device's timer. A refusal changed nothing.

        Where no answer came the change may run all the same, and may have taken away the address that the
        session used: looking with a new login will tell.
        """
        self.committed = True
        try:
            self._act("commit", session, _commit_for(self.desk.timing.revert_s))
        except CommandFailed:
            self.committed = False
            raise
        except Unreachable:
            self._report("apply.unanswered")

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

    def _speaking(self) -> frozenset[str]:
        """Return the interfaces on which the intended configuration expects OSPF neighbours."""
        wanted = parse(self.change.intended)
        return frozenset(
            i.name
            for i in circuit_interfaces(self.device)
            if not i.passive and (f"interface {i.name}", f"ip ospf area {i.area}") in wanted
        )

    def _ready(self) -> frozenset[str]:
        return frozenset(name for name in self._speaking() if self._far_is_deployed(name))

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
        if parse(session.get_config("running")["running"]) != parse(self.change.intended):
            raise CommandFailed("{device}: after the commit it does not run what was planned", device=self.device.name)
        asking = expected.kept | expected.new
        seen = _full(session) if asking else set[str]()
        while not seen >= asking and clock.monotonic() < end:
            clock.sleep(self.desk.timing.poll_s)
            seen = _full(session)
        self._judge(expected, seen)
        if not (self.confirming and not session.has_pending_commit()):
            self.confirming = True
            self._act("confirm", session, _confirm)
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
                    self._act("rollback", session, _rollback)
        except TargetError:
            return State.REVERTING
        return State.REVERTED

    def _act(self, name: str, session: DeviceSession, act: Callable[[DeviceSession], None]) -> None:
        """Do one act within ``act_s`` seconds, its intent in the journal before and its result after.

        Raises Unreachable where no answer came in time (the session is closed then), else what the act raises.
        """
        self.desk.journal.append("device.intent", self.device.name, {"act": name})
        self._report(f"apply.{name}")

        def work(_name: str, inner: Held) -> None:
            with inner.session(session):
                act(session)

        done = each([self.device.name], work, workers=1, deadline_s=self.desk.timing.act_s)
        error = done[self.device.name]
        if isinstance(error, Exception):
            raise error
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


def _commit_for(seconds: int) -> Callable[[DeviceSession], None]:
    return lambda session: session.commit_config("jbnet apply", revert_in=seconds)


def _confirm(session: DeviceSession) -> None:
    session.confirm_commit()


def _rollback(session: DeviceSession) -> None:
    session.rollback()


def _full(session: DeviceSession) -> set[str]:
    """Return the interfaces behind which a neighbour is fully adjacent (RFC 2328, 10.1)."""
    return {str(n["interface"]) for n in session.get_ospf_neighbors() if n["state"] == FULL}
