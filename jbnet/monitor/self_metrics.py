"""The monitor's own metrics: how late it is, what waits, what each part counted, how its checks go."""

from __future__ import annotations

from collections.abc import Iterator

from jbnet.monitor.points import Family, Point
from jbnet.monitor.self_watch import Blind, Health


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
BEAT = _gauge(
    "loop_age_seconds", "Time since the loop of a receiver, prober or writer went round last.", "loop", unit="seconds"
)
COUNTS = Family("jbnet_monitor_events", "counter", "", ("part", "event"), "What each part counted, by event.")
CHECK_AGE = _gauge("check_age_seconds", "Time since a check brought something.", "check", unit="seconds")
CHECK_MISSING = _gauge(
    "check_missing_devices", "Devices that answer, but did not bring a check when it was due.", "check"
)
CHECK_EVERY = _gauge("check_interval_seconds", "How often a check is to be done.", "check", unit="seconds")
FAMILIES = (BLIND, AGE, ROUNDS, RUNNING, INTERVAL, POLLED, COMMIT, LAG, WAITING, QUEUE, BEAT, COUNTS, CHECK_AGE,
            CHECK_EVERY, CHECK_MISSING)  # fmt: skip


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
        yield Point(CHECK_MISSING, (name,), len(check.missing))
        if check.success_s is not None:
            yield Point(CHECK_AGE, (name,), check.success_s)
