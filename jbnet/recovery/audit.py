"""Judging a journal afterwards: whether the rules were kept, from its entries alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from jbnet.model.findings import Finding, Place, Severity
from jbnet.model.text import Text, text
from jbnet.recovery.approval import Approval, ApprovalRequest, Judged, people
from jbnet.recovery.expand import Instance, ancestors, expand
from jbnet.recovery.replay import Entry, State, Status, replay
from jbnet.recovery.rules import fences_of, follower_checks
from jbnet.recovery.runbook import APPROVE, HAND_OVER, from_content, touches

Judge = Callable[[ApprovalRequest, Approval], Judged]


def audit(entries: Sequence[Entry], judge: Judge, file: str) -> tuple[Finding, ...]:
    """Return every broken rule; a finding's line is the number of the entry.

    ``judge`` checks signatures; ``file`` is the journal's. The rules:

    - the runbook is the one that was pinned, and keeps the rules;
    - nothing touched production before two different people approved, with signatures that still prove it; only
      filters around a host that was verified to follow may be opened without;
    - nothing was promoted before the fence of its database was verified;
    - a hand-over that promoted has the proof that the old leader was stopped in its result.
    """
    if not entries:
        return ()
    state = replay(entries[:1])
    runbook, findings = from_content(state.runbook_content)
    if runbook is None or runbook.sha256 != state.header.get("runbook_sha256"):
        return (*findings, _finding(1, text("the runbook is not the one that was pinned"), file))
    instances = {instance.key: instance for instance in expand(runbook, state.bindings)}
    faults: list[Finding] = []
    for position, entry in enumerate(entries):
        seq, kind, subject = int(str(entry["seq"])), entry["kind"], str(entry["subject"])
        step = instances.get(subject)
        if step is None or kind not in ("intent", "result", "verified"):
            continue
        if kind == "result":
            faults += [_finding(seq, told, file) for told in _unproved(step, entry)]
            continue
        before = replay(entries[:position])
        if kind == "intent":
            faults += [_finding(seq, told, file) for told in _too_early(step, tuple(instances.values()), before)]
        elif step.action == APPROVE:
            faults += [_finding(seq, told, file) for told in _not_agreed(step, before, judge)]
    return tuple(faults)


def _too_early(step: Instance, instances: Sequence[Instance], before: State) -> list[Text]:
    """Return what had to hold before a step was begun, and did not."""
    found: list[Text] = []
    approvals = [other for other in ancestors(instances, step) if other.action == APPROVE]
    agreed = _verified(approvals, before) or _verified(follower_checks(step, instances), before)
    if touches(step.action) and not agreed:
        found.append(text("{step} was begun before it was approved", step=step.key))
    if step.action == "promote" and not _verified(fences_of(step, instances), before):
        found.append(
            text(
                "{step} was begun before the fence of {database} was verified",
                step=step.key,
                database=step.database or "-",
            )
        )
    return found


def _unproved(step: Instance, entry: Entry) -> list[Text]:
    """Return what the result of a hand-over lacks; one that was found done, or promoted by a dead process, has none."""
    data = entry["data"] if isinstance(entry["data"], Mapping) else {}
    evidence = data.get("evidence")
    if step.action != HAND_OVER or data.get("probed") is True or not isinstance(evidence, Mapping):
        return []
    fence = evidence.get("fence")
    proved = isinstance(fence, Mapping) and fence.get("proved") is True
    if proved or evidence.get("promoted_before") is True:
        return []
    return [text("{step} promoted, and no proof that {host} was stopped is on record", step=step.key,
                 host=step.params.get("from") or "-")]  # fmt: skip


def _verified(steps: Sequence[Instance], state: State) -> bool:
    return bool(steps) and all(state.step(step.key).status is Status.VERIFIED for step in steps)


def _not_agreed(step: Instance, before: State, judge: Judge) -> list[Text]:
    """Return why the approvals on record do not add up."""
    if before.request is None:
        return [text("{step} was granted without a request", step=step.key)]
    judged = [judge(before.request, approval) for approval in before.approvals]
    counting = people([one.approval for one in judged if one.refusal is None])
    if len(counting) >= step.step.approvals:
        return []
    refusals = [one.refusal for one in judged if one.refusal is not None]
    template = "{step} was granted by {count} people; expected {needed}"
    return [text(template, step=step.key, count=len(counting), needed=step.step.approvals), *refusals]


def _finding(seq: int, told: Text, file: str) -> Finding:
    """Return a finding whose line is the number of the entry."""
    return Finding("JB791", Severity.ERROR, told, Place(file, seq))
