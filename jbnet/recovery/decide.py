"""The next steps of an execution, decided from its journal alone: one for each database at most, side by side.

Law: killed anywhere, an execution resumes to the same end. It holds because every decision is a pure function of
the pinned runbook and the entries on disk, and because a step with an intent and no result is probed, never
blindly repeated.

Invariant (design section 5, rule 3): no promotion is decided before the fence of its database, on the other host,
has a verified result in this journal; after another process took over, one that was verified again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.model.errors import Refused
from jbnet.model.text import text
from jbnet.recovery.approval import ApprovalRequest, expired, people
from jbnet.recovery.expand import Instance, ancestors, expand, undo_of
from jbnet.recovery.replay import Entry, State, Status, StepState, replay
from jbnet.recovery.rules import fences_of
from jbnet.recovery.runbook import APPROVE, FENCING, READ_ONLY, OnFail, Runbook

UNDO_RETRY = 2


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the step: nothing of it was done in this execution."""

    step: Instance


@dataclass(frozen=True, slots=True)
class ProbeFirst:
    """It was begun, and what became of it is unknown: look before doing anything."""

    step: Instance


@dataclass(frozen=True, slots=True)
class Verify:
    """It was done; whether it holds has not been seen, or not since another process took over."""

    step: Instance


@dataclass(frozen=True, slots=True)
class Request:
    """Ask people for their approval, showing them what the steps before saw."""

    step: Instance
    figures_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WaitApproval:
    """``missing`` more people have to approve; ``given`` did."""

    step: Instance
    missing: int
    given: tuple[str, ...]
    request: ApprovalRequest


@dataclass(frozen=True, slots=True)
class Grant:
    """Enough different people approved."""

    step: Instance
    given: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Renew:
    """The figures are too old: look again (``again`` are the keys of steps), then ask again."""

    step: Instance
    again: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """The step failed and a person has to say: again, without it, or give up."""

    step: Instance


@dataclass(frozen=True, slots=True)
class Failed:
    """The step failed for good; nothing goes on until a person resumes."""

    step: Instance


@dataclass(frozen=True, slots=True)
class Undone:
    """The step failed and everything before it was taken back."""

    step: Instance


@dataclass(frozen=True, slots=True)
class Done:
    """All steps hold."""


Acting = Start | ProbeFirst | Verify
"""Decisions that something be done or looked at."""
Agreeing = Request | WaitApproval | Grant | Renew
"""Decisions about people's approval."""
Stopped = Ask | Failed
"""Decisions that wait for a person to resume."""
Decision = Start | ProbeFirst | Verify | Request | WaitApproval | Grant | Renew | Ask | Failed | Undone | Done


def next_steps(runbook: Runbook, entries: Sequence[Entry], now: datetime) -> tuple[Decision, ...]:
    """Return what may be done next, at the same time: one decision a database at most, the most urgent one first.

    The steps of one database come one after another; what needs all of them waits for all. A database at which a step
    failed stays there, the others go on. Never empty: when all steps hold it is ``Done``.

    Raises Refused if a decision would break the invariant (a forged or damaged journal).
    """
    state = replay(entries)
    instances = expand(runbook, state.bindings)
    open_ = {i.key for i in instances if not state.step(i.key).settled or _must_be_seen_again(i, instances, state)}
    found: list[Decision] = []
    lanes: set[str | None] = set()
    for instance in instances:
        if instance.key not in open_ or instance.database in lanes:
            continue
        lanes.add(instance.database)
        if open_.isdisjoint(instance.needs):
            found.append(_next_of(instance, instances, state, now))
    return tuple(_most_urgent(found)) or (Done(),)


def _next_of(instance: Instance, instances: Sequence[Instance], state: State, now: datetime) -> Decision:
    step = state.step(instance.key)
    outdated = None
    if step.status is not Status.FAILED:
        outdated = _outdated_approval(instance, instances, state, now)
    return outdated or _guarded(_decide(instance, step, instances, state, now), instances, state)


def _most_urgent(found: list[Decision]) -> list[Decision]:
    """Return the decisions, or the one that figures must be taken again: nothing else is done on old ones."""
    renewal = next((decision for decision in found if isinstance(decision, Renew)), None)
    return found if renewal is None else [renewal]


def _decide(
    instance: Instance, step: StepState, instances: Sequence[Instance], state: State, now: datetime
) -> Decision:
    if instance.action == APPROVE:
        return _decide_approval(instance, instances, state, now)
    if step.status in (Status.ACTED, Status.VERIFIED):
        return Verify(instance)
    if step.status is Status.FAILED:
        return _after_failure(instance, step, instances, state)
    return ProbeFirst(instance) if step.begun else Start(instance)


def _after_failure(instance: Instance, step: StepState, instances: Sequence[Instance], state: State) -> Decision:
    """A step that timed out may still be going on: nothing is tried, undone or skipped without a person."""
    if step.timed_out:
        return Failed(instance)
    if step.failures <= instance.step.retry:
        return ProbeFirst(instance)
    if instance.on_fail is OnFail.ASK:
        return Ask(instance)
    if instance.on_fail is OnFail.UNDO:
        return _undo(instance, instances, state)
    return Failed(instance)


def _undo(failed: Instance, instances: Sequence[Instance], state: State) -> Decision:
    """Take back what was done for the failed step's database (or for all), last first."""
    concerned = [i for i in instances if failed.database in (None, i.database) and state.step(i.key).begun]
    if any(i.is_final and not (i is failed and i.undoes_itself) for i in concerned):
        return Failed(failed)
    for instance in reversed(concerned):
        undo = undo_of(instance)
        step = state.step(undo.key) if undo else None
        if undo is None or step is None or step.settled:
            continue
        if step.status is Status.ACTED:
            return Verify(undo)
        if step.status is Status.FAILED and (step.timed_out or step.failures > UNDO_RETRY):
            return Failed(failed if failed.undoes_itself else undo)  # with no way back known, it may go on yet
        return ProbeFirst(undo) if step.begun else Start(undo)
    return Undone(failed)


def _decide_approval(instance: Instance, instances: Sequence[Instance], state: State, now: datetime) -> Decision:
    request = state.request
    if request is None or request.step != instance.key:
        return Request(instance, instance.needs)
    if expired(request, now):
        return _renew(instance, instances)
    given = people(state.approvals)
    missing = instance.step.approvals - len(given)
    return WaitApproval(instance, missing, given, request) if missing > 0 else Grant(instance, given)


def _outdated_approval(instance: Instance, instances: Sequence[Instance], state: State, now: datetime) -> Renew | None:
    """Return Renew when the step leans on an approval whose figures are too old.

    Once somebody acts on it, an approval lasts; but a process that takes over from one that is gone asks again,
    unless there is no way back any more.
    """
    request = state.request
    if request is None or not expired(request, now):
        return None
    approve = next((i for i in ancestors(instances, instance) if i.key == request.step), None)
    if approve is None:
        return None
    begun = [i for i in instances if approve in ancestors(instances, i) and state.step(i.key).begun]
    if any(i.is_final for i in begun) or (begun and not state.step(approve.key).stale):
        return None
    return _renew(approve, instances)


def _renew(approve: Instance, instances: Sequence[Instance]) -> Renew:
    again = [i.key for i in instances if i.key in approve.needs and i.action in READ_ONLY]
    return Renew(approve, tuple(again))


def _must_be_seen_again(instance: Instance, instances: Sequence[Instance], state: State) -> bool:
    """A fence verified by a process that is gone counts only once seen again, until its promotion holds."""
    if instance.action not in FENCING or not state.step(instance.key).stale:
        return False
    promotions = [i for i in instances if i.action == "promote" and instance in fences_of(i, instances)]
    return any(not state.step(promotion.key).settled for promotion in promotions)


def _guarded(decision: Decision, instances: Sequence[Instance], state: State) -> Decision:
    """Check the invariant on every decision, whatever led to it."""
    if not isinstance(decision, Start | ProbeFirst) or decision.step.action != "promote":
        return decision
    fences = fences_of(decision.step, instances)
    if fences and all(_holds(state.step(fence.key)) for fence in fences):
        return decision
    raise Refused(
        "{step} must not be done: the old primary of {database} is not proved to be fenced",
        step=decision.step.key,
        database=decision.step.database or "-",
        hint=text("jbnet dr verify names what is wrong with the journal"),
    )


def _holds(step: StepState) -> bool:
    return step.status is Status.VERIFIED and not step.stale
