"""What `jbnet dr check` says of a lease: green only where a dark site could be replaced by it."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from jbnet.model.business import Replication
from jbnet.model.network import Database
from jbnet.model.text import text
from jbnet.recovery.lease import GuardWord, LeaseRecord, LeaseSight, LeaseTerms, StoreHealth
from jbnet.recovery.observed import Unseen
from jbnet.recovery.readiness import Check, Level
from jbnet.recovery.readiness_lease import LeaseView, about_lease

ONE, TWO = "east-db1", "west-db1"
DATABASE = Database("production", "生产", IPv4Address("10.3.0.1"), 5432, ONE, TWO, Replication.BLOCK, 60, 0)
HOLDS = GuardWord(leads=True, refuses=False, state="held", asked_s=3.0, looked_s=0.2)
FOLLOWS = GuardWord(leads=False, refuses=False, state="idle", looked_s=0.2)
SILENT = Unseen(text("no answer"))
HEALTH = StoreHealth({ONE: "", TWO: "", "third": ""})


def sight(**more: object) -> LeaseSight:
    record = replace(LeaseRecord(ONE, guarded=True, number=9), **more)  # type: ignore[arg-type]  # any of its fields
    return LeaseSight(record, 9, 0.0, 0.0)


WELL = LeaseView(DATABASE, sight(), HEALTH, {ONE: HOLDS, TWO: FOLLOWS})


def guards(one: GuardWord | Unseen = HOLDS, two: GuardWord | Unseen = FOLLOWS) -> dict[str, GuardWord | Unseen]:
    return {ONE: one, TWO: two}


CASES = {
    "well": (WELL, Level.GREEN),
    "a member is silent": (replace(WELL, health=StoreHealth({ONE: "", TWO: "", "third": "timed out"})), Level.AMBER),
    "failsafe": (replace(WELL, guards=guards(replace(HOLDS, why="failsafe: no quorum"))), Level.RED),
    "failsafe, and no store here": (
        replace(WELL, sight=SILENT, guards=guards(replace(HOLDS, why="failsafe: no quorum"))), Level.RED),
    "no store": (replace(WELL, sight=SILENT), Level.UNKNOWN),
    "nobody holds it": (replace(WELL, sight=sight(holder="")), Level.RED),
    "the other one holds it": (replace(WELL, sight=sight(holder=TWO)), Level.RED),
    "not guarded": (replace(WELL, sight=sight(guarded=False)), Level.RED),
    "the standby's watchdog is silent": (replace(WELL, guards=guards(two=SILENT)), Level.AMBER),
    "the leader's watchdog is silent": (replace(WELL, guards=guards(one=SILENT)), Level.AMBER),
    "the standby refuses": (replace(WELL, guards=guards(two=replace(FOLLOWS, refuses=True))), Level.AMBER),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_lease_is_green_only_where_it_serves(name: str) -> None:
    view, level = CASES[name]
    found = about_lease(view, LeaseTerms())
    assert (found.check, found.subject, found.level) == (Check.LEASE, "production", level)
    assert found.advice is None or level is not Level.GREEN


def test_it_says_who_holds_it_how_long_still_and_how_many_members_answer() -> None:
    found = about_lease(WELL, LeaseTerms())
    assert str(found.found) == f"{ONE} holds it, for 27 s without another renewal; 3 of 3 members answer"
    assert (found.value, found.unit) == (27.0, "s")


def test_after_a_move_the_one_that_leads_is_expected_to_hold_it() -> None:
    moved = guards(replace(FOLLOWS), replace(HOLDS))
    assert about_lease(replace(WELL, sight=sight(holder=TWO), guards=moved), LeaseTerms()).level is Level.GREEN
    assert about_lease(replace(WELL, guards=moved), LeaseTerms()).level is Level.RED


def test_what_could_not_be_looked_at_is_no_figure() -> None:
    found = about_lease(replace(WELL, sight=SILENT, guards=guards(SILENT, SILENT)), LeaseTerms())
    assert (found.level, found.looked, found.value) == (Level.UNKNOWN, False, None)
