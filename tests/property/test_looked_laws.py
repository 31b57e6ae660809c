"""Looks that come one by one: what breaks at one moment is one incident, in whatever order it is found out.

The monitor gets a dead router's neighbours' reports one after another. Each moment here has the answers of a few
devices only, drawn by dice; the end state is the same, and no second incident may have been opened on the way.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from drawn_network import networks
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from watching import Watching

from jbnet.model.network import Network

pytestmark = pytest.mark.timeout(900)

MOMENT = timedelta(milliseconds=20)
"""All of them together stay below what the policy gives a silent device (``hold_s``)."""
STEADY = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def in_any_order(watch: Watching, lines: list[str], data: st.DataObject) -> None:
    """Play rounds with one look at some devices each, while lines go down one by one; then some whole rounds.

    A line may go in the middle of a look: some answered it before. Everybody is looked at twice at least after the
    last one went.
    """
    some = st.lists(st.sampled_from(sorted(watch.net.plant.watched)), unique=True)
    for line in lines:
        watch.time += MOMENT
        asked, before = data.draw(some), set(data.draw(some))
        early = [device for device in asked if device in before]
        answered = watch.net.look(watch.time, early) if early else ()
        watch.net.cut.add(line)
        late = [device for device in asked if device not in before]
        watch.play(((*answered, *(watch.net.look(watch.time, late) if late else ())),))
    left = dict.fromkeys(sorted(watch.net.plant.watched), 2)
    while left:
        now = data.draw(st.lists(st.sampled_from(sorted(left)), min_size=1, unique=True))
        watch.time += MOMENT
        watch.play((watch.net.look(watch.time, now),))
        for device in now:
            left[device] -= 1
        left = {device: count for device, count in left.items() if count}
    watch.round(12)


def rooted(watch: Watching) -> list[str]:
    """Return the roots of all incidents that there ever were, those that were folded into others included."""
    return sorted(f"{i.root_cause.kind} {i.root_cause.name}" for i in watch.history.values())


def well(network: Network) -> Watching:
    watch = Watching(network, dark_lines=False)
    assume(not watch.history)
    return watch


def the_order_does_not_matter(network: Network, lines: set[str], data: st.DataObject) -> None:
    at_once, one_by_one = well(network), well(network)
    at_once.net.cut, one_by_one.net.cut = set(lines), set(lines)
    at_once.round(14)
    in_any_order(one_by_one, [], data)
    assert rooted(one_by_one) == rooted(at_once)


def nothing_is_taken_back(network: Network, lines: set[str], data: st.DataObject) -> None:
    watch = well(network)
    in_any_order(watch, data.draw(st.permutations(sorted(lines))), data)
    assert [i for i in watch.history.values() if i.closed or i.merged_into] == []


def lines_of_a_router(network: Network, data: st.DataObject) -> set[str]:
    """Draw a router of which others can tell: its neighbours are watched, and the place one looks from is none."""
    plant = Watching(network, dark_lines=False).net.plant
    around = {device: {edge.other(device) for edge in edges} for device, edges in plant.graph.adjacency.items()}
    routers = [d for d in sorted(plant.watched) if plant.origin not in {d, *around[d]} and around[d] <= plant.watched]
    routers = [d for d in routers if len(around[d]) > 1]
    assume(routers)
    return {edge.circuit for edge in plant.graph.adjacency[data.draw(st.sampled_from(routers))]}


@given(networks(), st.data())
@STEADY
def test_a_router_whose_lines_all_go_down_is_no_more_incidents_than_if_all_was_seen_at_once(
    network: Network, data: st.DataObject
) -> None:
    the_order_does_not_matter(network, lines_of_a_router(network, data), data)


@given(networks(), st.data())
@STEADY
def test_a_line_that_goes_down_is_no_more_incidents_than_if_all_was_seen_at_once(
    network: Network, data: st.DataObject
) -> None:
    the_order_does_not_matter(network, {data.draw(st.sampled_from(sorted(network.circuits)))}, data)


@given(networks(), st.data())
@STEADY
def test_no_incident_is_taken_back_of_a_router_whose_lines_go_down_one_after_another(
    network: Network, data: st.DataObject
) -> None:
    nothing_is_taken_back(network, lines_of_a_router(network, data), data)
