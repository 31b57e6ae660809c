"""Looks that are under way: who was asked what, and the samples as they become whole.

Nobody waits for the slowest. A device of which an answer is owed is not asked again, its sample goes into the round in
which it comes; so one that is dead, slow or wedged costs the others nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import datetime

from jbnet.monitor.samples import Sample
from jbnet.ports import Asked, Clock, Prober, SnmpAnswer, SnmpTarget, SnmpTransport
from jbnet.services.watch.targets import Question, Targets

GLANCE_S = 0.02
"""How often, in seconds, a wait for answers looks up to see whether something else is more urgent."""


class Look:
    """One look at some devices: its questions, and the echo requests to those that may be silent."""

    def __init__(
        self,
        time: datetime,
        asked: Sequence[tuple[Question, Asked]],
        pings: Future[Mapping[str, bool]] | None,
        targets: Targets,
    ):
        self.time = time
        self._asked, self._pings, self._targets = asked, pings, targets
        self._owed: dict[str, int] = {}
        for question, _ in asked:
            for target in question.targets:
                self._owed[target.name] = self._owed.get(target.name, 0) + 1
        self._found: dict[str, tuple[Sample, SnmpTarget]] = {}
        self._mute: list[Sample] = []  # silent: whether they answer echo requests is not known yet

    @property
    def owed(self) -> Iterable[str]:
        """Return the devices whose sample has not been taken yet."""
        return (*self._owed, *(sample.device for sample in self._mute))

    @property
    def done(self) -> bool:
        """Say whether everything that was asked is answered or has run out of time."""
        return all(asked.wait(0.0) for _, asked in self._asked) and (self._pings is None or self._pings.done())

    def wait(self, seconds: float) -> None:
        """Wait for the rest of it."""
        owing = next((asked for _, asked in self._asked if not asked.wait(0.0)), None)
        if owing is not None:
            owing.wait(seconds)
        elif self._pings is not None and not self._pings.done():
            wait([self._pings], seconds)

    def take(self) -> list[Sample]:
        """Return the samples that became whole since this was called last."""
        whole: list[Sample] = []
        for question, asked in self._asked:
            for target, answer in asked.take():
                sample = self._hear(question, target, answer)
                if sample is not None:
                    (whole if sample.answered else self._mute).append(sample)
        if self._pings is None or self._pings.done():
            alive = _alive(self._pings)
            whole += [_with_ping(sample, alive.get(sample.device)) for sample in self._mute]
            self._mute.clear()
        return whole

    def cancel(self) -> None:
        """Let go of what is owed."""
        for _, asked in self._asked:
            asked.cancel()

    def _hear(self, question: Question, target: SnmpTarget, answer: SnmpAnswer) -> Sample | None:
        """Take one answer in; return the device's sample when nothing better can come."""
        name = target.name
        if name not in self._owed:  # it answered at a better address before
            return None
        self._owed[name] -= 1
        sample, known = self._targets.read(answer, question, self.time), self._found.get(name)
        if known is None or (sample.answered and not (known[0].answered and self._targets.better(known[1], target))):
            self._found[name] = known = (sample, target)
        best, at = known
        if self._owed[name] and not (best.answered and self._targets.is_first(at)):
            return None
        del self._owed[name], self._found[name]
        if best.answered:
            self._targets.prefer(at)
        return best


class Looks:
    """Begins looks and gives what they found. ``busy`` devices owe an answer."""

    def __init__(
        self, transport: SnmpTransport, prober: Prober | None, targets: Targets, clock: Clock, ping_timeout_s: float
    ):
        self._transport, self._prober, self._targets, self._clock = transport, prober, targets, clock
        self._ping_timeout_s = ping_timeout_s
        self._under_way: list[Look] = []
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="ping")

    @property
    def busy(self) -> frozenset[str]:
        """Return the devices that owe an answer."""
        return frozenset(device for look in self._under_way for device in look.owed)

    @property
    def landed(self) -> bool:
        """Say whether a look has ended whose samples were not taken yet."""
        return any(look.done for look in self._under_way)

    @property
    def idle(self) -> bool:
        """Say whether nothing is under way."""
        return not self._under_way

    def begin(self, questions: Sequence[Question], pinged: Sequence[str], time: datetime) -> Look:
        """Ask, and return at once. ``pinged``: devices that are also sent echo requests."""
        begin = self._transport.begin
        asked = [(q, begin(q.targets, q.columns, timeout=q.timeout, retries=q.retries)) for q in questions]
        pings = self._pool.submit(self._ping, pinged) if pinged and self._prober is not None else None
        look = Look(time, asked, pings, self._targets)
        self._under_way.append(look)
        return look

    def wait(self, look: Look, until: float | None, urgent: Callable[[], bool]) -> None:
        """Wait until a look has ended, the time has come (None: never), or something urgent happens."""
        while not look.done and not urgent():
            left = GLANCE_S if until is None else min(GLANCE_S, until - self._clock.monotonic())
            if left <= 0:
                return
            look.wait(left)

    def wait_for_all(self) -> None:
        """Wait until nothing is owed."""
        for look in self._under_way:
            self.wait(look, None, lambda: False)

    def take(self) -> list[list[Sample]]:
        """Return the samples that came since this was called last, those of each look together, oldest first."""
        ended = [look.done for look in self._under_way]  # first: what ends from here on is taken next time
        found = [look.take() for look in self._under_way]
        self._under_way = [look for look, done in zip(self._under_way, ended, strict=True) if not done]
        return [samples for samples in found if samples]

    def close(self) -> None:
        """Let go of everything."""
        for look in self._under_way:
            look.cancel()
        self._under_way = []
        self._pool.shutdown(wait=True)

    def _ping(self, devices: Sequence[str]) -> Mapping[str, bool]:
        """Say which silent devices still answer echo requests."""
        if self._prober is None:
            return {}
        by_address = {address: device for device in devices for address in self._targets.addresses(device)}
        answers = self._prober.ping(list(by_address), self._ping_timeout_s)
        found: dict[str, bool] = {}
        for address, answered in answers.items():
            if answered is not None:
                found[by_address[address]] = found.get(by_address[address], False) or answered
        return found


def _alive(pings: Future[Mapping[str, bool]] | None) -> Mapping[str, bool]:
    """Return which silent devices answered. Where the prober failed nothing is known of any."""
    return pings.result() if pings is not None and pings.exception() is None else {}


def _with_ping(sample: Sample, alive: bool | None) -> Sample:
    """Add what pinging gave to the sample of a silent device."""
    if sample.pinged or alive is None:
        return sample
    return replace(sample, pinged=alive)
