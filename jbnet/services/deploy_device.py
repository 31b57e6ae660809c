"""One device's course through an apply: lock, back up, load, compare, commit on a timer, look, confirm.

Every act is in the journal before it is done, with its result after. Whatever ends the course between commit
and confirm, the timer on the device takes the change back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum, auto

from jbnet.change import timers
from jbnet.change.model import Change
from jbnet.config.bootstrap import bootstrap
from jbnet.model.errors import CommandFailed, JbnetError, Refused, TargetError, Unreachable
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.ports import DeviceSession, Progress
from jbnet.services.deploy_desk import Desk, Neighbours, Result, State
from jbnet.services.deploy_earlier import EarlierRun
from jbnet.services.deploy_pool import Held, each
from jbnet.services.deploy_sight import Sight, full


class Standing(Enum):
    """How far a device is when it is logged into: as planned, committed by an earlier run and waiting, or done."""

    PLANNED = auto()
    WAITING = auto()
    DONE = auto()


class Course:
    """Takes one device from its planned state to the intended one. ``earlier``: what killed runs of the plan did."""

    def __init__(
        self,
        desk: Desk,
        change: Change,
        deployed: Collection[str],
        stopping: Callable[[], bool],
        earlier: EarlierRun | None = None,
    ):
        self.desk, self.change, self.deployed, self.stopping = desk, change, deployed, stopping
        self.earlier = earlier or EarlierRun()
        self.device: Device = desk.network.devices[change.device]
        self.sight = Sight(desk.network, change, desk.sessions, desk.backups)
        self.timing = desk.timing.at_pace(timers.pace(self.device.platform))
        self.backup = ""
        self.committed = False
        self.confirming = False
        """A confirmation was sent: should its answer be lost, a device where nothing waits any more has taken it."""
        self.confirmed = False

    def run(self, held: Held, *, dry_run: bool = False) -> Result:
        """Go the whole way. Never raises for the device's fault: what happened is in the result."""
        begun = self.desk.clock.monotonic()
        try:
            self.lock(dry_run)
            try:
                state, missing = self._go(held, dry_run)
            finally:
                self.unlock(dry_run)
            return self.result(state, None, missing, begun)
        except JbnetError as error:
            return self.failed(held, error, begun)

    def _go(self, held: Held, dry_run: bool) -> tuple[State, tuple[str, ...]]:
        with self.login(held) as session:
            standing, config = self.standing(session, dry_run)
            if standing is Standing.DONE:
                return State.ALREADY, ()
            if dry_run:
                return State.WOULD, ()
            if standing is Standing.PLANNED:
                expected = self.prepare(session, config)
                self.commit(session, self.timing.revert_s, self.timing.act_s)
            else:
                expected = self.left_behind()
        return State.CONFIRMED, self._look(held, expected)

    @contextmanager
    def login(self, held: Held) -> Iterator[DeviceSession]:
        """Log in. The way to a device behind one that was deployed a moment ago appears when routing has settled.

        One that an earlier run left with a timer comes back when that has run out at the latest.
        """
        clock, timing = self.desk.clock, self.timing
        settling = 0.0 if self.change.reached else timing.look_s
        end = clock.monotonic() + max(settling, self.earlier.timer_left(self.device.name, clock.now()))
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

    def standing(self, session: DeviceSession, dry_run: bool) -> tuple[Standing, str]:
        """Return how far the device is, and what runs. Raises Refused where it is not as planned.

        An unconfirmed change that is what we want was left behind by an earlier run; others are somebody else's.
        """
        pending, config = self._at_rest(session)
        right = self.sight.is_right(config)
        if pending:
            if dry_run or not right:
                raise CommandFailed(
                    "{device}: a change that nobody confirmed runs there; plan again later", device=self.device.name
                )
            return Standing.WAITING, config
        if right:
            if not dry_run and self.device.name in self.earlier.confirming:
                self._save(session)
            return Standing.DONE, config
        self._check_as_planned(config)
        return Standing.PLANNED, config

    def _at_rest(self, session: DeviceSession) -> tuple[bool, str]:
        """Return whether a commit waits, and what runs; in this order, as a timer may run out in between.

        What an earlier run began is waited for: the device may be in the middle of it, or of taking it back.
        """
        clock, timing = self.desk.clock, self.timing
        end = clock.monotonic() + self.earlier.timer_left(self.device.name, clock.now())
        while True:
            try:
                pending, config = session.has_pending_commit(), session.get_config("running")["running"]
                if not pending or self._can_be_confirmed(config) or clock.monotonic() >= end:
                    return pending, config
            except Unreachable:  # a device whose timer is a restart ends the session
                if clock.monotonic() >= end:
                    raise
                with suppress(Unreachable):
                    session.open()
            clock.sleep(timing.wait_s)

    def _can_be_confirmed(self, config: str) -> bool:
        """Say whether what waits is what we want, and whether there is time to look at it and confirm it."""
        too_late = self.earlier.is_about_to_end(self.device.name, self.desk.clock.now())
        return self.sight.is_right(config) and not too_late

    def left_behind(self) -> Neighbours:
        """Return whom a device must see that runs what is intended, whoever made it so."""
        self.committed = True
        return self.sight.neighbours_of_goal(self.deployed)

    def prepare(self, session: DeviceSession, config: str) -> Neighbours:
        """Back up and load; return whom the device must see afterwards."""
        self.backup = self.desk.backups.keep(self.device.name, config)
        self.desk.journal.append("device.backup", self.device.name, {"file": self.backup})
        session.load_replace_candidate(config=self.sight.whole(self.desk.secrets))
        expected = self.sight.neighbours_to_be(session, config, self.deployed)
        if self.stopping():
            raise CommandFailed("{device}: interrupted before anything was changed", device=self.device.name)
        return expected

    def commit(self, session: DeviceSession, revert_s: int, answer_s: float) -> None:
        """Commit on the device's timer. A refusal changed nothing.

        Where no answer came the change may run all the same, and may have taken away the address that the
        session used: looking with a new login will tell.
        """
        self.committed = True
        back_s = timers.back_after(self.device.platform, revert_s)
        try:
            self._act("commit", session, _commit_for(revert_s), answer_s, {"revert_s": back_s})
        except (CommandFailed, Refused):
            self.committed = False
            raise
        except Unreachable:
            self.report("apply.unanswered")

    def _save(self, session: DeviceSession) -> None:
        """Save what an earlier run confirmed: it may have been killed before that was saved."""
        texts = session.get_config()
        if self.sight.differs(texts["startup"], texts["running"]):
            session.load_replace_candidate(config=texts["running"])
            self._act("save", session, _save, self.timing.act_s)

    def _check_as_planned(self, config: str) -> None:
        """Raise Refused where the device is not in the state from which the plan starts.

        The same start and the same end are the same difference: what was shown is what will be done.
        """
        if not self._is_as_planned(config):
            raise Refused(
                "{device} is no longer as planned: its configuration was changed since",
                device=self.device.name,
                hint=text("look with: jbnet plan device:{device}", device=self.device.name),
            )

    def _is_as_planned(self, config: str) -> bool:
        """Say whether a configuration is the one that the plan starts from.

        A device that was not reached was assumed to run its bootstrap; what it adds by itself, as ports that are shut,
        does not count.
        """
        if self.sight.fingerprint(config) == self.change.before:
            return True
        assumed = bootstrap(self.desk.network, self.device) if not self.change.reached else ""
        return self.sight.fingerprint(assumed) == self.change.before and not self.sight.differs(config, assumed)

    def _look(self, held: Held, expected: Neighbours) -> tuple[str, ...]:
        """Log in anew, wait until the neighbours are as expected, and confirm. Raises what stood in the way."""
        clock, timing = self.desk.clock, self.timing
        end = clock.monotonic() + timing.look_s
        self.report("apply.looking")
        while True:
            try:
                with held.session(self.desk.sessions.session(self.device)) as session:
                    session.open()
                    missing = self.observe(session, expected, end)
                    self.confirm(session)
                    return missing
            except Unreachable:
                if held.abandoned.is_set() or clock.monotonic() >= end:
                    raise
                clock.sleep(timing.poll_s)

    def observe(self, session: DeviceSession, expected: Neighbours, end: float) -> tuple[str, ...]:
        """Wait until the neighbours are as expected; return which new ones are not there yet. Raises CommandFailed."""
        clock = self.desk.clock
        if not self.sight.is_right(session.get_config("running")["running"]):
            raise CommandFailed("{device}: after the commit it does not run what was planned", device=self.device.name)
        asking = expected.kept | expected.new
        seen = full(session) if asking else set[str]()
        while not seen >= asking and clock.monotonic() < end:
            clock.sleep(self.timing.poll_s)
            seen = full(session)
        self._judge(expected, seen)
        return tuple(sorted(expected.new - seen))

    def confirm(self, session: DeviceSession) -> None:
        """Confirm what waits. May be repeated when an answer was lost."""
        if not (self.confirming and not session.has_pending_commit()):
            self.confirming = True
            self._act("confirm", session, _confirm, self.timing.act_s)
        self.committed, self.confirmed = False, True

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

    def failed(self, held: Held, error: JbnetError, begun: float) -> Result:
        """Take a commit back as soon as possible; where the device cannot be reached its timer does it."""
        state = State.REFUSED if isinstance(error, Refused) else State.FAILED
        if self.committed:
            state = self.take_back(held)
        reason = error.text
        self.desk.journal.append(f"device.{state}", self.device.name, {"reason": str(reason)})
        return self.result(state, reason, (), begun, by_rule=isinstance(error, Refused))

    def take_back(self, held: Held) -> State:
        """Put back what ran before, also what was confirmed a moment ago; say whether that was done."""
        try:
            with held.session(self.desk.sessions.session(self.device)) as session:
                session.open()
                if session.has_pending_commit() or not self.committed:
                    self._act("rollback", session, _rollback, self.timing.act_s)
        except TargetError:
            return State.REVERTING
        return State.REVERTED

    def result(
        self, state: State, reason: Text | None, missing: tuple[str, ...], begun: float, *, by_rule: bool = False
    ) -> Result:
        """Return how the course ended that began at ``begun`` (monotonic)."""
        seconds = round(self.desk.clock.monotonic() - begun, 2)
        return Result(self.device.name, state, reason, self.backup, missing, seconds, by_rule)

    def _act(
        self,
        name: str,
        session: DeviceSession,
        act: Callable[[DeviceSession], None],
        answer_s: float,
        said: Mapping[str, object] | None = None,
    ) -> None:
        """Do one act within ``answer_s`` seconds, its intent in the journal before and its result after.

        Raises Unreachable where no answer came in time (the session is closed then), else what the act raises.
        """
        self.desk.journal.append("device.intent", self.device.name, {"act": name, **(said or {})})
        self.report(f"apply.{name}")

        def work(_name: str, inner: Held) -> None:
            with inner.session(session):
                act(session)

        done = each([self.device.name], work, workers=1, deadline_s=answer_s)
        error = done[self.device.name]
        if isinstance(error, Exception):
            raise error
        self.desk.journal.append("device.result", self.device.name, {"act": name, "ok": True})

    def lock(self, dry_run: bool) -> None:
        """Take the device's lease. Raises Refused while somebody else holds it."""
        if not dry_run:
            self.desk.locks.acquire(self.device.name, self.desk.owner, self.timing.lease_s)

    def unlock(self, dry_run: bool) -> None:
        """Give the lease back."""
        if not dry_run:
            self.desk.locks.release(self.device.name, self.desk.owner)

    def report(self, event: str) -> None:
        """Tell of one step."""
        self.desk.reporter.report(Progress(event, self.device.name))


def _commit_for(seconds: int) -> Callable[[DeviceSession], None]:
    return lambda session: session.commit_config("jbnet apply", revert_in=seconds)


def _save(session: DeviceSession) -> None:
    session.commit_config("jbnet apply")


def _confirm(session: DeviceSession) -> None:
    session.confirm_commit()


def _rollback(session: DeviceSession) -> None:
    session.rollback()
