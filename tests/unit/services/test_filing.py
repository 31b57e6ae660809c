"""Traps and syslog are filed under the right device, set off a look where they should, and are kept, but not all."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

from monitoring import make_monitor
from networks import small
from simnet import START, FakeClock, SimNet

from jbnet.adapters.store_messages import MOST
from jbnet.monitor.syslog import parse
from jbnet.ports import Heard, Trap
from jbnet.services.watch.filing import AT_ONCE, Filing
from jbnet.services.watch.monitor import Turn

DOWN = (
    b"<189>Nov 22 2026 04:00:01+08:00 %s %%%%01IFNET/4/LINK_STATE(l)[5]:The line protocol has entered the DOWN state."
)
ADDRESSES = {"10.0.0.1": "core-r1", "10.0.0.2": "xining-r1"}


def filing() -> Filing:
    return Filing(ADDRESSES, ["core-r1", "xining-r1"])


def test_the_address_says_whose_a_message_is_and_the_name_where_the_address_is_nobodys() -> None:
    filed = filing()
    assert filed.file(parse(DOWN % b"xining-r1", "10.0.0.1")) == "core-r1"
    assert filed.file(parse(DOWN % b"xining-r1", "::ffff:10.0.0.1")) == "core-r1"
    assert filed.file(parse(DOWN % b"XINING-R1.qh.example", "192.0.2.1")) == "xining-r1"
    assert filed.file(parse(DOWN % b"10.0.0.2", "192.0.2.1")) == "xining-r1"
    assert filed.file(parse(DOWN % b"somebody", "192.0.2.1")) is None
    assert filed.counters["messageUnknownSender"] == 1
    assert filed.unknown == {"192.0.2.1": 1}


def test_a_trap_behind_translation_of_addresses_belongs_to_the_agent_that_it_names() -> None:
    filed = filing()
    trap = Trap("192.0.2.1", (1, 3), (), 0.0, "10.0.0.2")
    assert filed.file(trap) == "xining-r1"
    assert filed.file(replace(trap, source="10.0.0.1")) == "core-r1"
    assert filed.file(replace(trap, agent="192.0.2.2")) is None


def test_of_a_device_that_never_stops_some_messages_are_kept_and_the_rest_is_counted() -> None:
    filed = filing()
    for _ in range(300):
        filed.file(parse(b"<190>x", "10.0.0.1", 7.0))
    filed.file(parse(b"<190>other", "10.0.0.2", 7.0))
    events = filed.take(START, 8.0, None)
    kept = [e for e in events if "text" in e.data]
    assert len(kept) == AT_ONCE + 1
    assert {e.data["left_out"] for e in events if "left_out" in e.data} == {300 - AT_ONCE}
    assert (START - kept[0].time).total_seconds() == 1.0
    assert filed.take(START, 8.0, None) == []


class Waiting:
    """Hands out what was put into it; waiting for more moves the clock."""

    def __init__(self, clock: FakeClock):
        self.clock = clock
        self.waiting: list[Heard] = []

    def start(self) -> None: ...

    def close(self) -> None: ...

    def take(self, timeout: float) -> Heard | None:
        if self.waiting:
            return self.waiting.pop(0)
        self.clock.sleep(timeout)
        return None


def test_a_message_about_a_link_sets_off_a_look_at_once_and_is_no_verdict(tmp_path: Path) -> None:
    net, clock = SimNet(small()), FakeClock()
    heard = Waiting(clock)
    sender = str(net.network.devices["xining-r1"].loopback)
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock, traps=heard)
    monitor.start()
    turns: list[tuple[float, int]] = []

    def report(turn: Turn) -> None:
        turns.append((clock.monotonic(), len(turn.outcome.book.incidents.open)))
        message = parse(DOWN % b"xining-r1", sender, clock.monotonic())
        if len(turns) == 3:
            heard.waiting.append(message)
        if len(turns) == 5:
            net.cut.add("chengdong-up1")
            heard.waiting.append(message)

    monitor.run(report, rounds=5)
    monitor.close()
    assert [round(at - turns[0][0], 1) for at, _ in turns] == [0.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0]
    assert [found for _, found in turns] == [0, 0, 0, 0, 0, 1, 1]


def test_messages_are_kept_with_the_events_and_of_each_device_the_latest(tmp_path: Path) -> None:
    net, clock = SimNet(small()), FakeClock()
    heard = Waiting(clock)
    sender = str(net.network.devices["xining-r1"].loopback)
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock, traps=heard)
    monitor.start()
    for number in range(25):
        clock.sleep(100)
        heard.waiting = [parse(b"<190>Nov 22 04:00:01 a b: %d" % (number * 100 + n), sender, clock.monotonic())
                         for n in range(100)]  # fmt: skip
        monitor.poll_once()
    monitor.close()
    database = sqlite3.connect(tmp_path / "monitor.db")
    rows = database.execute("SELECT device, data FROM events WHERE event = 'message' ORDER BY id").fetchall()
    database.close()
    assert len(rows) == MOST
    assert {device for device, _ in rows} == {"xining-r1"}
    assert '"2499"' in rows[-1][1]
    assert '"text"' in rows[0][1]
