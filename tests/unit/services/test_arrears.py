"""Whom is asked for how much: news costs little, and nobody loses a turn of what is read seldom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet
from test_poll_waits import Owing

from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.services.watch.arrears import Arrears
from jbnet.services.watch.monitor import Monitor
from jbnet.services.watch.targets import COLUMNS, NEWS
from jbnet.snmp.types import Oid, SnmpTarget

DEVICE = "chengdong-r1"
QUALITY, LLDP = frozenset(COLUMNS[Reads.QUALITY]), frozenset(COLUMNS[Reads.LLDP])
SELDOM_S = 60.0


class Watched(SimNet):
    """A network that notes who was asked for what; agents of ``held`` devices owe their answers, and those of
    ``choking`` ones say nothing at all when they are asked for what LLDP has seen."""

    clock: FakeClock

    def __init__(self) -> None:
        super().__init__(small())
        self.clock = FakeClock()
        self.held: set[str] = set()
        self.choking: set[str] = set()
        self.begun: list[tuple[frozenset[str], frozenset[Oid]]] = []

    def begin(  # type: ignore[override]  # another answer to the same port
        self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Owing:
        asked = list(targets)
        self.begun.append((frozenset(t.name for t in asked), frozenset(columns)))
        before = set(self.deaf)
        self.deaf |= self.choking if frozenset(columns) >= LLDP else set()
        answers = self.walk(asked, columns, timeout=timeout, retries=retries)
        self.deaf = before
        return Owing(self.clock, list(zip(asked, answers, strict=True)), self.held)

    def taken(self) -> list[tuple[frozenset[str], frozenset[Oid]]]:
        found, self.begun = self.begun, []
        return found

    def asked_for(self, device: str, columns: frozenset[Oid]) -> int:
        """How often a device was asked for a table since this was called last."""
        return sum(device in who and columns <= what for who, what in self.taken())


@pytest.fixture
def net() -> Watched:
    return Watched()


@pytest.fixture
def monitor(net: Watched, tmp_path: Path):  # type: ignore[no-untyped-def]  # its arguments come from the test library
    roles = frozenset(net.network.roles)
    often = [Check(str(reads), reads, roles, 1.0) for reads in Reads if reads in NEWS]
    seldom = [Check(str(reads), reads, roles, SELDOM_S) for reads in (Reads.QUALITY, Reads.LLDP)]
    made = make_monitor(net, tmp_path / "monitor.db", clock=net.clock, checks=Checks((*often, *seldom)))
    made.start()
    made.poll_once()
    yield made
    made.close()


def rounds(monitor: Monitor, net: Watched, count: int) -> None:
    for _ in range(count):
        net.clock.sleep(1)
        monitor.poll_once()


def test_a_look_out_of_turn_reads_what_tells_news_and_no_table_that_has_its_time(
    net: Watched, monitor: Monitor
) -> None:
    rounds(monitor, net, 2)
    net.taken()
    net.cut.add("chengdong-up1")
    monitor.poll_once([DEVICE])
    found = net.taken()
    assert any(len(who) > 1 for who, _ in found), "the others are looked at as well"
    assert all(what.isdisjoint(QUALITY - set(COLUMNS[Reads.INTERFACES])) for _, what in found)
    assert all(what.isdisjoint(LLDP) for _, what in found)
    assert all(what >= set(COLUMNS[Reads.INTERFACES]) for _, what in found)
    assert monitor.book.incidents.open


def test_second_looks_read_only_what_tells_news_when_all_tables_are_due(net: Watched, monitor: Monitor) -> None:
    rounds(monitor, net, 59)
    net.cut.add("chengdong-up1")
    net.taken()
    rounds(monitor, net, 1)
    found = net.taken()
    assert found[0][1] >= LLDP
    assert len(found) > 1
    assert all(what.isdisjoint(LLDP) for _, what in found[1:])


def test_what_falls_due_while_a_device_owes_an_answer_is_asked_of_it_as_soon_as_it_does_not(
    net: Watched, monitor: Monitor
) -> None:
    rounds(monitor, net, 58)
    net.held.add(DEVICE)

    def let_go(_: object) -> None:
        net.held.clear() if net.clock.time.second > 1 else None

    monitor.run(let_go, 2)  # the second is due with everything, and finds the device busy
    net.taken()
    rounds(monitor, net, 1)
    assert net.asked_for(DEVICE, LLDP) + net.asked_for(DEVICE, QUALITY) >= 1
    rounds(monitor, net, 10)
    assert net.asked_for(DEVICE, LLDP) == 0, "once, and then in its time"


def test_what_fell_due_in_the_silence_of_a_device_is_asked_of_it_when_it_is_back(
    net: Watched, monitor: Monitor
) -> None:
    rounds(monitor, net, 30)
    net.taken()
    net.dead.add(DEVICE)
    rounds(monitor, net, 35)
    assert net.asked_for(DEVICE, LLDP) == 0, "a silent device is asked for little"
    net.dead.clear()
    rounds(monitor, net, 2)
    assert net.asked_for(DEVICE, LLDP) == 1


def test_an_agent_that_falls_silent_over_a_table_is_asked_for_it_once_more_and_then_in_its_time(
    net: Watched, monitor: Monitor
) -> None:
    rounds(monitor, net, 5)
    net.choking.add(DEVICE)
    net.taken()
    rounds(monitor, net, 50)
    assert net.asked_for(DEVICE, LLDP) == 0
    rounds(monitor, net, 50)
    assert net.asked_for(DEVICE, LLDP) == 2
    rounds(monitor, net, 60)
    assert net.asked_for(DEVICE, LLDP) == 1
    assert not monitor.book.incidents.open, "it is not taken for dead"


def test_nothing_is_remembered_of_those_that_are_asked_in_time() -> None:
    roles = frozenset({"core"})
    made = Arrears([Check("interfaces", Reads.INTERFACES, roles, 1.0), Check("lldp", Reads.LLDP, roles, 300.0)])
    assert made.worth(frozenset({"interfaces"})) == frozenset()
    made.put_off({"a": frozenset({Reads.LLDP}), "b": frozenset()})
    assert made.settle("b") == frozenset()
    assert made.settle("a") == {Reads.LLDP}
    assert made.settle("a") == frozenset()
