"""A border router whose lines carry nothing while their ports stay up: the lines are to blame, not who hangs on it."""

from __future__ import annotations

import pytest
from networks import desert
from watching import Watching

DRAWN = ("west-r1", "oasis-r1", "well-r1")
"""The border router, and who sends everything to it as long as it says that it is one."""


def desert_watched() -> Watching:
    return Watching(desert(), dark_lines=False)


def blamed(watch: Watching) -> dict[str, tuple[str, ...]]:
    return {f"{i.root_cause.kind} {i.root_cause.name}": i.sites for i in watch.open}


def silent(watch: Watching) -> set[str]:
    return set(watch.net.plant.watched) - watch.net.reached()


def test_a_border_router_behind_two_silent_lines_takes_its_area_along_and_the_two_lines_are_blamed() -> None:
    watch = desert_watched()
    watch.net.dropped = {"west-up1", "west-pair1"}
    assert silent(watch) == set(DRAWN)
    watch.round(12)
    assert set(blamed(watch)) == {"circuit west-up1", "circuit west-pair1"}
    assert sorted(site for sites in blamed(watch).values() for site in sites) == ["oasis", "well"]


def test_what_was_opened_before_the_neighbours_missed_it_is_folded_into_the_lines() -> None:
    watch = desert_watched()
    watch.net.deaf = set(DRAWN)
    watch.round(9)
    opened = set(blamed(watch))
    assert opened
    assert all(root.startswith("device ") for root in opened)
    watch.net.deaf, watch.net.dropped = set(), {"west-up1", "west-pair1"}
    watch.round(12)
    assert set(blamed(watch)) == {"circuit west-up1", "circuit west-pair1"}
    assert all(i.merged_into for i in watch.history.values() if i.closed is not None)


def test_it_ends_with_the_lines_one_after_the_other() -> None:
    watch = desert_watched()
    watch.net.dropped = {"west-up1", "west-pair1"}
    watch.round(12)
    watch.net.dropped = {"west-pair1"}
    watch.round(12)
    assert blamed(watch) == {"circuit west-pair1": ()}
    watch.net.dropped = set()
    watch.round(12)
    assert blamed(watch) == {}


@pytest.mark.parametrize("border", ["west-r1", "west-r2"])
def test_a_border_router_that_is_dead_is_blamed_itself(border: str) -> None:
    watch = desert_watched()
    watch.net.dead = {border}
    watch.round(12)
    assert set(blamed(watch)) == {f"device {border}"}


def test_a_dead_border_router_and_a_dead_county_are_two_devices() -> None:
    watch = desert_watched()
    watch.net.dead = {"west-r1", "oasis-r1"}
    watch.round(12)
    assert set(blamed(watch)) == {"device west-r1", "device oasis-r1"}


def test_with_a_port_down_it_is_no_border_router_any_more_and_nobody_is_drawn() -> None:
    watch = desert_watched()
    watch.net.cut, watch.net.dropped = {"west-up1"}, {"west-pair1"}
    assert silent(watch) == set()
    watch.round(12)
    assert set(blamed(watch)) == {"circuit west-up1", "circuit west-pair1"}


def test_a_deaf_router_elsewhere_does_not_make_the_one_line_of_a_dead_border_router_a_silent_one() -> None:
    watch = Watching(desert(north=True), dark_lines=False)
    watch.net.dead, watch.net.deaf = {"north-r1"}, {"oasis-r1"}
    watch.round(12)
    assert set(blamed(watch)) == {"device north-r1", "device oasis-r1"}
