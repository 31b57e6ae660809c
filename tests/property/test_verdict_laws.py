"""Law of verdicts on lines: what is remembered from round to round changes none of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from breaks import BREAK, DEVICES, SMALL
from hypothesis import example, given, settings
from hypothesis import strategies as st
from simnet import START
from watching import Watching

from jbnet.monitor.lines import judge
from jbnet.monitor.plant import End, survey
from jbnet.monitor.policy import Policy
from jbnet.monitor.state import DeviceState, InterfaceState
from jbnet.monitor.verdicts import Verdicts
from jbnet.monitor.watch import NEW, Condition, Watch
from jbnet.services.watch.monitor import unread

PLANT = survey(SMALL)
STORY = st.lists(
    st.tuples(st.booleans(), BREAK, st.sets(st.sampled_from(DEVICES)), st.sampled_from([0, 1, 7]), st.booleans()),
    min_size=1,
    max_size=10,
)
"""Break or mend something; who is not looked at in the next round; seconds that go by; whether the clock is set."""


@given(STORY, st.booleans())
@settings(max_examples=60, deadline=None)
def test_verdicts_are_those_of_judging_every_line_anew(story, dark_lines: bool) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch, remembering = Watching(SMALL, dark_lines=dark_lines, calm=1), Verdicts()
    plant = watch.net.plant
    for mend, (how, what), missing, seconds, is_set in story:
        broken: set[str] = getattr(watch.net, how)
        broken.discard(what) if mend else broken.add(what)
        watch.time += timedelta(seconds=seconds)
        look = tuple(sample for sample in watch.net.look(watch.time) if sample.device not in missing)
        watch.play((look, look))
        states = watch.book.states
        if is_set:
            states = {name: unread(state) for name, state in states.items()}
        expected = {
            name: judge(line, states, plant.watched, watch.time, watch.policy) for name, line in plant.lines.items()
        }
        assert remembering.of(plant, states, watch.time, watch.policy) == expected


UP, LOST = Watch(Condition.UP, START, ever_up=True), Watch(Condition.DOWN, START, ever_up=True)
LATER = Watch(Condition.UP, START + timedelta(seconds=5), ever_up=True)
WATCHES = (UP, UP, LOST, LOST, LATER, NEW, Watch(Condition.DOWN, START))
KNOWN = st.sampled_from(WATCHES)
MAYBE = st.one_of(st.none(), KNOWN)
ENDS = st.lists(KNOWN, min_size=4, max_size=4)
"""The agent, the interface, the neighbour, and the session of an end."""
CHANGES = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4), MAYBE, st.integers(0, 9)), max_size=12)
"""At which end which of them is what from then on, and how many seconds go by before."""


def state_of(end: End, said: list[Watch | None]) -> DeviceState:
    answer, interface, neighbour, session, unread_since = *said[:4], len(said) > 4
    return DeviceState(
        end.device,
        answer or NEW,
        last_seen=None if unread_since else START,
        interfaces={} if interface is None else {end.interface: InterfaceState(interface)},
        ospf={end.neighbour: neighbour} if neighbour is not None and end.neighbour else {},
        bgp={end.session: session} if session is not None and end.session else {},
    )


@given(st.booleans(), ENDS, ENDS, CHANGES)
@example(False, [UP] * 4, [UP] * 4, [(0, 3, LOST, 1), (1, 3, LOST, 1)])
@example(True, [UP] * 4, [UP] * 4, [(0, 2, LOST, 1), (1, 2, LOST, 1)])
@settings(max_examples=500, deadline=None)
def test_a_verdict_is_that_of_judging_anew_whatever_its_ends_say(ospf: bool, a, z, changes) -> None:  # type: ignore[no-untyped-def]  # drawn from strategies
    far = ("10.0.0.2", None) if ospf else (None, "10.0.0.2")
    line = replace(next(iter(PLANT.lines.values())), a=End("one", "up", *far), z=End("other", "down", *far))
    plant = replace(PLANT, lines={line.circuit: line}, watched=frozenset({"one", "other"}))
    policy, remembering, now, ends = Policy(), Verdicts(), START, (list(a), list(z))
    for which, what, becomes, seconds in [(0, 0, a[0], 0), *changes]:
        now += timedelta(seconds=seconds)
        if what < 4:
            ends[which][what] = becomes
        else:  # its counters were never read, or are again
            ends[which][4:] = [] if becomes is None else [becomes]
        states = {"one": state_of(line.a, ends[0]), "other": state_of(line.z, ends[1])}
        found = remembering.of(plant, states, now, policy)[line.circuit]
        assert found == judge(line, states, plant.watched, now, policy)
