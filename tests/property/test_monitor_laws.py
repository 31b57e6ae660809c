"""Laws of monitoring: replaying gives the same incidents, order means nothing, cuts give what is forecast."""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from breaks import BREAK, SMALL
from drawn_network import networks
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from simnet import START, SimNet
from watching import Watching

from jbnet.model.network import Network
from jbnet.monitor.calendar import Calendar
from jbnet.monitor.codec import pack_sample, unpack_sample
from jbnet.monitor.codec_carried import pack_carried, pack_spell, unpack_carried, unpack_spell
from jbnet.monitor.hours import Hours, parse
from jbnet.monitor.maintenance import Maintenance, Opener
from jbnet.monitor.plant import Plant
from jbnet.monitor.replay import Watchbook, play
from jbnet.monitor.rules import PLAIN, Rules
from jbnet.monitor.samples import Round, Sample
from jbnet.monitor.spells import SpellKind
from jbnet.topology.graph import FailureSet
from jbnet.wiring import load_network

ROOT = Path(__file__).parents[2]
STORY = st.lists(st.tuples(st.booleans(), BREAK, st.integers(1, 4)), min_size=1, max_size=8)
"""What happens: break (or mend) something, then so many rounds go by."""


WORKS = Maintenance(
    "declared:works",
    Opener.DECLARED,
    START + timedelta(seconds=10),
    START + timedelta(seconds=18),
    frozenset({"xining-r1"}),
    frozenset({"huangyuan-up1"}),
)
CLOSED = Hours({"chengdong-t1": parse("Mo-Fr 08:30-18:00"), "huangyuan-t1": parse("00:00-04:00,04:01-24:00")})
RULES = st.sampled_from([PLAIN, Rules(Calendar(CLOSED, (WORKS,)))])
"""Nothing declared; or work on a router and a line, one place that is closed and one that opens while we look."""


Story = list[tuple[bool, tuple[str, str], int]]
BLAMED_TWICE: Story = [
    (False, ("cut", "golmud-dc-up1"), 5),
    (False, ("dead", "golmud-dc-r1"), 1),
    (False, ("deaf", "core-r2"), 1),
]
"""A line is cut, then its far end seems dead and is blamed, then the line again: it was charged for part of that."""


def tell(story: Story, *, dark_lines: bool, rules: Rules = PLAIN) -> Watching:
    """Live through a story on the small network."""
    watch = Watching(SMALL, dark_lines=dark_lines, rules=rules)
    for mend, (how, what), rounds in story:
        broken: set[str] = getattr(watch.net, how)
        broken.discard(what) if mend else broken.add(what)
        watch.round(rounds)
    return watch


def replay(watch: Watching, rounds: list[Round]) -> list[dict[str, object]]:
    """Return every change of an incident that the rounds come to."""
    book = Watchbook()
    found: list[dict[str, object]] = []
    for turn in rounds:
        outcome = play(book, watch.net.plant, turn, watch.policy, watch.rules)
        book = outcome.book
        found.extend(incident.as_json() for incident in outcome.incidents)
    return found


def packed(sample: Sample) -> Sample:
    return unpack_sample(sample.device, sample.time, pack_sample(sample))


@given(STORY, st.booleans(), RULES)
@settings(max_examples=40, deadline=None)
def test_replaying_recorded_samples_gives_the_same_incidents(story, dark_lines: bool, rules: Rules) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines, rules=rules)
    kept = [Round(r.number, r.time, tuple(tuple(packed(s) for s in look) for look in r.looks)) for r in watch.rounds]
    assert kept == watch.rounds, "keeping a sample loses nothing"
    again = replay(watch, kept)
    assert {i["id"]: i for i in again} == {i.id: i.as_json() for i in watch.history.values()}


@given(STORY, st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_of_samples_within_a_look_means_nothing(story, dark_lines: bool, random) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines)
    shuffled = []
    for turn in watch.rounds:
        looks = tuple(tuple(random.sample(look, len(look))) for look in turn.looks)
        shuffled.append(Round(turn.number, turn.time, looks))
    assert replay(watch, shuffled) == replay(watch, watch.rounds)


@given(STORY, st.booleans())
@settings(max_examples=40, deadline=None)
def test_once_everything_works_again_no_incident_stays_open(story, dark_lines: bool) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines)
    for broken in (watch.net.cut, watch.net.dropped, watch.net.dead, watch.net.deaf):
        broken.clear()
    held = watch.round(8)
    assert all(incident.cleared and not incident.sites for incident in held), "what comes and goes is given time"
    assert watch.book.incidents.pending == ()
    assert watch.round(2, seconds=1800) == []
    assert all(incident.closed for incident in watch.history.values())


@given(STORY, st.booleans(), RULES)
@settings(max_examples=40, deadline=None)
def test_what_is_carried_survives_being_kept_and_goes_on_the_same(story, dark_lines: bool, rules: Rules) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines, rules=rules)
    kept = unpack_carried(pack_carried(watch.book.carried))
    assert kept == watch.book.carried
    for spell in watch.spells.values():
        assert unpack_spell(pack_spell(spell)) == spell


@given(STORY, st.booleans(), RULES)
@example(BLAMED_TWICE, False, PLAIN)
@settings(max_examples=40, deadline=None)
def test_a_site_or_circuit_is_lost_for_one_reason_at_a_time(story, dark_lines: bool, rules: Rules) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines, rules=rules)
    by_subject: dict[tuple[str, str], list[tuple[datetime, datetime]]] = {}
    for spell in watch.spells.values():
        if spell.kind in (SpellKind.SITE, SpellKind.CIRCUIT):
            by_subject.setdefault((spell.kind, spell.name), []).append((spell.begins, spell.ends or watch.time))
    for spans in by_subject.values():
        ordered = sorted(spans)
        assert all(first[1] <= second[0] for first, second in zip(ordered, ordered[1:], strict=False)), ordered
    open_now = {s.id for s in watch.spells.values() if s.ends is None}
    assert open_now == {s.id for s in watch.book.carried.spells.values()}


@given(STORY, st.booleans())
@settings(max_examples=40, deadline=None)
def test_a_window_changes_nothing_about_what_it_does_not_name(story, dark_lines: bool) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    plain = tell(story, dark_lines=dark_lines)
    assume(not any(i.parts for i in plain.history.values()))  # what work was announced for is part of nothing shared
    works = tell(story, dark_lines=dark_lines, rules=Rules(Calendar(windows=(WORKS,))))
    assert [i.id for i in plain.history.values()] == [i.id for i in works.history.values()]
    lines = works.net.plant.lines
    for incident in works.history.values():
        if incident.maintenance:
            cause = incident.root_cause
            ends = {end.device for end in lines[cause.name].ends} if cause.name in lines else set()
            assert cause.name in {"xining-r1", "huangyuan-up1"} or "xining-r1" in ends
    if works.time >= WORKS.ends:
        assert {i.state for i in works.open} <= {"open"}, "nothing is hidden after the window"


@given(STORY, st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_cause_has_two_incidents_and_no_site_counts_twice(story, dark_lines: bool) -> None:  # type: ignore[no-untyped-def]  # stories come from a strategy
    watch = tell(story, dark_lines=dark_lines)
    watch.round(10)
    assert len(set(watch.causes)) == len(watch.causes)
    sites = [site for incident in watch.open if incident.cleared is None for site in incident.sites]
    assert len(set(sites)) == len(sites)


@given(networks(), st.data())
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
def test_cuts_explain_all_silence_that_they_bring_also_where_routers_take_no_way_that_is_left(
    network: Network, data: st.DataObject
) -> None:
    watch = Watching(network)
    assume(watch.net.plant.watched <= watch.net.reached())
    cuts = set(data.draw(st.lists(st.sampled_from(sorted(network.circuits)), min_size=1, max_size=3, unique=True)))
    watch.net.cut = cuts
    told = watch.net.reached() & watch.net.plant.watched
    assume(all({end.device for end in watch.net.plant.lines[cut].ends} & told for cut in cuts))  # else nobody sees it
    watch.round(8)  # a router that routing leaves out may be dying: it is given time, ``hold_s`` at most
    assert watch.book.incidents.pending == ()
    for cause in (cause for incident in watch.open for cause in incident.standing):
        lines = {e.circuit for e in watch.net.plant.graph.adjacency.get(cause.name, ())}
        assert cause.name in cuts if cause.kind == "circuit" else len(lines & cuts) > 1, cause


@pytest.fixture(scope="module")
def province() -> Network:
    return load_network(ROOT, ROOT / ".no-such-state", whole=True)


@pytest.fixture(scope="module")
def calm(province: Network) -> Watching:
    """The whole declared network after some calm rounds; every example goes on from here."""
    watch = Watching(province, calm=2)
    watch.round(seconds=10)
    watch.rounds.clear()
    return watch


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_random_cuts_of_the_declared_network_give_exactly_the_incidents_that_are_forecast(
    calm: Watching, data: st.DataObject
) -> None:
    names = sorted(calm.net.network.circuits)
    cuts = frozenset(data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=40, unique=True)))
    watch = copy.copy(calm)
    watch.net, watch.rounds, watch.history = copy.copy(calm.net), [], {}
    watch.net.cut = set(cuts)
    watch.round(2)
    causes, sites = predict(watch.net, cuts)
    assert sorted(f"{c.kind} {c.name}" for i in watch.open for c in i.standing) == sorted(causes)
    assert sorted(site for incident in watch.open for site in incident.sites) == sorted(sites)
    watch.net.cut = set()
    assert watch.round() == []


def predict(net: SimNet, cuts: frozenset[str]) -> tuple[set[str], set[str]]:
    """Return the root causes and the sites cut off, by the forecast of who answers.

    A cut is seen if an end of it still answers. A device that does not answer, all of whose lines that can be
    seen (two or more) went down together, cannot be told from a dead one: it is the cause.
    """
    plant: Plant = net.plant
    assert plant.origin is not None
    answers = plant.forecaster.reached(plant.origin, FailureSet.of(circuits=cuts)) & plant.watched
    causes = {f"circuit {c}" for c in cuts if {end.device for end in plant.lines[c].ends} & answers}
    for device, edges in plant.graph.adjacency.items():
        seen = {e.circuit for e in edges if e.other(device) in answers}
        if device not in answers and device != plant.origin and len(seen) > 1 and seen <= cuts:
            causes -= {f"circuit {circuit}" for circuit in seen}
            causes.add(f"device {device}")
    sites = {s for s in plant.sites if not answers.intersection(plant.homes[s])}
    return causes, sites
