"""Carrying out a runbook: append the intent, act, append the result, look again; ask the journal what comes next.

Databases are recovered side by side, each step by step (ADR 48).

The engine holds no state of its own. Killed anywhere, ``run`` with the same journal goes on to the same end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from jbnet.model.errors import Refused, UsageError
from jbnet.model.text import Text, Titled, text
from jbnet.ports import ApprovalVerifier, Clock, Journal, Lease, Progress, Reporter, StepAction, Windows
from jbnet.recovery.account import hint_by, told_by
from jbnet.recovery.decide import Acting, Agreeing, Ask, Decision, Done, Stopped, Undone, WaitApproval, next_steps
from jbnet.recovery.expand import Binding, Instance, expand, followers
from jbnet.recovery.replay import State, replay
from jbnet.recovery.runbook import APPROVE, Runbook, from_content
from jbnet.recovery.unlisted import LIST_LOST, listing_is_at_stake
from jbnet.services.recover.ahead import Ahead
from jbnet.services.recover.announced import Announcer
from jbnet.services.recover.approval import Agreement
from jbnet.services.recover.crew import Crew, Pen
from jbnet.services.recover.entries import text_data
from jbnet.services.recover.steps import Steps


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: ``done``, ``failed`` (may be resumed), ``ask`` (a person has to say), ``undone``, ``abandoned``.

    ``step`` is the key of the step it ended at, ``error`` what that step said. ``moved``: the databases of which all
    steps hold, where others did not come that far. ``refused``: it was a safety rule that stopped that step. ``hint``:
    what that step says is to be done next.
    """

    result: str
    step: str = ""
    error: Text | None = None
    moved: tuple[str, ...] = ()
    refused: bool = False
    hint: Text | None = None

    @property
    def ok(self) -> bool:
        """All steps hold."""
        return self.result == "done"


class Recovery:
    """Carries out one execution, whose journal is given. ``windows`` None: no monitor is told what it touches.

    ``hands``: how many databases are worked on at once; with one, each is recovered to its end before the next.
    """

    def __init__(
        self,
        journal: Journal,
        actions: Mapping[str, StepAction],
        approvals: ApprovalVerifier,
        clock: Clock,
        reporter: Reporter,
        lease: Lease,
        windows: Windows | None = None,
        hands: int = 1,
    ):
        self._journal = journal
        self._hands = hands
        self._actions = actions
        self._announcer = Announcer(windows, clock, reporter)
        self._agreement = Agreement(self._journal, approvals, clock, reporter)
        self._ahead = Ahead(actions, clock)
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
            text(
                "{execution}: {title} is started", execution=execution, title=Titled(runbook.title, zh=runbook.title_zh)
            ),
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
        pen = Pen(self._journal)
        crew = Crew(self._hands, Steps(pen, self._actions, self._reporter, self._announcer).act)
        try:
            while (ending := self._once(runbook, crew)) is None:
                pass
            return ending
        finally:
            pen.lay_down()

    def retry(self, by: str, *, accept_loss: bool = False) -> None:
        """Let the steps that failed be tried again. Raises UsageError when none did.

        ``accept_loss``: what could not be listed may be lost; UsageError where no step that failed is about that.
        """
        found = self._stopped_at()
        if accept_loss:
            _expect_at_stake(found)
        for decision in found:
            self._journal.append("retry", decision.step.key, _said_by(by, decision, accept_loss))

    def skip(self, by: str, *, accept_loss: bool = False) -> None:
        """Go on without the steps that failed. Raises Refused unless the runbook lets a person say so of each.

        A step that lists what would be lost is not skipped without ``accept_loss``: behind it, that is taken away.
        """
        found = self._stopped_at()
        if accept_loss:
            _expect_at_stake(found)
        for decision in found:
            if not isinstance(decision, Ask):
                raise Refused("step {step} must not be skipped", step=decision.step.key)
            if decision.step.action == LIST_LOST and not accept_loss:
                raise Refused(
                    "step {step} must not be skipped unsaid: what {host} has alone is not listed, and goes with it",
                    step=decision.step.key,
                    host=str(decision.step.params.get("host", "-")),
                    hint=text("keep a copy of its data; who accepts that it is lost says --skip --accept-loss"),
                )
        for decision in found:
            self._journal.append("skip", decision.step.key, _said_by(by, decision, accept_loss))

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
        return state.result is None and any(isinstance(decision, Stopped) for decision in self._decisions())

    def _stopped_at(self) -> list[Stopped]:
        found = [decision for decision in self._decisions() if isinstance(decision, Stopped)]
        if not found:
            raise UsageError("no step of this execution has failed")
        return found

    def _decisions(self) -> tuple[Decision, ...]:
        entries = self._journal.entries()
        return next_steps(pinned_runbook(replay(entries)), entries, self._clock.now())

    def _once(self, runbook: Runbook, crew: Crew) -> Ending | None:
        """Decide, and begin what may be done; return the ending when there is nothing more to do."""
        entries = self._journal.entries()
        state = replay(entries)
        if state.result is not None:
            return Ending(state.result)
        decisions = next_steps(runbook, entries, self._clock.now())
        if not crew.begin([decision for decision in decisions if isinstance(decision, Acting)]):
            return self._agree_or_end(decisions, runbook, state)
        crew.wait()
        return None

    def _agree_or_end(self, decisions: Sequence[Decision], runbook: Runbook, state: State) -> Ending | None:
        """Nothing can be done and nothing is under way: people are asked, or this is where it ends."""
        for decision in decisions:
            if isinstance(decision, Agreeing):
                if isinstance(decision, WaitApproval) and self._ahead.due:
                    self._ahead.prepare(_behind(decision.step, runbook, state))
                self._agreement.carry_out(decision, runbook, state)
                return None
        return self._end(next((one for one in decisions if isinstance(one, Stopped)), decisions[0]), runbook, state)

    def _end(self, decision: Decision, runbook: Runbook, state: State) -> Ending:
        if isinstance(decision, Done):
            self._journal.append("finished", state.execution, {"result": "done"})
            self._report("dr.finished", state.execution, text("{execution}: done", execution=state.execution))
            return Ending("done")
        said = state.step(decision.step.key).error
        moved = moved_of(runbook, state)
        ended = partial(Ending, step=decision.step.key, error=told_by(said), moved=moved,
                        refused=said.get("refused") is True, hint=hint_by(said))  # fmt: skip
        if isinstance(decision, Undone):
            told = {"result": "undone", "step": decision.step.key, "moved": moved}
            self._journal.append("finished", state.execution, told)
            return ended("undone")
        return ended("ask" if isinstance(decision, Ask) else "failed")

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


def _expect_at_stake(found: Sequence[Stopped]) -> None:
    if not any(listing_is_at_stake(decision.step) for decision in found):
        raise UsageError(
            "--accept-loss: no step that failed is about what is not listed ({steps})",
            steps=", ".join(decision.step.key for decision in found),
        )


def _said_by(by: str, decision: Stopped, accept_loss: bool) -> dict[str, object]:
    """Return what a person's word is in the journal."""
    if not (accept_loss and listing_is_at_stake(decision.step)):
        return {"by": by}
    told = text("{people}: what is not listed may be lost", people=by)
    return {"by": by, "accepted": True, **text_data(told)}


def _behind(approval: Instance, runbook: Runbook, state: State) -> tuple[Instance, ...]:
    """Return the steps that this approval is for: those behind it, as far as the next one."""
    instances = expand(runbook, state.bindings)
    behind = followers(instances, approval)
    later = {other.key for one in behind if one.action == APPROVE for other in (one, *followers(instances, one))}
    return tuple(one for one in behind if one.key not in later)


def moved_of(runbook: Runbook, state: State) -> tuple[str, ...]:
    """Return the databases of which all steps hold."""
    instances = expand(runbook, state.bindings)
    short = {i.database for i in instances if not state.step(i.key).settled}
    return tuple(dict.fromkeys(i.database for i in instances if i.database is not None and i.database not in short))


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
