"""Deploying: ask and plan, then apply wave by wave. What is applied is only what a plan showed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any

from jbnet.change import timers
from jbnet.change.applied import applied
from jbnet.change.endings import GOOD, State
from jbnet.change.model import Plan, Wave
from jbnet.change.rehearsal import Evidence
from jbnet.model.errors import JbnetError, Refused, UsageError
from jbnet.model.findings import Finding
from jbnet.model.text import text
from jbnet.model.times import stamp
from jbnet.ports import Progress
from jbnet.services.deploy.announced import announced
from jbnet.services.deploy.desk import Desk, JournalOf, Result
from jbnet.services.deploy.device import Course
from jbnet.services.deploy.earlier import EarlierRun, earlier_run
from jbnet.services.deploy.successor import carry_through
from jbnet.services.deploy.unit import UnitCourse
from jbnet.services.pool import Held, each


@dataclass(frozen=True)
class Outcome:
    """What an apply did. ``not_started`` are devices of waves that were not reached."""

    results: tuple[Result, ...]
    not_started: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def ok(self) -> bool:
        """Say whether all is good, and nobody interrupted it."""
        return self.all_good and not self.interrupted

    @property
    def all_good(self) -> bool:
        """Say whether every device of the plan is as intended (or would be, in a dry run)."""
        return not self.not_started and all(r.state in GOOD for r in self.results)

    @property
    def refused(self) -> bool:
        """Say whether safety rules are all that stood in the way."""
        bad = [r for r in self.results if r.state not in GOOD]
        return bool(bad) and all(r.refused_by_rule for r in bad)


AfterWave = Callable[[Wave, Mapping[str, Result]], None]


def apply(
    plan: Plan,
    desk: Desk,
    *,
    overrides: Collection[str] = (),
    dry_run: bool = False,
    resume: bool = False,
    rehearsed: Evidence | None = None,
    after_wave: AfterWave | None = None,
    since: Sequence[Finding] = (),
) -> Outcome:
    """Carry a plan out, wave by wave; halt after a wave that failed. Devices that are right already are skipped.

    ``overrides`` names devices whose dangers are accepted, and rules that the declaration breaks. ``resume`` says
    that an earlier run of this plan is carried on (UsageError where none was begun); without it a plan that was begun
    and not ended is refused. Ctrl-C starts nothing new, lets what is committed be confirmed or taken back, and returns
    with ``interrupted``.
    ``rehearsed`` is what a rehearsal of the plan showed: the devices that it blames need an override as well.
    ``after_wave`` is told how each wave ended. ``since`` are rules that the declaration breaks today: those that the
    plan does not name are refused as its own faults are. Raises Refused (a danger without override, an earlier run, one
    that is under way) and UsageError (another network's plan).
    """
    desk = replace(desk, journal=JournalOf(plan.hash, desk.journal), overrides=frozenset(overrides))
    _check(plan, desk, overrides, since)
    _check_rehearsal(rehearsed, overrides)
    if dry_run:
        _check_earlier_run(plan, desk, resume=resume, dry_run=True)
        return _Run(plan, desk, True, after_wave, _earlier(plan, desk, resume)).waves()
    with _alone(plan, desk):
        _check_earlier_run(plan, desk, resume=resume, dry_run=False)
        earlier = _earlier(plan, desk, resume)
        proof = {"rehearsed": {"evidence": rehearsed.hash, "blessed": rehearsed.blessed}} if rehearsed else {}
        said = {"owner": desk.owner, "overrides": sorted(overrides), "devices": len(plan.changes), **proof}
        desk.journal.append("apply.start", plan.hash, said)
        run = _Run(plan, desk, False, after_wave, earlier)
        try:
            return run.waves()
        finally:
            desk.journal.append("apply.end", plan.hash, run.summary())


def _earlier(plan: Plan, desk: Desk, resume: bool) -> EarlierRun:
    return earlier_run(desk.journal.entries(), plan.hash) if resume else EarlierRun()


@contextmanager
def _alone(plan: Plan, desk: Desk) -> Iterator[None]:
    """Hold the plan: two runs of it at once would each write how the other's devices ended. Raises Refused."""
    name = _lease(plan)
    try:
        desk.locks.acquire(name, desk.owner, desk.timing.lease_s)
    except Refused as error:
        raise Refused(
            "plan {hash} is being carried out at this moment: {reason}", hash=plan.hash[:12], reason=error.text,
            hint=text("wait for it; a run that was killed holds it until its lease ends"),
        ) from error  # fmt: skip
    try:
        yield
    finally:
        desk.locks.release(name, desk.owner)


def _lease(plan: Plan) -> str:
    return f"plan-{plan.hash[:12]}"


def _check(plan: Plan, desk: Desk, overrides: Collection[str], since: Sequence[Finding]) -> None:
    if plan.network != desk.network.name:
        raise UsageError(
            "the plan is for {plan}, this workspace declares {name}", plan=plan.network, name=desk.network.name
        )
    known = {*desk.network.devices, *plan.broken, *(fault.code for fault in since)}
    unknown = [name for name in (*plan.changes, *overrides) if name not in known]
    if unknown:
        raise UsageError("no such device: {device}", device=unknown[0], hint=text("plan again"))
    for fault in plan.faults:
        if fault.code not in overrides:
            raise Refused(
                "the declaration breaks {rule}: {problem}", rule=fault.code, problem=fault.text,
                hint=text("mend or waive it and plan again; or, by its name: --override {rule}", rule=fault.code),
            )  # fmt: skip
    _check_since([fault for fault in since if fault.code not in {*plan.broken, *overrides}])
    for name, change in plan.changes.items():
        if change.dangers and name not in overrides:
            hint = text("if that is meant, override it by name: --override {device}", device=name)
            params: dict[str, Any] = dict(change.dangers[0].params)
            raise Refused(change.dangers[0].template, hint=hint, **params)


def _check_since(faults: Sequence[Finding]) -> None:
    """Refuse what the declaration breaks since the plan was made: a permission whose last day came in between."""
    for fault in faults:
        raise Refused(
            "{place}: since the plan was made the declaration breaks {rule}: {problem}",
            place=str(fault.place or "-"), rule=fault.code, problem=fault.text,
            hint=text("mend or waive it and plan again; or, by its name: --override {rule}", rule=fault.code),
        )  # fmt: skip


def _check_rehearsal(rehearsed: Evidence | None, overrides: Collection[str]) -> None:
    """A plan that a rehearsal did not bless is carried out only over the names of the devices that it blames."""
    blamed = [name for name in rehearsed.culprits if name not in overrides] if rehearsed else []
    if rehearsed and blamed:
        raise Refused(
            "the rehearsal at {time} did not bless the plan: {device} stands against it; pairs lost: {lost}",
            time=stamp(rehearsed.time),
            device=blamed[0],
            lost=len(rehearsed.lost),
            hint=text("if that is meant, override it by name: --override {device}", device=blamed[0]),
        )


def _check_earlier_run(plan: Plan, desk: Desk, *, resume: bool, dry_run: bool) -> None:
    """A run that was killed has a start and no end in the journal: carrying it on must be said."""
    run = applied(desk.journal.entries()).get(plan.hash)
    if resume and run is None:
        raise UsageError(
            "plan {hash} was never begun here: nothing to resume",
            hash=plan.hash[:12],
            hint=text("without --resume it is carried out"),
        )
    if run is not None and run.ended is None and not (resume or dry_run):
        raise Refused(
            "this plan was begun at {time} and did not end",
            time=stamp(run.begun),
            hint=text("carry it on with --resume, or plan again"),
        )


class _Run:
    """One run over the waves of a plan."""

    def __init__(self, plan: Plan, desk: Desk, dry_run: bool, after_wave: AfterWave | None, earlier: EarlierRun):
        self.plan, self.desk, self.dry_run, self.after_wave = plan, desk, dry_run, after_wave
        self.earlier = earlier
        self.stop = threading.Event()
        self.results: dict[str, Result] = {}

    def waves(self) -> Outcome:
        """Go through the waves until one fails or somebody stops it."""
        for wave in self.plan.waves:
            wave = self._askable(wave) if self.dry_run else wave  # noqa: PLW2901  the same wave, what of it can be tried
            if not wave.devices:
                continue
            self._wave(wave)
            if self.after_wave is not None:
                self.after_wave(wave, {name: self.results[name] for name in wave.devices if name in self.results})
            if self.stop.is_set() or any(self.results[n].state not in GOOD for n in wave.devices if n in self.results):
                break
        started = self.results
        left = [name for wave in self.plan.waves for name in wave.devices if name not in started]
        return Outcome(tuple(started.values()), tuple(left), self.stop.is_set())

    def summary(self) -> dict[str, object]:
        """Return how each device ended, for the journal."""
        return {name: str(result.state) for name, result in self.results.items()}

    def _wave(self, wave: Wave) -> None:
        self.desk.reporter.report(Progress("apply.wave", str(wave.number), {"devices": list(wave.devices)}))
        deployed = self._deployed()
        timing = self.desk.timing
        if not self.dry_run:
            self.desk.locks.acquire(_lease(self.plan), self.desk.owner, timing.lease_s)  # it lasts as long as we do
        groups = {group[0]: group for group in self.plan.groups(wave)}

        def work(first: str, held: Held) -> dict[str, Result]:
            results = self._change(groups[first], deployed, held)
            for name, result in results.items():
                self.desk.reporter.report(Progress("apply.device", name, _event(result)))
            return results

        deadline_s = timing.at_pace(max(self._pace(name) for name in wave.devices)).device_s
        if any(len(group) > 1 for group in groups.values()):
            deadline_s *= 2  # a unit that is half confirmed is carried through, past its timers if need be
        with nullcontext() if self.dry_run else announced(self.plan, wave, self.desk, deadline_s):
            done = each(list(groups), work, workers=timing.workers, deadline_s=deadline_s, stop=self.stop)
        for first, results in done.items():
            ended = results if isinstance(results, dict) else {n: _hung(n, results) for n in groups[first]}
            self.results |= ended

    def _pace(self, name: str) -> int:
        return timers.pace(self.desk.network.devices[name].platform)

    def _change(self, group: tuple[str, ...], deployed: Collection[str], held: Held) -> dict[str, Result]:
        """Take one device, or all of a unit, through its course."""
        courses = [
            Course(self.desk, self.plan, self.plan.changes[name], deployed, self.stop.is_set, self.earlier)
            for name in group
        ]
        if len(courses) == 1:
            return {group[0]: courses[0].run(held, dry_run=self.dry_run)}
        unit = UnitCourse(courses)
        if self.dry_run:
            return unit.run(held, dry_run=True)
        with self.desk.successor.waiting(self.plan.hash, group):
            results = unit.run(held)
            if unit.is_half_confirmed:
                results = carry_through(self.plan, self.desk, group, deployed, held)
        return results

    def _askable(self, wave: Wave) -> Wave:
        """Return what a dry run can try of a wave: of devices that are not reachable yet nothing can be said."""
        beyond = [name for name in wave.devices if not self.plan.changes[name].reached]
        self.results |= {name: Result(name, State.UNASKED) for name in beyond}
        return replace(wave, devices=tuple(name for name in wave.devices if name not in beyond))

    def _deployed(self) -> frozenset[str]:
        """Return the devices that run what they should: those not to be deployed for the first time any more."""
        new = {name for name, change in self.plan.changes.items() if change.first}
        done = {name for name, result in self.results.items() if result.state in GOOD}
        return frozenset(name for name in self.desk.network.devices if name not in new or name in done)


def _hung(name: str, error: Exception) -> Result:
    """A course that ran out of time, or a defect of ours: if it had committed, the device's timer takes it back."""
    reason = error.text if isinstance(error, JbnetError) else text("{reason}", reason=error)
    return Result(name, State.REVERTING, reason)


def _event(result: Result) -> dict[str, object]:
    reason = str(result.reason) if result.reason else ""
    return {"state": str(result.state), "reason": reason, "missing": list(result.missing), "seconds": result.seconds}
