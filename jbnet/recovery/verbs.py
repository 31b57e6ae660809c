"""What a runbook is for, by what it does: so that nobody carries a disaster's out under the word for a planned move."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from jbnet.recovery.expand import Binding, Instance, ancestors, expand
from jbnet.recovery.runbook import HAND_OVER, Runbook, only_drills


class Verb(StrEnum):
    """The commands that start an execution: ``jbnet dr VERB``."""

    FAILOVER = "failover"
    SWITCHOVER = "switchover"
    FAILBACK = "failback"
    REJOIN = "rejoin"
    DRILL = "drill"


TAKES: Mapping[Verb, frozenset[Verb]] = {
    **{verb: frozenset({verb}) for verb in Verb},
    Verb.FAILOVER: frozenset({Verb.FAILOVER, Verb.SWITCHOVER}),
    Verb.FAILBACK: frozenset({Verb.FAILBACK, Verb.REJOIN}),
}
"""By command: what its runbook may be for. The way back of a standby that was away is a failback's last part.

A failover is never refused because its runbook stops the primary, too, where it still answers.
"""


def judged_as(verb: Verb, verbs: frozenset[Verb]) -> frozenset[Verb]:
    """Return by which command's measure it is judged whether it fits who leads: a failover by its own, always."""
    return frozenset({verb}) if verb is Verb.FAILOVER else verbs


def verbs_of(runbook: Runbook, bindings: Sequence[Binding]) -> frozenset[Verb]:
    """Return what a runbook is for; nothing where no database leads or follows elsewhere behind it (a line is drained).

    What is promoted behind a fence is a failover, whichever site it leads to; a standby behind a clean stop of its
    primary, or in one go with it, a switchover; a primary that leads again so a failback. Without any of them a standby
    that is rebuilt rejoins.
    """
    if only_drills(runbook):
        return frozenset({Verb.DRILL})
    instances = expand(runbook, bindings)
    by_name = {binding["database"]: binding for binding in bindings}
    leads = {_led(one, instances, by_name[one.database]) for one in instances if one.leader and one.database}
    if leads:
        return frozenset(leads)
    rebuilt = (one for one in instances if one.action == "rebuild-standby" and one.database)
    return frozenset(Verb.REJOIN for one in rebuilt if one.params.get("host") == by_name[one.database]["standby"])


def _led(instance: Instance, instances: Sequence[Instance], binding: Binding) -> Verb:
    before = ancestors(instances, instance)
    if instance.leader == binding["primary"]:
        fenced = any(one.action == "fence" and one.database == instance.database for one in before)
        return Verb.FAILOVER if fenced else Verb.FAILBACK
    stopped = any(one.action == "stop-primary" and one.database == instance.database for one in before)
    return Verb.SWITCHOVER if instance.action == HAND_OVER or stopped else Verb.FAILOVER
