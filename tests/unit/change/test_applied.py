"""What the journal of changes tells of each change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from jbnet.change.applied import Ending, applied, deployed

START = datetime(2026, 11, 22, tzinfo=UTC)
Told = tuple[str, str, dict[str, object]]


def journal(*told: Told) -> list[dict[str, object]]:
    return [
        {"kind": kind, "subject": subject, "data": data, "time": (START + timedelta(seconds=number)).isoformat()}
        for number, (kind, subject, data) in enumerate(told)
    ]


def confirmed(device: str, change: str, file: str) -> tuple[Told, Told]:
    return (
        ("device.backup", device, {"file": file, "change": change}),
        ("device.result", device, {"act": "confirm", "change": change}),
    )


BEGUN: Told = ("apply.start", "c1", {"owner": "li@noc", "devices": 2})


def test_a_change_that_went_through_is_told_with_who_when_and_what_can_go_back() -> None:
    end: Told = ("apply.end", "c1", {"a": "confirmed", "b": "already"})
    found = applied(journal(BEGUN, *confirmed("a", "c1", "a.conf"), end))["c1"]
    assert (found.owner, found.begun, found.ended) == ("li@noc", START, START + timedelta(seconds=3))
    assert found.kept == {"a": "a.conf"}
    assert found.ending is Ending.WHOLE


def test_devices_that_were_not_begun_make_it_a_part_of_the_change() -> None:
    assert applied(journal(BEGUN, ("apply.end", "c1", {"a": "confirmed"})))["c1"].ending is Ending.PART
    assert applied(journal(BEGUN, ("apply.end", "c1", {"a": "refused"})))["c1"].ending is Ending.NOTHING
    assert applied(journal(BEGUN))["c1"].ending is Ending.UNFINISHED


def test_two_changes_at_a_time_stay_apart_and_a_second_run_keeps_what_the_first_confirmed() -> None:
    other: Told = ("apply.start", "c2", {"owner": "ma@noc"})
    told = (BEGUN, other, *confirmed("a", "c1", "a1.conf"), *confirmed("a", "c2", "a2.conf"), BEGUN)
    found = applied(journal(*told))
    assert list(found) == ["c2", "c1"]
    assert found["c1"].kept == {"a": "a1.conf"}
    assert found["c2"].kept == {"a": "a2.conf"}
    assert found["c1"].begun == START + timedelta(seconds=6)


def test_who_was_deployed_is_known_from_what_was_confirmed_or_found_right_since_a_time() -> None:
    end: Told = ("apply.end", "c1", {"a": "confirmed", "b": "already", "c": "reverted"})
    told = journal(BEGUN, *confirmed("a", "c1", "a.conf"), *confirmed("d", "c1", "d.conf"), end)
    assert deployed(told, START) == {"a", "b", "d"}
    assert deployed(told, START + timedelta(seconds=9)) == set()


def test_other_acts_that_the_journal_holds_are_no_changes() -> None:
    assert applied(journal(("hostkey.learned", "a", {"owner": "li@noc"}))) == {}
