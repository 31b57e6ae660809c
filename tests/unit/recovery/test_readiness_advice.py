"""What readiness says is to be done, held against the guide, in every state of who leads and what is on record.

The guide: nothing is moved away before what it alone has was listed, set-up is for where the primary leads (it refuses
elsewhere), and only what has not ended is resumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from readiness_world import ONE, TWO, database, follower, leader, well

from jbnet.model.business import Replication
from jbnet.model.text import text
from jbnet.recovery.forecast import Finished
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, Recorded, Slot, Unseen
from jbnet.recovery.outlook import Book, outlook
from jbnet.recovery.readiness import Check, Level, Result

GONE = Unseen(text("silent"))
LOST = (Slot("two_db1", active=False, wal_status="lost", safe_bytes=None),)
AWAY_BY = {"production": Finished("20261123-1", "failover", datetime(2026, 11, 23, tzinfo=UTC), ("production",))}
OPEN = {"production": "20261123-2"}
BOOKS = {name: Book(None, text("none"), {}) for name in ("switchover", "failover", "failback")}


def faults(lead: Any, follow: Any) -> Iterator[Mapping[str, Any]]:
    """Everything that may be wrong with a leader (``lead``), its follower and the address between them."""
    more: Mapping[str, Any]
    for more in ({"exists": False, "runs": False, "answers": False}, {"runs": False, "answers": False},
                 {"answers": False}, {"in_recovery": False}, {"replay_state": "paused"}, {"receiver": None},
                 {"timeline": 7}, {"received": 10, "replayed": 10}):  # fmt: skip
        yield {"follow": replace(follow, **more)}
    yield {"follow": GONE}
    alone = Recorded(waits=False, lsn=1, since=0.0)
    for more in ({"slots": ()}, {"slots": LOST}, {"synchronous_to": ""}, {"synchronous_to": "ANY 1 (two_db1, x)"},
                 {"followers": ()}, {"mode": None}, {"keeper": False}, {"recorded": alone, "synchronous_to": ""},
                 {"in_recovery": True}, {"runs": False, "answers": False, "in_recovery": None}):  # fmt: skip
        yield {"lead": replace(lead, **more)}
    for held in (
        {},
        {ONE: True, TWO: True},
        {ONE: False, TWO: False},
        {ONE: False, TWO: True},
        {ONE: True, TWO: False},
    ):
        yield {"announced": held}
    yield {"filters": {TWO: {"r2": True}, ONE: {"r1": True}}}


def looks(*, away: bool) -> Iterator[DatabaseLook]:
    """A database at home, or moved away, with one thing wrong at a time."""
    lead, follow = replace(leader(), host=TWO if away else ONE), replace(follower(), host=ONE if away else TWO)
    for fault in ({}, *faults(lead, follow)):
        hosts = {"lead": lead, "follow": follow, **{k: v for k, v in fault.items() if k in ("lead", "follow")}}
        both = (hosts["follow"], hosts["lead"]) if away else (hosts["lead"], hosts["follow"])
        more = {k: v for k, v in fault.items() if k not in ("lead", "follow")}
        for mode in (Replication.BLOCK, Replication.DEGRADE, Replication.ASYNC):
            yield well(database(replication=mode), primary=both[0], standby=both[1], **more)


def judged(look: DatabaseLook, *, moved: bool, open_: bool) -> tuple[Result, ...]:
    found = outlook([look], (), BOOKS, (), Limits(), AWAY_BY if moved else {}, OPEN if open_ else {})
    return found.databases[0].results


ALL = [
    (look, judged(look, moved=moved, open_=open_), moved, open_)
    for away in (False, True)
    for look in looks(away=away)
    for moved in (False, True)
    for open_ in (False, True)
]


def advised() -> Iterator[tuple[DatabaseLook, Result, str, bool, bool]]:
    for look, results, moved, open_ in ALL:
        for result in results:
            if result.advice is not None:
                yield look, result, str(result.advice), moved, open_


def test_nothing_is_moved_away_before_it_was_listed() -> None:
    assert not [said for _, _, said, *_ in advised() if "move its data away" in said or "move it away" in said]
    said = {str(r.advice) for _, r, *_ in advised() if r.check in (Check.STANDBY, Check.STREAM, Check.SLOT)}
    assert any("lists what it alone has" in one for one in said)


def test_set_up_is_not_named_where_it_would_refuse() -> None:
    """Where the standby leads, or led last: set-up starts nobody beside it. Behind the way back it may be named."""
    wrong = [
        (result.check, said)
        for look, result, said, moved, _ in advised()
        if "set-up" in said and "failback first; then" not in said and "where the primary leads" not in said
        if look.leader == TWO or (moved and not look.leaders)
    ]
    assert wrong == []


def test_only_what_has_not_ended_is_to_be_resumed_and_then_it_goes_first() -> None:
    assert not [said for _, _, said, _, open_ in advised() if "dr resume" in said and not open_]
    moving = {Check.ADDRESS, Check.FILTER, Check.LEADER}
    first = [r for look, r, said, _, open_ in advised()
             if open_ and r.check in moving and r.level is Level.RED and len(look.leaders) < 2]  # fmt: skip
    assert first
    assert all("20261123-2" in str(r.advice) for r in first)


def test_with_both_taking_writes_nobody_is_told_to_rebuild_or_to_move() -> None:
    both = [(r.check, said) for look, r, said, *_ in advised()
            if len(look.leaders) == 2 and r.check in (Check.LEADER, Check.STANDBY, Check.ADDRESS)]  # fmt: skip
    assert both
    assert not [said for _, said in both if "rejoin lists" in said or "failback" in said or "set-up" in said]


def test_a_switchover_is_not_named_where_it_would_be_refused() -> None:
    assert not [said for _, _, said, *_ in advised() if "switchover" in said]


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("open_", [False, True])
@pytest.mark.parametrize("follows", [False, True])
def test_a_standby_that_leads_and_that_nobody_on_record_made_lead_is_no_matter_of_course(
    moved: bool, open_: bool, follows: bool
) -> None:
    names = (replace(leader().followers[0], name="one_db1"),) if follows else ()
    look = well(primary=replace(follower(), host=ONE) if follows else GONE,
                standby=replace(leader(followers=names), host=TWO))  # fmt: skip
    (found,) = [r for r in judged(look, moved=moved, open_=open_) if r.check is Check.RECORD]
    on_record = moved or open_
    assert found.level is (Level.GREEN if on_record else Level.AMBER if follows else Level.RED)
    assert on_record or follows or "nothing is known to keep" in str(found.advice)
