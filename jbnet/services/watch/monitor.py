"""The monitor: rounds of looks at the network, each kept whole in the store before anybody is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from jbnet.model.errors import Missing
from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.monitor.checks import Checks
from jbnet.monitor.flaps import next_look
from jbnet.monitor.plant import survey
from jbnet.monitor.replay import Outcome, Watchbook, absorb, conclude
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.state import DeviceState, Event
from jbnet.monitor.summary import Summary, summarise
from jbnet.ports import Clock, Prober, Secrets, SnmpTransport, Store, TrapSource
from jbnet.ports.store import Windows
from jbnet.services.watch.filing import Filing
from jbnet.services.watch.targets import Question, Targets
from jbnet.services.watch.timeline import Timeline

MAX_LOOKS = 3
"""Second looks in one round: the first shows who else is silent, the next confirms it."""

QUIET_S = 0.2
"""Seconds between a round and one that a trap sets off: a storm of traps is one round."""

GATHER_S = 1.0
"""And the most that a look waits for the storm to end."""

READ_AT_ONCE = 20_000
"""Traps and messages that a round reads before it begins: what came while the last one was under way."""

PROMOTE_EVERY = 10
"""Rounds between two tries of a device's first address while it is asked at another one."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One round as it went: what it came to, and the state of the network in figures."""

    outcome: Outcome
    summary: Summary
    remarks: tuple[Text, ...] = ()
    """What is to be said beside it: a clock that was set."""


class Monitor:
    """Polls a network and keeps its state. Inert until ``start``; ``close`` lets go of everything.

    ``prober`` and ``traps`` may be missing: then a silent agent is not told from a silent device, and changes
    are seen at the next round. ``rules`` are the declared calendar and thresholds; ``windows`` has the maintenance
    that changes, drills and people register while the monitor runs.
    """

    def __init__(
        self,
        network: Network,
        checks: Checks,
        transport: SnmpTransport,
        store: Store,
        clock: Clock,
        secrets: Secrets,
        *,
        origin: str | None = None,
        prober: Prober | None = None,
        traps: TrapSource | None = None,
        interval_s: float = 1.0,
        rules: Rules = PLAIN,
        windows: Windows | None = None,
    ):
        self._network, self._checks, self._secrets = network, checks, secrets
        self._transport, self._store, self._clock = transport, store, clock
        self._origin, self._prober, self._traps = origin, prober, traps
        self._interval = interval_s
        self._rules, self._windows = rules, windows
        self._book = Watchbook()
        self._number = 0
        self._timeline = Timeline(clock)
        self._pool: ThreadPoolExecutor | None = None

    def start(self) -> str | None:
        """Open the store and begin to listen for traps; return why there will be none, if so.

        Raises Refused (another monitor has the store), Missing (a secret) and JbnetError (a broken store).
        """
        self.plant = survey(self._network, self._origin)
        self._targets = Targets(self._network, self.plant.watched, self._checks, self._secrets)
        self._filing = Filing(self._targets.device_at(), sorted(self.plant.watched))
        self._book, self._number = self._store.load()
        seen = (state.last_seen for state in self._book.states.values() if state.last_seen is not None)
        self._timeline = Timeline(self._clock, max(seen, default=None))
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="poll")
        try:
            if self._traps is not None:
                self._traps.start()
        except Missing as error:
            self._traps = None
            return str(error)
        return None

    @property
    def book(self) -> Watchbook:
        """Return the memory as of the last round."""
        return self._book

    def close(self) -> None:
        """Stop listening, end the threads, close the store."""
        if self._traps is not None:
            self._traps.close()
        if self._pool is not None:
            self._pool.shutdown(wait=True)
        self._store.close()

    def run(self, report: Callable[[Turn], None], rounds: int | None = None) -> None:
        """Poll at the interval until ``rounds`` are done (None: for ever), telling ``report`` after each.

        A round that took longer than the interval is followed by the next at once; none is made up for.
        """
        done = 0
        due = self._clock.monotonic()
        while rounds is None or done < rounds:
            report(self.poll_once())
            done += 1
            due = max(due + self._pause(), self._clock.monotonic())
            while (rounds is None or done < rounds) and (senders := self._wait(due)):
                report(self.poll_once(senders))

    def _pause(self) -> float:
        """Return the seconds to the next round: the interval, or less where a change is to be looked at again."""
        carried = self._book.carried
        again = next_look(carried.flaps, carried.last, self._checks.policy.flap) if carried.last else None
        return min(self._interval, (again - carried.last).total_seconds()) if again and carried.last else self._interval

    def poll_once(self, first: Iterable[str] = ()) -> Turn:
        """Do one round: look, look again at what is doubtful, correlate, commit. Raises JbnetError (the store).

        ``first``: devices that sent a trap. They are looked at alone; if nothing has changed there, that was it.
        """
        began = self._clock.monotonic()
        self._time()
        states, looks, events = self._looks(sorted(first))
        turn = Round(self._number + 1, self._time(), tuple(looks))
        rules = self._rules.with_windows(self._windows.windows()) if self._windows is not None else self._rules
        outcome = conclude(self._book, states, events, self.plant, turn, self._checks.policy, rules)
        events += self._filing.take(turn.time, self._clock.monotonic(), self._book.carried.last)
        summary = summarise(
            self.plant,
            outcome.book,
            turn.time,
            turn.number,
            polled_s=self._clock.monotonic() - began,
            stale_s=self._checks.policy.stale_s,
            interval_s=self._interval,
            hours=rules.calendar.hours,
        )
        self._store.commit(turn, self._book, outcome, summary)
        self._book, self._number = outcome.book, turn.number
        return Turn(outcome, summary, self._timeline.take_remarks())

    def _looks(self, first: Sequence[str]) -> tuple[Mapping[str, DeviceState], list[tuple[Sample, ...]], list[Event]]:
        """Look, and look again while there is doubt; return the states, the looks, and what changed."""
        states: Mapping[str, DeviceState] = self._book.states
        looks: list[tuple[Sample, ...]] = []
        events: list[Event] = []
        checks = self._targets.due(None if first else self._clock.monotonic())
        devices: Sequence[str] = first or sorted(self.plant.watched)
        for _ in range(1 + MAX_LOOKS):
            look = self._look(devices, states, checks)
            states, happened = absorb(states, look, self._checks.policy)
            looks.append(look)
            events.extend(happened)
            doubtful = sorted(d for d, s in states.items() if s.doubtful and d in self.plant.watched)
            if first and (doubtful or happened):
                devices, first = sorted(self.plant.watched), ()  # there is news: look at all
            elif doubtful:
                devices = doubtful
            else:
                break
        return states, looks, events

    def _look(
        self, devices: Sequence[str], states: Mapping[str, DeviceState], checks: frozenset[str]
    ) -> tuple[Sample, ...]:
        """Ask all the devices at once; silent and doubtful ones shortly, at every address."""
        time = self._time()
        again = frozenset(d for d in devices if d in states and (states[d].answer.down or states[d].doubtful))
        if self._number % PROMOTE_EVERY == 0:
            again |= self._targets.second_choice().intersection(devices)
        silent = sorted(d for d in again if not states[d].answer.up or states[d].answer.doubtful)
        questions = self._targets.questions(devices, checks, again=again)
        pool = self._pool
        if pool is None:
            raise RuntimeError("the monitor was not started")
        pings = pool.submit(self._ping, silent)
        asked = [pool.submit(self._ask, question, time) for question in questions]
        samples: dict[str, Sample] = {}
        for future in asked:
            samples.update(future.result())
        alive = pings.result()
        return tuple(_with_ping(samples[d], alive.get(d)) for d in devices if d in samples)

    def _time(self) -> datetime:
        """Return the time; after a jump nothing is known of the rates across it."""
        now = self._timeline.now()
        if self._timeline.take_step():
            self._book = replace(self._book, states={d: unread(s) for d, s in self._book.states.items()})
        return now

    def _ask(self, question: Question, time: datetime) -> dict[str, Sample]:
        """Return the samples of one question; a device asked at several addresses answers by the first of them."""
        answers = self._transport.walk(
            question.targets, question.columns, timeout=question.timeout, retries=question.retries
        )
        found: dict[str, Sample] = {}
        for target, answer in zip(question.targets, answers, strict=True):
            sample = self._targets.read(answer, question, time)
            known = found.get(target.name)
            if known is None or (sample.answered and not known.answered):
                found[target.name] = sample
                if sample.answered:
                    self._targets.prefer(target)
        return found

    def _ping(self, devices: Sequence[str]) -> dict[str, bool]:
        """Say which silent devices still answer echo requests."""
        if self._prober is None or not devices:
            return {}
        by_address = {address: device for device in devices for address in self._targets.addresses(device)}
        answers = self._prober.ping(list(by_address), self._checks.asking.look_timeout_s)
        found: dict[str, bool] = {}
        for address, answered in answers.items():
            if answered is not None:
                found[by_address[address]] = found.get(by_address[address], False) or answered
        return found

    def _wait(self, until: float) -> frozenset[str]:
        """Wait for the next round's time, or for news; return the devices that sent some (empty: the time came)."""
        if self._traps is None:
            self._clock.sleep(until - self._clock.monotonic())
            return frozenset()
        senders: set[str] = set()
        while (left := until - self._clock.monotonic()) > 0:
            heard = self._traps.take(min(left, QUIET_S) if senders else left)
            device = self._filing.file(heard) if heard is not None else None
            if device is not None:
                senders.add(device)
            elif heard is None and senders:
                until = until if senders else min(until, self._clock.monotonic() + GATHER_S)
                break
        return frozenset(senders)


def unread(state: DeviceState) -> DeviceState:
    def _hear(self) -> None:
        """File what waits: the round that begins looks at everybody anyhow."""
        for _ in range(READ_AT_ONCE if self._traps is not None else 0):
            heard = self._traps.take(0.0) if self._traps is not None else None
            if heard is None:
                return
            self._filing.file(heard)

    """Return the state as if its counters had not been read yet; what is known of it stays."""
    interfaces = {name: replace(one, read=None) for name, one in state.interfaces.items()}
    return replace(state, last_seen=None, interfaces=interfaces, quality={})


def _with_ping(sample: Sample, alive: bool | None) -> Sample:
    """Add what pinging gave to the sample of a silent device."""
    if sample.answered or sample.pinged or alive is None:
        return sample
    return replace(sample, pinged=alive)
