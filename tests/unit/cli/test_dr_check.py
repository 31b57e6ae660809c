"""``jbnet dr check``: at 80 columns in both languages, as JSON, its exit codes, and its history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import Run
from readiness_world import ONE, TWO, follower, leader, well
from rich.cells import cell_len

from jbnet import wiring
from jbnet.cli.context import Context
from jbnet.cli.dr_check_show import as_json, show
from jbnet.model.text import text
from jbnet.recovery.limits import Limits
from jbnet.recovery.observed import DatabaseLook, Unseen
from jbnet.recovery.outlook import Book, Outlook, outlook
from jbnet.recovery.readiness import Check, Level, Question, Result, outcome
from jbnet.recovery.readiness_around import about_people, about_practice
from jbnet.services.recover.readiness import bindings

REPOSITORY = Path(__file__).parents[3]
NOW = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DEAD = well(primary=Unseen(text("{host} does not answer on TCP", host=ONE)), announced={ONE: None, TWO: False})
PAUSED = well(standby=follower(replay_state="paused"))


def judged(*looks: DatabaseLook, people: Sequence[str] = ("a", "b", "c")) -> Outlook:
    names = ("switchover", "failover", "failback")
    books = {name: Book(wiring.recovery_runbook(REPOSITORY, name), None, {}) for name in names}
    around: list[Result] = [about_people(people), about_practice(Check.DRILL, None, NOW, 92)]
    return outlook(looks, around, books, bindings([look.database for look in looks]), Limits())


def shown(
    found: Outlook, capsys: pytest.CaptureFixture[str], lang: str = "en", *, everything: bool = False
) -> list[str]:
    show(Context(REPOSITORY, lang=lang), found, {}, everything=everything)
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("look", [well(), DEAD, PAUSED], ids=["well", "dead", "paused"])
def test_no_line_is_wider_than_80_columns(
    look: DatabaseLook, lang: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    for everything in (False, True):
        said = shown(judged(look), capsys, lang, everything=everything)
        assert [line for line in said if cell_len(line) > 80] == []


def test_the_worst_stands_first_and_what_is_well_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    said = shown(judged(PAUSED), capsys)
    assert said[0] == f"production: {ONE} leads, {TWO} stands by"
    assert said[1] == f"  red      standby: {TWO}: it replays nothing: paused"
    assert sum(line.startswith("  green") for line in said[: said.index("")]) == 2  # the lag has a line of its own


def test_what_one_silent_host_leaves_unknown_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(" ".join(shown(judged(DEAD), capsys)).split())
    together = "cluster, synchronous, slot, disk, version, extensions, settings, rewind"
    assert f"{together}: {ONE} was not seen: {ONE} does not answer on TCP" in said


def test_answers_say_what_would_be_lost_and_where_the_forecast_comes_from(capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(" ".join(shown(judged(well()), capsys)).split())
    assert "switchover: yes would lose: nothing: it waits for the last record, or stops" in said
    assert "failover: yes would lose: nothing acknowledged: commits wait for the standby" in said
    assert "no execution was measured: usual times, and time-outs at worst" in said


def test_the_worst_answer_stands_for_all_databases() -> None:
    found = judged(well(), PAUSED)
    assert [found.can(question) for question in Question] == ["no", "no"]
    assert judged(well()).can(Question.FAILOVER) == "yes"
    assert judged(well(), people=["a"]).can(Question.FAILOVER) == "no"


def test_after_a_failover_there_is_no_other_failover_and_the_way_back_is_failback() -> None:
    moved = well(primary=follower(), standby=leader(), announced={ONE: False, TWO: True})
    found = judged(moved).databases[0]
    answers = {answer.question: answer for answer in found.answers}
    assert answers[Question.SWITCHOVER].runbook == "failback"
    against = {result.check: result for result in answers[Question.FAILOVER].against}
    assert answers[Question.FAILOVER].can == "no"
    assert Check.RUNBOOK not in against
    assert str(against[Check.MOVED].found) == f"{TWO} leads, the declared standby"
    assert f"jbnet dr failback, in a quiet hour, once {ONE} is well" in str(against[Check.MOVED].advice)


def test_json_has_all_that_is_said() -> None:
    found = judged(DEAD)
    data: dict[str, Any] = json.loads(
        json.dumps(as_json(Context(REPOSITORY), found, {}, NOW, 0.5, outcome(found.results)))
    )
    assert data["outcome"] == "not ready"
    assert data["can"] == {"switchover": "unknown", "failover": "unknown"}
    one = data["databases"][0]
    lag = next(check for check in one["checks"] if check["check"] == "lag")
    assert (lag["level"], lag["value"], lag["looked"]) == ("unknown", None, False)
    assert one["leads_known"] is False
    assert one["answers"][1]["loss"] | {"said": ""} == {
        "nothing": True, "bytes": None, "seconds": 0.0, "transactions": 0, "said": "",
    }  # fmt: skip
    assert one["answers"][1]["forecast"]["assumed"]


def test_without_keys_nothing_can_be_looked_at_and_the_history_keeps_that(run: Run, tmp_path: Path) -> None:
    where = ("-C", REPOSITORY, "--state", tmp_path)
    code, out, _ = run(*where, "--json", "dr", "check", "--database", "production")
    assert code == 1
    assert json.loads(out)["data"]["can"] == {"switchover": "no", "failover": "no"}
    code, out, _ = run(*where, "--json", "dr", "check", "--history", "lag")
    assert code == 0
    rows = json.loads(out)["data"]["rows"]
    assert [(row["subject"], row["database"], row["level"]) for row in rows] == [
        ("golmud-dc-db1", "production", "unknown")
    ]
    code, out, _ = run(*where, "dr", "check", "--history", "lag")
    assert "1 run" in out
    code, _, said = run(*where, "dr", "check", "--history", "nothing")
    assert code == 2
    assert "there is no check nothing" in said


def test_a_database_that_is_not_declared_is_named(run: Run, tmp_path: Path) -> None:
    code, _, said = run("-C", REPOSITORY, "--state", tmp_path, "dr", "check", "--database", "nothing")
    assert code == 2
    assert "nothing" in said


def test_a_lease_has_a_line_of_its_own_also_when_all_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    found = judged(well())
    said = text("{host} holds it, for {left} s without another renewal; {answering} of {count} members answer",
                host=ONE, left="27", answering=3, count=3)  # fmt: skip
    green = Result(Check.LEASE, "production", Level.GREEN, said, said)
    lines = shown(Outlook(found.databases, (*found.common, green)), capsys)
    assert f"{ONE} holds it, for 27 s" in " ".join(" ".join(lines).split())


def test_without_a_declared_lease_nobody_is_asked(run: Run, tmp_path: Path) -> None:
    code, out, _ = run("-C", REPOSITORY, "--state", tmp_path, "--json", "dr", "status", "--lease")
    assert (code, json.loads(out)["data"]["leases"]) == (0, [])
