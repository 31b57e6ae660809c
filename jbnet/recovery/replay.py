"""Reading a journal: where an execution stands, from its entries alone.

Kinds of entries, in the order in which they are met (``subject`` is an instance's key unless stated):

========== ====================================================================================================
execution  first of all; subject is the execution's id; ``runbook`` (its content), ``bindings``, ``started_by`` ...
intent     the step is about to be done: from here on its effect may hold
result     it was done, or its effect was found to hold already (``probed``)
verified   it was looked at again, independently, and holds
failed     an attempt failed; ``timed_out``: what it did is unknown and may still be going on
request    approvals are asked for; the data is an ApprovalRequest
approval   one person's approval was received and counts
renew      the figures shown are too old: the steps in ``again`` and the request are taken anew
retry      a person wants the step tried again
skip       a person wants to go on without the step
resumed    subject is the execution's id: another process went on with it
interrupted  subject is the execution's id: a person stopped the process
finished   last of all; subject is the execution's id; ``result`` is done, undone or abandoned
========== ====================================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from jbnet.recovery.approval import Approval, ApprovalRequest
from jbnet.recovery.expand import Binding, undo_key

Entry = Mapping[str, object]

STEP_KINDS = frozenset({"intent", "result", "verified", "failed", "retry", "skip"})


class Status(StrEnum):
    """How far a step is. BEGUN: an intent and no result, so its effect may hold or not."""

    NEW = "new"
    BEGUN = "begun"
    ACTED = "acted"
    VERIFIED = "verified"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass
class StepState:
    """What the journal says of one step. ``failures`` counts since a person last said to try again.

    ``stale``: it was verified by a process that is gone; time has passed and nobody watched. ``accepted``: a person
    said that what could not be listed may be lost.
    """

    status: Status = Status.NEW
    action: str = ""
    failures: int = 0
    timed_out: bool = False
    stale: bool = False
    accepted: bool = False
    evidence: dict[str, object] = field(default_factory=dict)
    said: Mapping[str, object] = field(default_factory=dict)
    error: Mapping[str, object] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Nothing is left to do for it."""
        return self.status in (Status.VERIFIED, Status.SKIPPED)

    @property
    def begun(self) -> bool:
        """Its effect may hold, or held."""
        return self.status not in (Status.NEW, Status.SKIPPED)


@dataclass
class State:
    """Where an execution stands."""

    execution: str = ""
    header: Mapping[str, object] = field(default_factory=dict)
    steps: dict[str, StepState] = field(default_factory=dict)
    request: ApprovalRequest | None = None
    approvals: list[Approval] = field(default_factory=list)
    result: str | None = None

    def step(self, key: str) -> StepState:
        """Return what is known of a step."""
        return self.steps.get(key, StepState())

    @property
    def bindings(self) -> Sequence[Binding]:
        """The values filled in for each database."""
        found = self.header.get("bindings", ())
        return [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list | tuple) else []

    @property
    def approvers(self) -> Mapping[str, str]:
        """Fingerprints of the keys that may approve, by name, as they were at the start."""
        found = self.header.get("approvers", {})
        return {str(name): str(key) for name, key in found.items()} if isinstance(found, Mapping) else {}

    @property
    def started_by(self) -> tuple[str, ...]:
        """The names of whoever started it."""
        found = self.header.get("started_by", ())
        return tuple(str(name) for name in found) if isinstance(found, list | tuple) else ()

    @property
    def runbook_content(self) -> Mapping[str, object]:
        """The runbook that was pinned at the start."""
        found = self.header.get("runbook", {})
        return found if isinstance(found, Mapping) else {}


def replay(entries: Sequence[Entry]) -> State:
    """Return where the entries lead. Unknown kinds are remarks and change nothing."""
    state = State()
    for entry in entries:
        kind, subject, data = str(entry["kind"]), str(entry["subject"]), entry["data"]
        _apply(state, kind, subject, data if isinstance(data, Mapping) else {})
    return state


def _apply(state: State, kind: str, subject: str, data: Mapping[str, object]) -> None:
    if kind == "execution":
        state.execution, state.header = subject, data
    elif kind == "finished":
        state.result = str(data.get("result"))
    elif kind == "resumed":
        for step in state.steps.values():
            step.stale = step.status is Status.VERIFIED
    elif kind == "request":
        state.request, state.approvals = ApprovalRequest.from_json(data), []
        state.steps[subject] = StepState(Status.BEGUN, "approve")
    elif kind == "approval":
        state.approvals.append(Approval(**{key: str(data.get(key, "")) for key in Approval.__slots__}))
    elif kind == "renew":
        again = data.get("again")
        for key in (subject, *(again if isinstance(again, list | tuple) else ())):
            state.steps.pop(str(key), None)
        state.request, state.approvals = None, []
    elif kind in STEP_KINDS:
        _apply_to_step(state.steps.setdefault(subject, StepState()), kind, data)
        _retry_undo(state, kind, subject)


def _retry_undo(state: State, kind: str, subject: str) -> None:
    """Who says to try a step again means its undoing, too: what could not be taken back then may be now."""
    undo = state.steps.get(undo_key(subject))
    if kind == "retry" and undo is not None:
        _apply_to_step(undo, kind, {})


def _apply_to_step(step: StepState, kind: str, data: Mapping[str, object]) -> None:
    evidence = data.get("evidence")
    step.accepted = step.accepted or (kind in ("skip", "retry") and data.get("accepted") is True)
    if kind == "intent":
        step.status, step.timed_out, step.action = Status.BEGUN, False, str(data.get("action", ""))
    elif kind in ("result", "verified"):
        step.status, step.stale = (Status.ACTED if kind == "result" else Status.VERIFIED), False
        step.evidence |= evidence if isinstance(evidence, Mapping) else {}
        step.said = data if kind == "result" else step.said
    elif kind == "failed":
        step.status, step.timed_out, step.error = Status.FAILED, data.get("timed_out") is True, data
        step.failures += 1
    elif kind == "retry":
        step.status, step.failures, step.timed_out = Status.BEGUN, 0, False
    elif kind == "skip":
        step.status = Status.SKIPPED
