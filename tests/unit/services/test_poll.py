"""The monitor as a whole, over a simulated network that answers as agents do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from monitoring import all_checks, make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.model.errors import Missing
from jbnet.monitor.checks import Check, Checks, Reads
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.services.watch.monitor import Monitor, Turn
from jbnet.snmp.mibs import OSPF_NBR_STATE
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget, Trap


@pytest.fixture
def net() -> SimNet:
    return SimNet(small())


@pytest.fixture
def monitor(net: SimNet, tmp_path: Path):  # type: ignore[no-untyped-def]  # its arguments come from the test library
    made = make_monitor(net, tmp_path / "monitor.db")
    made.start()
    for _ in range(8):
        made._clock.sleep(1)
        made.poll_once()
    yield made
    made.close()


def next_round(monitor: Monitor, times: int = 1) -> Turn:
    for _ in range(times):
        monitor._clock.sleep(1)
        turn = monitor.poll_once()
    return turn


def causes(turn: Turn) -> list[str]:
    return [i.root_cause.name for i in turn.outcome.book.incidents.open.values()]


def test_a_cut_is_found_in_the_round_in_which_it_happens_with_all_sites_behind(net: SimNet, monitor: Monitor) -> None:
    net.cut.add("chengdong-up1")
    turn = next_round(monitor)
    assert causes(turn) == ["chengdong-up1"]
    assert turn.outcome.book.incidents.open["1"].sites == ("chengdong", "chengdong-t1", "chengdong-t2")
    assert (turn.summary.sites_reachable, turn.summary.sites) == (6, 9)
    net.cut.clear()
    assert causes(next_round(monitor)) == []


def test_a_single_lost_answer_is_asked_again_and_opens_nothing(net: SimNet, monitor: Monitor) -> None:
    net.lossy = {"chengdong-r1": 1}
    turn = next_round(monitor)
    assert causes(turn) == []
    assert turn.summary.devices_answering == turn.summary.devices


def test_a_calm_round_asks_everybody_once(net: SimNet, monitor: Monitor) -> None:
    net.asked.clear()
    next_round(monitor)
    assert sorted(net.asked) == sorted(net.plant.watched)


def test_only_the_silent_and_doubtful_are_asked_again(net: SimNet, monitor: Monitor) -> None:
    net.cut.add("huangyuan-t1-up1")
    net.asked.clear()
    next_round(monitor)
    assert {d for d in net.asked if net.asked.count(d) > 1} == {"huangyuan-r1", "huangyuan-t1-r1"}


def test_a_partial_answer_is_neither_silence_nor_a_lost_interface(
    net: SimNet, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = net._answer

    def halved(target: SnmpTarget, columns: set[tuple[int, ...]], reached: frozenset[str]) -> SnmpAnswer:
        answer = whole(target, columns, reached)
        if target.name != "xining-r1":
            return answer
        return SnmpAnswer(target.name, answer.varbinds[: len(answer.varbinds) // 2], "timeout", answer.rtt_s)

    monkeypatch.setattr(net, "_answer", halved)
    turn = next_round(monitor)
    assert not turn.outcome.events
    assert monitor.book.states["xining-r1"].answer.up


def test_an_agent_that_refuses_us_is_not_taken_for_a_dead_device(
    net: SimNet, monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = net._answer

    def refusing(target: SnmpTarget, columns: set[tuple[int, ...]], reached: frozenset[str]) -> SnmpAnswer:
        if target.name == "chengdong-r1":
            return SnmpAnswer(target.name, (), "wrongDigest")
        return whole(target, columns, reached)

    monkeypatch.setattr(net, "_answer", refusing)
    next_round(monitor, 8)
    (found,) = monitor.book.incidents.open.values()
    assert found.root_cause.name == "chengdong-r1"
    assert [s.state for s in found.symptoms] == ["agent silent"]


class EchoProber:
    """Answers for every device that the simulated network reaches."""

    def __init__(self, net: SimNet):
        self.net = net

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        reached = self.net.reached()
        owner = {str(d.loopback): d.name for d in self.net.network.devices.values()}
        return {address: owner.get(address) in reached for address in addresses}


def test_a_device_that_answers_echo_requests_has_a_silent_agent(net: SimNet, tmp_path: Path) -> None:
    monitor = make_monitor(net, tmp_path / "monitor.db", prober=EchoProber(net))
    monitor.start()
    next_round(monitor, 2)
    net.deaf.add("chengdong-t1-r1")
    net.cut.add("huangyuan-t1-up1")
    next_round(monitor, 8)
    monitor.close()
    states = {s.subject.device: s.state for i in monitor.book.incidents.open.values() for s in i.symptoms}
    assert states["chengdong-t1-r1"] == "agent silent"
    assert states["huangyuan-t1-r1"] == "unreachable"


class BrokenProber:
    """Fails in itself."""

    def ping(self, addresses: Sequence[str], timeout: float) -> Mapping[str, bool | None]:
        raise ValueError("filedescriptor out of range")


def test_a_prober_that_fails_ends_no_round(net: SimNet, tmp_path: Path) -> None:
    monitor = make_monitor(net, tmp_path / "monitor.db", prober=BrokenProber())
    monitor.start()
    next_round(monitor, 2)
    net.cut.add("huangyuan-t1-up1")
    next_round(monitor, 8)
    monitor.close()
    (found,) = monitor.book.incidents.open.values()
    assert found.root_cause.name == "huangyuan-t1-up1"


class FakeTraps:
    """Hands out traps that were put into it; waiting for one moves the clock."""

    def __init__(self, clock: FakeClock, waiting: list[Trap]):
        self.clock, self.waiting, self.running = clock, waiting, False

    def start(self) -> None:
        self.running = True

    def take(self, timeout: float) -> Trap | None:
        if self.waiting:
            return self.waiting.pop(0)
        self.clock.sleep(timeout)
        return None

    def close(self) -> None:
        self.running = False


def test_a_trap_sets_off_a_look_at_once_and_a_storm_of_them_only_one(net: SimNet, tmp_path: Path) -> None:
    clock, turns = FakeClock(), []
    sender = str(net.network.devices["xining-r1"].loopback)
    storm = [Trap(sender, (1, 3), (), 0.0) for _ in range(50)]
    traps = FakeTraps(clock, [])
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock, traps=traps)
    monitor.start()

    def report(turn: Turn) -> None:
        turns.append((clock.monotonic(), causes(turn)))
        if len(turns) == 3:
            net.cut.add("chengdong-up1")
            traps.waiting.extend(storm)

    monitor.run(report, rounds=5)
    monitor.close()
    begun = [round(at - turns[0][0], 1) for at, _ in turns]
    assert begun == [0.0, 1.0, 2.0, 2.0, 3.0, 4.0]
    assert turns[3][1] == ["chengdong-up1"]
    assert not traps.running


def test_a_trap_without_news_costs_one_look_at_its_sender(net: SimNet, tmp_path: Path) -> None:
    monitor = make_monitor(net, tmp_path / "monitor.db")
    monitor.start()
    next_round(monitor, 2)
    net.asked.clear()
    monitor.poll_once(["xining-r1"])
    monitor.close()
    assert net.asked == ["xining-r1"]


class NoTraps(FakeTraps):
    def start(self) -> None:
        raise Missing("port 162 is taken")


def test_without_a_trap_port_the_monitor_says_so_and_polls_on(net: SimNet, tmp_path: Path) -> None:
    clock = FakeClock()
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=clock, traps=NoTraps(clock, []))
    assert "port 162" in str(monitor.start())
    turns: list[Turn] = []
    monitor.run(turns.append, rounds=2)
    monitor.close()
    assert len(turns) == 2


def test_a_check_is_done_as_often_as_it_says(net: SimNet, tmp_path: Path) -> None:
    roles = frozenset(net.network.roles)
    checks = Checks((Check("a", Reads.INTERFACES, roles, 1.0), Check("b", Reads.OSPF, roles, 3.0)))
    monitor = make_monitor(net, tmp_path / "monitor.db", checks=checks)
    monitor.start()
    read: list[bool] = []
    walk = net.walk

    def noting(
        targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Sequence[SnmpAnswer]:
        read.append(OSPF_NBR_STATE in columns)
        return walk(targets, columns, timeout=timeout, retries=retries)

    net.walk = noting  # type: ignore[method-assign]  # this one instance answers otherwise
    next_round(monitor, 7)
    monitor.close()
    assert read == [True, False, False, True, False, False, True]


def test_a_role_without_a_check_is_not_asked(net: SimNet, tmp_path: Path) -> None:
    checks = Checks((Check("a", Reads.INTERFACES, frozenset({"core"}), 1.0),))
    monitor = make_monitor(net, tmp_path / "monitor.db", checks=checks)
    monitor.start()
    next_round(monitor)
    monitor.close()
    assert set(net.asked) == {"core-r1", "core-r2"}


def test_before_deployment_a_device_is_found_at_its_uplinks_address(net: SimNet, tmp_path: Path) -> None:
    device = net.network.devices["chengdong-r1"]
    original = net._answer

    def bare(target: SnmpTarget, columns: set[tuple[int, ...]], reached: frozenset[str]) -> SnmpAnswer:
        if target.name == device.name and target.address == str(device.loopback):
            return SnmpAnswer(target.name, (), "timeout")
        return original(target, columns, reached)

    net._answer = bare  # type: ignore[method-assign]  # this one instance answers otherwise
    monitor = make_monitor(net, tmp_path / "monitor.db")
    monitor.start()
    turn = next_round(monitor)
    assert turn.summary.devices_answering == turn.summary.devices
    net._answer = original  # type: ignore[method-assign]  # this one instance answers otherwise
    next_round(monitor, 10)
    assert not monitor._targets.second_choice(), "the loopback is preferred once it answers"
    monitor.close()


def test_secrets_that_are_missing_stop_the_start_and_leave_the_store_free(net: SimNet, tmp_path: Path) -> None:
    class NoSecrets:
        def get(self, name: str):  # type: ignore[no-untyped-def]  # its arguments come from the test library
            raise Missing("secret {name} is not there", name=name)

    monitor = make_monitor(net, tmp_path / "monitor.db")
    monitor._secrets = NoSecrets()
    with pytest.raises(Missing):
        monitor.start()
    monitor.close()
    again = make_monitor(net, tmp_path / "monitor.db", checks=all_checks(net.network))
    again.start()
    again.close()


def test_two_minutes_after_a_change_there_is_another_look_however_long_the_interval(
    net: SimNet, tmp_path: Path
) -> None:
    monitor = make_monitor(net, tmp_path / "monitor.db")
    monitor._interval = 600.0
    monitor.start()
    times = []

    def note(turn: Turn) -> None:
        times.append(turn.summary.time)
        net.cut = {"chengdong-up1"} if len(times) > 1 else set()

    monitor.run(note, 4)
    monitor.close()
    gaps = [(after - before).total_seconds() for before, after in zip(times, times[1:], strict=False)]
    assert gaps == [600.0, 600.0, 120.0]


class Announced:
    """Windows that somebody registers while the monitor runs."""

    def __init__(self) -> None:
        self.known: list[Maintenance] = []

    def windows(self) -> Sequence[Maintenance]:
        return self.known

    def register(self, window: Maintenance) -> None:
        self.known.append(window)


def test_a_window_that_is_registered_while_the_monitor_runs_counts_from_then_on(net: SimNet, monitor: Monitor) -> None:
    announced = Announced()
    monitor._windows = announced
    now = monitor._clock.now()
    ends = now + timedelta(hours=1)
    lines = frozenset({"chengdong-up1"})
    announced.register(Maintenance("change:abc", Opener.CHANGE, now, ends, circuits=lines, registered=now))
    net.cut = {"chengdong-up1", "huangyuan-t1-up1"}
    turn = next_round(monitor)
    assert {i.root_cause.name: i.maintenance for i in turn.outcome.book.incidents.open.values()} == {
        "chengdong-up1": "change:abc",
        "huangyuan-t1-up1": None,
    }
