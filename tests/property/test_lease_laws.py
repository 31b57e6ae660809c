"""Never two who take writes, whatever is frozen, cut off, killed, delayed or lost, with clocks of any allowed rate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lease_world import NEW, OLD, PROGRAM, World, agrees

from jbnet.recovery.lease import MOST_DRIFT, LeaseTerms, Ruling, must_stop

RATES = st.sampled_from([1 - MOST_DRIFT, 1.0, 1 + MOST_DRIFT])
SPANS = st.sampled_from([0.0, 0.0, 0.5, 2.0, 10.0, 24.0, 29.5, 30.5, 45.0, 61.0, 300.0])
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["round", "round", "expire", "cut", "heal", "cut other", "heal other", "apart", "together", "lose answers",
             "answers", "restart", "reboot", "leave", "stop by hand", "store anew", "filter fails",
             "other looks", "other looks", "other anew", "jbnet anew"]
        ),
        SPANS,
    ),
    max_size=40,
)  # fmt: skip


def do(world: World, event: str) -> None:
    if event == "round":
        with suppress(PROGRAM.Failed):  # as `repeat` does: it is told, and tried again
            world.watchdog.round()
    elif event == "other looks":
        world.other.round()
    elif event == "expire":
        world.watchdog.expire()
    elif event == "restart":
        world.start()
    elif event == "reboot":
        world.notes.asked_last = None
        world.gate.armed = world.runs = False
        world.start()
        world.runs = not world.marked  # the watchdog's unit comes before what starts databases
    elif event == "leave":
        world.watchdog.leave()
        world.start()
    elif event == "stop by hand":
        world.marked, world.runs = True, False
    else:
        CHANGES[event](world)


CHANGES: dict[str, Callable[[World], object]] = {
    "cut": lambda world: world.store_for.discard(OLD),
    "heal": lambda world: world.store_for.add(OLD),
    "cut other": lambda world: world.store_for.discard(NEW),
    "heal other": lambda world: world.store_for.add(NEW),
    "apart": lambda world: setattr(world, "between", False),
    "together": lambda world: setattr(world, "between", True),
    "store anew": lambda world: world.anew(),
    "other anew": lambda world: world.start_other(),
    "jbnet anew": lambda world: setattr(world, "sight", None),
    "filter fails": lambda world: setattr(world.gate, "fails", world.gate.fails + 1),
    "lose answers": lambda world: setattr(world, "answers_lost", True),
    "answers": lambda world: setattr(world, "answers_lost", False),
}


@settings(max_examples=1500)
@given(rates=st.tuples(RATES, RATES), delays=st.lists(SPANS, max_size=14), events=EVENTS, put_delay=SPANS)
def test_never_two_who_take_writes(
    rates: tuple[float, float], delays: list[float], events: list[tuple[str, float]], put_delay: float
) -> None:
    world = World(rates=rates, put_delay=put_delay)
    world.rounds(2)
    world.delays = delays
    for event, span in events:
        do(world, event)
        world.advance(span)
        assert not world.wrong, (event, world.said)
    world.advance(200)
    assert not world.wrong, world.said


@given(now=st.floats(0, 1e6), ago=st.floats(0, 200), hold=st.floats(1, 60))
def test_the_program_and_the_rules_say_the_same(now: float, ago: float, hold: float) -> None:
    assert agrees(now, now - ago, LeaseTerms(hold_s=hold))


@given(asked=st.floats(0, 1e6), later=st.floats(0, 100), more=st.floats(0, 100))
def test_who_had_to_stop_has_to_later_too(asked: float, later: float, more: float) -> None:
    terms = LeaseTerms()
    assert must_stop(asked + later + more, asked, terms) or not must_stop(asked + later, asked, terms)


@given(rates=st.tuples(RATES, RATES))
def test_a_dark_site_is_replaced_after_the_silence_and_not_before(rates: tuple[float, float]) -> None:
    world = World(rates=rates)
    world.rounds(2)
    world.store_for.discard(OLD)
    world.between = False
    dark_at = world.true
    world.rounds(30)
    assert world.taken_at is not None
    assert 59 <= world.taken_at - dark_at + world.terms.renew_s <= 70
    assert world.marked
    assert not world.runs


def test_what_the_other_watchdog_saw_stand_still_counts_for_whoever_asks_first_after_it() -> None:
    world = World(between=False)
    world.rounds(2)
    world.other.round()
    world.rulings.clear()
    world.unwanted = True  # nobody asks until the silence is over
    world.advance(world.terms.silence_s + 1)
    world.sight, world.unwanted = None, False
    world.advance(1)
    assert world.rulings[0] is Ruling.GRANTED
    assert (world.taken_at is not None, world.wrong) == (True, [])


def test_what_the_other_watchdog_saw_of_a_lease_that_was_renewed_since_counts_for_nothing() -> None:
    world = World()
    world.rounds(2)
    world.other.round()
    for _ in range(60):
        world.rounds(1)
        world.sight = None
    assert (world.taken_at, world.serves) == (None, True)


def test_a_lease_is_seen_to_stand_still_from_the_answer_on_and_not_from_the_question() -> None:
    world = World()
    world.rounds(2)
    answered = world.other.store.ask

    def late(path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        world.rounds(14)
        return dict(answered(path, body))

    world.other.store.ask = late
    world.other.round()
    assert world.other.seen["at"] == world.new_clock()


def test_a_store_made_anew_that_comes_to_the_same_revision_does_not_look_as_it_did() -> None:
    world = World()
    world.rounds(2)
    world.other.round()
    seen, revision = world.other.seen, world.revision
    world.store_for.discard(NEW)
    world.rounds(14)
    world.anew()
    world.rounds(revision)
    world.store_for.add(NEW)
    world.sight = None
    assert (world.other.seen, world.revision, world.serves) == (seen, revision, True)
    world.advance(1)
    assert (world.taken_at, world.wrong) == (None, [])


def test_a_holder_that_renews_serves_all_the_time() -> None:
    world = World()
    for _ in range(60):
        world.rounds(1)
        assert world.serves
    assert world.taken_at is None


def test_a_holder_that_all_others_acknowledge_goes_on_and_is_not_replaced() -> None:
    world = World()
    world.rounds(2)
    world.store_for.discard(OLD)
    for _ in range(60):
        world.rounds(1)
        assert world.serves
    assert (world.runs, world.taken_at) == (True, None)
    assert Ruling.FAILSAFE in world.rulings
    assert world.notes.shown["why"] == "failsafe: no quorum"


def test_a_frozen_watchdog_lets_nobody_in_after_its_time_and_stops_the_server_when_it_wakes() -> None:
    world = World(between=False)
    world.rounds(2)
    world.advance(world.terms.hold_s - world.terms.renew_s)
    assert (world.runs, world.serves) == (True, False)
    world.watchdog.round()
    assert (world.runs, world.marked) == (False, True)


def test_an_unguarded_leader_is_never_replaced_by_silence() -> None:
    world = World(between=False)
    world.rounds(2)
    world.watchdog.leave()
    world.advance(500)
    assert (world.runs, world.serves, world.taken_at) == (True, True, None)
    assert world.rulings[-1] is Ruling.UNGUARDED


def test_silence_is_not_counted_through_a_store_that_does_not_answer() -> None:
    world = World(between=False)
    world.rounds(2)
    world.store_for.clear()
    world.rounds(60)
    assert world.taken_at is None
    assert set(world.rulings[-50:]) == {Ruling.NO_STORE}


@pytest.mark.parametrize("rounds", [2, 3])
def test_a_watchdog_started_anew_holds_nothing_open_beyond_what_was_left(rounds: int) -> None:
    world = World(between=False)
    world.rounds(rounds)
    world.store_for.discard(OLD)
    world.advance(15)
    world.start()
    assert world.serves
    world.watchdog.round()
    world.advance(16)
    assert (world.runs, world.serves) == (True, False)


@pytest.mark.parametrize("reaches", ["store", "others", "nobody", "store without answers"])
@pytest.mark.parametrize("frozen_s", [20.0, 45.0, 300.0])
@pytest.mark.parametrize("call", range(12))
def test_frozen_anywhere_in_a_round_it_never_takes_writes_beside_another(
    reaches: str, call: int, frozen_s: float
) -> None:
    world = World(between=reaches == "others")
    world.rounds(2)
    world.answers_lost = reaches == "store without answers"
    if reaches in ("others", "nobody"):
        world.store_for.discard(OLD)
    world.delays = [0.0] * call + [frozen_s]
    world.watchdog.round()
    world.advance(200)
    assert not world.wrong


def test_a_frozen_watchdog_that_is_woken_to_end_opens_nothing_that_another_took_meanwhile() -> None:
    world = World()
    world.rounds(2)
    world.advance(300)
    assert world.taken_at is not None
    world.watchdog.leave()
    world.advance(1)
    assert (world.wrong, world.runs, world.marked) == ([], False, True)


def test_a_filter_that_could_not_be_changed_once_holds_nobody_in_longer() -> None:
    world = World(between=False)
    world.rounds(2)
    world.gate.fails = 1
    with pytest.raises(PROGRAM.Failed):
        world.watchdog.round()
    renewed = world.true
    world.store_for.discard(OLD)
    world.advance(20)
    world.watchdog.round()
    world.advance(renewed + world.terms.hold_s - world.true)
    assert not world.serves
    assert world.runs, "the watchdog did not get to run since"


def test_a_filter_that_could_not_be_changed_once_is_changed_at_the_next_renewal() -> None:
    world = World()
    world.rounds(2)
    world.gate.fails = 1
    with pytest.raises(PROGRAM.Failed):
        world.watchdog.round()
    for _ in range(20):
        world.rounds(1)
        assert world.serves


def test_a_full_disk_is_no_reason_to_stop() -> None:
    world = World()
    world.rounds(2)
    world.notes.full = True
    for _ in range(20):
        world.rounds(1)
        assert world.serves


def test_a_store_made_anew_stops_nobody() -> None:
    world = World()
    world.rounds(2)
    world.anew()
    for _ in range(20):
        world.rounds(1)
        assert world.serves
    assert (world.record.holder, world.record.guarded, world.taken_at) == (OLD, True, None)


def test_a_gate_that_a_watchdog_left_standing_is_taken_away_where_nothing_leads() -> None:
    world = World()
    world.rounds(2)
    world.runs, world.marked, world.notes.kept = False, True, False
    world.start().round()
    assert not world.gate.armed
