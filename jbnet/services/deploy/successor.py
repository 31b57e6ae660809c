"""Who carries a unit through once one of its devices is confirmed, should the run that began it not get there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from jbnet.change.model import Plan
from jbnet.services.deploy.desk import Desk, JournalOf, Result
from jbnet.services.deploy.device import Course
from jbnet.services.deploy.earlier import EarlierRun, earlier_run, overrides_of
from jbnet.services.deploy.unit import UnitCourse
from jbnet.services.pool import Held


def succeed(plan: Plan, desk: Desk, devices: Sequence[str]) -> dict[str, Result]:
    """Do what a killed run of a plan had decided for the devices of a unit; nothing where it had decided nothing.

    As long as no device was sent its confirmation the timers take everything back, and ``--resume`` is asked for.
    """
    desk = replace(desk, journal=JournalOf(plan.hash, desk.journal))
    desk = replace(desk, overrides=overrides_of(desk.journal.entries(), plan.hash))
    if not _left(plan, desk).is_half_confirmed(devices):
        return {}
    desk.journal.append("unit.succeeded", devices[0], {"devices": list(devices), "owner": desk.owner})
    new = {name for name, change in plan.changes.items() if change.first}
    return carry_through(plan, desk, devices, frozenset(desk.network.devices) - new, Held())


def carry_through(
    plan: Plan, desk: Desk, devices: Sequence[str], deployed: Collection[str], held: Held
) -> dict[str, Result]:
    """Take up a unit where the journal has it, and end it. ``desk`` has the journal of the plan."""
    earlier = _left(plan, desk)
    courses = [Course(desk, plan, plan.changes[name], deployed, _never, earlier) for name in devices]
    return UnitCourse(courses).run(held)


def _left(plan: Plan, desk: Desk) -> EarlierRun:
    """Return what the last run left, also where it could still write that it ended: at a second Ctrl-C it does."""
    entries = list(desk.journal.entries())
    ends = [n for n, e in enumerate(entries) if (e["kind"], e["subject"]) == ("apply.end", plan.hash)]
    begins = [n for n, e in enumerate(entries) if (e["kind"], e["subject"]) == ("apply.start", plan.hash)]
    return earlier_run((e for n, e in enumerate(entries) if n not in ends or n < begins[-1]), plan.hash)


def _never() -> bool:
    return False
