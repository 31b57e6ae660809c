"""The monitor watches itself: what keeps it from seeing is an incident of its own, and never a green picture."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from seen import Seen

from jbnet.adapters.service_manager import ServiceManager
from jbnet.adapters.store import SqliteStore
from jbnet.adapters.store_view import SqliteStoreView
from jbnet.cli.monitor_unit import unit
from jbnet.model.text import Text
from jbnet.monitor import metrics
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.samples import Sample
from jbnet.monitor.self_watch import DEAF_S, MISSED, SELF, Blind
from jbnet.services.watch.monitor import Turn
from jbnet.services.watch.self_watch import Keeper
from jbnet.wiring import check_workspace

ROOT = Path(__file__).parents[3]


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Seen]:
    made = Seen(tmp_path / "monitor.db")
    made.rounds(4)
    yield made
    made.monitor.close()


def causes(turn: Turn) -> list[str]:
    return [incident.root_cause.name for incident in turn.outcome.book.incidents.open.values()]


def test_a_monitor_that_works_has_nothing_to_say_of_itself(seen: Seen) -> None:
    assert causes(seen.rounds(3)) == []
    assert seen.own.health().blind() == []


def test_rounds_that_come_late_are_an_incident_that_ends_when_they_come_in_time(seen: Seen) -> None:
    assert causes(seen.rounds(1, apart=60.0)) == ["monitor-late monitor"]
    assert causes(seen.rounds(2)) == []


def test_a_stuck_monitor_is_blind_and_shows_nothing_of_the_network_as_it_was(seen: Seen) -> None:
    assert any(point.family is metrics.DEVICE_UP for point in seen.outward.points())
    seen.clock.sleep(100)
    assert seen.own.health().blind()[0] is Blind.NO_ROUND
    assert not any(point.family in metrics.FAMILIES for point in seen.outward.points())
    assert len(list(seen.outward.batches())) == 1
    seen.rounds(1)
    assert any(point.family is metrics.DEVICE_UP for point in seen.outward.points())


def test_a_check_that_brings_nothing_while_its_devices_answer_is_an_incident(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = seen.net._answer

    def without_ospf(target, columns, reached):  # type: ignore[no-untyped-def]  # the simulated network's own
        answer = whole(target, columns, reached)
        return type(answer)(answer.target, tuple(v for v in answer.varbinds if v.oid[:8] != (1, 3, 6, 1, 2, 1, 14, 10)),
                            "genErr", answer.rtt_s)  # fmt: skip

    monkeypatch.setattr(seen.net, "_answer", without_ospf)
    turn = seen.rounds(MISSED * 4 + 2)
    assert "check-not-done monitor/ospf" in causes(turn)
    assert Blind.CHECK_UNDONE in seen.own.health().blind()
    monkeypatch.setattr(seen.net, "_answer", whole)
    assert "check-not-done monitor/ospf" not in causes(seen.rounds(3))


def test_where_nobody_answers_it_is_blind_and_no_check_is_to_blame(seen: Seen) -> None:
    seen.net.deaf.update(seen.net.plant.watched)
    turn = seen.rounds(30)
    assert Blind.NO_ANSWER in seen.own.health().blind()
    assert not [name for name in causes(turn) if name.startswith("check-not-done")]


def test_what_is_dropped_and_receivers_that_stand_still_and_what_cannot_be_written_are_incidents(seen: Seen) -> None:
    seen.unwritten = 5
    seen.beats["syslog"] = seen.clock.monotonic() - DEAF_S - 1
    for number in range(14):
        seen.counts["syslog"]["syslogQueueFull"] = 50 * number
        turn = seen.rounds(1)
    assert sorted(causes(turn)) == ["monitor-cannot-write monitor", "monitor-deaf monitor", "monitor-drops monitor"]
    assert {Blind.CANNOT_WRITE, Blind.DEAF} <= set(seen.own.health().blind())
    seen.unwritten = 0
    seen.beats["syslog"] = seen.clock.monotonic() + 1000
    assert causes(seen.rounds(15)) == []


def test_which_loop_stands_still_is_said_and_one_that_only_writes_blinds_nobody(seen: Seen) -> None:
    seen.beats.update({"echo paths": seen.clock.monotonic() - DEAF_S - 5, "syslog": seen.clock.monotonic() + 1000})
    seen.own.add("remote write", dict, int, lambda: seen.clock.monotonic() - DEAF_S - 1)
    open_now = seen.rounds(1).outcome.book.incidents.open.values()
    found = {i.root_cause.name: i.readings[0].part for i in open_now}
    assert found == {"monitor-deaf monitor": "echo paths", "monitor-writer-stuck monitor": "remote write"}
    assert {str(i.severity) for i in open_now} == {"major", "minor"}
    seen.beats.clear()
    assert causes(seen.rounds(1)) == ["monitor-writer-stuck monitor"]
    assert seen.own.health().blind() == []


def test_replaying_a_record_gives_the_incidents_of_the_monitor_too(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "monitor.db")
    turns = [seen.rounds(3), seen.rounds(1, apart=60.0), seen.rounds(2)]
    seen.net.cut.add("chengdong-up1")
    turns.append(seen.rounds(3))
    seen.monitor.close()
    view = SqliteStoreView(tmp_path / "monitor.db")
    book, opened = Watchbook(), list[str]()
    for turn in view.rounds():
        outcome = play(book, seen.monitor.plant, turn, seen.monitor.policy)
        book = outcome.book
        opened += [i.root_cause.name for i in outcome.incidents if i.opened == turn.time]
    kept = [incident.root_cause.name for incident in view.incidents(only_open=False)]
    view.close()
    assert opened == kept[::-1] == ["monitor-late monitor", "chengdong-up1"]
    assert book.incidents == turns[-1].outcome.book.incidents


def test_no_declared_device_can_bear_the_name_under_which_the_monitor_watches_itself(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "tests" / "golden" / "check" / "base", tmp_path, dirs_exist_ok=True)
    for file in tmp_path.rglob("*.yaml"):
        file.write_text(file.read_text(encoding="utf-8").replace("newtown", SELF), encoding="utf-8")
    found = check_workspace(tmp_path)
    assert found.network is not None
    assert SELF in found.network.sites
    mine = [name for name in found.network.devices if name.startswith(SELF)]
    assert mine, "the site called so has devices"
    assert SELF not in mine


def test_the_look_at_itself_is_a_sample_like_any_other(seen: Seen) -> None:
    sample = seen.own.look(seen.clock.now())
    assert isinstance(sample, Sample)
    assert sample.gauges["overdue:ospf"] < 1


def test_signs_of_life_are_given_while_rounds_come_and_no_longer(seen: Seen) -> None:
    given, said = list[int](), list[Text]()
    keeper = Keeper(seen.own, said.append, lambda: given.append(1))
    keeper.step()
    seen.clock.sleep(20)
    keeper.step()
    keeper.step()
    assert len(given) == 1
    assert len(said) == 1
    seen.rounds(1)
    keeper.step()
    assert len(given) == 2


@pytest.mark.parametrize("abstract", [False, True])
def test_systemd_hears_that_it_is_ready_and_alive(tmp_path: Path, abstract: bool) -> None:
    name = f"@jbnet-{os.getpid()}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind("\0" + name[1:] if abstract else name)
        heard.settimeout(30)
        manager = ServiceManager({"NOTIFY_SOCKET": name})
        manager.ready()
        manager.alive()
        manager.stopping()
        assert [heard.recv(99) for _ in range(3)] == [b"READY=1", b"WATCHDOG=1", b"STOPPING=1"]
    manager.alive()  # nobody listens any more
    ServiceManager({}).ready()


@pytest.mark.parametrize("name", ["plain", 'with space, 100% and $HOME and "quotes"'])
def test_systemd_understands_the_unit(tmp_path: Path, name: str) -> None:
    workspace = tmp_path / name
    workspace.mkdir()
    file = tmp_path / "jbnet-monitor.service"
    file.write_text(unit(workspace, workspace / ".jbnet", 1.0))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_watchdog_waits_for_some_rounds_whatever_the_interval(tmp_path: Path) -> None:
    assert "WatchdogSec=60\n" in unit(tmp_path, tmp_path, 1.0)
    assert "WatchdogSec=1200\n" in unit(tmp_path, tmp_path, 300.0)


def test_a_round_after_a_restart_is_not_late(tmp_path: Path) -> None:
    before = Seen(tmp_path / "monitor.db")
    before.rounds(3)
    before.monitor.close()
    before.clock.sleep(timedelta(hours=1).total_seconds())
    after = Seen(tmp_path / "monitor.db", before.clock)
    assert causes(after.rounds(1)) == []
    after.monitor.close()


def test_a_store_between_is_still_a_store(tmp_path: Path) -> None:
    seen = Seen(tmp_path / "monitor.db")
    seen.rounds(2)
    seen.monitor.close()
    again = SqliteStore(tmp_path / "monitor.db")
    _, number = again.load()
    again.close()
    assert number == 2
