"""What each check brings and from whom: a check that nobody brings, or that half of its devices do not, is not done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from operator import attrgetter

from jbnet.model.network import Device, Network
from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.monitor.recipes import health_of
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.self_watch import MISSED, CheckHealth
from jbnet.monitor.state import DeviceState

_BY_RECIPE = frozenset({Reads.HEALTH, Reads.UPS, Reads.SENSORS})
"""What stands among a sample's vitals."""


class Tally:
    """One check over spans of time: who of the devices that answered has not brought it in the one that is under way.

    Who answered at both ends of a span and brought nothing in it is missing, until it does. Times: monotonic seconds.
    """

    def __init__(self, check: Check, devices: frozenset[str], span_s: float):
        self.check, self.devices = check, devices
        self.success: float | None = None
        self._find = finder(check.reads)
        self._excused = False
        self._span_s, self._ends = span_s, 0.0
        self._expected: frozenset[str] = frozenset()
        self._lacking: set[str] = set()
        self._missing: frozenset[str] = frozenset()  # never changed in place: other threads read it
        self._asked = 0

    def take(self, samples: Sequence[Sample], now: float) -> None:
        """Take in the samples of a round, of devices that answered."""
        find, lacking = self._find, self._lacking
        came = [one.device for one in samples if one.device in lacking and find(one) is not None] if lacking else []
        lacking.difference_update(came)
        if not self._missing.isdisjoint(came):
            self._missing -= frozenset(came)
        if came or any(find(one) is not None and one.device in self.devices for one in samples):
            self.success = now

    def end(self, now: float, answering: Callable[[], Collection[str]]) -> None:
        """Begin another span when this one is over."""
        late = self.success is not None and now - self.success >= self._span_s
        self._excused = late and self.devices.isdisjoint(answering())
        if now < self._ends:
            return
        here = self.devices.intersection(answering())
        self._missing = here & self._lacking
        self._asked = len(here & self._expected)
        self._expected, self._lacking, self._ends = here, set(here), now + self._span_s

    def health(self, now: float) -> CheckHealth:
        """Return how the check goes; from any thread."""
        age = None if self.success is None else now - self.success
        return CheckHealth(self.check.every_s, age, self._excused, self._asked, tuple(sorted(self._missing)))


class Tallies:
    """Those of all checks. ``late_s``: no span is shorter."""

    def __init__(self, checks: Checks, network: Network, late_s: float):
        devices = network.devices.values()
        self._all = [
            Tally(check, frozenset(d.name for d in devices if _brings(d, check)), max(MISSED * check.every_s, late_s))
            for check in checks.checks
        ]

    def note(self, turn: Round, states: Mapping[str, DeviceState], now: float) -> None:
        """Take in a round after which the devices are in these states."""
        samples = [sample for look in turn.looks for sample in look if sample.answered]
        answering = _Answering(states)
        for tally in self._all:
            tally.take(samples, now)
            tally.end(now, answering)

    def health(self, now: float) -> Mapping[str, CheckHealth]:
        """Return how the checks go, by name; from any thread."""
        return {tally.check.name: tally.health(now) for tally in self._all}


class _Answering:
    """The devices that answer, worked out when somebody asks."""

    def __init__(self, states: Mapping[str, DeviceState]):
        self._states = states
        self._found: frozenset[str] | None = None

    def __call__(self) -> frozenset[str]:
        if self._found is None:
            self._found = frozenset(name for name, state in self._states.items() if state.answer.up)
        return self._found


def _brings(device: Device, check: Check) -> bool:
    """Say whether a check is done on a device: on its role, and on a platform of which it is known what to read."""
    return device.role in check.roles and (check.reads is not Reads.HEALTH or health_of(device.platform) is not None)


def finder(reads: Reads) -> Callable[[Sample], object]:
    """Return what finds in a look what a check reads: an empty table is something, None is nothing."""
    name = str(reads)
    if reads in _BY_RECIPE:
        return lambda sample: sample.vitals.get(name)
    return attrgetter(name)
