"""Devices that must change together: the far end first, all on timers, judged after all, all confirmed or none.

Between the two halves the link between them is down, and a far end that hangs on it cannot be reached. Therefore all
are asked, backed up and loaded before anything is committed; an answer to the first half is not waited for long; all
timers run out at the same moment. The far end is confirmed first: a run that is killed between two confirmations
leaves what is still to be done on the near end, which is reached without that link (``--resume`` does it).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from jbnet.change.endings import State
from jbnet.model.errors import CommandFailed, JbnetError, Refused, Unreachable
from jbnet.model.text import Text, text
from jbnet.ports import DeviceSession
from jbnet.services.deploy.arrival import Standing
from jbnet.services.deploy.desk import Neighbours, Result
from jbnet.services.deploy.device import Course
from jbnet.services.pool import Held

Missing = dict[str, tuple[str, ...]]
"""New neighbours that are not there yet, by device."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One device as it was found. ``session`` None: it does not answer, and an earlier run sent its confirmation."""

    course: Course
    session: DeviceSession | None
    standing: Standing
    config: str = ""

    def prepare(self) -> Neighbours:
        """Back up and load where there is something to do; return whom the device must see afterwards."""
        course = self.course
        if self.session is not None and self.standing is Standing.PLANNED:
            return course.prepare(self.session, self.config)
        expected = course.left_behind()
        if self.session is None or self.standing is Standing.DONE:
            course.committed, course.confirming = False, True
        return expected


class UnitCourse:
    """Takes the devices of a unit, given by their courses with the far end first, to the intended state."""

    def __init__(self, courses: Sequence[Course]):
        self.courses = tuple(courses)
        self.desk = courses[0].desk
        self.timing = max((course.timing for course in courses), key=lambda timing: timing.revert_s)
        self._at = courses[0]
        """Whose turn it is: an error is this device's."""
        self._first_commit: float | None = None
        self._confirmed = set(courses[0].earlier.confirmed)
        """Devices that answered their confirmation, in this run or in an earlier one."""
        self._unsure: set[str] = set()
        """Those whose answer did not come."""

    def run(self, held: Held, *, dry_run: bool = False) -> dict[str, Result]:
        """Go the whole way. Never raises for a device's fault: what happened is in the results, by device."""
        begun = self.desk.clock.monotonic()
        with ExitStack() as leases:
            try:
                for course in self.courses:
                    self._lock(leases, self._turn(course), dry_run)
                state, missing = self._go(held, dry_run)
            except JbnetError as error:
                return self._failed(held, error, begun)
        return {c.device.name: c.result(state, None, missing.get(c.device.name, ()), begun) for c in self.courses}

    @property
    def is_half_confirmed(self) -> bool:
        """Say whether one device is, or may be, as intended for good while another is not known to be."""
        certain = [course.device.name in self._confirmed for course in self.courses]
        return (any(certain) or bool(self._unsure)) and not all(certain)

    def _lock(self, leases: ExitStack, course: Course, dry_run: bool) -> None:
        """Take a lease. One that a killed run's successor has is waited for: it ends what that run had decided."""
        clock = self.desk.clock
        names = [c.device.name for c in self.courses]
        patience = self.timing.revert_s if course.earlier.is_half_confirmed(names) else 0
        end = clock.monotonic() + patience
        while True:
            try:
                course.lock(dry_run)
            except Refused:
                if clock.monotonic() >= end:
                    raise
                clock.sleep(self.timing.poll_s)
            else:
                leases.callback(course.unlock, dry_run)
                return

    def _turn(self, course: Course) -> Course:
        """Note whose turn it is."""
        self._at = course
        return course

    def _go(self, held: Held, dry_run: bool) -> tuple[State, Missing]:
        with ExitStack() as sessions:
            parts = [self._find(held, sessions, course, dry_run) for course in self.courses]
            if all(part.standing is Standing.DONE for part in parts):
                return State.ALREADY, {}
            if dry_run:
                return State.WOULD, {}
            expected = {part.course.device.name: self._prepare(part) for part in parts}
            for part in parts:
                self._commit(part, is_last=part is parts[-1])
        return State.CONFIRMED, self._look(held, expected)

    def _find(self, held: Held, sessions: ExitStack, course: Course, dry_run: bool) -> _Part:
        """Log in and see how far the device is."""
        self._turn(course)
        try:
            session = sessions.enter_context(course.arrival.login(held))
        except Unreachable:
            if not course.earlier.may_be_confirmed(course.device.name):
                raise
            return _Part(course, None, Standing.WAITING)
        return _Part(course, session, *course.arrival.standing(session, dry_run))

    def _prepare(self, part: _Part) -> Neighbours:
        self._turn(part.course)
        return part.prepare()

    def _commit(self, part: _Part, *, is_last: bool) -> None:
        """Commit one half. An answer to any but the last is waited for briefly: it may come only after the last."""
        clock, timing = self.desk.clock, self.timing
        if part.session is None or part.standing is not Standing.PLANNED:
            return
        if self._first_commit is None:
            self._first_commit = clock.monotonic()
        gone = clock.monotonic() - self._first_commit
        left = max(round(timing.revert_s - gone), timing.revert_s * 2 // 3)
        self._turn(part.course).commit(part.session, left, timing.act_s if is_last else timing.half_s)

    def _look(self, held: Held, expected: Mapping[str, Neighbours]) -> Missing:
        """Log in to all anew, wait until their neighbours are as expected, and confirm all."""
        clock, timing = self.desk.clock, self.timing
        end = clock.monotonic() + timing.look_s
        for course in self.courses:
            course.acts.report("apply.looking")
        while True:
            try:
                with ExitStack() as sessions:
                    return self._judge(held, sessions, expected, end)
            except Unreachable:
                if held.abandoned.is_set() or clock.monotonic() >= end:
                    raise
                clock.sleep(timing.poll_s)

    def _judge(self, held: Held, sessions: ExitStack, expected: Mapping[str, Neighbours], end: float) -> Missing:
        """Look at the near end first, over which the far one is reached; confirm the far one first."""
        missing: Missing = {}
        opened: dict[str, DeviceSession] = {}
        for course in reversed(self.courses):
            name = course.device.name
            try:
                session = sessions.enter_context(held.session(self.desk.sessions.session(course.device)))
                session.open()
            except Unreachable:
                if name not in self._confirmed:
                    raise
                continue  # it is as intended, whatever keeps it from answering
            opened[name], missing[name] = session, self._turn(course).observe(session, expected[name], end)
        for course in self.courses:
            if course.device.name in opened:
                self._confirm(self._turn(course), opened[course.device.name])
        return missing

    def _confirm(self, course: Course, session: DeviceSession) -> None:
        name = course.device.name
        try:
            course.confirm(session)
        except Unreachable:
            self._unsure.add(name)
            raise
        self._unsure.discard(name)
        self._confirmed.add(name)

    def _failed(self, held: Held, error: JbnetError, begun: float) -> dict[str, Result]:
        """Take all back, the far end first, as long as it can be reached."""
        by_rule = isinstance(error, Refused)
        results = {}
        for course in self.courses:
            state = self._undone(held, course, error)
            reason = error.text if course is self._at else self._not_without(course)
            self.desk.journal.append(f"device.{state}", course.device.name, {"reason": str(reason)})
            results[course.device.name] = course.result(state, reason, (), begun, by_rule=by_rule)
        return results

    def _undone(self, held: Held, course: Course, error: JbnetError) -> State:
        """Take a device back. Where another may be confirmed already only a refusal does: else both shall be."""
        name, is_refused = course.device.name, isinstance(error, CommandFailed)
        if name in self._confirmed:
            if not is_refused or course.take_back(held) is not State.REVERTED:
                return State.CONFIRMED
            self._confirmed.discard(name)
            return State.REVERTED
        if course.committed:
            return State.REVERTING if self.is_half_confirmed and not is_refused else course.take_back(held)
        return State.REFUSED if isinstance(error, Refused) else State.FAILED

    def _not_without(self, course: Course) -> Text:
        return text("{device} changes together with {partner} or not at all", device=course.device.name,
                    partner=self._at.device.name)  # fmt: skip
