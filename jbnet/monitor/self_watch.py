"""The monitor watched like everything else: how late it is, what it drops, what is not done, when it is blind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jbnet.monitor.alarms import Severity
from jbnet.monitor.points import Family, Point
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

SELF = "monitor"
"""The name under which the monitor is among the devices that it watches. No device may be called so."""
MISSED = 5
"""Intervals for which a check may bring nothing before that is an alarm."""
DEAF_S = 30.0
"""Seconds for which the loop of a receiver may stand still."""

LATE = Threshold("monitor-late", "lag", raise_at=1, clear_at=0.99, severity=Severity.MAJOR)
UNWRITTEN = Threshold("monitor-cannot-write", "unwritten", raise_at=2, clear_at=1.5, severity=Severity.MAJOR, looks=2)
DROPPING = Threshold("monitor-drops", "dropped", raise_at=1, clear_at=0.5, severity=Severity.MINOR, looks=3, seconds=10)
DEAF = Threshold("monitor-deaf", "deaf", raise_at=DEAF_S, clear_at=DEAF_S - 1, severity=Severity.MAJOR)
UNDONE = Threshold("check-not-done", "overdue", raise_at=1, clear_at=0.99, severity=Severity.MAJOR, looks=2)
RULES = frozenset({LATE.name, UNWRITTEN.name, DROPPING.name, DEAF.name, UNDONE.name})
_SINGLE = (LATE, UNWRITTEN, DROPPING, DEAF)
_CHECK = "overdue:"


class Blind(StrEnum):
    """Why what is shown may not be what is: each is said in the first line of ``jbnet status`` and in the metrics."""

    NO_ROUND = "no round"
    NO_ANSWER = "no device answers"
    CANNOT_WRITE = "nothing can be written"
    CHECK_UNDONE = "a check brings nothing"
    DEAF = "a receiver stands still"


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """A check: how often it is to be done, and seconds since it brought something from anybody (None: never yet).

    ``excused``: none of the devices that it is done on answers at all, which is no fault of the check.
    """

    every_s: float
    success_s: float | None = None
    excused: bool = False


@dataclass(frozen=True, slots=True)
class Health:
    """The monitor as of one moment. Ages and durations in seconds; ``counts`` by part and event since it started."""

    now: datetime
    running_s: float = 0.0
    rounds: int = 0
    round_age_s: float = 0.0
    interval_s: float = 1.0
    stale_s: float = 15.0
    polled_s: float = 0.0
    commit_s: float = 0.0
    lag_s: float = 0.0
    unwritten: int = 0
    answering: int = 0
    watched: int = 0
    queues: Mapping[str, int] = field(default_factory=dict)
    beats_s: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    checks: Mapping[str, CheckHealth] = field(default_factory=dict)
    dropped: float = 0.0

    @property
    def late_s(self) -> float:
        """Return after how many seconds without a round it is blind."""
        return max(self.stale_s, 3 * self.interval_s)

    @property
    def stale(self) -> bool:
        """Say whether the last round is so long ago that its picture is no picture of now."""
        return self.rounds == 0 or self.round_age_s > self.late_s

    def overdue(self, name: str) -> float:
        """Return how overdue a check is: 1 and more is an alarm. What no agent has ever given is not expected."""
        check = self.checks[name]
        if check.excused or check.success_s is None:
            return 0.0
        return check.success_s / max(MISSED * check.every_s, self.late_s)

    def blind(self) -> Sequence[Blind]:
        """Return why it is blind, worst first; nothing where it sees."""
        found = {
            Blind.NO_ROUND: self.stale,
            Blind.NO_ANSWER: self.rounds > 0 and self.watched > 0 and self.answering == 0,
            Blind.CANNOT_WRITE: self.unwritten > 1,
            Blind.CHECK_UNDONE: any(self.overdue(name) >= 1 for name in self.checks),
            Blind.DEAF: any(age > DEAF_S for age in self.beats_s.values()),
        }
        return [reason for reason, so in found.items() if so]


def look_at(health: Health) -> Sample:
    """Return the monitor's look at itself, a sample like any other: recorded, replayed, judged."""
    gauges = {
        LATE.measure: health.lag_s / health.late_s,
        UNWRITTEN.measure: float(health.unwritten),
        DROPPING.measure: health.dropped,
        DEAF.measure: max(health.beats_s.values(), default=0.0),
    }
    overdue = {f"{_CHECK}{name}": health.overdue(name) for name in health.checks}
    rounded = {name: round(value, 2) for name, value in {**gauges, **overdue}.items()}
    return Sample(SELF, health.now, answered=True, gauges=rounded)


def readings(state: DeviceState | None) -> Iterator[Reading]:
    """Yield what the monitor's own state is held against."""
    for rule in _SINGLE if state is not None else ():
        yield Reading(rule, Subject(SubjectKind.DEVICE, SELF), state.gauges.get(rule.measure) if state else None)
    for name, value in sorted(state.gauges.items()) if state is not None else ():
        if name.startswith(_CHECK):
            yield Reading(UNDONE, Subject(SubjectKind.DEVICE, SELF, name.removeprefix(_CHECK)), value)


def _gauge(name: str, means: str, *labels: str, unit: str = "") -> Family:
    return Family(f"jbnet_monitor_{name}", "gauge", unit, labels, means)


BLIND = _gauge(
    "blind", "Whether the monitor cannot see, by reason; while it cannot, what it knew is left out.", "reason"
)
AGE = _gauge("round_age_seconds", "Time since the last round was committed.", unit="seconds")
ROUNDS = Family("jbnet_monitor_rounds", "counter", "", (), "Rounds that this process has done.")
RUNNING = _gauge("running_seconds", "Time since this process began.", unit="seconds")
INTERVAL = _gauge("interval_seconds", "Declared time between two rounds.", unit="seconds")
POLLED = _gauge("poll_duration_seconds", "How long the last round took before it was committed.", unit="seconds")
COMMIT = _gauge("commit_duration_seconds", "How long the last commit took.", unit="seconds")
LAG = _gauge("lag_seconds", "How much later than the interval the last round came.", unit="seconds")
WAITING = _gauge("unwritten_rounds", "Rounds in memory that cannot be written.")
QUEUE = _gauge("queue_length", "What waits in a queue.", "queue")
BEAT = _gauge("loop_age_seconds", "Time since the loop of a receiver went round last.", "loop", unit="seconds")
COUNTS = Family("jbnet_monitor_events", "counter", "", ("part", "event"), "What each part counted, by event.")
CHECK_AGE = _gauge("check_age_seconds", "Time since a check brought something.", "check", unit="seconds")
CHECK_EVERY = _gauge("check_interval_seconds", "How often a check is to be done.", "check", unit="seconds")
FAMILIES = (BLIND, AGE, ROUNDS, RUNNING, INTERVAL, POLLED, COMMIT, LAG, WAITING, QUEUE, BEAT, COUNTS, CHECK_AGE,
            CHECK_EVERY)  # fmt: skip


def points(health: Health) -> Iterator[Point]:
    """Yield the monitor's own metrics."""
    reasons = set(health.blind())
    yield from (Point(BLIND, (str(reason),), float(reason in reasons)) for reason in Blind)
    if health.rounds:
        yield Point(AGE, (), health.round_age_s)
        yield Point(POLLED, (), health.polled_s)
        yield Point(COMMIT, (), health.commit_s)
        yield Point(LAG, (), health.lag_s)
    yield Point(ROUNDS, (), health.rounds)
    yield Point(RUNNING, (), health.running_s)
    yield Point(INTERVAL, (), health.interval_s)
    yield Point(WAITING, (), health.unwritten)
    yield from (Point(QUEUE, (name,), length) for name, length in sorted(health.queues.items()))
    yield from (Point(BEAT, (name,), age) for name, age in sorted(health.beats_s.items()))
    for part, counts in sorted(health.counts.items()):
        yield from (Point(COUNTS, (part, event), count) for event, count in sorted(counts.items()))
    for name, check in sorted(health.checks.items()):
        yield Point(CHECK_EVERY, (name,), check.every_s)
        if check.success_s is not None:
            yield Point(CHECK_AGE, (name,), check.success_s)
