"""A journal that is copied as it grows: the copy follows, a place that is dark holds nobody up, and all arrives."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from eventually import eventually
from recovery_world import ManualClock, MemoryJournal

from jbnet.model.errors import Unreachable
from jbnet.ports import Progress
from jbnet.recovery.copies import lines_of, read_copy
from jbnet.services.recover import copied
from jbnet.services.recover.copied import CopiedJournal


class Place:
    """Implements JournalCopy: a file in memory, dark or stuck where it is told to be."""

    def __init__(self, place: str = "noc-s1"):
        self.place, self.content, self.dark, self.lost_answer = place, "", False, False
        self.broken = False
        self.open = threading.Event()
        self.open.set()
        self.writes: list[bool] = []

    def write(self, execution: str, lines: str, *, anew: bool) -> None:
        assert execution == "20261123-1"
        self.open.wait(20)
        if self.broken:
            raise RuntimeError("a defect of ours")
        if self.dark:
            raise Unreachable("{place} does not answer", place=self.place)
        self.writes.append(anew)
        self.content = lines if anew else self.content + lines
        if self.lost_answer:
            self.lost_answer = False
            raise Unreachable("{place} does not answer any more", place=self.place)


class Told:
    """Implements Reporter."""

    def __init__(self) -> None:
        self.said: list[bool] = []

    def report(self, progress: Progress) -> None:
        self.said.append(bool(progress.data["behind"]))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copied, "RETRY_S", 0.01)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.open.set()


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
def journal(place: Place, told: Told) -> Iterator[CopiedJournal]:
    made = CopiedJournal(MemoryJournal(ManualClock()), "20261123-1", [place], told)
    yield made
    made.close()


def is_whole(place: Place, journal: CopiedJournal) -> bool:
    return place.content == lines_of(journal.entries())


def test_a_copy_follows_and_is_the_journal(journal: CopiedJournal, place: Place, told: Told) -> None:
    for number in range(5):
        assert journal.append("intent", str(number), {}) == number + 1
        assert eventually(lambda: is_whole(place, journal))
    assert read_copy(place.content)[1].faults == []
    assert place.writes[0] is True
    assert not any(place.writes[1:])
    assert told.said == []


def test_a_place_that_is_dark_is_said_once_and_gets_all_when_it_is_back(
    journal: CopiedJournal, place: Place, told: Told
) -> None:
    place.dark = True
    for number in range(3):
        journal.append("intent", str(number), {})
    assert eventually(lambda: told.said == [True])
    place.dark = False
    assert eventually(lambda: is_whole(place, journal))
    assert eventually(lambda: told.said == [True, False])


def test_a_place_that_hangs_holds_nobody_up(journal: CopiedJournal, place: Place) -> None:
    place.open.clear()
    for number in range(50):
        journal.append("intent", str(number), {})
    assert len(journal.entries()) == 50
    assert place.content == ""
    place.open.set()
    assert eventually(lambda: is_whole(place, journal))


def test_lines_whose_answer_was_lost_do_not_stand_there_twice(journal: CopiedJournal, place: Place) -> None:
    journal.append("intent", "a", {})
    assert eventually(lambda: is_whole(place, journal))
    place.lost_answer = True
    journal.append("intent", "b", {})
    assert eventually(lambda: place.writes[-1] is True and len(place.writes) > 2)
    assert is_whole(place, journal)


def test_a_defect_in_copying_is_said_and_stops_neither_the_journal_nor_the_copy(
    journal: CopiedJournal, place: Place, told: Told
) -> None:
    place.broken = True
    journal.append("intent", "a", {})
    assert eventually(lambda: told.said == [True])
    assert journal.append("intent", "b", {}) == 2
    place.broken = False
    assert eventually(lambda: is_whole(place, journal))


def test_what_is_written_last_has_a_moment_to_arrive(place: Place, told: Told) -> None:
    journal = CopiedJournal(MemoryJournal(ManualClock()), "20261123-1", [place], told)
    for number in range(20):
        journal.append("intent", str(number), {})
    journal.close()
    assert is_whole(place, journal)
