"""Backups that were restored and read: which database's, and when. `dr check` speaks of them by every database."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from jbnet.model.text import text
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_around import Practice, about_practice


@dataclass(frozen=True, slots=True)
class Restored:
    """A backup of a database was restored on a host, and rows were read from it."""

    database: str
    host: str
    backup: str
    ended: datetime

    def line(self) -> str:
        """Return it as one line of JSON."""
        words = {"database": self.database, "host": self.host, "backup": self.backup, "ended": self.ended.isoformat()}
        return json.dumps(words, ensure_ascii=False)


def read_restored(lines: Iterable[str]) -> tuple[Restored, ...]:
    """Read lines back; one that was cut short, or is not ours, says nothing."""
    found = []
    for line in lines:
        try:
            row = json.loads(line)
            ended = datetime.fromisoformat(row["ended"])
            if ended.tzinfo is not None:
                found.append(Restored(str(row["database"]), str(row["host"]), str(row["backup"]), ended))
        except (ValueError, KeyError, TypeError):
            continue
    return tuple(found)


def about_restores(
    names: Sequence[str], done: Iterable[Restored], last: Practice | None, now: datetime, most_days: float
) -> Result:
    """Judge the age of restore tests: that of the database whose backup was proved longest ago.

    ``last``: the newest execution of a runbook that restores all of them.
    """
    newest: dict[str, Practice] = dict.fromkeys(names, last) if last is not None else {}
    for one in done:
        before = newest.get(one.database)
        if one.database in names and (before is None or one.ended > before.ended):
            newest[one.database] = Practice(one.ended, f"{one.database}, {one.backup}")
    missing = [name for name in names if name not in newest]
    if newest and missing:
        return _never(missing, newest, most_days)
    oldest = min(newest.values(), key=lambda practice: practice.ended, default=None)
    return about_practice(Check.RESTORE, oldest, now, most_days)


def _never(missing: Sequence[str], newest: Mapping[str, Practice], most_days: float) -> Result:
    found = text("never: {missing}; proved: {known}", missing=", ".join(missing), known=", ".join(newest))
    expected = text("not older than {days:g} d", days=most_days)
    advice = text("jbnet playbook restore-proof all")
    return Result(Check.RESTORE, "-", Level.AMBER, found, expected, advice, None, "d")
