"""Laws of rolling up: nothing invented, nothing known lost, and the order of joining does not matter."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import small
from simnet import START
from watching import Watching

from jbnet.adapters.store_rollups import pack, unpack
from jbnet.monitor.rollup import Figures, Finished, Gatherer, Variable, joined
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.state import DeviceState

VALUES = st.floats(0, 1e12, allow_nan=False, allow_infinity=False)


@st.composite
def figures(draw: st.DrawFn) -> Figures:
    low, mean, high = sorted(draw(st.tuples(VALUES, VALUES, VALUES)))
    return Figures(low, mean, high, draw(st.floats(0.125, 3600)))


def test_of_nothing_known_nothing_is_known() -> None:
    assert joined([]) is None


@given(st.lists(figures(), min_size=2, max_size=9))
def test_joining_in_parts_is_joining_at_once(parts: list[Figures]) -> None:
    whole = joined(parts)
    first, second = joined(parts[:1]), joined(parts[1:])
    assert whole is not None
    assert first is not None
    assert second is not None
    again = joined([second, first])
    assert again is not None
    assert (again.low, again.high) == (whole.low, whole.high)
    assert again.mean == pytest.approx(whole.mean)
    assert again.weight == pytest.approx(whole.weight)
    assert whole.low <= whole.mean <= whole.high


@given(figures())
def test_what_is_packed_comes_back_to_seven_digits(whole: Figures) -> None:
    again = unpack(pack(whole))
    for name in ("low", "mean", "high"):
        assert getattr(again, name) == pytest.approx(getattr(whole, name), rel=1e-6, abs=1e-30)
    assert again.weight == pytest.approx(whole.weight, abs=1 / 16)


@given(st.lists(st.one_of(st.none(), st.floats(0, 1)), min_size=1, max_size=40), st.integers(10, 200))
def test_each_answer_is_in_exactly_one_span_and_silence_has_no_round_trip(
    trips: list[float | None], every: int
) -> None:
    gatherer, found = Gatherer(300), list[Finished]()
    for number, trip in enumerate([*trips, 0.0]):
        time = START + timedelta(seconds=every * number + (10**6 if number == len(trips) else 0))
        look = (Sample("r1", time, answered=trip is not None, rtt_s=trip),)
        found += gatherer.note(Round(number, time, (look,)), {}, {"r1": DeviceState("r1")})
    answers = [item.figures for item in found if item.series.variable is Variable.ANSWERS]
    assert sum(one.weight for one in answers) == len(trips)
    assert sum(one.mean * one.weight for one in answers) == pytest.approx(sum(t is not None for t in trips))
    known = [t for t in trips if t is not None]
    round_trips = joined(item.figures for item in found if item.series.variable is Variable.RTT_S)
    assert (round_trips is None) == (not known)
    if round_trips is not None:
        assert (round_trips.low, round_trips.high) == (min(known), max(known))
        assert round_trips.mean == pytest.approx(sum(known) / len(known), abs=1e-12)
    assert all(item.start % 300 == 0 for item in found)


def test_traffic_of_a_silent_device_is_unknown_and_not_zero() -> None:
    watching, gatherer, found = Watching(small(), calm=0), Gatherer(60), list[Finished]()
    for number in range(40):
        watching.net.deaf = {"chengdong-r1"} if 12 <= number < 30 else set()
        before = watching.book.states
        watching.round(seconds=10, looks=1)
        found += gatherer.note(watching.rounds[-1], before, watching.book.states)
    traffic = [f for f in found if f.series.device == "chengdong-r1" and f.series.variable is Variable.IN_BPS]
    spans = {item.start for item in traffic}
    every = {item.start for item in found}
    assert len(every) == 6
    assert len(spans) < len(every), "a span of silence has no figures"
    assert all(item.figures.low > 0 for item in traffic)
    assert all(item.figures.weight <= 61 for item in traffic)
