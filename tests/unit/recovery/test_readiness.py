"""Each check of readiness: what makes it green, amber, red, and what leaves it unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from readiness_world import ALIKE, ONE, ROOM, TWO, database, follower, leader, ring, well

from jbnet.model.business import Replication
from jbnet.model.text import text
from jbnet.recovery.limits import Limits
from jbnet.recovery.loss import loss_of
from jbnet.recovery.observed import (
    DatabaseLook,
    Follower,
    Recorded,
    RingLook,
    ServerLook,
    ServiceLook,
    Slot,
    Unseen,
    Volume,
)
from jbnet.recovery.parity import about_parity
from jbnet.recovery.plan import load_plan
from jbnet.recovery.readiness import Can, Check, Level, Outcome, Question, Result, answer, outcome
from jbnet.recovery.readiness_around import (
    Door,
    Port,
    Practice,
    about_application,
    about_hosts,
    about_people,
    about_practice,
    about_way,
)
from jbnet.recovery.readiness_servers import about_servers

SILENT = Unseen(text("it is silent"))
NOW = datetime(2026, 11, 23, tzinfo=UTC)
ASYNC = database(replication=Replication.ASYNC, rpo_s=60)
FREE = leader(synchronous_to="", mode="async", followers=(Follower("two_db1", "streaming", "async"),))


def results(look: DatabaseLook) -> tuple[Result, ...]:
    return (*about_servers(look), *about_parity(look, Limits()), *about_way(look))


def level(look: DatabaseLook, check: Check) -> Level:
    """The worst level of a check."""
    return max((r.level for r in results(look) if r.check is check), key=lambda found: found.rank)


def slot(**more: Any) -> Slot:
    return replace(Slot("two_db1", active=True, wal_status="reserved", safe_bytes=1 << 30), **more)


def behind(age: float | None, heartbeat: float | None, **more: Any) -> DatabaseLook:
    """An asynchronous standby that lacks 1000 bytes, by its newest commit and by the heartbeat."""
    newest = None if heartbeat is None else (FREE.newest_row or 0) - heartbeat
    late = follower(received=4000, replayed=4000, last_replay_age_s=age, newest_row=newest)
    return well(ASYNC, primary=FREE, standby=late, received_after={TWO: 4000}, **more)


def test_with_all_well_everything_is_green() -> None:
    assert {result.level for result in results(well())} == {Level.GREEN}


DEGRADING = database(replication=Replication.DEGRADE)
GONE_ON = leader(
    synchronous_to="", mode="sync-remote: degrade", recorded=Recorded(waits=False, lsn=0x1_0000_0028, since=0.0)
)
CASES: Mapping[str, tuple[DatabaseLook, Check, Level]] = {
    "two leaders": (well(standby=follower(in_recovery=False)), Check.LEADER, Level.RED),
    "nobody leads": (well(primary=leader(in_recovery=True)), Check.LEADER, Level.RED),
    "the leader is silent": (well(primary=SILENT), Check.LEADER, Level.UNKNOWN),
    "the standby leads": (
        well(primary=leader(in_recovery=True), standby=follower(in_recovery=False)), Check.LEADER, Level.AMBER,
    ),
    "another cluster": (well(standby=follower(system_identifier="8")), Check.CLUSTER, Level.RED),
    "a cluster that cannot be read": (well(standby=follower(system_identifier=None)), Check.CLUSTER, Level.UNKNOWN),
    "a silent standby": (well(standby=SILENT), Check.STANDBY, Level.UNKNOWN),
    "no data": (well(standby=follower(exists=False)), Check.STANDBY, Level.RED),
    "stopped": (well(standby=follower(runs=False, answers=False)), Check.STANDBY, Level.RED),
    "frozen": (well(standby=follower(answers=False, in_recovery=None)), Check.STANDBY, Level.RED),
    "replay paused": (well(standby=follower(replay_state="paused")), Check.STANDBY, Level.RED),
    "much to replay": (well(standby=follower(received=1 << 40)), Check.STANDBY, Level.AMBER),
    "replay unknown": (well(standby=follower(replayed=None)), Check.STANDBY, Level.UNKNOWN),
    "no stream": (well(standby=follower(receiver=None)), Check.STREAM, Level.RED),
    "a stream from elsewhere": (well(primary=leader(followers=())), Check.STREAM, Level.RED),
    "another timeline": (well(standby=follower(timeline=2)), Check.STREAM, Level.RED),
    "an unknown timeline": (well(standby=follower(timeline=None)), Check.STREAM, Level.UNKNOWN),
    "nothing heard": (well(standby=follower(receives_s=60)), Check.STREAM, Level.AMBER),
    "a stream from a leader unseen": (well(primary=SILENT), Check.STREAM, Level.UNKNOWN),
    "commits wait for nobody": (well(primary=leader(synchronous_to="")), Check.SYNCHRONOUS, Level.RED),
    "commits wait for another": (well(primary=leader(synchronous_to="FIRST 1 (x)")), Check.SYNCHRONOUS, Level.RED),
    "the one waited for is away": (well(primary=leader(followers=())), Check.SYNCHRONOUS, Level.RED),
    "one of two is enough": (
        well(primary=leader(synchronous_to="ANY 1 (one_db2, two_db1)")), Check.SYNCHRONOUS, Level.RED,
    ),
    "all of two are wanted": (
        well(primary=leader(synchronous_to="FIRST 2 (one_db2, two_db1)")), Check.SYNCHRONOUS, Level.GREEN,
    ),
    "a role that does not wait": (well(primary=leader(weakened=("*/batch",))), Check.SYNCHRONOUS, Level.RED),
    "commits that wait for memory": (well(primary=leader(commits="remote_write")), Check.SYNCHRONOUS, Level.RED),
    "gone on alone": (well(DEGRADING, primary=GONE_ON), Check.SYNCHRONOUS, Level.RED),
    "set up for another mode": (well(DEGRADING), Check.SYNCHRONOUS, Level.AMBER),
    "no keeper": (well(primary=leader(keeper=False)), Check.SYNCHRONOUS, Level.AMBER),
    "async, yet commits wait": (well(ASYNC), Check.SYNCHRONOUS, Level.AMBER),
    "async": (well(ASYNC, primary=FREE), Check.SYNCHRONOUS, Level.GREEN),
    "whom commits wait for": (well(primary=leader(synchronous_to=None)), Check.SYNCHRONOUS, Level.UNKNOWN),
    "no slot": (well(primary=leader(slots=())), Check.SLOT, Level.RED),
    "a lost slot": (well(primary=leader(slots=(slot(wal_status="lost"),))), Check.SLOT, Level.RED),
    "a slot that nobody reads": (well(primary=leader(slots=(slot(active=False),))), Check.SLOT, Level.RED),
    "a slot at its end": (well(primary=leader(slots=(slot(safe_bytes=1),))), Check.SLOT, Level.AMBER),
    "a slot without a limit": (well(primary=leader(slot_limit=None)), Check.SLOT, Level.AMBER),
    "an unknown slot": (well(primary=leader(slots=(slot(wal_status=None),))), Check.SLOT, Level.UNKNOWN),
    "a leader unseen has no slots": (well(primary=SILENT), Check.SLOT, Level.UNKNOWN),
    "a full disk": (well(primary=leader(volumes=ROOM | {"wal": Volume(1, 100)})), Check.DISK, Level.RED),
    "little room": (well(standby=follower(volumes=ROOM | {"data": Volume(15, 100)})), Check.DISK, Level.AMBER),
    "less room than a slot may take": (
        well(primary=leader(volumes=ROOM | {"wal": Volume(1 << 29, 1 << 30)})), Check.DISK, Level.AMBER,
    ),
    "unknown room": (well(standby=follower(volumes={})), Check.DISK, Level.UNKNOWN),
    "another major version": (well(standby=follower(version="14.2")), Check.VERSION, Level.RED),
    "another minor version": (well(standby=follower(version="15.2")), Check.VERSION, Level.AMBER),
    "another C library": (well(standby=follower(libc="glibc 2.31")), Check.VERSION, Level.AMBER),
    "an unknown version": (well(standby=follower(version=None)), Check.VERSION, Level.UNKNOWN),
    "a missing extension": (well(standby=follower(available=frozenset())), Check.EXTENSIONS, Level.RED),
    "unknown extensions": (well(primary=leader(installed=None)), Check.EXTENSIONS, Level.UNKNOWN),
    "fewer connections": (
        well(standby=follower(settings=ALIKE | {"max_connections": "9"})), Check.SETTINGS, Level.RED,
    ),
    "more senders": (well(standby=follower(settings=ALIKE | {"max_wal_senders": "99"})), Check.SETTINGS, Level.AMBER),
    "another wal_level": (well(standby=follower(settings=ALIKE | {"wal_level": "minimal"})), Check.SETTINGS, Level.RED),
    "unknown settings": (well(standby=follower(settings={})), Check.SETTINGS, Level.UNKNOWN),
    "no rewind": (well(primary=leader(checksums=False, log_hints=False)), Check.REWIND, Level.AMBER),
    "hints alone": (well(primary=leader(checksums=False)), Check.REWIND, Level.GREEN),
    "rewind unknown": (well(primary=leader(checksums=None, log_hints=False)), Check.REWIND, Level.UNKNOWN),
    "announced twice": (well(announced={ONE: True, TWO: True}), Check.ADDRESS, Level.RED),
    "announced nowhere": (well(announced={ONE: False, TWO: False}), Check.ADDRESS, Level.RED),
    "announced by the standby": (well(announced={ONE: False, TWO: True}), Check.ADDRESS, Level.RED),
    "perhaps announced twice": (well(announced={ONE: True, TWO: None}), Check.ADDRESS, Level.UNKNOWN),
    "a client meets the standby": (well(service=ServiceLook("7000000000000000001", True)), Check.SERVICE, Level.RED),
    "a client meets a stranger": (well(service=ServiceLook("8", False)), Check.SERVICE, Level.RED),
    "no client gets through": (well(service=SILENT), Check.SERVICE, Level.UNKNOWN),
    "no fence": (well(rings={}), Check.FENCE, Level.RED),
    "one ring of two": (well(rings={ONE: (ring("r1", filtered=None), ring("core-1"))}), Check.FENCE, Level.AMBER),
    "no ring answers": (well(rings={ONE: (ring("r1", filtered=None),)}), Check.FENCE, Level.RED),
    "a ring that shuts nobody in": (well(rings={ONE: (ring("r1", shuts_in=False),)}), Check.FENCE, Level.RED),
    "a filter left around the leader": (well(rings={ONE: (ring("r1", filtered=True),)}), Check.FILTER, Level.RED),
    "a filter left around the standby": (well(filters={TWO: {"r2": True}}), Check.FILTER, Level.RED),
    "a router that does not say": (well(filters={TWO: {"r2": None}}), Check.FILTER, Level.UNKNOWN),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_judged(case: str) -> None:
    look, check, wanted = CASES[case]
    assert level(look, check) is wanted


def test_after_a_failover_the_filter_around_the_old_primary_is_meant_to_be_there() -> None:
    moved = well(
        primary=SILENT, standby=follower(in_recovery=False, written=6000), filters={ONE: {"r1": True}},
        rings={TWO: (ring("r2"),)}, announced={ONE: False, TWO: True},
    )  # fmt: skip
    assert level(moved, Check.FILTER) is Level.AMBER


def test_a_ring_read_through_one_vantage_alone_proves_nothing() -> None:
    seen = ring("r1", "r2")
    one_eyed = RingLook(seen.routers, seen.shuts_in, tuple(look for look in seen.seen if look.vantage == "noc-s1"))
    assert level(well(rings={ONE: (one_eyed,)}), Check.FENCE) is Level.RED
    assert level(well(rings={ONE: (one_eyed,)}), Check.VANTAGES) is Level.RED


@pytest.mark.parametrize(
    ("age", "heartbeat", "wanted"),
    [
        (1, 0, Level.GREEN),
        (31, 0, Level.AMBER),
        (0, 31, Level.AMBER),
        (61, 0, Level.RED),
        (0, 61, Level.RED),
        (61, None, Level.RED),
        (1, None, Level.UNKNOWN),
        (None, 1, Level.UNKNOWN),
        (None, None, Level.UNKNOWN),
    ],
)
def test_with_bytes_missing_the_worse_of_both_times_counts(
    age: float | None, heartbeat: float | None, wanted: Level
) -> None:
    assert level(behind(age, heartbeat), Check.LAG) is wanted


def test_with_no_bytes_missing_an_idle_primary_s_age_is_shown_and_not_judged() -> None:
    idle = well(ASYNC, primary=FREE, standby=follower(last_replay_age_s=86400))
    result = next(r for r in results(idle) if r.check is Check.LAG)
    assert result.level is Level.GREEN
    assert str(result.found) == "0 bytes; 86400.0 s by its newest commit; 0.0 s by the heartbeat"


def test_an_old_row_is_no_heartbeat() -> None:
    quiet = replace(FREE, newest_row=(FREE.clock or 0) - 3600)
    look = replace(behind(1, 0), primary=quiet)
    assert level(look, Check.LAG) is Level.UNKNOWN


def test_what_a_synchronous_standby_lacks_is_not_acknowledged() -> None:
    look = well(standby=follower(received=4000), received_after={TWO: 4000})
    assert level(look, Check.LAG) is Level.AMBER
    assert loss_of(look, Question.FAILOVER).nothing


def test_what_went_on_alone_would_be_lost_and_since_where_is_said() -> None:
    look = well(DEGRADING, primary=GONE_ON, standby=follower(received=4000), received_after={TWO: 4000})
    lost = loss_of(look, Question.FAILOVER)
    assert (lost.nothing, lost.bytes) == (False, 1000)
    assert "1970-01-01 00:00:00 UTC, 1/28" in str(lost.said)
    found = next(result for result in about_servers(look) if result.check is Check.SYNCHRONOUS)
    assert "1/28" in str(found.found)


def test_while_commits_stand_still_nothing_acknowledged_is_missing() -> None:
    away = leader(followers=(), written=9000)
    assert loss_of(well(primary=away, received_after={TWO: 5000}), Question.FAILOVER).nothing
    assert not loss_of(well(primary=away, received_after={TWO: 99}), Question.FAILOVER).nothing, "before they waited"
    assert not loss_of(well(primary=away, standby=SILENT), Question.FAILOVER).nothing


@pytest.mark.parametrize(
    ("mode", "standby", "nothing"),
    [
        (Replication.BLOCK, follower(), True),
        (Replication.BLOCK, follower(received=6000), False),
        (Replication.BLOCK, follower(recorded=None), False),
        (Replication.BLOCK, follower(recorded=Recorded(waits=False, lsn=1, since=0.0)), False),
        (Replication.DEGRADE, follower(), False),
        (Replication.ASYNC, follower(), False),
    ],
)
def test_of_a_silent_leader_only_block_and_the_record_at_the_standby_prove_that_nothing_is_missing(
    mode: Replication, standby: ServerLook, nothing: bool
) -> None:
    look = well(database(replication=mode), primary=SILENT, standby=standby)
    assert loss_of(look, Question.FAILOVER).nothing is nothing


def test_lag_is_against_what_the_standby_had_after_the_leader_answered() -> None:
    look = well(ASYNC, primary=FREE, standby=follower(received=4000), received_after={TWO: 5000})
    assert level(look, Check.LAG) is Level.GREEN


def test_a_loss_is_unknown_with_the_leader_unseen_and_never_nothing() -> None:
    loss = loss_of(well(ASYNC, primary=SILENT), Question.FAILOVER)
    assert (loss.nothing, loss.bytes, loss.transactions) == (False, None, None)


def test_an_asynchronous_loss_counts_bytes_seconds_and_transactions() -> None:
    look = behind(3, 2)
    lost = loss_of(replace(look, primary=replace(FREE, next_xid=812)), Question.FAILOVER)
    assert (lost.nothing, lost.bytes, lost.seconds, lost.transactions) == (False, 1000, 3, 12)


@pytest.mark.parametrize(("count", "wanted"), [(0, Level.RED), (1, Level.RED), (2, Level.AMBER), (3, Level.GREEN)])
def test_two_people_approve_and_a_third_starts(count: int, wanted: Level) -> None:
    assert about_people([f"p{n}" for n in range(count)]).level is wanted


@pytest.mark.parametrize(
    ("here", "there", "wanted"),
    [
        (Port.OPEN, Port.OPEN, Level.GREEN),
        (Port.OPEN, Port.CLOSED, Level.RED),
        (Port.CLOSED, Port.OPEN, Level.AMBER),
        (Port.CLOSED, Port.CLOSED, Level.UNKNOWN),
        (Port.OPEN, Port.SILENT, Level.UNKNOWN),
        (Port.SILENT, Port.OPEN, Level.UNKNOWN),
    ],
)
def test_an_application_is_wanted_at_both_sites(here: str, there: str, wanted: Level) -> None:
    sites = {"east": {"e1": Door(here, "1.2")}, "west": {"w1": Door(there, "1.2")}}
    found = about_application("card", sites, "east", "west")
    assert found.level is wanted
    assert found.looked is (Port.SILENT not in (here, there))


def test_an_application_without_a_host_at_the_other_site_would_be_left_behind() -> None:
    assert about_application("card", {"east": {"e1": Door(Port.OPEN)}}, "east", "west").level is Level.AMBER


def test_a_second_host_of_a_site_that_runs_another_release_is_named_and_one_that_is_down_is_not_asked() -> None:
    def judged(second: Door) -> Result:
        sites = {"east": {"e1": Door(Port.OPEN, "1.2"), "e2": second}, "west": {"w1": Door(Port.OPEN, "1.2")}}
        return about_application("card", sites, "east", "west")

    assert judged(Door(Port.CLOSED)).level is Level.GREEN
    found = judged(Door(Port.OPEN, "1.1"))
    assert (found.level, str(found.found)) == (Level.RED, "other releases run at the sites: e1 1.2, e2 1.1, w1 1.2")


def test_practice_is_amber_when_it_is_old_and_when_there_was_none() -> None:
    def judged(last: Practice | Unseen | None) -> Level:
        return about_practice(Check.DRILL, last, NOW, 92).level

    assert judged(Practice(NOW - timedelta(days=91), "drill")) is Level.GREEN
    assert judged(Practice(NOW - timedelta(days=93), "drill")) is Level.AMBER
    assert judged(None) is Level.AMBER
    assert judged(SILENT) is Level.UNKNOWN


def test_a_host_that_answers_for_one_database_is_reached() -> None:
    looks = [well(primary=SILENT), well(database("exchange"))]
    assert {r.subject: r.level for r in about_hosts(looks)} == {ONE: Level.GREEN, TWO: Level.GREEN}
    assert {r.subject: r.level for r in about_hosts(looks[:1])} == {ONE: Level.UNKNOWN, TWO: Level.GREEN}


def test_a_dead_primary_leaves_the_failover_open_and_forbids_the_planned_move() -> None:
    dead = results(well(primary=SILENT))
    assert answer(Question.FAILOVER, dead)[0] is Can.UNKNOWN  # nobody can say that both are one cluster
    assert answer(Question.SWITCHOVER, dead)[0] is Can.UNKNOWN
    stopped = results(well(primary=leader(runs=False, answers=False, in_recovery=None)))
    assert answer(Question.SWITCHOVER, stopped)[0] is Can.NO


def test_red_is_not_ready_and_what_decides_nothing_is_only_unseen() -> None:
    good = list(results(well()))
    silent = Result(Check.HOST, "app", Level.UNKNOWN, text("-"), text("-"), looked=False)
    unknown = replace(silent, check=Check.CLUSTER)
    not_there = replace(silent, check=Check.APPLICATION, looked=True)
    assert outcome(good) is Outcome.READY
    assert outcome([*good, not_there]) is Outcome.READY
    assert outcome([*good, silent]) is Outcome.UNSEEN
    assert outcome([*good, unknown]) is Outcome.NOT_READY
    assert outcome([*good, silent, replace(silent, level=Level.RED)]) is Outcome.NOT_READY


PLAN = """
sites: {primary: east, standby: west}
run_from: west-db1
fences: {}
"""


def test_limits_have_defaults_and_are_read_from_the_plan() -> None:
    plan, _ = load_plan("dr/plan.yaml", PLAN)
    assert plan is not None
    assert plan.readiness == Limits()
    plan, _ = load_plan("dr/plan.yaml", PLAN + "readiness: {drill_days: 7, disk_free_percent: 30}")
    assert plan is not None
    assert plan.readiness == Limits(drill_days=7, disk_free_percent=30)


@pytest.mark.parametrize(
    "wrong", ["{drill_days: 0}", "{disk_free_percent: 101}", "{drill_days: often}", "{dril_days: 7}"]
)
def test_wrong_limits_are_named_with_their_place(wrong: str) -> None:
    plan, findings = load_plan("dr/plan.yaml", PLAN + f"readiness: {wrong}")
    assert plan is None
    assert [(f.code, f.place.line if f.place else 0) for f in findings] in ([("JB703", 5)], [("JB701", 5)])
