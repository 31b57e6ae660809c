"""Law: a clock that is stepped by an hour, either way and anywhere, changes nothing of a recovery's end.

Stepped is the clock that jbnet reads; the one that measures waits goes on, as an operating system's does.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import pytest
from recovery_world import APPROVERS, Bench, ManualClock, MemoryJournal
from test_recovery_resume import DATABASES, NAMES, assert_same_end, run_through, started, undisturbed

from jbnet.recovery.approval import Approver, judge
from jbnet.recovery.audit import audit

HOUR = timedelta(hours=1)
STEPS = pytest.mark.parametrize("step", [HOUR, -HOUR], ids=["ahead", "back"])


class SteppedClock(ManualClock):
    """A clock whose time of day is ``off`` by something; what it measures is not."""

    off = timedelta()

    def now(self) -> datetime:
        return super().now() + self.off


@dataclass
class SteppingJournal(MemoryJournal):
    """Steps the clock when an entry has been written, in every thread at once."""

    after: int = 0
    step: timedelta = timedelta()

    def _append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        if len(self.rows) + 1 == self.after and isinstance(self.clock, SteppedClock):
            self.clock.off = self.step
        return super()._append(kind, subject, data)


def stepped(name: str, hands: int, after: int, step: timedelta) -> Bench:
    """An execution that is started, and whose clock will be stepped with entry number ``after``."""
    found = started(name, hands)
    found.clock = found.people.clock = SteppedClock()
    found.journal = SteppingJournal(found.clock, rows=found.journal.rows, life=found.world.life, after=after, step=step)
    return found


def sound(found: Bench) -> list[str]:
    """Return what an audit of the journal finds."""
    people = {name: Approver(name, key) for name, key in APPROVERS.items()}
    judged = partial(judge, genuine=True)
    entries = found.journal.entries()
    return [f.message for f in audit(entries, lambda r, a: judged(r, a, people.get(a.person)), "journal")]


@STEPS
@pytest.mark.parametrize("name", NAMES)
def test_a_clock_that_is_stepped_anywhere_changes_nothing_of_the_end(name: str, step: timedelta) -> None:
    for after in range(2, len(undisturbed(name).journal.rows) + 1):
        found = stepped(name, 2, after, step)
        assert run_through(found) == 0
        assert_same_end(found, name)
        assert sound(found) == [], after


@STEPS
@pytest.mark.parametrize("name", NAMES)
def test_nor_does_it_where_the_process_is_killed_at_that_moment(name: str, step: timedelta) -> None:
    for after in range(2, len(undisturbed(name).journal.rows) + 1):
        found = stepped(name, 1, after, step)
        found.journal.kill_after = {after}
        assert run_through(found) == 1
        assert_same_end(found, name)
        assert sound(found) == [], after


def test_figures_that_a_step_made_old_are_signed_again_before_anything_is_touched() -> None:
    entries = undisturbed("failover").journal.rows
    granted = next(int(str(row["seq"])) for row in entries if row["kind"] == "verified" and row["subject"] == "approve")
    found = stepped("failover", 1, granted, HOUR)
    run_through(found)
    assert len(found.people.published) == 2
    assert [action for action, _ in found.world.acts[: 2 * len(DATABASES)]] == ["assess"] * 2 * len(DATABASES)
