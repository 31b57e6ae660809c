"""The rules of the running monitor: read again when somebody edits them, and kept with the round that they hold from.

What is edited is judged as ``jbnet check`` judges it. With an error in it, that is said with its place and the rules
stay as they were. Who is polled and how (checks, policy, probes) is read when the monitor starts, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from jbnet.model.errors import JbnetError
from jbnet.model.findings import Finding, Severity
from jbnet.model.text import Text, text
from jbnet.monitor.ruled import ruled, ruling_files
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.state import Event
from jbnet.ports.rules import RuleFiles

KEPT_AGAIN = timedelta(days=30)
"""Rules that hold on are kept again after so long: events do not last for ever."""
MOST = 5
"""Findings that are said; of the rest the number."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What files of ``monitors/`` come to. ``needs_start``: something in them is read only when the monitor starts."""

    rules: Rules
    findings: Sequence[Finding] = ()
    needs_start: bool = False


class Ruling:
    """Gives the rules of each round. ``judge`` makes rules of files; ``say`` is told what became of an edit."""

    def __init__(
        self,
        rules: Rules = PLAIN,
        files: RuleFiles | None = None,
        judge: Callable[[Mapping[str, str]], Reading] = lambda _: Reading(PLAIN),
        say: Callable[[Text], None] = lambda _: None,
    ):
        self._rules, self._watched, self._judge, self._say = rules, files, judge, say
        self._files: Mapping[str, str] | None = None  # nothing was read yet
        self._kept: datetime | None = None

    def at(self, now: datetime) -> tuple[Rules, list[Event]]:
        """Return the rules for the round of this time, and the event to keep with it where they are not kept yet."""
        fresh = self._reread()
        if self._watched is None or not (fresh or self._kept is None or now - self._kept >= KEPT_AGAIN):
            return self._rules, []
        self._kept = now
        return self._rules, [ruled(now, self._files or {})]

    def _reread(self) -> bool:
        """Take over what was edited; say whether the rules are others now."""
        try:
            found = self._watched.changed() if self._watched is not None else None
        except JbnetError as error:
            self._say(text("monitors/ cannot be read: {reason}; the rules stay as they are", reason=error.text))
            return False
        if found is None:
            return False
        reading = self._judge(found)
        errors = [finding for finding in reading.findings if finding.severity is Severity.ERROR]
        if errors:
            self._refuse(errors)
            return False
        return self._take(reading, ruling_files(found))

    def _take(self, reading: Reading, files: Mapping[str, str]) -> bool:
        before, self._files = self._files, files
        if files != before:
            self._rules = self._rules.as_declared(reading.rules)
        if before is None:
            return True  # what the monitor started with
        if reading.needs_start:
            self._say(text("checks, policy, probes and channels are read when the monitor starts: start it again"))
        if files == before:
            return False
        changed = ", ".join(sorted(f for f in {*files, *before} if files.get(f) != before.get(f)))
        self._say(text("{files} read again: it holds from now on", files=changed))
        return True

    def _refuse(self, errors: Sequence[Finding]) -> None:
        for finding in errors[:MOST]:
            self._say(text("{place} {code}: {what}", place=finding.place, code=finding.code, what=finding.text))
        count = len(errors)
        self._say(text("monitors/ has errors ({count}): the rules stay as they are", count=count))
