"""What of a probe's results is an alarm: the thresholds that its declaration comes to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from jbnet.monitor.probing import Probe, ProbeKind, Target
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.state import Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

UP, SECONDS, DAYS, TRUSTED, BEHIND, AGE, MISSING = "up", "seconds", "days", "trusted", "behind", "age", "missing"
ALONE = "alone"
"""1: commits are declared to wait for the standby, and do not."""
FAILSAFE = "failsafe"
"""1: the database goes on without its lease, by the word of the other host alone (docs/recovery.md)."""
OWN_WORD = frozenset({ALONE, FAILSAFE})
"""What a database says of itself: no fault elsewhere explains it away, it is what that fault puts at stake."""
WAY = "way"
"""0: the kernel of the host that probes knows no way to the address; it is not among the values otherwise."""
_AGAIN = 0.8
"""An answer is quick again at this share of what is slow, a standby in time again likewise."""


def rules_of(probe: Probe, behind_s: float) -> Mapping[str, Threshold]:
    """Return the thresholds of a probe by measure; the first bears the probe's name. ``behind_s``: see ``Target``."""

    def limit(word: str, measure: str, raise_at: float, clear_at: float) -> Threshold:
        name = f"{probe.name}-{word}" if word else probe.name
        return Threshold(name, measure, raise_at, clear_at, probe.severity, looks=probe.looks)

    found = {UP: limit("", UP, 0, 1)}
    if probe.slow_s is not None:
        found[SECONDS] = limit("slow", SECONDS, probe.slow_s, probe.slow_s * _AGAIN)
    if probe.kind is ProbeKind.TLS:
        found |= {DAYS: limit("expires", DAYS, probe.days, probe.days + 1), TRUSTED: limit("untrusted", TRUSTED, 0, 1)}
    elif probe.kind is ProbeKind.SQL:
        found[BEHIND] = limit("behind", BEHIND, behind_s, behind_s * _AGAIN)
        found[ALONE] = limit("alone", ALONE, 1, 0)
        found[FAILSAFE] = limit("failsafe", FAILSAFE, 1, 0)
    elif probe.kind is ProbeKind.UPLOAD:
        found |= {
            AGE: limit("late", AGE, probe.late_s, probe.late_s * (1 - 1e-6)),
            MISSING: limit("missing", MISSING, 1, 0),
        }
    return found


def readings_of(target: Target, result: Probed) -> Iterator[Reading]:
    """Yield what a result is held against; what it does not say is unknown."""
    limits = rules_of(target.probe, target.behind_s)
    for measure, threshold in limits.items():
        if measure == MISSING:
            yield from _parts(target.probe, threshold, result)
        else:
            said = (_wanted(target), result.why) if result.why and measure in {UP, TRUSTED, *OWN_WORD} else None
            yield Reading(threshold, target.subject, result.values.get(measure), said)


def _wanted(target: Target) -> str:
    """Return what a probe expects, in the terms of its declaration."""
    probe, where = target.probe, f"{target.address}:{target.port}"
    if probe.kind in (ProbeKind.HTTP, ProbeKind.HTTPS):
        return " ".join(filter(None, (f"{probe.kind}://{where}{probe.path}", str(probe.status), probe.text)))
    return f"{probe.kind} {where}"


def _parts(probe: Probe, threshold: Threshold, result: Probed) -> Iterator[Reading]:
    """Yield for every site whether it is missing: of an upload that is late nobody can say who is."""
    known = result.missing is not None and result.values.get(AGE, probe.late_s) < probe.late_s
    for part, site in probe.expected.items():
        missing = float(part in (result.missing or ())) if known else None
        yield Reading(threshold, Subject(SubjectKind.SITE, site), missing)
