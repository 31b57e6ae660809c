"""Carrying out a runbook: append the intent, act, append the result, look again; ask the journal what comes next.

The engine holds no state of its own. Killed anywhere, ``run`` with the same journal goes on to the same end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import Text, text
from jbnet.ports import ApprovalVerifier, Clock, Journal, Lease, Progress, Reporter, StepAction, Windows
from jbnet.recovery.account import told_by
from jbnet.recovery.decide import (
    Ask,
    Decision,
    Done,
    Failed,
    Grant,
    ProbeFirst,
    Renew,
    Request,
    Start,
    Undone,
    Verify,
    WaitApproval,
    next_step,
)
from jbnet.recovery.expand import Binding, Instance, expand
from jbnet.recovery.replay import State, replay
from jbnet.recovery.runbook import APPROVE, Runbook, from_content
from jbnet.services.recover.announced import Announcer
from jbnet.services.recover.approval import Agreement
from jbnet.services.recover.steps import Steps


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: ``done``, ``failed`` (may be resumed), ``ask`` (a person has to say), ``undone``, ``abandoned``.

    ``step`` is the key of the step it ended at, ``error`` what that step said.
    """

    result: str
    step: str = ""
    error: Text | None = None

    @property
    def ok(self) -> bool:
        """All steps hold."""
        return self.result == "done"


class Recovery:
    """Carries out one execution, whose journal is given. ``windows`` None: no monitor is told what it touches."""

    def __init__(
        self,
        journal: Journal,
        actions: Mapping[str, StepAction],
        approvals: ApprovalVerifier,
        clock: Clock,
        reporter: Reporter,
        lease: Lease,
        windows: Windows | None = None,
    ):
        self._journal = journal
        self._actions = actions
        self._announcer = Announcer(windows, clock, reporter)
        self._steps = Steps(journal, actions, reporter, self._announcer)
        self._agreement = Agreement(journal, approvals, clock, reporter)
        self._clock = clock
        self._reporter = reporter
        self._lease = lease

    def start(
        self,
        execution: str,
        runbook: Runbook,
        bindings: Sequence[Binding],
        started_by: Sequence[str],
        approvers: Mapping[str, str],
    ) -> None:
        """Write the first entry: what will be done, to which databases, by whom, and whose keys may approve it.

        Raises UsageError for an action nobody provides, a database named twice, or too few approvers.
        """
        self._check_start(runbook, bindings, started_by, approvers)
        header = {
            "runbook": runbook.content,
            "runbook_name": runbook.name,
            "runbook_sha256": runbook.sha256,
            "bindings": list(bindings),
            "started_by": list(started_by),
            "approvers": dict(approvers),
        }
        self._journal.append("execution", execution, header)
        self._report(
            "dr.started",
            execution,
            text("{execution}: {title} is started", execution=execution, title=runbook.title),
            sha256=runbook.sha256,
        )

    def run(self) -> Ending:
        """Go on until all steps hold, one failed for good, or a person has to say. Waits for approvals.

        Raises Refused while another process carries out an execution, and when the journal is not to be trusted;
        KeyboardInterrupt leaves it resumable.
        """
        state = replay(self._journal.entries())
        if not state.execution:
            raise UsageError("this execution was never started: its journal is empty")
        with self._lease.held(state.execution):
            if len(self._journal.entries()) > 1 and state.result is None:
                self._journal.append("resumed", state.execution, {})
            runbook = pinned_runbook(state)
            try:
                with self._announcer.run(state.execution, runbook.name, state.started_by):
                    return self._to_the_end(runbook)
            except KeyboardInterrupt:
                self._journal.append("interrupted", state.execution, {})
                raise

    def _to_the_end(self, runbook: Runbook) -> Ending:
        while True:
            ending = self._once(runbook)
            if ending is not None:
                return ending

    def retry(self, by: str) -> None:
        """Let the step that failed be tried again. Raises UsageError when none did."""
        step = self._stopped_at()
        self._journal.append("retry", step.key, {"by": by})

    def skip(self, by: str) -> None:
        """Go on without the step that failed. Raises Refused unless the runbook lets a person say so."""
        step = self._stopped_at()
        if not isinstance(self._decision(), Ask):
            raise Refused("step {step} must not be skipped", step=step.key)
        self._journal.append("skip", step.key, {"by": by})

    def abandon(self, by: str) -> None:
        """Give the execution up for good; what was done stays as it is. Raises UsageError when it has ended."""
        state = replay(self._journal.entries())
        if state.result is not None:
            raise UsageError(
                "execution {execution} has ended already: {result}", execution=state.execution, result=state.result
            )
        with self._lease.held(state.execution):
            self._journal.append("finished", state.execution, {"result": "abandoned", "by": by})

    @property
    def stopped(self) -> bool:
        """Say whether it stands at a step that failed."""
        state = replay(self._journal.entries())
        return state.result is None and isinstance(self._decision(), Ask | Failed)

    def _stopped_at(self) -> Instance:
        decision = self._decision()
        if isinstance(decision, Ask | Failed):
            return decision.step
        raise UsageError("no step of this execution has failed")

    def _decision(self) -> Decision:
        entries = self._journal.entries()
        return next_step(pinned_runbook(replay(entries)), entries, self._clock.now())

    def _once(self, runbook: Runbook) -> Ending | None:
        """Decide and do one thing; return the ending when there is nothing more to do."""
        entries = self._journal.entries()
        state = replay(entries)
        if state.result is not None:
            return Ending(state.result)
        decision = next_step(runbook, entries, self._clock.now())
        if isinstance(decision, Start | ProbeFirst):
            self._steps.perform(decision.step, resumed=isinstance(decision, ProbeFirst))
        elif isinstance(decision, Verify):
            self._steps.verify(decision.step)
        elif isinstance(decision, Request | WaitApproval | Grant | Renew):
            self._agreement.carry_out(decision, runbook, state)
        else:
            return self._end(decision, state)
        return None

    def _end(self, decision: Ask | Failed | Undone | Done, state: State) -> Ending:
        if isinstance(decision, Done):
            self._journal.append("finished", state.execution, {"result": "done"})
            self._report("dr.finished", state.execution, text("{execution}: done", execution=state.execution))
            return Ending("done")
        error = told_by(state.step(decision.step.key).error)
        if isinstance(decision, Undone):
            self._journal.append("finished", state.execution, {"result": "undone", "step": decision.step.key})
            return Ending("undone", decision.step.key, error)
        return Ending("ask" if isinstance(decision, Ask) else "failed", decision.step.key, error)

    def _check_start(
        self, runbook: Runbook, bindings: Sequence[Binding], started_by: Sequence[str], approvers: Mapping[str, str]
    ) -> None:
        names = [str(binding["database"]) for binding in bindings]
        if not names or len(set(names)) < len(names):
            raise UsageError("databases {names}: expected each once, and one at least", names=", ".join(names) or "-")
        actions = {call.action for step in runbook.steps for call in (step, step.undo) if call is not None}
        missing = sorted(actions - {APPROVE} - set(self._actions))
        if missing:
            raise UsageError("nothing here can do {actions}", actions=", ".join(missing))
        needed = max((step.approvals for step in runbook.steps if step.action == APPROVE), default=0)
        able = [name for name in approvers if name not in started_by]
        if len(able) < needed:
            raise Refused(
                "{needed} people must approve; those who can: {able}",
                needed=needed,
                able=", ".join(able) or text("nobody"),
                hint=text("dr/approvers/README.md says how a key is added"),
            )
        expand(runbook, bindings)

    def _report(self, event: str, subject: str, told: Text, **data: object) -> None:
        self._reporter.report(Progress(event, subject, {"text": told, **data}))


def pinned_runbook(state: State) -> Runbook:
    """Return the runbook that the journal pinned at the start. Raises Refused when it is not what was pinned."""
    runbook, findings = from_content(state.runbook_content)
    if runbook is None or runbook.sha256 != state.header.get("runbook_sha256"):
        raise Refused(
            "the runbook in the journal of {execution} is damaged",
            execution=state.execution or "-",
            findings=findings,
            hint=text("jbnet dr verify names what is wrong with the journal"),
        )
    return runbook
