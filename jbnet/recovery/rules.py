"""What every runbook must keep, whoever writes it (design section 5, rules 3 and 4).

The rules are judged on the instances of two made-up databases, so that a fence of one is never taken for
the fence of another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jbnet.inventory.report import nearest
from jbnet.model.text import text
from jbnet.recovery.expand import NAMES, Instance, ancestors, expand, placeholders
from jbnet.recovery.fields import Findings
from jbnet.recovery.runbook import APPROVE, CHECK, FENCING, HAND_OVER, LEADING, UNFENCE, OnFail, Runbook, Step, touches
from jbnet.recovery.step_params import check_params

MAX_TIMEOUT_S = 24 * 3600
MAX_RETRY = 20
SAMPLES = [{name: f"{name} {number}" for name in NAMES} for number in (1, 2)]


def check(runbook: Runbook, findings: Findings) -> None:
    """Report every rule that the runbook breaks."""
    _check_names(runbook, findings)
    for step in runbook.steps:
        _check_numbers(step, findings)
        _check_placeholders(step, findings)
        check_params(step, findings)
    if findings.has_errors:
        return
    instances = expand(runbook, SAMPLES)
    reported = len(findings.found)
    for instance in instances:
        if len(findings.found) > reported and instance.database == SAMPLES[1]["database"]:
            continue
        for rule in RULES:
            rule(instance, instances, findings)


def fences_of(instance: Instance, instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return the steps before a promotion that fence its database on another host."""
    return tuple(
        other
        for other in ancestors(instances, instance)
        if other.action in FENCING
        and other.params.get("database") == instance.params.get("database")
        and other.params.get("host") != instance.params.get("host")
    )


def _check_names(runbook: Runbook, findings: Findings) -> None:
    seen: dict[str, Step] = {}
    for step in runbook.steps:
        first = seen.get(step.name)
        if first is not None:
            related = (first.place,) if first.place else ()
            findings.add("JB704", text("step {step} stands twice", step=step.name), step.place, *related)
        for need in step.needs:
            if need not in seen:
                near = nearest(need, seen) or "-"
                findings.add(
                    "JB704",
                    text(
                        "step {step} needs {need}, which is no earlier step (most alike: {near})",
                        step=step.name,
                        need=need,
                        near=near,
                    ),
                    step.place,
                )
        seen.setdefault(step.name, step)


def _check_numbers(step: Step, findings: Findings) -> None:
    for key, value, lowest, highest in (
        ("timeout", step.timeout, 1, MAX_TIMEOUT_S),
        ("retry", step.retry, 0, MAX_RETRY),
        ("approvals", step.approvals, 2, 99),
        ("expires", step.expires, 60, MAX_TIMEOUT_S),
    ):
        if not lowest <= value <= highest:
            message = "step {step}: {key} is {value}; expected {lowest} to {highest}"
            told = text(message, step=step.name, key=key, value=value, lowest=lowest, highest=highest)
            findings.add("JB705", told, step.place)


def _check_placeholders(step: Step, findings: Findings) -> None:
    known = NAMES if step.foreach else ()
    for name in sorted(placeholders([step.params, step.undo.params if step.undo else {}]) - set(known)):
        options = ", ".join(known) or "foreach: databases"
        message = "step {step}: {{{name}}} is not known here; expected {options}"
        findings.add("JB706", text(message, step=step.name, name=name, options=options), step.place)


def _promotion_is_fenced(instance: Instance, instances: Sequence[Instance], findings: Findings) -> None:
    """Rule 3: before a standby is promoted, the old primary is fenced, and the fence is proved."""
    if instance.action == "promote" and not fences_of(instance, instances):
        message = (
            "step {step} promotes before the old primary is fenced; expected a step fence or stop-primary "
            "of the same database on the other host among what it needs"
        )
        findings.add("JB710", text(message, step=instance.step.name), instance.step.place)


def _production_is_approved(instance: Instance, instances: Sequence[Instance], findings: Findings) -> None:
    """Rule 4: nothing touches production before people agreed."""
    approved = any(other.action == APPROVE for other in ancestors(instances, instance))
    if touches(instance.action) and not approved and not follower_checks(instance, instances):
        message = "step {step} touches production before any approval; expected a step approve among what it needs"
        findings.add("JB711", text(message, step=instance.step.name), instance.step.place)


def _filters_stay(instance: Instance, instances: Sequence[Instance], findings: Findings) -> None:
    """Rule 3: filters against the old site stay until that very host leads again, or is seen to follow."""
    if instance.action != UNFENCE:
        return
    wanted = _host_of(instance)
    before = ancestors(instances, instance)
    leads = any(o.leader is not None and (o.params.get("database"), o.leader) == wanted for o in before)
    if not leads and not follower_checks(instance, instances):
        message = (
            "step {step} opens the fence of a host that neither leads nor follows; expected its promotion, or its"
            " check-standby, before"
        )
        findings.add("JB712", text(message, step=instance.step.name), instance.step.place)


def follower_checks(instance: Instance, instances: Sequence[Instance]) -> tuple[Instance, ...]:
    """Return the steps that see a host stream before filters around it are opened: it takes no writes (ADR 77)."""
    if instance.action != UNFENCE:
        return ()
    return tuple(
        other
        for other in ancestors(instances, instance)
        if other.action == CHECK and other.on_fail is not OnFail.ASK and _host_of(other) == _host_of(instance)
    )


def _host_of(instance: Instance) -> tuple[object, object]:
    return instance.params.get("database"), instance.params.get("host")


def _no_way_back_is_respected(instance: Instance, instances: Sequence[Instance], findings: Findings) -> None:
    itself = () if instance.undoes_itself else (instance,)
    final = [other for other in (*ancestors(instances, instance), *itself) if other.is_final]
    if instance.on_fail is OnFail.UNDO and final:
        message = "step {step} undoes on failure, but there is no way back after {final}; expected abort or ask"
        findings.add("JB713", text(message, step=instance.step.name, final=final[0].step.name), instance.step.place)


def _guards_are_not_skipped(instance: Instance, _instances: Sequence[Instance], findings: Findings) -> None:
    guarded = FENCING | LEADING | {APPROVE}
    if instance.on_fail is OnFail.ASK and instance.action in guarded:
        message = "step {step} could be skipped by an answer; expected on_fail abort or undo for {action}"
        findings.add("JB714", text(message, step=instance.step.name, action=instance.action), instance.step.place)


def _databases_are_named(instance: Instance, _instances: Sequence[Instance], findings: Findings) -> None:
    """Without these two the rules above cannot tell what is fenced and what is promoted."""
    if instance.action not in FENCING | LEADING | {UNFENCE}:
        return
    for key in ("database", "from", "to") if instance.action == HAND_OVER else ("database", "host"):
        if not isinstance(instance.params.get(key), str):
            message = "step {step}: the action {action} wants the parameter {key}"
            told = text(message, step=instance.step.name, action=instance.action, key=key)
            findings.add("JB702", told, instance.step.place)


RULES: tuple[Callable[[Instance, Sequence[Instance], Findings], None], ...] = (
    _databases_are_named,
    _promotion_is_fenced,
    _production_is_approved,
    _filters_stay,
    _no_way_back_is_respected,
    _guards_are_not_skipped,
)
