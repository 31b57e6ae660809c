"""The monitor: rounds of looks at the network, each kept whole in the store before anybody is told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from jbnet.model.errors import Missing
from jbnet.model.network import Network
from jbnet.model.text import Text
from jbnet.monitor.checks import Checks
from jbnet.monitor.flaps import next_look
from jbnet.monitor.plant import survey
from jbnet.monitor.policy import Policy
from jbnet.monitor.replay import Outcome, Watchbook, conclude
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState
from jbnet.monitor.summary import Summary, summarise
from jbnet.ports import Clock, Prober, Secrets, SnmpTransport, Store, TrapSource
from jbnet.ports.store import Windows
from jbnet.services.watch.collected import seldom_collected
from jbnet.services.watch.ears import Ears
from jbnet.services.watch.filing import Filing
from jbnet.services.watch.gathering import Gathered, Gatherer
from jbnet.services.watch.looks import Looks
from jbnet.services.watch.probing import Probing
from jbnet.services.watch.probing_anew import Disturbances
from jbnet.services.watch.readiness import ReadinessWatch
from jbnet.services.watch.ruling import Ruling
from jbnet.services.watch.schedule import Schedule
from jbnet.services.watch.self_watch import SelfWatch
from jbnet.services.watch.targets import Targets
from jbnet.services.watch.timeline import Timeline

PATIENCE = 0.8
"""Share of the time to the next round that a round waits for answers; what comes later is the next one's."""
MOST_PATIENCE_S = 2.0
"""And the most that it waits, in seconds: there may be news meanwhile."""


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
    that changes, drills and people register while the monitor runs. ``ready`` looks at the readiness for recovery.
    ``own`` is how the monitor looks at itself.
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
        ruling: Ruling | None = None,
        probing: Probing | None = None,
        ready: ReadinessWatch | None = None,
        own: SelfWatch | None = None,
    ):
        self._network, self._checks, self._secrets = network, checks, secrets
        self._transport, self._store, self._clock = transport, store, clock
        self._origin, self._prober, self._traps = origin, prober, traps
        self._interval = interval_s
        self._ruling, self._windows = ruling or Ruling(rules), windows
        self._probing, self._disturbances = probing, Disturbances()
        self._ready = ready
        self.own = own
        self._book = Watchbook()
        self._number = 0
        self._timeline = Timeline(clock)
        self._looks: Looks | None = None

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
        if self._probing is not None:
            self._probing.start()
        if self._ready is not None:
            self._ready.start()
        trouble = self._listen()
        asking, policy = self._checks.asking, self._checks.policy
        self._ears = Ears(self._traps, self._filing, self._clock)
        self._looks = Looks(self._transport, self._prober, self._targets, self._clock, asking.look_timeout_s)
        self._schedule = Schedule(self.plant, self._interval)
        self._gatherer = Gatherer(
            self.plant, self._targets, self._schedule, self._looks, self._ears, self._clock, policy, self._time
        )
        return trouble

    def _listen(self) -> str | None:
        try:
            if self._traps is not None:
                self._traps.start()
        except Missing as error:
            self._traps = None
            return str(error)
        return None

    @property
    def policy(self) -> Policy:
        """Return how soon and how sure it judges."""
        return self._checks.policy

    @property
    def book(self) -> Watchbook:
        """Return the memory as of the last round."""
        return self._book

    def close(self) -> None:
        """Stop listening, end the threads, close the store."""
        if self._traps is not None:
            self._traps.close()
        if self._probing is not None:
            self._probing.close()
        if self._ready is not None:
            self._ready.close()
        if self._looks is not None:
            self._looks.close()
        self._store.close()

    def run(self, report: Callable[[Turn], None], rounds: int | None = None) -> None:
        """Poll at the interval until ``rounds`` are done (None: for ever), telling ``report`` after each.

        A round that took longer than the interval is followed by the next at once; none is made up for. Between two
        of them there are others, when somebody has news or answers late. The last one waits for all.
        """
        with seldom_collected():
            self._run(report, rounds)

    def _run(self, report: Callable[[Turn], None], rounds: int | None) -> None:
        done = 0
        due = self._clock.monotonic()
        while rounds is None or done < rounds:
            done += 1
            report(self._round(None, None if done == rounds else self._until(due + self._schedule.tick_s)))
            due = max(due + self._pause(), self._clock.monotonic())
            while done != rounds and (first := self._wait(due)) is not None:
                report(self._round(first, self._until(due)))

    def poll_once(self, first: Iterable[str] = ()) -> Turn:
        """Do one round and wait for all that is owed. Raises JbnetError (the store).

        ``first``: devices that have news. They are looked at alone; if nothing has changed there, that was it.
        """
        return self._round(sorted(first) or None, None)

    def _pause(self) -> float:
        """Return the seconds to the next round, or less where a change is to be looked at again."""
        carried, tick = self._book.carried, self._schedule.tick_s
        again = next_look(carried.flaps, carried.last, self._checks.policy.flap) if carried.last else None
        return min(tick, (again - carried.last).total_seconds()) if again and carried.last else tick

    def _until(self, due: float) -> float:
        """Return when a round is over that begins now, with the next one due then."""
        now = self._clock.monotonic()
        return now + min(MOST_PATIENCE_S, PATIENCE * max(0.0, due - now))

    def _wait(self, due: float) -> Sequence[str] | None:
        """Wait for the next round's time (None), for devices that have news, or for answers that came late (none).

        What comes late shortly before the next round is that one's: a round of its own would make all others late.
        """
        looks, now = self._looks, self._clock.monotonic
        near = due - (1 - PATIENCE) * self._schedule.tick_s
        self._ears.wait(due, None if looks is None or looks.idle else lambda: now() < near and looks.landed)
        if self._clock.monotonic() >= due:
            return None
        return self._ears.take() if self._ears.urgent() else ()

    def _round(self, first: Sequence[str] | None, until: float | None) -> Turn:
        """Look, look again at what is doubtful, correlate, commit."""
        began = self._clock.monotonic()
        self._time()
        self._ears.hear()
        if first is None and self._schedule.shares == 1:
            self._ears.forget()  # everybody is looked at
        found = self._gatherer.gather(self._book.states, first, until)
        return self._keep(found, began)

    def _keep(self, found: Gathered, began: float) -> Turn:
        """Judge what a round gathered, and commit it."""
        probed = self._probing.take() if self._probing is not None else ()
        probed += self._ready.take() if self._ready is not None else ()
        time = self._time()
        if self.own is not None:
            self.own.felt(found, time)
        turn = Round(self._number + 1, time, tuple(found.looks), probed)
        events = [*found.events, *self._ears.events(turn.time, self._book.carried.last)]
        declared, ruled = self._ruling.at(turn.time)
        events += ruled
        rules = declared.with_windows(self._windows.windows()) if self._windows is not None else declared
        outcome = conclude(self._book, found.states, events, self.plant, turn, self._checks.policy, rules)
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
        if self._probing is not None:
            self._probing.begin_anew(self._disturbances.since(self.plant, self._book))
        return Turn(outcome, summary, self._timeline.take_remarks())

    def _time(self) -> datetime:
        """Return the time; after a jump nothing is known of the rates across it."""
        now = self._timeline.now()
        if self._timeline.take_step():
            self._book = replace(self._book, states={d: unread(s) for d, s in self._book.states.items()})
        return now


def unread(state: DeviceState) -> DeviceState:
    """Return the state as if its counters had not been read yet; what is known of it stays."""
    interfaces = {name: replace(one, read=None) for name, one in state.interfaces.items()}
    return replace(state, last_seen=None, interfaces=interfaces, quality={})
