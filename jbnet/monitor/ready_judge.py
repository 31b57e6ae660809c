"""The alarms of readiness: a check that stays red, and that nobody knows whether a recovery is possible.

What a known fault of the network explains is no alarm of its own, and what was said before the fault was known is taken
back. What that fault puts at stake is never explained away: commits that wait for nobody, two that lead, a full disk.
Law: a check that could not be looked at neither raises its alarm nor ends it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jbnet.model.text import Text, joined, text
from jbnet.monitor import thresholds
from jbnet.monitor.alarms import Alarm, AlarmId, Alarms, Severity
from jbnet.monitor.probing_rules import ALONE, FAILSAFE
from jbnet.monitor.ready_results import AMBER, READINESS, RED, UNKNOWN, Look, Unready, looks_in
from jbnet.monitor.samples import Round
from jbnet.monitor.self_watch import SELF
from jbnet.monitor.state import Event, Subject, SubjectKind
from jbnet.monitor.thresholds import Reading, Threshold

UNREADY, HALF_READY, NOT_KNOWN = "unready", "half-ready", "readiness"
"""Measures: a red check, an amber one, and that checks are not known."""
MEASURES = frozenset({UNREADY, HALF_READY, NOT_KNOWN})
UNKNOWN_RULE = f"{READINESS}-unknown"
SAID_ELSEWHERE: Mapping[str, str] = {"synchronous": ALONE, "lease": FAILSAFE}
"""Checks, with the measure of a heartbeat whose alarm says the same, sooner."""
REASONS = 3
"""Reasons that the alarm of unknown checks gives; of the rest the number."""


@dataclass(frozen=True, slots=True)
class ReadyRules:
    """``looks`` in a row that say the same are believed, each way. ``amber``: an amber check is an alarm, too."""

    looks: int = 2
    amber: bool = False


def judge(
    before: Alarms, rules: ReadyRules, turn: Round, silent: Callable[[], frozenset[str]]
) -> tuple[Alarms, tuple[Event, ...]]:
    """Return the alarms of readiness after a round, and what was raised and cleared in it.

    ``before``: all alarms. ``silent``: asked for the devices that a known fault holds, only where there was a look.
    """
    mine = {key: alarm for key, alarm in before.items() if alarm.measure in MEASURES}
    look = next(looks_in(turn.probed), None)
    if look is None:
        return mine, ()
    if look.why is not None:
        found, events = thresholds.judge(_of(mine, UNKNOWN_RULE), [_no_look(rules, look.why)], turn.time)
        return {**mine, **found}, events
    readings = list(_readings(mine, before, look, rules, silent()))
    asked = {AlarmId(reading.threshold.name, reading.subject) for reading in readings}
    return thresholds.judge({key: alarm for key, alarm in mine.items() if key in asked}, readings, turn.time)


def _of(alarms: Alarms, rule: str) -> Alarms:
    return {key: alarm for key, alarm in alarms.items() if key.rule == rule}


def _readings(mine: Alarms, before: Alarms, look: Look, rules: ReadyRules, silent: frozenset[str]) -> Iterator[Reading]:
    """Yield what a look says; of what is explained nothing, so that what was said of it goes."""
    explained = [one for one in look.found if _explained(one, before, silent)]
    said = {AlarmId(rule, one.subject) for one in explained for rule in _rules(one)}
    said.add(AlarmId(UNKNOWN_RULE, _SUBJECT))
    for one in look.found:
        if one not in explained:
            for reading in _of_check(one, rules):
                key = AlarmId(reading.threshold.name, reading.subject)
                if key not in said:
                    said.add(key)
                    yield reading
    for key, alarm in mine.items():
        if key not in said:
            yield Reading(_again(key, alarm, rules), key.subject, 0.0)
    yield _unknown(look, [one for one in look.found if one.level == UNKNOWN and one not in explained], rules)


def _explained(one: Unready, before: Alarms, silent: frozenset[str]) -> bool:
    if one.follows or not silent.isdisjoint(one.hosts):
        return True
    measure = SAID_ELSEWHERE.get(one.check)
    return measure is not None and any(
        alarm.measure == measure and alarm.raised is not None and key.subject.part == one.part
        for key, alarm in before.items()
    )


def _rules(one: Unready) -> tuple[str, str]:
    """Return the names of the rules of a check: red, and amber."""
    return f"{READINESS}-{one.check}", f"{READINESS}-{one.check}-{AMBER}"


def _of_check(one: Unready, rules: ReadyRules) -> Iterator[Reading]:
    """Yield what a check says of its two alarms; unknown says nothing of either."""
    red, amber = _rules(one)
    words = (one.expected, one.found)
    for rule, level, measure, severity in (
        (red, RED, UNREADY, one.severity),
        (amber, AMBER, HALF_READY, Severity.WARNING),
    ):
        limit = Threshold(rule, measure, 1, 0, severity, looks=rules.looks)
        if one.level == UNKNOWN:
            yield Reading(limit, one.subject, None)
        elif one.level == level and (level == RED or rules.amber):
            yield Reading(limit, one.subject, 1.0, words, advice=one.advice)
        else:
            yield Reading(limit, one.subject, 0.0)


def _again(key: AlarmId, alarm: Alarm, rules: ReadyRules) -> Threshold:
    return Threshold(key.rule, alarm.measure, 1, 0, alarm.severity, looks=rules.looks)


_SUBJECT = Subject(SubjectKind.DEVICE, SELF, READINESS)
_ASK = text("jbnet dr check shows each of them, and how it stood when it was last known")


def _not_known(rules: ReadyRules) -> Threshold:
    return Threshold(UNKNOWN_RULE, NOT_KNOWN, 1, 0, Severity.MAJOR, looks=rules.looks)


def _no_look(rules: ReadyRules, why: Text | str) -> Reading:
    expected = text("a look at every check")
    advice = text("jbnet dr check, as the account of the monitor, shows what it meets")
    return Reading(_not_known(rules), _SUBJECT, 1.0, (expected, text("no look: {reason}", reason=why)), advice=advice)


def _unknown(look: Look, unknown: Sequence[Unready], rules: ReadyRules) -> Reading:
    """Return one reading for all that is not known: what is missing is mostly missing for all."""
    found = [one for one in unknown if one.counts]
    if not found:
        return Reading(_not_known(rules), _SUBJECT, 0.0)
    why: dict[str, list[Unready]] = {}
    for one in found:
        why.setdefault(str(one.found), []).append(one)
    worst = sorted(why.values(), key=lambda same: -len(same))
    told = joined(map(_reason, worst[:REASONS]))
    if len(worst) > REASONS:
        told = text("{said}, and {count} more", said=told, count=len(worst) - REASONS)
    params = {"count": len(found), "total": look.checks}
    said = text("{count} of {total} are not known: {why}", **params, why=told)
    return Reading(_not_known(rules), _SUBJECT, 1.0, (text("all checks are known"), said), advice=_ASK)


def _reason(same: Sequence[Unready]) -> Text:
    """Return checks that are unknown for one reason, with it."""
    names: dict[str, Text] = {one.check: Text(one.check) for one in same}
    listed = joined(names.values()) if len(names) <= REASONS else text("{count} checks", count=len(names))
    subjects = ", ".join(dict.fromkeys(one.part or one.device for one in same))
    return text("{checks} ({subjects}): {reason}", checks=listed, subjects=subjects, reason=same[0].found)
