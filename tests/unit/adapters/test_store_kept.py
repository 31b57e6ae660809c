"""The monitor's memory on a bad day: a full disk, a file with damage, a lost -wal file."""

from __future__ import annotations

import random
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_kept import KeptStore
from jbnet.adapters.store_telling import SqliteOutbox
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.adapters.store_vital import read_vital
from jbnet.monitor.messages import compose
from jbnet.monitor.notices import Contact, Route, Telling, plan
from jbnet.services.watch.monitor import Monitor


class Night:
    """A monitor over a simulated network whose store may be harmed between two rounds."""

    def __init__(self, folder: Path):
        self.path = folder / "state" / "monitor.db"
        self.net = SimNet(small())
        self.clock = FakeClock(START)
        self.said: list[str] = []
        self.monitor = self._make()
        self.monitor.start()

    def _make(self) -> Monitor:
        self.store = SqliteStore(self.path)
        kept = KeptStore(self.store, self.path, lambda said: self.said.append(str(said)))
        return make_monitor(self.net, kept, clock=self.clock)

    @property
    def file(self) -> sqlite3.Connection:
        """The connection that the monitor writes through."""
        assert self.store._tables is not None
        return self.store._tables.database

    def rounds(self, count: int = 1) -> None:
        for _ in range(count):
            self.clock.sleep(1)
            self.monitor.poll_once()

    def begin_again(self) -> None:
        self.monitor.close()
        self.monitor = self._make()
        self.monitor.start()

    def killed(self) -> None:
        """Leave the files as kill -9 would, -wal included, and begin again."""
        kept = {file: file.read_bytes() for file in self.path.parent.iterdir()}
        self.monitor.close()
        for file, content in kept.items():
            file.write_bytes(content)
        self.monitor = self._make()

    @property
    def open(self) -> dict[str, str]:
        return {i.id: i.root_cause.name for i in self.monitor.book.incidents.open.values()}

    def news(self) -> list[tuple[int, str]]:
        with sqlite3.connect(self.path) as database:
            return database.execute("SELECT incident, event FROM outbox ORDER BY 1, id").fetchall()


@pytest.fixture
def night(tmp_path: Path) -> Night:
    return Night(tmp_path)


def test_a_full_disk_is_said_once_waited_out_and_nothing_but_old_samples_is_lost(night: Night) -> None:
    night.rounds(2)
    with sqlite3.connect(night.path) as database:
        pages = database.execute("PRAGMA page_count").fetchone()[0]
    connection = night.file
    connection.execute(f"PRAGMA max_page_count={pages}")  # SQLITE_FULL, as on a full disk
    night.rounds(20)
    night.net.cut.add("chengdong-up1")
    night.rounds(100)
    assert night.open == {"1": "chengdong-up1"}
    assert [line for line in night.said if "cannot be written" in line and "kept in memory" in line] == night.said
    assert len(night.said) == 1
    connection.execute("PRAGMA max_page_count=1073741823")
    night.net.cut.clear()
    night.rounds(10)
    assert "is written again" in night.said[-1]
    assert night.news() == [(1, "opened"), (1, "closed")]
    with sqlite3.connect(night.path) as database:
        numbers = [row[0] for row in database.execute("SELECT number FROM rounds ORDER BY 1")]
    assert numbers[-1] == 132
    assert len(numbers) > 70


def test_a_full_disk_that_stays_full_is_said_at_the_end(night: Night) -> None:
    night.rounds(2)
    night.file.execute("PRAGMA max_page_count=1")
    night.file.execute("PRAGMA cache_spill=off")
    night.rounds(30)
    night.monitor.close()
    assert "lost" in night.said[-1]


def overwritten(path: Path, seed: int) -> None:
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)
    for _ in range(12):
        start = chance.randrange(0, len(content) - 4096)
        content[start : start + 4096] = chance.randbytes(4096)
    path.write_bytes(bytes(content))


def truncated(path: Path, seed: int) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * (1 + seed) // 8])


def no_database(path: Path, seed: int) -> None:
    path.write_bytes(random.Random(seed).randbytes(8192))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("harm", [overwritten, truncated, no_database])
def test_a_damaged_store_is_put_aside_and_the_same_incidents_go_on(night: Night, harm: object, seed: int) -> None:
    assert callable(harm)
    night.rounds(20)
    night.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    night.rounds(20)
    before = {i.id: (i.root_cause, i.opened) for i in night.monitor.book.incidents.open.values()}
    assert len(before) == 2
    night.monitor.close()
    harm(night.path, seed)
    night.begin_again()
    assert {i.id: (i.root_cause, i.opened) for i in night.monitor.book.incidents.open.values()} == before
    night.rounds(3)
    assert {i.id: (i.root_cause, i.opened) for i in night.monitor.book.incidents.open.values()} == before
    night.net.cut.clear()
    night.rounds(3)
    assert not night.open
    assert night.news() == [(1, "opened"), (1, "closed"), (2, "opened"), (2, "closed")]
    assert [file.name for file in night.path.parent.glob("*.broken-*")]
    assert "is damaged" in night.said[0]
    night.net.cut.add("chengdong-up1")
    night.rounds(3)
    assert list(night.open) == ["3"], "numbers go on"


def test_rows_that_make_no_sense_are_taken_from_the_copy(night: Night) -> None:
    night.rounds(5)
    night.net.cut.add("chengdong-up1")
    night.rounds(5)
    night.monitor.close()
    with sqlite3.connect(night.path) as database:
        database.execute("UPDATE states SET data = '{\"answer\": 7}'")
    night.begin_again()
    assert night.open == {"1": "chengdong-up1"}


def test_a_store_without_a_copy_that_makes_no_sense_begins_with_nothing(night: Night) -> None:
    night.rounds(5)
    night.monitor.close()
    with sqlite3.connect(night.path) as database:
        database.execute("UPDATE states SET data = '{\"answer\": 7}'")
    night.path.with_suffix(".vital").unlink()
    night.begin_again()
    night.rounds(2)
    assert night.open == {}


def test_damage_that_shows_while_the_monitor_runs_does_not_stop_it(night: Night) -> None:
    night.rounds(5)
    night.net.cut.add("chengdong-up1")
    night.rounds(5)
    night.file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    night.file.execute("PRAGMA cache_size=0")
    content = night.path.read_bytes()
    night.path.write_bytes(content[:100] + b"\xff" * (len(content) - 100))
    night.rounds(30)
    assert night.open == {"1": "chengdong-up1"}
    assert any("is damaged" in line for line in night.said)
    view = SqliteStoreView(night.path)
    assert [i.root_cause.name for i in view.incidents(only_open=True)] == ["chengdong-up1"]
    view.close()


def test_a_lost_wal_file_is_noticed_and_its_incidents_come_back(night: Night) -> None:
    night.rounds(5)
    night.begin_again()  # what was written so far is in the file itself
    night.rounds(3)
    night.net.cut.add("chengdong-up1")
    night.rounds(5)
    night.killed()
    night.path.with_name("monitor.db-wal").unlink()
    night.path.with_name("monitor.db-shm").unlink()
    night.monitor.start()
    assert "lost" in night.said[-1]
    assert night.open == {"1": "chengdong-up1"}
    night.rounds(3)
    assert night.open == {"1": "chengdong-up1"}
    assert night.news() == [(1, "opened")]


def test_a_store_that_is_gone_comes_back_from_the_vital_copy(night: Night) -> None:
    night.rounds(3)
    night.net.cut.add("chengdong-up1")
    night.rounds(3)
    night.monitor.close()
    night.path.unlink()
    night.begin_again()
    assert night.open == {"1": "chengdong-up1"}


def test_what_ended_untold_and_who_heard_of_what_is_open_survive_a_store_that_is_gone(night: Night) -> None:
    night.rounds(3)
    night.net.cut |= {"chengdong-up1", "huangyuan-t1-up1"}
    night.rounds(3)
    outbox, telling = SqliteOutbox(night.path), Telling({"noc": Contact("noc", ("way",))}, (Route(("noc",)),))

    def planned() -> list[str]:
        now = night.clock.now() + timedelta(minutes=2)
        found = plan(telling, outbox.situation(), lambda name: frozenset((name,)), now)
        for draft in found.drafts:
            outbox.intend([(compose(draft, now, 10), draft)], found.finished)
            outbox.settle(draft.key, "sent", 1, now)
        return [item.key for draft in found.drafts for item in draft.items]

    assert planned() == ["1:opened", "2:opened"]
    night.clock.sleep(3 * 86400)  # its message is old by now
    night.rounds(2)
    night.net.cut.discard("chengdong-up1")
    night.rounds(60)
    assert night.open == {"2": "huangyuan-t1-up1"}
    night.monitor.close()
    night.path.unlink()
    night.begin_again()
    night.clock.sleep(300)
    assert planned() == ["1:closed"], "the end is told, and what is open not once more"


def test_a_vital_copy_with_damage_is_not_believed(night: Night) -> None:
    night.rounds(3)
    vital = night.path.with_suffix(".vital")
    assert read_vital(vital) is not None
    content = vital.read_bytes()
    vital.write_bytes(content.replace(b"up", b"no", 1))
    assert read_vital(vital) is None


def test_a_store_put_in_anothers_place_is_not_filled_with_the_others_incidents(night: Night, tmp_path: Path) -> None:
    other = Night(tmp_path / "other")
    other.rounds(2)
    other.monitor.close()
    night.net.cut.add("chengdong-up1")
    night.rounds(9)
    night.monitor.close()
    night.path.write_bytes(other.path.read_bytes())
    night.begin_again()
    assert night.open == {}


def test_gathering_goes_on_after_a_full_disk(night: Night) -> None:
    night.rounds(5)
    pages = night.file.execute("PRAGMA page_count").fetchone()[0]
    night.file.execute(f"PRAGMA max_page_count={pages}")
    night.rounds(30)
    night.file.execute("PRAGMA max_page_count=1073741823")
    night.clock.time += timedelta(seconds=300)
    night.rounds(8)
    with sqlite3.connect(night.path) as database:
        assert database.execute("SELECT count(*) FROM fine").fetchone()[0] > 0
