"""While the store cannot be written people are told all the same: of everything, once, also when it can be again."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.action_log import ActionFile
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.model.errors import JbnetError
from jbnet.monitor.actions import Action, Deed
from jbnet.monitor.messages import Fate, Message
from jbnet.monitor.notices import Contact, Draft, Escalation, Route, Telling
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round
from jbnet.monitor.summary import Summary
from jbnet.monitor.tongue import PLAIN
from jbnet.services.watch.tell import Teller
from jbnet.services.watch.telling_kept import KeptOutbox
from jbnet.services.watch.waiting import Waiting
from jbnet.wiring.telling import picks


class Disk:
    """Where everything lies: it takes nothing while it is full."""

    def __init__(self) -> None:
        self.full = False

    def take(self) -> None:
        if self.full:
            raise JbnetError("no room")


class Store(SqliteStore):
    def __init__(self, path: Path, disk: Disk):
        super().__init__(path)
        self._disk = disk

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        self._disk.take()
        super().commit(turn, before, outcome, summary)


class Outbox(SqliteOutbox):
    def __init__(self, path: Path, disk: Disk):
        super().__init__(path)
        self._disk = disk

    def take(self, actions: Sequence[tuple[int, Action]]) -> Sequence[Action]:
        if actions:
            self._disk.take()
        return super().take(actions)

    def intend(self, messages: Sequence[tuple[Message, Draft]], finished: Sequence[str]) -> None:
        self._disk.take()
        super().intend(messages, finished)

    def trying(self, key: str) -> None:
        self._disk.take()
        super().trying(key)

    def settle(self, key: str, state: str, tries: int, due: datetime) -> None:
        self._disk.take()
        super().settle(key, state, tries, due)


class Way:
    """A receiver: what it was told, and what it says to that."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.fate = Fate.SENT

    def send(self, message: Message) -> Fate:
        if self.fate is not Fate.FAILED:
            self.got.append(message)
        return self.fate


class Office:
    """A monitor and a teller on one disk."""

    def __init__(self, folder: Path):
        self.path, self.disk, self.way = folder / "monitor.db", Disk(), Way()
        self.clock, self.net, self.log = FakeClock(), SimNet(small()), ActionFile(folder / "actions.db")
        waiting = Waiting()
        store = KeptStore(Store(self.path, self.disk), self.path, lambda _: None, waiting)
        self.monitor = make_monitor(self.net, store, clock=self.clock)
        self.monitor.start()
        route = Route(("noc",), escalate=(Escalation(timedelta(seconds=60), ("lead",)),))
        contacts = {name: Contact(name, ("way",)) for name in ("noc", "lead")}
        outbox = KeptOutbox(Outbox(self.path, self.disk), waiting)
        self.teller = Teller(
            Telling(contacts, (route,)), outbox, self.log, {"way": self.way}, self.clock, picks(self.net.network),
            lambda _: PLAIN, lambda _: None,
        )  # fmt: skip

    def run(self, seconds: int) -> None:
        for _ in range(0, seconds, 5):
            self.clock.sleep(5)
            self.monitor.poll_once()
            self.teller.step()

    def told(self) -> list[tuple[str, str, str]]:
        return [
            (message.contact, item["incident"]["root_cause"]["name"], item["incident"]["state"])
            for message in self.way.got
            for item in message.data["items"]
        ]

    def states(self) -> list[str]:
        with sqlite3.connect(self.path) as database:
            return [row[0] for row in database.execute("SELECT state FROM messages ORDER BY made")]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    found = Office(tmp_path)
    found.run(5)
    return found


OPENED, CLOSED = ("noc", "chengdong-up1", "open"), ("noc", "chengdong-up1", "closed")


def test_what_breaks_while_the_disk_is_full_is_told_once_and_not_again_when_there_is_room(office: Office) -> None:
    office.disk.full = True
    office.net.cut.add("chengdong-up1")
    office.run(40)
    assert office.told() == [OPENED]
    office.disk.full = False
    office.run(15)
    assert office.told() == [OPENED]
    assert office.states() == ["sent"]
    office.net.cut.clear()
    office.run(90)
    assert office.told() == [OPENED, CLOSED]


def test_what_comes_and_goes_while_the_disk_is_full_is_told_both_ways_once(office: Office) -> None:
    office.disk.full = True
    office.net.cut.add("chengdong-up1")
    office.run(30)
    office.net.cut.clear()
    office.run(90)
    assert office.told() == [OPENED, CLOSED]
    office.disk.full = False
    office.run(90)
    assert office.told() == [OPENED, CLOSED]
    assert office.states() == ["sent", "sent"]


def test_what_was_told_before_the_disk_was_full_is_not_told_again_while_it_is(office: Office) -> None:
    office.net.cut.add("chengdong-up1")
    office.run(30)
    office.disk.full = True
    office.net.cut.add("huangyuan-up1")
    office.run(90)
    assert [told for told in office.told() if told[0] == "noc"] == [OPENED, ("noc", "huangyuan-up1", "open")]


def test_a_message_that_was_not_taken_is_tried_again_while_the_disk_is_full_and_when_it_is_not(office: Office) -> None:
    office.way.fate = Fate.FAILED
    office.net.cut.add("chengdong-up1")
    office.run(20)
    office.disk.full = True
    office.run(5)
    office.way.fate = Fate.SENT
    office.run(60)
    assert office.told().count(OPENED) == 1
    office.disk.full = False
    office.run(60)
    assert office.told().count(OPENED) == 1
    assert set(office.states()) == {"sent"}


def test_an_acknowledgement_counts_while_it_cannot_be_kept_and_is_kept_afterwards(office: Office) -> None:
    office.disk.full = True
    office.net.cut.add("chengdong-up1")
    office.run(20)
    office.log.append([Action("a1", office.clock.now(), "li-na", Deed.ACKNOWLEDGE, "1")])
    office.run(90)
    assert office.told() == [OPENED], "nobody else is called for what somebody has taken on"
    office.disk.full = False
    office.run(90)
    assert office.told() == [OPENED]
    with sqlite3.connect(office.path) as database:
        assert database.execute("SELECT count(*) FROM taken").fetchone() == (1,)


def test_without_one_nobody_is_spared_while_the_disk_is_full(office: Office) -> None:
    office.disk.full = True
    office.net.cut.add("chengdong-up1")
    office.run(130)
    assert office.told() == [OPENED, ("lead", "chengdong-up1", "open")]


def test_a_store_that_refuses_although_no_round_waits_is_an_error_as_ever(office: Office) -> None:
    office.net.cut.add("chengdong-up1")
    office.clock.sleep(1)
    office.monitor.poll_once()
    office.clock.sleep(15)
    office.disk.full = True
    with pytest.raises(JbnetError, match="no room"):
        office.teller.step()
    office.disk.full = False
    office.teller.step()
    assert office.told() == [OPENED]
