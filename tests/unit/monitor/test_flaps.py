"""What comes and goes is one incident: Zino's penalties, and what they do to incidents."""

from __future__ import annotations

from datetime import timedelta

from networks import small
from simnet import START
from watching import Watching

from jbnet.monitor.causes import CauseId, CauseKind
from jbnet.monitor.flaps import Flap, aged, hit, next_look
from jbnet.monitor.policy import FlapPolicy

POLICY = FlapPolicy()
LINE = CauseId(CauseKind.CIRCUIT, "chengdong-up1")


def after(seconds: float):  # type: ignore[no-untyped-def]  # a time
    return START + timedelta(seconds=seconds)


def test_the_penalty_doubles_with_every_change_up_to_the_ceiling() -> None:
    flap, found = None, []
    for _ in range(9):
        flap = hit(flap, START, POLICY)
        found.append(flap.penalty)
    assert found == [2, 4, 8, 16, 32, 64, 128, 256, 256]
    assert flap is not None
    assert flap.changes == 9


def test_it_is_suppressed_at_35_and_the_penalty_halves_every_300_seconds() -> None:
    assert not Flap(34.9, START).flapping(START, POLICY)
    worst = Flap(256.0, START)
    assert worst.flapping(after(300 * 2.8), POLICY)
    assert worst.at_moment(after(600), POLICY) == 64.0
    assert not worst.flapping(after(900), POLICY)


def test_a_forgotten_penalty_is_no_longer_kept() -> None:
    assert aged({LINE: Flap(2.0, START)}, (), after(301), POLICY) == {}
    assert hit(Flap(2.0, START), after(301), POLICY) == Flap(2.0, after(301))


def test_two_minutes_after_a_change_there_is_another_look() -> None:
    assert next_look({LINE: Flap(2.0, START)}, after(5), POLICY) == after(120)
    assert next_look({LINE: Flap(2.0, START)}, after(120), POLICY) is None


def flap(watch: Watching, circuit: str, times: int) -> None:
    for _ in range(times):
        watch.net.cut.add(circuit)
        watch.round(2)
        watch.net.cut.discard(circuit)
        watch.round(2)


def test_a_flapping_circuit_is_one_incident_rather_than_a_hundred() -> None:
    watch = Watching(small())
    flap(watch, "chengdong-up1", 100)
    (found,) = watch.open
    assert found.flapping
    assert found.root_cause == LINE
    assert found.sites == (), "it is up at the moment"
    assert len(watch.history) == 2, "the first time, and all that came after it"
    assert len(watch.told) == 3


def test_it_ends_when_the_circuit_has_been_calm() -> None:
    watch = Watching(small())
    flap(watch, "chengdong-up1", 5)
    watch.round(10, seconds=60)
    assert watch.open
    watch.round(10, seconds=60)
    assert watch.open == []
    assert watch.history["2"].state == "closed"


def test_from_the_third_change_on_it_is_one_incident_also_when_it_never_comes_to_flap() -> None:
    watch = Watching(small())
    flap(watch, "chengdong-up1", 2)
    (found,) = watch.open
    assert (found.id, found.flapping) == ("2", False)
    assert found.cleared is not None, "it is up, and recovering until it has been calm"
    watch.net.cut.add("chengdong-up1")
    watch.round(2)
    assert [incident.id for incident in watch.open] == ["2"]
    watch.net.cut.clear()
    watch.round(2)
    watch.round(4, seconds=60)
    assert watch.open, "not calm for a half-life yet"
    watch.round(2, seconds=60)
    assert watch.open == []
    assert [word for word, _ in watch.told] == ["opened", "closed", "opened", "closed"]


def test_what_was_cut_once_ends_at_once_however_often_others_come_and_go() -> None:
    watch = Watching(small())
    flap(watch, "chengdong-up1", 3)
    flap(watch, "huangyuan-t1-up1", 1)
    assert watch.causes == ["circuit chengdong-up1"]


def test_with_suppression_off_nothing_is_held_open() -> None:
    assert not Flap(256.0, START).holds(START, FlapPolicy(suppress_at=0))


def test_a_router_without_steady_power_is_one_flapping_device_not_as_many_lines() -> None:
    watch = Watching(small())
    for _ in range(8):
        watch.net.dead.add("xining-r1")
        watch.round(2)
        watch.net.dead.clear()
        watch.round(2)
    (found,) = watch.open
    assert (str(found.root_cause.kind), found.root_cause.name, found.flapping) == ("device", "xining-r1", True)


def test_another_cause_beside_a_flapping_one_keeps_its_own_incident() -> None:
    watch = Watching(small())
    flap(watch, "chengdong-up1", 4)
    watch.net.cut.add("huangyuan-t1-up1")
    watch.round(3)
    assert sorted(watch.causes) == ["circuit chengdong-up1", "circuit huangyuan-t1-up1"]
    watch.net.cut.clear()
    watch.round(3)
    assert watch.causes == ["circuit chengdong-up1"]


def test_with_suppression_off_nothing_flaps() -> None:
    assert not Flap(256.0, START).flapping(START, FlapPolicy(suppress_at=0))
