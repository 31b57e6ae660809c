"""Readiness of a local standby: it is judged like any other, and no answer rests on it but by its fence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from readiness_world import MEMBERS, ONE, TWO, database, follower, leader, ring, well

from jbnet.model.business import Replication
from jbnet.model.text import text
from jbnet.recovery.limits import Limits
from jbnet.recovery.loss import loss_of
from jbnet.recovery.observed import DatabaseLook, Follower, Recorded, Server, ServerLook, Slot, Unseen
from jbnet.recovery.parity import about_parity
from jbnet.recovery.readiness import Can, Check, Level, Question, Result, answer
from jbnet.recovery.readiness_around import about_hosts, about_way
from jbnet.recovery.readiness_local import about_local
from jbnet.recovery.readiness_servers import about_servers

BESIDE = "one-db2"
DECLARED = replace(database(replication=Replication.LOCAL_BLOCK, rpo_s=60), local_standby=BESIDE)
SLOT = Slot("two_db1", active=True, wal_status="reserved", safe_bytes=1 << 30)
FOLLOWERS = (Follower("two_db1", "streaming", "async"), Follower("one_db2", "streaming", "sync"))
LEADER = leader(synchronous_to="FIRST 1 (one_db2)", mode="sync-local: block", followers=FOLLOWERS,
                slots=(SLOT, replace(SLOT, name="one_db2")))  # fmt: skip
LOCAL = replace(follower(mode="sync-local: block"), host=BESIDE)
SILENT = Unseen(text("it is silent"))


def look(local: Server = LOCAL, **more: Any) -> DatabaseLook:
    known: dict[str, Any] = {
        "primary": LEADER, "members": {**MEMBERS, BESIDE: "one_db2"}, "received_after": {TWO: 5000, BESIDE: 5000},
        "rings": {ONE: (ring("r1"),), BESIDE: (ring("r1"),)}, "filters": {TWO: {"r2": False}}, "local": local,
    }  # fmt: skip
    return well(DECLARED, **{**known, **more})


def results(seen: DatabaseLook) -> tuple[Result, ...]:
    return (*about_servers(seen), *about_parity(seen, Limits()), *about_way(seen), *about_local(seen, Limits()))


def of_local(seen: DatabaseLook, check: Check) -> Level:
    (found,) = (r for r in results(seen) if r.check is check and r.subject == BESIDE)
    return found.level


def of(seen: DatabaseLook, check: Check) -> Result:
    return next(r for r in results(seen) if r.check is check)


def test_all_is_green_where_all_is_well_and_each_result_has_a_subject_of_its_own() -> None:
    found = results(look())
    assert [r for r in found if r.level is not Level.GREEN] == []
    assert {r.check for r in found if r.subject == BESIDE} == {
        Check.CLUSTER, Check.STANDBY, Check.STREAM, Check.LAG, Check.SLOT, Check.DISK, Check.VERSION, Check.EXTENSIONS,
        Check.SETTINGS, Check.FENCE, Check.FILTER,
    }  # fmt: skip
    assert len({(r.check, r.subject) for r in found}) == len(found), "their history goes by check and subject"
    assert {r.subject for r in about_hosts([look()])} == {ONE, TWO, BESIDE}


def test_a_database_without_one_has_no_results_of_it() -> None:
    assert list(about_local(well(), Limits())) == []


@pytest.mark.parametrize(
    ("check", "seen", "level"),
    [
        (Check.STANDBY, look(SILENT), Level.UNKNOWN),
        (Check.STANDBY, look(replace(LOCAL, runs=False, answers=False)), Level.RED),
        (Check.STREAM, look(replace(LOCAL, receiver=None)), Level.RED),
        (Check.CLUSTER, look(replace(LOCAL, system_identifier="1")), Level.RED),
        (Check.SLOT, look(primary=replace(LEADER, slots=(SLOT,))), Level.RED),
        (Check.LAG, look(received_after={TWO: 5000, BESIDE: 4000}, primary=replace(LEADER, newest_row=0.0)),
         Level.UNKNOWN),
        (Check.FENCE, look(rings={ONE: (ring("r1"),)}), Level.RED),
        (Check.FILTER, look(rings={ONE: (ring("r1"),), BESIDE: (ring("r1", filtered=True),)}), Level.RED),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_found(check: Check, seen: DatabaseLook, level: Level) -> None:
    assert of_local(seen, check) is level


def test_a_local_standby_that_is_gone_keeps_nobody_from_moving_to_the_other_site() -> None:
    for question in (Question.SWITCHOVER, Question.FAILOVER):
        people = [r for r in results(look(SILENT)) if r.subject != "-"]
        assert answer(question, people)[0] is Can.YES


def test_without_a_ring_around_it_a_failover_would_be_refused() -> None:
    can, against = answer(Question.FAILOVER, results(look(rings={ONE: (ring("r1"),)})))
    assert (can, [r.subject for r in against if r.level is Level.RED]) == (Can.NO, [BESIDE])


def test_commits_are_to_wait_for_the_local_one_and_for_nobody_else() -> None:
    assert of(look(), Check.SYNCHRONOUS).level is Level.GREEN
    away = look(primary=replace(LEADER, followers=FOLLOWERS[:1]))
    assert "writes stand still" in str(of(away, Check.SYNCHRONOUS).found)
    for names in ("FIRST 1 (two_db1)", "ANY 1 (two_db1, one_db2)", ""):
        assert of(look(primary=replace(LEADER, synchronous_to=names)), Check.SYNCHRONOUS).level is Level.RED


def test_who_went_on_alone_is_named_with_its_position() -> None:
    alone = Recorded(waits=False, lsn=0x1_0000_0028, since=0.0)
    declared = replace(DECLARED, replication=Replication.LOCAL_DEGRADE)
    seen = replace(look(primary=replace(LEADER, synchronous_to="", recorded=alone)), database=declared)
    found = of(seen, Check.SYNCHRONOUS)
    assert (found.level, "1/28" in str(found.found), "one_db2" in str(found.advice)) == (Level.RED, True, True)


def test_what_a_failover_to_the_other_site_loses_is_what_is_on_its_way_there() -> None:
    behind = look(standby=follower(received=4000), received_after={TWO: 4000, BESIDE: 5000})
    assert (loss_of(behind, Question.FAILOVER).nothing, loss_of(behind, Question.FAILOVER).bytes) == (False, 1000)
    assert not loss_of(look(primary=SILENT), Question.FAILOVER).nothing, "commits waited for another standby"


def test_a_local_standby_that_takes_writes_is_red_at_once() -> None:
    seen = look(replace(LOCAL, in_recovery=False, written=6000))
    found = of(seen, Check.LEADER)
    assert (found.level, BESIDE in str(found.found)) == (Level.RED, True)
    assert of(look(replace(LOCAL, in_recovery=False), primary=SILENT), Check.LEADER).level is Level.RED


def test_while_the_other_site_leads_it_is_at_rest_and_commits_wait_for_nobody() -> None:
    old = replace(follower(), host=ONE)
    new = ServerLook(**{**_fields(LEADER), "host": TWO, "synchronous_to": "", "followers": ()})
    seen = look(replace(LOCAL, answers=False, runs=False), primary=old, standby=new)
    assert seen.leader == TWO
    assert of_local(seen, Check.STANDBY) is Level.AMBER
    found = of(seen, Check.SYNCHRONOUS)
    assert (found.level, "failback" in str(found.advice)) == (Level.RED, True)


def _fields(seen: ServerLook) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in seen.__slots__}
