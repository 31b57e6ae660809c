"""Carrying out one step of a runbook: the intent, the act, its result, a second look; each in the journal."""

from __future__ import annotations

from collections.abc import Mapping

from jbnet.model.errors import JbnetError
from jbnet.model.text import Text, text
from jbnet.ports import Journal, Progress, Reporter, StepAction, StepOutcome
from jbnet.recovery.account import told_by
from jbnet.recovery.decide import Acting, ProbeFirst, Verify
from jbnet.recovery.expand import Instance
from jbnet.recovery.step_params import ON_RECORD
from jbnet.recovery.unlisted import REBUILD, on_record
from jbnet.services.recover.announced import Announcer
from jbnet.services.recover.bounded import TimedOut, bounded
from jbnet.services.recover.entries import error_data, outcome_data, text_data


class Steps:
    """Performs and verifies steps by the actions that there are. What a step says, failed or not, is in the journal."""

    def __init__(self, journal: Journal, actions: Mapping[str, StepAction], reporter: Reporter, announcer: Announcer):
        self._journal, self._actions, self._reporter = journal, actions, reporter
        self._announcer = announcer

    def act(self, decision: Acting) -> None:
        """Do what was decided for one step."""
        if isinstance(decision, Verify):
            self.verify(decision.step)
        else:
            self.perform(decision.step, resumed=isinstance(decision, ProbeFirst))

    def perform(self, step: Instance, *, resumed: bool) -> None:
        """Bring a step's effect about unless it already holds, and look again."""
        event = "dr.step.resumed" if resumed else "dr.step.started"
        self._report(event, step.key, text("{step}: begun", step=step.key))
        self._journal.append("intent", step.key, {"action": step.action, "params": dict(step.params)})
        with self._announcer.step(step):
            self._act(step)

    def _act(self, step: Instance) -> None:
        action, params = self._actions[step.action], self._params(step)
        try:
            probed = bounded(lambda: action.probe(params), step.step.timeout)
            outcome = probed if probed.done else bounded(lambda: action.do(params), step.step.timeout)
        except (JbnetError, TimedOut) as error:
            self._fail(step, "do", error)
            return
        if not outcome.done:
            self._fail(step, "do", outcome)
            return
        self._journal.append("result", step.key, {**outcome_data(outcome), "probed": probed.done})
        self.verify(step)

    def _params(self, step: Instance) -> Mapping[str, object]:
        """Return what the action is given: a rebuild also learns whether what it takes away is on record."""
        if step.action != REBUILD:
            return step.params
        return {**step.params, ON_RECORD: on_record(self._journal.entries(), step)}

    def verify(self, step: Instance) -> None:
        """Look whether a step's effect holds, independently of what brought it about."""
        action = self._actions[step.action]
        try:
            outcome = bounded(lambda: action.verify(step.params), step.step.timeout)
        except (JbnetError, TimedOut) as error:
            self._fail(step, "verify", error)
            return
        if not outcome.done:
            self._fail(step, "verify", outcome)
            return
        self._journal.append("verified", step.key, outcome_data(outcome))
        self._report("dr.step.done", step.key, outcome.text, evidence=outcome.evidence)

    def _fail(self, step: Instance, phase: str, why: JbnetError | TimedOut | StepOutcome) -> None:
        if isinstance(why, StepOutcome):
            data = outcome_data(why)
        elif isinstance(why, TimedOut):
            data = {**text_data(text("no answer within {seconds} s", seconds=why.seconds)), "timed_out": True}
        else:
            data = error_data(why)
        self._journal.append("failed", step.key, {**data, "phase": phase})
        self._report("dr.step.failed", step.key, told_by(data), phase=phase)

    def _report(self, event: str, subject: str, told: Text, **data: object) -> None:
        self._reporter.report(Progress(event, subject, {"text": told, **data}))
