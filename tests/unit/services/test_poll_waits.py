"""No round waits for one device: what the silent, the slow, a storm and a slow store may cost the others."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from monitoring import make_monitor
from networks import small
from simnet import FakeClock, SimNet

from jbnet.adapters.store import SqliteStore
from jbnet.monitor.plant import survey
from jbnet.monitor.replay import Outcome, Watchbook
from jbnet.monitor.samples import Round
from jbnet.monitor.state import DeviceState
from jbnet.monitor.summary import Summary
from jbnet.monitor.watch import Condition, Watch
from jbnet.services.watch.ears import QUIET_S, Ears
from jbnet.services.watch.filing import Filing
from jbnet.services.watch.monitor import Monitor, Turn
from jbnet.services.watch.schedule import MOST_REST_S, Schedule
from jbnet.snmp.types import Oid, SnmpAnswer, SnmpTarget, Trap

WEDGED = "chengdong-r1"


class Owing:
    """A question that some agents answer when they are let go; implements the Asked port."""

    def __init__(self, clock: FakeClock, answers: Sequence[tuple[SnmpTarget, SnmpAnswer]], held: set[str]):
        self.clock, self.answers, self.held = clock, list(answers), held

    def _ready(self) -> list[tuple[SnmpTarget, SnmpAnswer]]:
        return [pair for pair in self.answers if pair[0].name not in self.held]

    def wait(self, timeout: float) -> bool:
        if len(self._ready()) < len(self.answers):
            self.clock.sleep(timeout)
        return len(self._ready()) == len(self.answers)

    def take(self) -> Sequence[tuple[SnmpTarget, SnmpAnswer]]:
        ready = self._ready()
        self.answers = [pair for pair in self.answers if pair not in ready]
        return ready

    def cancel(self) -> None:
        self.answers = []


class SlowNet(SimNet):
    """A network in which the agents of ``held`` devices owe their answers."""

    clock: FakeClock
    held: set[str]

    def begin(  # type: ignore[override]  # another answer to the same port
        self, targets: Iterable[SnmpTarget], columns: Sequence[Oid], *, timeout: float, retries: int
    ) -> Owing:
        asked = list(targets)
        answers = self.walk(asked, columns, timeout=timeout, retries=retries)
        return Owing(self.clock, list(zip(asked, answers, strict=True)), self.held)


@pytest.fixture
def net() -> SlowNet:
    made = SlowNet(small())
    made.clock, made.held = FakeClock(), set()
    return made


@pytest.fixture
def monitor(net: SlowNet, tmp_path: Path):  # type: ignore[no-untyped-def]  # its arguments come from the test library
    made = make_monitor(net, tmp_path / "monitor.db", clock=net.clock)
    made.start()
    yield made
    made.close()


def test_an_agent_that_is_wedged_delays_nobody_and_is_not_asked_while_it_owes_an_answer(
    net: SlowNet, monitor: Monitor
) -> None:
    begun, asked = [], []

    def note(turn: Turn) -> None:
        begun.append(net.clock.monotonic())
        asked.append(sorted(net.asked))
        net.asked.clear()
        if len(begun) == 2:
            net.held.add(WEDGED)
        if len(begun) == 5:
            net.held.clear()

    monitor.run(note, 7)
    others = sorted(net.plant.watched - {WEDGED})
    assert all(set(others) <= set(round_) for round_ in asked if len(round_) > 2), "the others are asked every time"
    assert asked[2].count(WEDGED) == 1
    assert WEDGED not in asked[3] + asked[4]
    assert all(after - before <= 1.9 for before, after in zip(begun, begun[1:], strict=False))
    assert monitor.book.states[WEDGED].answer.up
    assert not monitor.book.incidents.open


def test_a_late_answer_is_kept_with_the_time_at_which_it_was_asked_for(net: SlowNet, monitor: Monitor) -> None:
    seen = []

    def note(turn: Turn) -> None:
        state = monitor.book.states.get(WEDGED)
        seen.append(state.last_seen if state is not None else None)
        net.held.clear() if len(seen) == 2 else net.held.add(WEDGED) if len(seen) == 1 else None

    monitor.run(note, 4)
    assert seen == sorted(seen, key=lambda time: (time is not None, time))


def states_of(net: SimNet, silent: Iterable[str]) -> dict[str, DeviceState]:
    down, up = Watch(Condition.DOWN, None, ever_up=True), Watch(Condition.UP, None, ever_up=True)
    return {d: DeviceState(d, answer=down if d in set(silent) else up) for d in net.plant.watched}


def test_below_a_known_cause_one_asks_ever_more_seldom_and_beside_what_answers_every_time(net: SlowNet) -> None:
    schedule = Schedule(net.plant, 1.0)
    edge, behind = "chengdong-r1", "chengdong-t1-r1"
    states = states_of(net, [edge, behind, "chengdong-t2-r1"])
    asked = [set(schedule.due([edge, behind], states, float(second))) for second in range(200)]
    assert all(edge in found for found in asked)
    times = [second for second, found in enumerate(asked) if behind in found]
    gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
    assert gaps == sorted(gaps)
    assert max(gaps) == MOST_REST_S


def test_what_comes_back_brings_those_behind_it_back_in_the_same_round(net: SlowNet, monitor: Monitor) -> None:
    monitor.poll_once()
    net.cut.add("chengdong-up1")
    for _ in range(12):
        net.clock.sleep(1)
        monitor.poll_once()
    net.cut.clear()
    net.clock.sleep(1)
    turn = monitor.poll_once()
    assert turn.summary.devices_answering == turn.summary.devices


def test_a_large_network_is_spread_over_its_interval_and_everybody_is_asked_once_in_it() -> None:
    plant = survey(small())
    many = frozenset(f"r{number}" for number in range(4500))
    object.__setattr__(plant, "watched", many)
    schedule = Schedule(plant, 60.0)
    shares = [schedule.next() for _ in range(schedule.shares)]
    assert schedule.shares == 5
    assert sorted(device for _, share in shares for device in share) == sorted(many)
    assert max(len(share) for _, share in shares) - min(len(share) for _, share in shares) <= 1
    assert schedule.next()[0] == shares[0][0]
    assert Schedule(plant, 1.0).shares == 1


class Storm:
    """A source that always has another trap; time goes on by a tenth of a millisecond with each."""

    def __init__(self, clock: FakeClock, sender: str):
        self.clock, self.sender, self.given = clock, sender, 0

    def start(self) -> None:
        return

    def take(self, timeout: float) -> Trap:
        self.clock.sleep(0.0001)
        self.given += 1
        return Trap(self.sender, (1, 3), (), 0.0)

    def close(self) -> None:
        return


def test_ten_thousand_traps_a_second_set_off_five_looks_a_second_at_most_and_rounds_come_in_time(
    net: SlowNet, tmp_path: Path
) -> None:
    sender = str(net.network.devices["xining-r1"].loopback)
    storm = Storm(net.clock, sender)
    monitor = make_monitor(net, tmp_path / "monitor.db", clock=net.clock, traps=storm)
    monitor.start()
    turns: list[Turn] = []
    began = net.clock.monotonic()
    monitor.run(turns.append, 2)
    passed = net.clock.monotonic() - began
    monitor.close()
    assert storm.given > 10_000
    assert len(turns) <= 2 + passed / QUIET_S + 1
    assert not turns[-1].outcome.book.incidents.open


def test_news_is_looked_at_at_once_and_more_of_it_after_a_moment(net: SlowNet) -> None:
    sender = str(net.network.devices["xining-r1"].loopback)
    storm = Storm(net.clock, sender)
    ears = Ears(storm, Filing({sender: "xining-r1"}, ["xining-r1"]), net.clock)
    assert ears.urgent()
    assert list(ears.take()) == ["xining-r1"]
    before = net.clock.monotonic()
    ears.wait(before + 60, None)
    assert QUIET_S <= net.clock.monotonic() - before < 60
    assert ears.urgent()


class SlowStore(SqliteStore):
    """A store on a disk that is busy: each round takes three seconds to be written."""

    clock: FakeClock

    def commit(self, turn: Round, before: Watchbook, outcome: Outcome, summary: Summary) -> None:
        self.clock.sleep(3.0)
        super().commit(turn, before, outcome, summary)


def test_a_slow_disk_makes_rounds_late_and_no_round_is_made_up_for(net: SlowNet, tmp_path: Path) -> None:
    store = SlowStore(tmp_path / "monitor.db")
    store.clock = net.clock
    monitor = make_monitor(net, store, clock=net.clock)
    monitor.start()
    times: list[float] = []
    monitor.run(lambda turn: times.append(net.clock.monotonic()), 5)
    monitor.close()
    gaps = [after - before for before, after in zip(times, times[1:], strict=False)]
    assert gaps == pytest.approx([3.0] * 4), "one follows the other, and none is done twice"
    assert not monitor.book.incidents.open
