"""What a look at the readiness for recovery brought, as it is recorded with a round: results like those of probes.

One result says that there was a look, or why there was none; with it comes one for each check that is not green.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jbnet.model.text import Text
from jbnet.monitor.alarms import Severity, Words
from jbnet.monitor.codec import dump
from jbnet.monitor.codec_words import pack_words, unpack_words
from jbnet.monitor.probing_results import Probed
from jbnet.monitor.self_watch import SELF
from jbnet.monitor.state import Subject, SubjectKind

READINESS = "readiness"
"""The name under which its results stand among those of probes; it begins the name of each of its rules."""
RED, AMBER, UNKNOWN = "red", "amber", "unknown"
_LEVELS = (AMBER, UNKNOWN, RED)
_LOOKED, _CHECKS = "looked", "checks"
_LEVEL, _SEVERITY, _FOLLOWS, _COUNTS = "level", "severity", "follows", "counts"


@dataclass(frozen=True, slots=True)
class Unready:
    """A check that is not green. ``part``: what of the device it is about (a database, mostly; empty: all of it).

    ``hosts``: the devices whose known fault explains it away; none where it is what that fault puts at stake.
    ``follows``: another red check of the same look says why. ``counts``: that it is unknown leaves something open.
    """

    check: str
    device: str
    part: str
    level: str
    severity: Severity
    expected: Words
    found: Words
    advice: Words | None = None
    hosts: tuple[str, ...] = ()
    follows: bool = False
    counts: bool = True

    @property
    def subject(self) -> Subject:
        """Return what an alarm about it is about."""
        return Subject(SubjectKind.DEVICE, self.device, self.part)

    def probed(self) -> Probed:
        """Return it as it is recorded."""
        values = {
            _LEVEL: float(_LEVELS.index(self.level)),
            _SEVERITY: float(list(Severity).index(self.severity)),
            **({_FOLLOWS: 1.0} if self.follows else {}),
            **({_COUNTS: 1.0} if self.counts else {}),
        }
        words = [pack_words(self.expected), pack_words(self.found), pack_words(self.advice) if self.advice else None]
        name = f"{self.check}/{self.part}"
        return Probed(READINESS, self.device, name, values, why=dump([*words, list(self.hosts)]).decode())


def unready_of(probed: Probed) -> Unready:
    """Return the check that ``Unready.probed`` recorded."""
    check, _, part = probed.part.partition("/")
    expected, found, advice, hosts = json.loads(probed.why)
    values = probed.values
    return Unready(
        check,
        probed.device,
        part,
        _LEVELS[int(values[_LEVEL])],
        list(Severity)[int(values[_SEVERITY])],
        unpack_words(expected),
        unpack_words(found),
        unpack_words(advice) if advice is not None else None,
        tuple(hosts),
        _FOLLOWS in values,
        _COUNTS in values,
    )


def look_of(checks: int, found: Iterable[Unready]) -> tuple[Probed, ...]:
    """Return a look as it is recorded: so many checks, of which these are not green."""
    return Probed(READINESS, SELF, "", {_LOOKED: 1.0, _CHECKS: float(checks)}), *(one.probed() for one in found)


def no_look(why: Text) -> tuple[Probed, ...]:
    """Return what is recorded where there was no look, with the reason."""
    return (Probed(READINESS, SELF, "", {_LOOKED: 0.0}, why=dump(pack_words(why)).decode()),)


@dataclass(frozen=True, slots=True)
class Look:
    """A look as a round brought it: of how many checks, and those that are not green. ``why``: there was none."""

    checks: int
    found: tuple[Unready, ...]
    why: Words | None = None


def looks_in(probed: Iterable[Probed]) -> Iterator[Look]:
    """Yield the look that a round brought, if it did."""
    mine = [one for one in probed if one.probe == READINESS]
    for head in mine:
        if (head.device, head.part) == (SELF, "") and _LOOKED in head.values:
            if not head.values[_LOOKED]:
                yield Look(0, (), unpack_words(json.loads(head.why)))
            else:
                yield Look(int(head.values[_CHECKS]), tuple(unready_of(one) for one in mine if one is not head))
