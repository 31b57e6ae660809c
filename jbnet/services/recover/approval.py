"""Asking people for their approval, and taking their signatures into the journal."""

from __future__ import annotations

from datetime import timedelta

from jbnet.model.text import Text, text
from jbnet.ports import ApprovalVerifier, Clock, Journal, Progress, Reporter
from jbnet.recovery.account import told_by
from jbnet.recovery.approval import ApprovalRequest
from jbnet.recovery.decide import Grant, Renew, Request, WaitApproval
from jbnet.recovery.replay import State, StepState
from jbnet.recovery.runbook import Runbook
from jbnet.services.recover.entries import text_data

POLL_S = 0.3
"""How often received approvals are looked at while an execution waits for them, in seconds."""


class Agreement:
    """The part of an execution that waits for people."""

    def __init__(self, journal: Journal, approvals: ApprovalVerifier, clock: Clock, reporter: Reporter):
        self._journal = journal
        self._approvals = approvals
        self._clock = clock
        self._reporter = reporter
        self._seen: set[tuple[str, str]] = set()

    def carry_out(self, decision: Request | WaitApproval | Grant | Renew, runbook: Runbook, state: State) -> None:
        """Ask, collect, grant, or ask anew."""
        step = decision.step
        if isinstance(decision, Request):
            self._request(decision, runbook, state)
        elif isinstance(decision, Renew):
            self._journal.append("renew", step.key, {"again": decision.again})
            self._report("dr.approval.expired", step.key, text("the figures are too old; they are taken again"))
        elif isinstance(decision, Grant):
            self._journal.append("verified", step.key, {"evidence": {"approved_by": decision.given}})
            told = text("approved by {people}", people=", ".join(decision.given))
            self._report("dr.step.done", step.key, told, approved_by=decision.given)
        elif not self._collect(decision):
            self._clock.sleep(POLL_S)

    def _request(self, decision: Request, runbook: Runbook, state: State) -> None:
        """Put the figures before the approvers. On disk for them first: an entry says that they can see it."""
        step, now = decision.step, self._clock.now()
        request = ApprovalRequest(
            execution=state.execution,
            step=step.key,
            runbook=runbook.name,
            runbook_sha256=runbook.sha256,
            databases=tuple(str(binding["database"]) for binding in state.bindings),
            figures={key: _figures(state.step(key)) for key in decision.figures_of},
            issued=now.isoformat(),
            expires=(now + timedelta(seconds=step.step.expires)).isoformat(),
            needed=step.step.approvals,
            started_by=state.started_by,
        )
        self._approvals.publish(request)
        self._journal.append("request", step.key, request.as_json())
        told = text(
            "{needed} people must approve: jbnet dr approve {execution} --key FILE",
            needed=request.needed,
            execution=request.execution,
        )
        self._report("dr.approval.needed", step.key, told, figures=request.figures, expires=request.expires)

    def _collect(self, decision: WaitApproval) -> bool:
        """Take what came in into the journal; say whether anything counted."""
        counted = False
        for judged in self._approvals.received(decision.request):
            approval = judged.approval
            if judged.refusal is None and approval.person not in decision.given:
                data = {name: getattr(approval, name) for name in approval.__slots__}
                self._journal.append("approval", decision.step.key, {**data, "key": judged.key})
                self._report(
                    "dr.approval.received", approval.person, text("approved by {people}", people=approval.person)
                )
                return True
            if judged.refusal is not None and (approval.person, approval.signature) not in self._seen:
                self._seen.add((approval.person, approval.signature))
                self._journal.append("refused-approval", approval.person, text_data(judged.refusal))
                self._report("dr.approval.refused", approval.person, judged.refusal)
        return counted

    def _report(self, event: str, subject: str, told: Text, **data: object) -> None:
        self._reporter.report(Progress(event, subject, {"text": told, **data}))


def _figures(step: StepState) -> dict[str, object]:
    """Return what a step saw: first in a sentence, for people at three in the morning, then every value."""
    said = told_by(step.said) if step.said else None
    return ({"said": str(said), "told": text_data(said)} if said else {}) | dict(step.evidence)
