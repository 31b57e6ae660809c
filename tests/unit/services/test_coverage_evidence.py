"""What counts as deployed and as alive, from the journal and the monitor's memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from jbnet.services.coverage import Built, deployed_devices, gather

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


class Entries:
    """A Journal that holds what it was given."""

    def __init__(self, *entries: tuple[str, str, Mapping[str, object]], time: datetime = NOW):
        self._entries = [
            {"seq": n, "time": time.isoformat(), "kind": kind, "subject": subject, "data": data}
            for n, (kind, subject, data) in enumerate(entries, 1)
        ]

    def append(self, kind: str, subject: str, data: Mapping[str, object]) -> int:
        raise NotImplementedError

    def entries(self) -> Sequence[Mapping[str, object]]:
        return self._entries


class View:
    """Implements Answers: one summary."""

    def __init__(self, as_of: datetime, answers: Mapping[str, bool | None]):
        self._as_of, self._answers = as_of, answers

    def summary(self) -> Mapping[str, object] | None:
        return {"as_of": self._as_of.isoformat(), "stale_s": 15.0}

    def answers(self) -> Mapping[str, bool | None]:
        return self._answers


CONFIRMED = ("device.result", "a-r1", {"act": "confirm", "ok": True})
COMMITTED = ("device.result", "b-r1", {"act": "commit", "ok": True})
ENDED = ("apply.end", "hash", {"a-r1": "confirmed", "c-r1": "already", "d-r1": "reverted", "e-r1": "failed"})


def test_a_device_is_deployed_once_it_was_confirmed_or_found_right() -> None:
    assert deployed_devices(Entries(CONFIRMED, COMMITTED, ENDED).entries()) == {"a-r1", "c-r1"}


def test_a_failed_later_plan_does_not_undo_what_was_deployed() -> None:
    later = ("device.failed", "a-r1", {"reason": "no neighbour"})
    assert deployed_devices(Entries(CONFIRMED, later).entries()) == {"a-r1"}


def test_no_journal_and_no_monitor_are_unknown_with_a_reason_each() -> None:
    found = gather(Entries(), None, NOW)
    assert (found.evidence.deployed, found.evidence.answering, found.as_of) == (None, None, None)
    assert [str(reason).split(":")[0] for reason in found.reasons] == ["deployed", "alive"]


def test_a_monitor_that_looked_just_now_is_believed_and_unknown_devices_stay_unknown() -> None:
    found = gather(Entries(ENDED), View(NOW - timedelta(seconds=5), {"a": True, "b": False, "c": None}), NOW)
    assert found.evidence.answering == {"a": True, "b": False}
    assert found.reasons == ()


def test_a_monitor_that_stopped_long_ago_says_nothing_about_now() -> None:
    found = gather(Entries(ENDED), View(NOW - timedelta(hours=5), {"a": True}), NOW)
    assert found.evidence.answering is None
    assert "2026-11-21T23:00:00Z" in str(found.reasons[0])


def test_what_was_deployed_before_a_lab_was_built_says_nothing_about_its_devices() -> None:
    before = Entries(ENDED, time=NOW - timedelta(hours=1))
    assert gather(before, None, NOW, Built(NOW)).evidence.deployed is None
    assert gather(before, None, NOW, Built(NOW, frozenset({"x-r1"}))).evidence.deployed == frozenset({"x-r1"})
    assert gather(Entries(ENDED), None, NOW, Built(NOW - timedelta(1))).evidence.deployed == frozenset({"a-r1", "c-r1"})
