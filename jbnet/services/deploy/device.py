"""One device's course through an apply: lock, back up, load, compare, commit on a timer, look, confirm.

Every act is in the journal before it is done, with its result after. Whatever ends the course between commit
and confirm, the timer on the device takes the change back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from jbnet.change import timers
from jbnet.change.endings import State
from jbnet.change.model import Change, Plan
from jbnet.change.units import headings
from jbnet.model.errors import CommandFailed, JbnetError, Refused, TargetError, Unreachable
from jbnet.model.network import Device
from jbnet.model.text import Text, text
from jbnet.ports import DeviceSession
from jbnet.services.deploy.acts import Acts
from jbnet.services.deploy.arrival import Arrival, Standing
from jbnet.services.deploy.desk import Desk, Neighbours, Result
from jbnet.services.deploy.earlier import EarlierRun
from jbnet.services.deploy.guard import check_dangers, check_nobody_is_stranded, full_neighbours
from jbnet.services.deploy.services import routed, service_addresses
from jbnet.services.deploy.sight import Sight, full
from jbnet.services.deploy.tunnels import established
from jbnet.services.pool import Held


class Course:
    """Takes one device from its planned state to the intended one. ``earlier``: what killed runs of the plan did."""

    def __init__(
        self,
        desk: Desk,
        plan: Plan,
        change: Change,
        deployed: Collection[str],
        stopping: Callable[[], bool],
        earlier: EarlierRun | None = None,
    ):
        self.desk, self.plan, self.change, self.deployed, self.stopping = desk, plan, change, deployed, stopping
        self.earlier = earlier or EarlierRun()
        self.device: Device = desk.network.devices[change.device]
        self.sight = Sight(desk.network, change, desk.sessions, desk.backups, desk.book)
        self.timing = desk.timing.at_pace(timers.pace(self.device.platform))
        self.acts = Acts(desk, self.device, self.timing)
        self.arrival = Arrival(self.sight, self.acts, self.earlier)
        self.backup = ""
        self.services: frozenset[str] = frozenset()
        """Addresses of services to which it had a route before the change."""
        self.tunnels: frozenset[str] = frozenset()
        """Encrypted lines that were up before the change and are wanted after it."""
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
        with self.arrival.login(held) as session:
            standing, config = self.arrival.standing(session, dry_run)
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

    def left_behind(self) -> Neighbours:
        """Return whom a device must see that runs what is intended, whoever made it so."""
        self.committed = True
        return self.sight.neighbours_of_goal(self.deployed)

    def prepare(self, session: DeviceSession, config: str) -> Neighbours:
        """Back up and load; return whom the device must see afterwards."""
        self.backup = self.desk.backups.keep(self.device.name, config)
        self.desk.journal.append("device.backup", self.device.name, {"file": self.backup})
        seen = full_neighbours(session) if self.sight.talks(config) else {}
        self._check_ways(config, seen)
        session.load_replace_candidate(config=self.sight.whole(self.desk.secrets))
        expected = self.sight.neighbours_to_be(seen, self.deployed)
        self.services = routed(session, service_addresses(self.desk.network))
        self.tunnels = established(session, self.sight.tunnels(config) & self.sight.tunnels(self.sight.aim))
        if self.stopping():
            raise CommandFailed("{device}: interrupted before anything was changed", device=self.device.name)
        return expected

    def _check_ways(self, config: str, seen: Mapping[str, str]) -> None:
        """Raise Refused where the change would cut off whoever makes it, or somebody behind the device."""
        network, overrides = self.desk.network, self.desk.overrides
        shared = [h for unit in self.plan.units for h in headings(network, unit, self.device.name)]
        check_dangers(network, self.device, config, self.sight.aim, shared, overrides)
        wanted = self.sight.wanted_ports if seen else ()
        check_nobody_is_stranded(network, self.device, seen, wanted, self.desk.sessions, overrides)

    def commit(self, session: DeviceSession, revert_s: int, answer_s: float) -> None:
        """Commit on the device's timer. A refusal changed nothing.

        Where no answer came the change may run all the same, and may have taken away the address that the
        session used: looking with a new login will tell.
        """
        self.committed = True
        try:
            self.acts.commit(session, revert_s, answer_s)
        except (CommandFailed, Refused):
            self.committed = False
            raise
        except Unreachable:
            self.acts.report("apply.unanswered")

    def _look(self, held: Held, expected: Neighbours) -> tuple[str, ...]:
        """Log in anew, wait until the neighbours are as expected, and confirm. Raises what stood in the way."""
        clock, timing = self.desk.clock, self.timing
        end = clock.monotonic() + timing.look_s
        self.acts.report("apply.looking")
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
        """Wait until neighbours and ways to services are as expected; return which new neighbours are not there yet.

        Raises CommandFailed for what was there before and is not any more.
        """
        clock = self.desk.clock
        if not self.sight.is_right(session.get_config("running")["running"]):
            raise CommandFailed("{device}: after the commit it does not run what was planned", device=self.device.name)
        asking = expected.kept | expected.new
        seen = full(session) if asking else set[str]()
        while not seen >= asking and clock.monotonic() < end:
            clock.sleep(self.timing.poll_s)
            seen = full(session)
        lost = expected.lost(seen)
        if lost:
            raise CommandFailed(
                "{device}: after the change no neighbour answers on {ports}; expected: the same as before",
                device=self.device.name,
                ports=", ".join(lost),
            )
        self._check_services(session, end)
        self._check_tunnels(session, end)
        return tuple(sorted(expected.new - seen))

    def _check_services(self, session: DeviceSession, end: float) -> None:
        """Wait for the ways to services that were there before; routing may still be on its way."""
        clock, gone = self.desk.clock, self.services
        while gone := gone - routed(session, sorted(gone)):
            if clock.monotonic() >= end:
                raise CommandFailed(
                    "{device}: after the change no route leads to {services} any more; expected: the same as before",
                    device=self.device.name,
                    services=", ".join(sorted(gone)),
                )
            clock.sleep(self.timing.poll_s)

    def _check_tunnels(self, session: DeviceSession, end: float) -> None:
        """Wait for the encrypted lines that were up before; both ends may still be finding each other."""
        clock, gone = self.desk.clock, self.tunnels
        while gone := gone - established(session, gone):
            if clock.monotonic() >= end:
                raise CommandFailed(
                    "{device}: after the change {tunnels} is not encrypted any more; expected: the same as before",
                    device=self.device.name,
                    tunnels=", ".join(sorted(gone)),
                    hint=text("the two ends must have the same key and algorithms"),
                )
            clock.sleep(self.timing.poll_s)

    def confirm(self, session: DeviceSession) -> None:
        """Confirm what waits. May be repeated when an answer was lost."""
        if not (self.confirming and not session.has_pending_commit()):
            self.confirming = True
            self.acts.confirm(session)
        self.committed, self.confirmed = False, True
        self.sight.remember()

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
                    self.acts.rollback(session)
        except TargetError:
            return State.REVERTING
        return State.REVERTED

    def result(
        self, state: State, reason: Text | None, missing: tuple[str, ...], begun: float, *, by_rule: bool = False
    ) -> Result:
        """Return how the course ended that began at ``begun`` (monotonic)."""
        seconds = round(self.desk.clock.monotonic() - begun, 2)
        return Result(self.device.name, state, reason, self.backup, missing, seconds, by_rule)

    def lock(self, dry_run: bool) -> None:
        """Take the device's lease. Raises Refused while somebody else holds it."""
        if not dry_run:
            self.desk.locks.acquire(self.device.name, self.desk.owner, self.timing.lease_s)

    def unlock(self, dry_run: bool) -> None:
        """Give the lease back."""
        if not dry_run:
            self.desk.locks.release(self.device.name, self.desk.owner)
