"""What an apply does to one device: each act within a bound, its intent in the journal before, its result after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from jbnet.change import timers
from jbnet.model.network import Device
from jbnet.ports import DeviceSession, Progress
from jbnet.services.deploy.desk import Desk, Timing
from jbnet.services.pool import Held, each

MESSAGE = "jbnet apply"


@dataclass(frozen=True)
class Acts:
    """The acts on one device, at its pace. All raise Unreachable where no answer came, else what the act raises."""

    desk: Desk
    device: Device
    timing: Timing

    def commit(self, session: DeviceSession, revert_s: int, answer_s: float) -> None:
        """Commit what is loaded on a timer of ``revert_s`` seconds; the answer is waited for ``answer_s``."""
        back_s = timers.back_after(self.device.platform, revert_s)

        def act(session: DeviceSession) -> None:
            session.commit_config(MESSAGE, revert_in=revert_s)

        self._do("commit", session, act, answer_s, {"revert_s": back_s})

    def save(self, session: DeviceSession) -> None:
        """Commit what is loaded for good, which saves it."""
        self._do("save", session, lambda session: session.commit_config(MESSAGE), self.timing.act_s)

    def confirm(self, session: DeviceSession) -> None:
        """Stop the timer and save."""
        self._do("confirm", session, lambda session: session.confirm_commit(), self.timing.act_s)

    def rollback(self, session: DeviceSession) -> None:
        """Put back what ran before the last commit."""
        self._do("rollback", session, lambda session: session.rollback(), self.timing.act_s)

    def _do(
        self,
        name: str,
        session: DeviceSession,
        act: Callable[[DeviceSession], None],
        answer_s: float,
        said: Mapping[str, object] | None = None,
    ) -> None:
        """Do one act within ``answer_s`` seconds. Where no answer came in time the session is closed then."""
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

    def report(self, event: str) -> None:
        """Tell of one step."""
        self.desk.reporter.report(Progress(event, self.device.name))
