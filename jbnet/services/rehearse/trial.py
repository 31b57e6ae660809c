"""Rehearsing a plan: carried out on a copy of the part that it can matter to, with everybody asking for everybody.

What is applied is the very plan, by the code that applies it (``jbnet.services.deploy.apply``), to devices that start
with what runs today.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from jbnet.change.affected import dispensable
from jbnet.change.endings import GOOD, State
from jbnet.change.model import Plan, Wave
from jbnet.change.pairs import blame, sources, targets, wanted
from jbnet.change.rehearsal import Counts, Evidence, Lost, Pair, Scale, Trial
from jbnet.change.waves import uppers
from jbnet.inventory.restrict import restrict
from jbnet.model.errors import TargetError
from jbnet.model.network import Network
from jbnet.model.text import Text, text
from jbnet.ports import Clock, Progress, Rehearsal, Reporter
from jbnet.services.deploy.apply import Outcome, apply
from jbnet.services.deploy.desk import Desk, Result
from jbnet.services.rehearse.screens import Screens
from jbnet.services.rehearse.stead import slowest
from jbnet.services.rehearse.survey import Today, today, without
from jbnet.services.rehearse.watch import Links, Watch

__all__ = ["Bounds", "Today", "rehearse", "today"]

POLL_S = 0.1
REACTS_S = 2.0
"""How long routers take to work out new ways, beside what OSPF takes to notice."""
USUAL_DEAD_S = 4
"""The dead interval for which ``Bounds`` are made."""
CHUNK = 20
"""Devices that are left out at a time where memory is short."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds in seconds.

    ``whole_s``: of all that follows the building of the copy. ``settle_s``: of coming to rest; it is rest when nothing
    changed for ``rest_s``, or for ``first_rest_s`` where routers have to find each other first. ``hold_s``: how long a
    wave is watched at least. Both that and ``rest_s`` are longer than OSPF takes a silent neighbour for alive (4 s).
    ``look_s``: how long an apply looks for what it expects.
    """

    whole_s: float = 900.0
    settle_s: float = 60.0
    first_rest_s: float = 20.0
    rest_s: float = 6.0
    hold_s: float = 6.0
    look_s: float = 10.0

    def at_pace(self, dead_s: int) -> Bounds:
        """Return the bounds for lines on which OSPF takes a silent neighbour for alive for so many seconds."""
        more = dead_s + REACTS_S
        return replace(
            self, settle_s=max(self.settle_s, 3.0 * dead_s), first_rest_s=max(self.first_rest_s, more),
            rest_s=max(self.rest_s, more), hold_s=max(self.hold_s, more), look_s=max(self.look_s, more),
        )  # fmt: skip


DeskOf = Callable[[Network, Reporter], Desk]
"""What a plan is applied with in a copy: its part of the network, who is told of progress."""


def rehearse(
    plan: Plan, found: Today, rehearsal: Rehearsal, desk_of: DeskOf, reporter: Reporter, bounds: Bounds | None = None
) -> Evidence:
    """Build the copy, carry the plan out wave by wave, and return what was reached before, meanwhile and after.

    Raises TargetError where the copy cannot be built, is not what runs today, or time runs out.
    """
    found = _small_enough(found, plan, rehearsal)
    bounds, dead_s = bounds or Bounds(), slowest(found.blueprint)
    bounds = bounds if dead_s <= USUAL_DEAD_S else bounds.at_pace(dead_s)
    part = restrict(found.blueprint.network, found.blueprint.configs)
    asking = sources(part)
    with rehearsal.copy(found.blueprint, asking, reporter) as copy, copy.inside():
        links = Links(copy, {target.name: target.address for target in targets(part)})
        screens = Screens(copy, found.stood_in)
        screens.put_up()
        evidence = _Stage(found.plan, part, links, screens, desk_of, reporter, bounds).run(found)
        return replace(evidence, plan=plan.hash)


def _small_enough(found: Today, plan: Plan, rehearsal: Rehearsal) -> Today:
    """Leave out the outermost devices that are not changed until the copy fits into what memory is left."""
    order = dispensable(found.blueprint.network, found.blueprint.configs, plan.changes)
    while not rehearsal.fits(found.blueprint) and (dropped := list(islice(order, CHUNK))):
        found = without(found, dropped, text("too little memory for it"))
    return found


class _Stage:
    """One rehearsal on one copy."""

    def __init__(
        self,
        plan: Plan,
        part: Network,
        links: Links,
        screens: Screens,
        desk_of: DeskOf,
        reporter: Reporter,
        bounds: Bounds,
    ) -> None:
        self.plan, self.part, self.reporter, self.bounds = plan, part, reporter, bounds
        self.links, self.screens = links, screens
        desk = desk_of(part, self)
        self.desk = replace(desk, timing=replace(desk.timing, look_s=bounds.look_s))
        self.clock: Clock = desk.clock
        self.begun = self.clock.monotonic()
        self.asked = targets(part)
        self.wanted = wanted(part, sources(part), self.asked)
        self.trials: list[Trial] = []
        self.expected: frozenset[Pair] = frozenset()
        self.lost: frozenset[Pair] = frozenset()
        """What was missing after the last wave."""
        self.watch: Watch | None = None

    def report(self, progress: Progress) -> None:
        """Pass progress on; note which devices are changed."""
        if self.screens.note(progress) and self.watch is not None:
            self.watch.note(progress.subject)
        self.reporter.report(progress)

    def run(self, found: Today) -> Evidence:
        """Measure, apply, measure."""
        self.expected = self.wanted - self._settled(lambda: self.links.missing(self.wanted), self.bounds.first_rest_s)
        reached = {"wanted": len(self.wanted), "reached": len(self.expected)}
        self.reporter.report(Progress("rehearse.before", self.plan.hash, reached))
        self._check_copy()
        outcome = self._apply()
        if outcome.interrupted:
            raise KeyboardInterrupt  # nothing that was begun here needs to be carried on
        left = self._last()
        self._add_late(left & self.expected)
        homes = {device.home for device in self.part.devices.values()}
        return Evidence(
            plan=self.plan.hash,
            time=self.clock.now(),
            seconds=round(self.clock.monotonic() - self.begun, 1),
            scale=Scale(len(self.part.devices), len(self.part.circuits), len(homes.intersection(self.part.sites))),
            counts=Counts(len(self.wanted), len(self.expected), len(self.wanted) - len(left)),
            trials=tuple(self.trials),
            missing=tuple(sorted(left - self.expected)),
            not_started=outcome.not_started,
            likeness=found.likeness,
        )

    def _check_copy(self) -> None:
        """Raise TargetError where a device of the copy does not run what the plan starts from."""
        tried = apply(self.plan, replace(self.desk, reporter=_Nobody()), overrides=self._everything, dry_run=True)
        for result in tried.results:
            if result.state is State.REFUSED:
                raise TargetError(
                    "the copy of {device} does not run what the device runs: the plan cannot be rehearsed",
                    device=result.device,
                    hint=text("FRR here makes something else of it: is it of another version there?"),
                )

    def _apply(self) -> Outcome:
        with Watch(self.links, self.expected, self.clock) as self.watch:
            return apply(self.plan, self.desk, overrides=self._everything, after_wave=self._after)

    @property
    def _everything(self) -> tuple[str, ...]:
        """What may be accepted on a copy, which is all of it."""
        return (*self.plan.changes, *self.plan.broken)

    def _after(self, wave: Wave, results: Mapping[str, Result]) -> None:
        """Let a wave settle and write down what it did. Raises TargetError when time has run out."""
        assert self.watch is not None  # noqa: S101  within _apply
        missing = self.watch.missing()
        # Where a device's timer has yet to take the change back, what is missing now is what it would lose.
        if all(result.state is not State.REVERTING for result in results.values()):
            hold = self.bounds.hold_s if self.expected else 0.0  # where nobody reaches anybody yet nothing can be lost
            missing = self._settled(self.watch.missing, self.bounds.rest_s, hold)
        new = missing - self.lost
        self.trials.append(
            Trial(
                number=wave.number,
                devices=wave.devices,
                reached=len(self.wanted) - len(missing) - len(self.watch.missing_of(self.wanted - self.expected)),
                lost=self._blame(new),
                outages=self.watch.next_wave(),
                failed={name: _reason(result) for name, result in results.items() if result.state not in GOOD},
            )
        )
        self.lost = missing
        self.reporter.report(Progress("rehearse.wave", str(wave.number), {"lost": len(new)}))
        self._check_time()

    def _blame(self, pairs: frozenset[Pair]) -> tuple[Lost, ...]:
        assert self.watch is not None  # noqa: S101  within _apply
        hosts = {target.name: target.device for target in self.asked}
        return blame(pairs, self.watch.changed_before(pairs), hosts, uppers(self.part))

    def _add_late(self, missing: frozenset[Pair]) -> None:
        """Give to the last wave what was lost when all seemed settled."""
        late = missing - self.lost
        if late and self.trials:
            last = self.trials[-1]
            self.trials[-1] = replace(last, lost=(*last.lost, *self._blame(late)))

    def _check_time(self) -> None:
        if self.clock.monotonic() - self.begun > self.bounds.whole_s:
            raise TargetError(
                "the rehearsal took longer than {minutes} minutes and was ended after wave {wave}; nothing is blessed",
                minutes=round(self.bounds.whole_s / 60),
                wave=self.trials[-1].number,
                hint=text("give it more time with --within, or rehearse a smaller plan"),
            )

    def _last(self) -> frozenset[Pair]:
        """Return what is missing at the end; what was missing before the plan as well may still be coming."""
        return self._settled(lambda: self.links.missing(self.wanted), self.bounds.rest_s)

    def _settled(self, look: Callable[[], frozenset[Pair]], rest_s: float, hold_s: float = 0.0) -> frozenset[Pair]:
        """Look for ``hold_s`` at least, until nothing is missing or changes any more; return what is missing.

        What an earlier wave lost is not waited for.
        """
        begun = since = self.clock.monotonic()
        missing = look()
        while (now := self.clock.monotonic()) < begun + self.bounds.settle_s:
            if now >= begun + hold_s and (missing <= self.lost or now >= since + rest_s):
                break
            self.clock.sleep(POLL_S)
            before, missing = missing, look()
            since = since if missing == before else self.clock.monotonic()
        return missing


class _Nobody:
    """Hears no progress."""

    def report(self, progress: Progress) -> None:
        """Take a step and forget it."""


def _reason(result: Result) -> Text:
    return result.reason or text("{state}", state=result.state)
