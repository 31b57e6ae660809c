"""What one round gathers: a share of the network, second looks at what is doubtful, and what came late from before.

A round ends when those that usually answer have, when its time is over, or when somebody has news. It is never kept
waiting by a silent device: such a one is asked apart (``jbnet.services.watch.schedule``), and what it owes is taken
into the round in which it comes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from jbnet.monitor.plant import Plant
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import absorb
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Event
from jbnet.ports import Clock
from jbnet.services.watch.ears import Ears
from jbnet.services.watch.looks import Look, Looks
from jbnet.services.watch.schedule import Schedule
from jbnet.services.watch.targets import Targets

MAX_LOOKS = 3
"""Second looks in one round: the first shows who else is silent, the next confirms it."""

PROMOTE_EVERY = 10
"""Rounds between two tries of a device's first address while it is asked at another one."""

ALL_AT_ONCE = 2000
"""A network up to this size is looked at whole when there is news; of a larger one what lies around it."""


class Gathered:
    """The looks of one round as they come: the states after them, and what changed."""

    def __init__(self, states: Mapping[str, DeviceState], policy: Policy):
        self.states: Mapping[str, DeviceState] = states
        self.looks: list[tuple[Sample, ...]] = []
        self.events: list[Event] = []
        self.fresh: list[Event] = []
        """What changed by the looks that were taken last."""
        self._policy = policy

    def take(self, looks: Iterable[Sequence[Sample]]) -> None:
        """Absorb looks, oldest first."""
        self.fresh = []
        for samples in looks:
            look = tuple(samples)
            self.states, happened = absorb(self.states, look, self._policy)
            self.looks.append(look)
            self.fresh += happened
        self.events += self.fresh

    def doubtful(self) -> set[str]:
        """Return the devices with something that waits for another look."""
        seen = {sample.device for look in self.looks for sample in look}
        return {device for device in seen if self.states[device].doubtful}


class Pursuit:
    """How a round goes on after its first look: what further looks read, how hurriedly, and whether they may widen.

    One that began out of turn, at those that have news, is widened once to those whom the news may concern. ``before``:
    what had changed by late answers before the first look; it counts as that look's news.
    """

    def __init__(self, found: Gathered, checks: frozenset[str], *, out_of_turn: bool):
        self.found, self.checks = found, checks
        self.hurried = self.may_widen = out_of_turn
        self._before = found.fresh

    def take(self, looks: Iterable[Sequence[Sample]]) -> Sequence[Event]:
        """Absorb what has arrived; return what is news."""
        before, self._before = self._before, []
        self.found.take(looks)
        return [*before, *self.found.fresh]


class Gatherer:
    """Knows whom to ask; ``moment`` tells the time of a look."""

    def __init__(
        self,
        plant: Plant,
        targets: Targets,
        schedule: Schedule,
        looks: Looks,
        ears: Ears,
        clock: Clock,
        policy: Policy,
        moment: Callable[[], datetime],
    ):
        self._plant, self._targets, self._schedule, self._policy = plant, targets, schedule, policy
        self._looks, self._ears, self._clock, self._moment = looks, ears, clock, moment
        self._turns = 0

    def gather(self, states: Mapping[str, DeviceState], first: Sequence[str] | None, until: float | None) -> Gathered:
        """Return what a round brings. ``until``: when it is over (monotonic seconds), None: when nobody owes anything.

        ``first`` None: the next share of the network is due. Else only these devices are looked at, out of turn; if
        something has changed there, the others are as well.
        """
        found = Gathered(states, self._policy)
        found.take(self._looks.take())
        pursuit, look = self._share(found) if first is None else self._out_of_turn(found, first)
        for _ in range(MAX_LOOKS):
            free = self._free(self._settled(pursuit, look, until))
            if not free:
                return found
            look = self._begin(found, free, pursuit.checks, hurried=pursuit.hurried)
        self._settled(pursuit, look, until)
        return found

    def _share(self, found: Gathered) -> tuple[Pursuit, Look | None]:
        """Ask the devices whose turn it is; return how it goes on, and the look at those that answer."""
        number, share = self._schedule.next()
        now = self._clock.monotonic()
        checks = self._targets.due(now, number)
        free = self._free(share)
        silent = [d for d in free if d in found.states and found.states[d].answer.down]
        asked = sorted(set(free).difference(silent))
        self._targets.put_off(set(share).difference(asked), checks)
        look = self._begin(found, asked, checks, in_turn=True, promote=self._turns % PROMOTE_EVERY == 0)
        self._begin(found, self._schedule.due(silent, found.states, now), checks)
        self._turns += 1
        return Pursuit(found, checks & self._targets.news, out_of_turn=False), look

    def _out_of_turn(self, found: Gathered, devices: Collection[str]) -> tuple[Pursuit, Look | None]:
        """Ask devices that have news (none: there are only late answers); return how it goes on, and the look."""
        pursuit = Pursuit(found, self._targets.news, out_of_turn=bool(devices))
        return pursuit, self._begin(found, self._free(devices), pursuit.checks)

    def _begin(
        self,
        found: Gathered,
        devices: Collection[str],
        checks: frozenset[str],
        *,
        in_turn: bool = False,
        promote: bool = False,
        hurried: bool = False,
    ) -> Look | None:
        """Ask devices; silent and doubtful ones shortly, at every address. ``hurried``: the others shortly, too."""
        if not devices:
            return None
        states = found.states
        again = frozenset(d for d in devices if d in states and (states[d].answer.down or states[d].doubtful))
        if promote:
            again |= self._targets.second_choice().intersection(devices)
        mute = [d for d in sorted(again) if not states[d].answer.up or states[d].answer.doubtful]
        questions = self._targets.questions(devices, checks, again=again, hurried=hurried, in_turn=in_turn)
        return self._looks.begin(questions, mute, self._moment())

    def _settled(self, pursuit: Pursuit, look: Look | None, until: float | None) -> set[str]:
        """Wait for a look and take what has come; return whom to look at (again) for it."""
        self._await(look, until)
        news = pursuit.take(self._looks.take())
        wanted = self._wanted(news, pursuit.found, widen=pursuit.may_widen)
        pursuit.may_widen = pursuit.may_widen and not (pursuit.found.events or wanted)
        return wanted

    def _await(self, look: Look | None, until: float | None) -> None:
        if until is None:
            self._looks.wait_for_all()
        elif look is not None:
            self._looks.wait(look, until, self._ears.urgent)

    def _wanted(self, happened: Sequence[Event], found: Gathered, *, widen: bool) -> set[str]:
        """Return whom to look at (again): the doubtful; the others where there is news; the silent when one is back."""
        wanted = found.doubtful()
        self._schedule.woken(event.subject.device for event in happened if event.event == "up")
        if widen and (happened or wanted):
            wanted |= self._around({event.subject.device for event in happened} | wanted)
        if any(event.event == "up" for event in happened):
            wanted |= {device for device, state in found.states.items() if state.answer.down}
        return wanted

    def _around(self, devices: Iterable[str]) -> frozenset[str]:
        """Return whom news from some devices may concern."""
        if len(self._plant.watched) <= ALL_AT_ONCE:
            return self._plant.watched
        adjacency = self._plant.graph.adjacency
        return frozenset(edge.other(device) for device in devices for edge in adjacency.get(device, ()))

    def _free(self, devices: Iterable[str]) -> list[str]:
        """Return those of some devices that are watched and owe no answer."""
        busy, watched = self._looks.busy, self._plant.watched
        return [device for device in sorted(devices) if device in watched and device not in busy]
