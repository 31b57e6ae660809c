"""A database that people moved away: it is said since when, and nobody is told of a defect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness_world import ONE, TWO, follower, leader, well

from jbnet.recovery.readiness import Check, Level
from jbnet.recovery.readiness_follow import Weight, weight
from jbnet.recovery.readiness_moved import about_moved, moves, unfinished

BEGUN = datetime(2026, 11, 23, 4, tzinfo=UTC)
AWAY = well(primary=follower(), standby=leader())


def journal(runbook: str, hours: int, *databases: str, result: str = "done") -> Sequence[Mapping[str, Any]]:
    """An execution that ended ``hours`` after the first one began."""
    bindings = [{"database": name} for name in databases]
    header = {"runbook_name": runbook, "bindings": bindings, "runbook": {}, "started_by": [], "approvers": {}}
    rows = [("execution", f"20261123-{hours}", header), ("finished", f"20261123-{hours}", {"result": result})]
    time = (BEGUN + timedelta(hours=hours)).isoformat()
    return [{"seq": n, "time": time, "kind": kind, "subject": subject, "data": data, "hash": ""}
            for n, (kind, subject, data) in enumerate(rows, 1)]  # fmt: skip


def test_who_moved_it_last_is_known_by_database_and_a_way_back_ends_it() -> None:
    found = moves([
        journal("failback", 5, "exchange"),
        journal("failover", 1, "production", "exchange"),
        journal("switchover", 3, "production"),
        journal("failover", 4, "production", result="abandoned"),
        journal("drill", 6, "production"),
    ])  # fmt: skip
    assert {name: done.execution for name, done in found.items()} == {"production": "20261123-3"}


def promoted(host: str, hours: int, result: str | None = "abandoned") -> Sequence[Mapping[str, Any]]:
    """An execution that promoted a host, and did not come to its end."""
    header, *ended = journal("failover", hours, "production", result=result or "-")
    header["data"]["bindings"][0] |= {"primary": ONE, "standby": TWO}
    params = {"database": "production", "host": host}
    said = {"intent": {"action": "promote", "params": params}, "result": {"evidence": {}}}
    rows = [{**header, "kind": kind, "subject": "promote[production]", "data": data} for kind, data in said.items()]
    return [header, *rows, *(ended if result else ())]


def test_a_promotion_is_on_record_whatever_became_of_the_execution_behind_it() -> None:
    assert moves([promoted(TWO, 1)])["production"].execution == "20261123-1"
    assert moves([promoted(TWO, 1), promoted(ONE, 2)]) == {}
    assert unfinished([promoted(TWO, 1), promoted(TWO, 2, None)]) == {"production": "20261123-2"}


def test_it_says_since_when_and_through_what_and_what_is_left_to_do() -> None:
    by = moves([journal("failover", 1, "production")])["production"]
    found, record = about_moved(AWAY, by)
    assert (record.level, str(record.found)) == (Level.GREEN, "20261123-1")
    assert str(found.found) == f"{TWO} leads since 2026-11-23 05:00:00 UTC (failover 20261123-1)"
    assert "jbnet dr failback" in str(found.advice)
    assert about_moved(well(), by) == ()


def test_it_weighs_less_than_any_defect() -> None:
    assert weight(Check.MOVED) is Weight.AWAY
    assert max(weight(check) for check in Check if check is not Check.MOVED) < Weight.AWAY
