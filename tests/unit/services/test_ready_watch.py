"""Looking at readiness beside the rounds: whatever a look meets is a result, and what is recorded names its reasons."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from eventually import eventually
from readiness_world import ONE, TWO, follower, leader
from readiness_world import well as all_well
from test_readiness_looks import network

from jbnet.adapters.clock import SystemClock
from jbnet.model.errors import TargetError
from jbnet.model.text import Text, text
from jbnet.monitor.alarms import Severity
from jbnet.monitor.ready_results import Look, Unready, look_of, looks_in
from jbnet.ports.readiness import ReadinessLook
from jbnet.recovery.forecast import Finished
from jbnet.recovery.plan import HostFence, RecoveryPlan
from jbnet.recovery.readiness import Check, Level, Result
from jbnet.recovery.readiness_moved import about_moved
from jbnet.services.watch.readiness import ReadinessWatch
from jbnet.services.watch.ready_records import records

PLAN = RecoveryPlan("one", "two", TWO, {ONE: HostFence((("one-app1",),), (TWO, "two-app1"))})
RED = Result(Check.STANDBY, TWO, Level.RED, text("it does not run"), text("it runs"), text("start it"),
             database="production")  # fmt: skip


class Scripted:
    """Implements ReadinessLooks: gives what it was told, again and again."""

    def __init__(self, *answers: Callable[[], ReadinessLook]):
        self.answers = list(answers)
        self.closed = threading.Event()

    def look(self, timeout: float) -> ReadinessLook:
        return (self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])()

    def close(self) -> None:
        self.closed.set()


def late() -> ReadinessLook:
    raise TargetError("it did not end within {seconds:g} s", seconds=40)


def broken() -> ReadinessLook:
    raise ZeroDivisionError("a defect")


def well() -> ReadinessLook:
    return ReadinessLook(look_of(5, ()))


def watch(
    *answers: Callable[[], ReadinessLook], every_s: float = 0.01, said: list[Text] | None = None
) -> ReadinessWatch:
    return ReadinessWatch(Scripted(*answers), every_s, SystemClock(), (said if said is not None else []).append)


def one(found: object) -> Look:
    assert isinstance(found, tuple)
    (look,) = looks_in(found)
    return look


def test_a_look_that_fails_in_whatever_way_is_a_result_that_says_why() -> None:
    assert str(one(watch(late).look()).why) == "it did not end within 40 s"
    assert "a defect" in str(one(watch(broken).look()).why)
    assert one(watch(well).look()) == Look(5, ())


def test_looks_go_on_after_one_that_failed_and_each_is_taken_once() -> None:
    looking = watch(broken, well)
    assert looking.beats() == {}
    looking.start()
    try:
        assert eventually(lambda: (found := looking.take()) and one(found).why is None, 20)
        assert looking.beats().keys() == {"readiness"}
    finally:
        looking.close()
    looking.take()
    assert looking.take() == ()


def test_closing_ends_the_look_that_is_under_way() -> None:
    begun = threading.Event()
    scripted = Scripted(well)

    def hang() -> ReadinessLook:
        begun.set()
        scripted.closed.wait(60)
        raise TargetError("looking has ended")

    scripted.answers = [hang]
    looking = ReadinessWatch(scripted, 0.01, SystemClock())
    looking.start()
    assert begun.wait(20)
    looking.close()
    assert looking.take() == (), "nobody wants to know of it any more"


def test_a_history_that_cannot_be_written_is_said_once_until_it_can_be_again() -> None:
    said: list[Text] = []
    full = ReadinessLook((), text("no room is left"))
    looking = watch(lambda: full, lambda: full, well, lambda: full, said=said)
    for _ in range(4):
        looking.look()
    assert [str(one) for one in said] == ["the history of checks is not kept: no room is left"] * 2


def recorded(*results: Result) -> dict[str, Unready]:
    look = one(records(network(), PLAN, results))
    assert look.checks == len(results)
    return {found.check: found for found in look.found}


def test_what_is_not_green_is_recorded_with_its_words_and_with_what_may_explain_it() -> None:
    found = recorded(RED, replace(RED, check=Check.LAG, level=Level.GREEN))
    assert found.keys() == {"standby"}
    standby = found["standby"]
    assert (standby.device, standby.part, standby.level, standby.severity) == (TWO, "production", "red", Severity.MAJOR)
    assert (standby.expected, standby.found, standby.advice) == (RED.expected, RED.found, RED.advice)
    assert set(standby.hosts) == {ONE, TWO}


def test_what_is_at_stake_has_no_excuse_and_an_unread_fence_has_its_routers() -> None:
    found = recorded(replace(RED, check=Check.SYNCHRONOUS, subject=ONE), replace(RED, check=Check.FENCE, subject=ONE))
    assert found["synchronous"].hosts == ()
    assert set(found["fence"].hosts) == {ONE, TWO, "one-app1", "two-app1"}


def test_a_check_of_no_device_is_filed_where_its_database_leads_or_under_the_monitor() -> None:
    found = recorded(replace(RED, check=Check.ADDRESS, subject="10.3.0.1"),
                     replace(RED, check=Check.APPROVERS, subject="-", database=None))  # fmt: skip
    assert (found["address"].device, found["address"].part) == (ONE, "production")
    assert (found["approvers"].device, found["approvers"].part) == ("monitor", "")


def test_a_database_that_people_moved_away_is_a_warning_with_the_way_back_and_no_defect() -> None:
    by = Finished("20261123-1", "failover", datetime(2026, 11, 23, tzinfo=UTC), ("production",))
    moved = about_moved(all_well(primary=follower(), standby=leader()), by)
    (found,) = recorded(*moved).values()
    assert (found.check, found.device, found.part, found.severity) == ("moved", TWO, "production", Severity.WARNING)
    assert found.advice is not None
    assert found.hosts == ()


def test_one_that_nobody_on_record_moved_away_is_critical_for_its_primary_may_come_back_beside_it() -> None:
    found = recorded(*about_moved(all_well(primary=follower(), standby=leader()), None))
    assert (found["record"].severity, found["moved"].severity) == (Severity.CRITICAL, Severity.WARNING)
    assert found["record"].counts


def test_of_what_two_databases_say_of_one_host_the_worst_is_recorded() -> None:
    fence = replace(RED, check=Check.FENCE, subject=ONE)
    look = one(records(network(), PLAN, [replace(fence, level=Level.AMBER), replace(fence, database="exchange")]))
    assert [(found.part, found.level) for found in look.found] == [("", "red")]


def test_an_application_that_may_not_be_deployed_leaves_nothing_open() -> None:
    unknown = replace(RED, check=Check.APPLICATION, subject="card", database=None, level=Level.UNKNOWN)
    found = recorded(unknown, replace(RED, level=Level.UNKNOWN, looked=False))
    assert not found["application"].counts
    assert found["standby"].counts
