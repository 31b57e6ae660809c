"""The monitor watched like everything else: how late it is, what it drops, what is not done, when it is blind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from jbnet.monitor.alarms import Severity
from jbnet.monitor.samples import Sample
from jbnet.monitor.state import DeviceState, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold
from jbnet.snmp.gauges import Gauges

SELF = "monitor"
"""The name under which the monitor is among the devices that it watches. No declared device can bear it: the name of
one begins with its place's and a dash."""
MISSED = 5
"""Intervals for which a check may bring nothing before that is an alarm."""
NAMED = 20
"""Devices that an alarm names of those that do not bring a check."""
DEAF_S = 30.0
"""Seconds for which the loop of a receiver, a prober or a writer may stand still."""

LATE = Threshold("monitor-late", "lag", raise_at=1, clear_at=0.99, severity=Severity.MAJOR)
UNWRITTEN = Threshold("monitor-cannot-write", "unwritten", raise_at=2, clear_at=1.5, severity=Severity.MAJOR, looks=2)
DROPPING = Threshold("monitor-drops", "dropped", raise_at=1, clear_at=0.5, severity=Severity.MINOR, looks=3, seconds=10)
DEAF = Threshold("monitor-deaf", "deaf", raise_at=DEAF_S, clear_at=DEAF_S - 1, severity=Severity.MAJOR)
STUCK = Threshold("monitor-writer-stuck", "stuck", raise_at=DEAF_S, clear_at=DEAF_S - 1, severity=Severity.MINOR)
UNDONE = Threshold("check-not-done", "overdue", raise_at=1, clear_at=0.99, severity=Severity.MAJOR, looks=2)
RULES = frozenset({LATE.name, UNWRITTEN.name, DROPPING.name, DEAF.name, STUCK.name, UNDONE.name})
_SINGLE = (LATE, UNWRITTEN, DROPPING, DEAF, STUCK)
OUTWARD = frozenset({"remote write"})
"""Loops that give away what is seen: the monitor sees without them."""
_CHECK, _ASKED, _MISSING = "overdue:", "asked:", "missing:"
_STILL = "still"


class Blind(StrEnum):
    """Why what is shown may not be what is: each is said in the first line of ``jbnet status`` and in the metrics."""

    NO_ROUND = "no round"
    NO_ANSWER = "no device answers"
    CANNOT_WRITE = "nothing can be written"
    CHECK_UNDONE = "a check brings nothing"
    DEAF = "a receiver or a prober stands still"


@dataclass(frozen=True, slots=True)
class CheckHealth:
    """A check: how often it is to be done, and seconds since it brought something from anybody (None: never yet).

    ``excused``: none of the devices that it is done on answers at all, which is no fault of the check. Of ``asked``
    devices that answered all along ``missing`` have brought nothing, for as long as a check may bring nothing.
    """

    every_s: float
    success_s: float | None = None
    excused: bool = False
    asked: int = 0
    missing: tuple[str, ...] = ()

    @property
    def wanting(self) -> bool:
        """Say whether half of its devices, or more, bring nothing."""
        return bool(self.missing) and 2 * len(self.missing) >= self.asked


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
        return late_s(self.stale_s, self.interval_s)

    @property
    def stale(self) -> bool:
        """Say whether the last round is so long ago that its picture is no picture of now."""
        return self.rounds == 0 or self.round_age_s > self.late_s

    def overdue(self, name: str) -> float:
        """Return how overdue a check is: 1 and more is an alarm."""
        check = self.checks[name]
        if check.excused:
            return 0.0
        age = 0.0 if check.success_s is None else check.success_s / max(MISSED * check.every_s, self.late_s)
        return max(age, float(check.wanting))

    def blind(self) -> Sequence[Blind]:
        """Return why it is blind, worst first; nothing where it sees."""
        found = {
            Blind.NO_ROUND: self.stale,
            Blind.NO_ANSWER: self.rounds > 0 and self.watched > 0 and self.answering == 0,
            Blind.CANNOT_WRITE: self.unwritten > 1,
            Blind.CHECK_UNDONE: any(self.overdue(name) >= 1 for name in self.checks),
            Blind.DEAF: any(age > DEAF_S for name, age in self.beats_s.items() if name not in OUTWARD),
        }
        return [reason for reason, so in found.items() if so]


def late_s(stale_s: float, interval_s: float) -> float:
    """Return after how many seconds without a round a monitor is blind."""
    return max(stale_s, 3 * interval_s)


def look_at(health: Health) -> Sample:
    """Return the monitor's look at itself, a sample like any other: recorded, replayed, judged.

    With a check that is overdue come the devices that do not bring it, the first of them by name, as its vitals; with
    loops that stand still their names.
    """
    gauges = {
        LATE.measure: health.lag_s / health.late_s,
        UNWRITTEN.measure: float(health.unwritten),
        DROPPING.measure: health.dropped,
        DEAF.measure: max((age for name, age in health.beats_s.items() if name not in OUTWARD), default=0.0),
        STUCK.measure: max((age for name, age in health.beats_s.items() if name in OUTWARD), default=0.0),
    }
    overdue = {f"{_CHECK}{name}": health.overdue(name) for name in health.checks}
    rounded = {name: round(value, 2) for name, value in {**gauges, **overdue}.items()}
    wanting = {n: c for n, c in health.checks.items() if c.missing and rounded[f"{_CHECK}{n}"] >= UNDONE.raise_at}
    rounded |= {f"{_ASKED}{name}": float(check.asked) for name, check in wanting.items()}
    rounded |= {f"{_MISSING}{name}": float(len(check.missing)) for name, check in wanting.items()}
    named = {name: dict.fromkeys(check.missing[:NAMED], 1.0) for name, check in wanting.items()}
    still = {name: round(age, 2) for name, age in sorted(health.beats_s.items()) if age >= DEAF_S}
    vitals: dict[str, Gauges] = {UNDONE.name: named} if named else {}
    return Sample(
        SELF, health.now, answered=True, gauges=rounded, vitals=vitals | ({_STILL: {"": still}} if still else {})
    )


def readings(state: DeviceState | None) -> Iterator[Reading]:
    """Yield what the monitor's own state is held against."""
    if state is None:
        return
    for rule in _SINGLE:
        value = state.gauges.get(rule.measure)
        part = _loop(state, value) if rule in (DEAF, STUCK) else ""
        yield Reading(rule, Subject(SubjectKind.DEVICE, SELF), value, part=part)
    for name, value in sorted(state.gauges.items()):
        if name.startswith(_CHECK):
            check = name.removeprefix(_CHECK)
            said = _said(state, check) if value >= UNDONE.raise_at else None
            yield Reading(UNDONE, Subject(SubjectKind.DEVICE, SELF, check), value, said)


def _loop(state: DeviceState, age: float | None) -> str:
    """Return which loop has stood still for so long."""
    found = state.vitals.get(_STILL, {}).get("", {})
    return next((name for name, still in found.items() if still == age), "")


def _said(state: DeviceState, check: str) -> tuple[str, str] | None:
    """Return from how many devices a check is expected and from how many it comes, with the names of the others."""
    found = state.vitals.get(UNDONE.name, {}).get(check, {})
    if not found:
        return None
    asked, missing = int(state.gauges[f"{_ASKED}{check}"]), int(state.gauges[f"{_MISSING}{check}"])
    more = f", … +{missing - len(found)}" if missing > len(found) else ""
    return f"{asked}/{asked}", f"{asked - missing}/{asked} (− {', '.join(sorted(found))}{more})"
