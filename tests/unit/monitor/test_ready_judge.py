"""What looks at readiness come to: one incident for what stays red, one for what is not known, none for a symptom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from networks import small
from watching import Watching

from jbnet.model.text import text
from jbnet.monitor.alarms import Severity
from jbnet.monitor.codec import pack_incident, unpack_incident
from jbnet.monitor.codec_carried import pack_carried, unpack_carried
from jbnet.monitor.probing_file import load_probes
from jbnet.monitor.probing_results import Probed, unpack_probed
from jbnet.monitor.ready_judge import ReadyRules
from jbnet.monitor.ready_results import Unready, look_of, no_look, unready_of
from jbnet.monitor.rules import Rules
from jbnet.monitor.samples import Sample

HOST, OTHER = "golmud-dc-r1", "xining-r1"
PAUSED = text("it replays nothing: {state}", state="paused")
STANDBY = Unready("standby", HOST, "production", "red", Severity.MAJOR, text("it runs, follows and replays"), PAUSED,
                  text("see its log"), hosts=(HOST,))  # fmt: skip
WAITS = replace(STANDBY, check="synchronous", device=OTHER, found=text("commits wait for nobody"), hosts=())
CAUSE = f"alarm readiness-standby {HOST}/production"
NOT_KNOWN = "alarm readiness-unknown monitor/readiness"


@pytest.fixture
def watch() -> Watching:
    return Watching(small(), rules=Rules(ready=ReadyRules()))


def look(watch: Watching, *found: Unready, times: int = 1) -> list[str]:
    return played(watch, look_of(70, found), times)


def played(watch: Watching, probed: tuple[Probed, ...], times: int = 1) -> list[str]:
    """Do rounds that bring a look; return the causes of the open incidents."""
    for _ in range(times):
        watch.time += timedelta(seconds=1)
        watch.play(tuple(watch.net.look(watch.time) for _ in range(2)), probed)
    return watch.causes


def test_what_is_red_in_two_looks_in_a_row_is_an_incident_until_it_is_green_in_two(watch: Watching) -> None:
    assert look(watch, STANDBY) == []
    assert look(watch) == []
    assert look(watch, STANDBY) == []
    assert look(watch, STANDBY) == [CAUSE]
    watch.round(5)
    assert watch.causes == [CAUSE], "rounds without a look change nothing"
    (found,) = watch.open
    assert (found.severity, found.subject, found.rule) == (Severity.MAJOR, HOST, "readiness-standby")
    assert found.said == (STANDBY.expected, PAUSED)
    assert found.advice == STANDBY.advice
    assert look(watch) == [CAUSE]
    assert look(watch) == []
    assert [word for word, _ in watch.told] == ["opened", "closed"]


def test_how_many_looks_is_declared(watch: Watching) -> None:
    watch.rules = Rules(ready=ReadyRules(looks=1))
    assert look(watch, STANDBY) == [CAUSE]
    assert look(watch) == []


def test_each_database_and_check_has_its_own(watch: Watching) -> None:
    other = replace(STANDBY, part="exchange")
    assert set(look(watch, STANDBY, other, times=2)) == {CAUSE, CAUSE.replace("production", "exchange")}
    assert look(watch, other, times=2) == [CAUSE.replace("production", "exchange")]


def test_unknown_neither_raises_an_alarm_nor_ends_one(watch: Watching) -> None:
    unknown = replace(STANDBY, level="unknown", counts=False)
    assert look(watch, unknown, times=5) == []
    look(watch, STANDBY, times=2)
    assert look(watch, unknown, times=5) == [CAUSE]
    assert look(watch, times=2) == []


def test_amber_is_an_alarm_only_where_that_is_declared_and_then_a_warning(watch: Watching) -> None:
    amber = replace(STANDBY, level="amber")
    assert look(watch, amber, times=3) == []
    watch.rules = Rules(ready=ReadyRules(amber=True))
    assert look(watch, amber, times=2) == [CAUSE.replace("standby ", "standby-amber ")]
    assert watch.open[0].severity is Severity.WARNING
    assert look(watch, STANDBY, times=2) == [CAUSE], "what gets worse is news"


def test_what_follows_from_another_red_check_is_none(watch: Watching) -> None:
    assert look(watch, STANDBY, replace(STANDBY, check="stream", follows=True), times=3) == [CAUSE]


def test_a_known_fault_explains_what_stands_on_it_and_not_what_it_puts_at_stake(watch: Watching) -> None:
    watch.net.dead = {HOST}
    watch.round(20)
    fault = watch.causes
    assert fault == [f"device {HOST}"]
    unknown = replace(STANDBY, check="disk", level="unknown")
    assert look(watch, STANDBY, unknown, times=3) == fault
    assert look(watch, STANDBY, WAITS, times=2) == [*fault, f"alarm readiness-synchronous {OTHER}/production"]


def test_what_was_said_before_the_fault_was_known_is_taken_back(watch: Watching) -> None:
    assert look(watch, STANDBY, times=2) == [CAUSE]
    watch.net.dead = {HOST}
    watch.round(20)
    assert look(watch, STANDBY) == [f"device {HOST}"]


def test_a_silent_agent_on_a_host_that_answers_explains_nothing(watch: Watching) -> None:
    for number in range(12):
        watch.time += timedelta(seconds=1)
        seen = watch.net.look(watch.time)
        seen = tuple(Sample(HOST, s.time, answered=False, pinged=True) if s.device == HOST else s for s in seen)
        watch.play((seen, seen), look_of(70, [STANDBY]) if number > 8 else ())
    assert watch.book.states[HOST].answer.down
    assert CAUSE in watch.causes


def test_all_that_nobody_knows_is_one_incident_that_says_why(watch: Watching) -> None:
    reason = text("no SSH key for the account {user}", user="postgres")
    unknown = [replace(STANDBY, check=check, level="unknown", found=reason) for check in ("standby", "lag", "disk")]
    assert look(watch, *unknown, times=2) == [NOT_KNOWN]
    (found,) = watch.open
    assert found.said is not None
    assert (
        str(found.said[1])
        == "3 of 70 are not known: standby; lag; disk (production): no SSH key for the account postgres"
    )
    assert look(watch, times=2) == []


def test_no_look_at_all_is_the_same_incident_and_ends_none(watch: Watching) -> None:
    look(watch, STANDBY, times=2)
    failed = no_look(text("it did not end within {seconds:g} s", seconds=40.0))
    assert played(watch, failed) == [CAUSE]
    assert played(watch, failed, 3) == [CAUSE, NOT_KNOWN]
    said = watch.open[1].said
    assert said is not None
    assert str(said[1]) == "no look: it did not end within 40 s"
    assert look(watch, times=2) == []


def test_a_heartbeat_that_says_that_commits_do_not_wait_is_not_said_twice(watch: Watching) -> None:
    probes, findings = load_probes('probes: {heartbeat: {kind: sql, databases: ["*"]}}', small())
    assert not findings
    watch.rules = Rules(probes=probes)
    beat = Probed("heartbeat", OTHER, "production", {"up": 1.0, "alone": 1.0}, why="0/3000060")
    beats = [replace(beat, device=target.device, part=target.part) for target in probes.targets]
    name = beats[0].part
    waits = replace(WAITS, part=name)
    found = played(watch, (*look_of(70, [waits]), beats[0]), 4)
    assert [cause for cause in found if "readiness" in cause] == []
    assert len(found) == 1


def test_it_comes_back_from_the_store_as_it_was_written(watch: Watching) -> None:
    look(watch, STANDBY, replace(WAITS, advice=None), times=2)
    for incident in watch.open:
        assert unpack_incident(incident.id, pack_incident(incident)) == incident
    assert unpack_carried(pack_carried(watch.book.carried)) == watch.book.carried
    for one in look_of(70, [STANDBY, WAITS])[1:]:
        assert unpack_probed(one.packed()) == one
        assert unready_of(one) in (STANDBY, WAITS)
